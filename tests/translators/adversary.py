"""One attack: spells translated over a real SDK by a server that misbehaves in one way, and the files of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import msgspec

from grimoire import glossaryfile, spellfile
from grimoire.backends.openai_chat import OpenAIChat
from grimoire.errors import InvalidFile, Problem
from grimoire.glossary import Glossary
from grimoire.library import Library, shipped
from grimoire.ports import Translator
from grimoire.spell import Spell, Translation
from grimoire.translators.chat_model import ChatTranslator
from grimoire.translators.deepl_api import DeepL
from grimoire.translators.pipeline import Finished, Options, Tally, translate_spells
from tests.servers.deepl_server import KEY, DeepLServer
from tests.servers.misbehaviour import (
    BATCH_MISBEHAVIOURS,
    MISBEHAVIOURS,
    PROTOCOL_MISBEHAVIOURS,
    misbehaving_chat,
    misbehaving_deepl,
)
from tests.servers.openai_server import OpenAIServer

SHARE = 0.3
WAYS = {
    "deepl": (*MISBEHAVIOURS, *BATCH_MISBEHAVIOURS),
    "chat": (*MISBEHAVIOURS, *BATCH_MISBEHAVIOURS, *PROTOCOL_MISBEHAVIOURS),
}
"""By protocol the names of what its server can do."""


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the spells, and what it cost; `requests` is how many the server saw."""

    finished: list[Finished]
    tally: Tally
    requests: int


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A translation as its file holds it, and everything its reader says about that file; none, if unreadable."""

    spell: Spell
    translation: Translation | None
    problems: list[Problem]


@cache
def library() -> tuple[Spell, ...]:
    """The shipped spells."""
    return tuple(Library([shipped()], lambda _: "").load_all()[0])


@cache
def glossary() -> Glossary:
    """The shipped names, without its terms: the servers know none, and each would be a warning."""
    return Glossary(keep=glossaryfile.load(None).keep)


@contextmanager
def server(
    protocol: str, way: str, *, first_only: bool, share: float, seed: int
) -> Iterator[DeepLServer | OpenAIServer]:
    """A server that misbehaves in one way, or in none."""
    if protocol == "deepl":
        with misbehaving_deepl(way, seed=seed, share=share, first_only=first_only) as deepl:
            deepl.limit = 10**9
            yield deepl
    else:
        with OpenAIServer(misbehaving_chat(way, seed=seed, share=share, first_only=first_only)) as chat:
            yield chat


def attack(
    protocol: str,
    way: str,
    spells: Sequence[Spell],
    *,
    first_only: bool = False,
    extra: int = 30,
    share: float = SHARE,
    seed: int = 0,
) -> Attack:
    """Translate the spells by a misbehaving server."""
    finished: list[Finished] = []
    options = Options(glossary=glossary(), extra_requests=extra, on_finished=finished.append)

    async def go(translator: Translator, backend: OpenAIChat | None = None) -> Tally:
        try:
            return await translate_spells(spells, [translator], "zh", options)
        finally:
            await translator.aclose()
            if backend:
                await backend.aclose()

    with server(protocol, way, first_only=first_only, share=share, seed=seed) as service:
        if isinstance(service, DeepLServer):
            tally = asyncio.run(go(DeepL(KEY, service.url)))
            return Attack(finished=finished, tally=tally, requests=service.requests)
        backend = OpenAIChat("test/m", base_url=service.base_url, api_key="k", model="m")
        tally = asyncio.run(go(ChatTranslator(backend), backend))
        return Attack(finished=finished, tally=tally, requests=service.count)


def written(finished: Finished, folder: Path) -> Written:
    """The translation written to its file and read back from it."""
    assert finished.translation is not None
    path = folder / f"{finished.spell.name}.{finished.translation.language}.yaml"
    path.write_bytes(spellfile.dump_translation(finished.translation).encode("utf-8", "replace"))
    try:
        translation, problems = spellfile.parse_translation(path, finished.spell)
    except InvalidFile as error:
        return Written(spell=finished.spell, translation=None, problems=error.problems)
    return Written(spell=finished.spell, translation=translation, problems=problems)


def all_written(finished: Sequence[Finished]) -> Iterator[tuple[Finished, Written]]:
    """Each translation beside its file's content."""
    with tempfile.TemporaryDirectory() as folder:
        for one in finished:
            if one.translation is not None:
                yield one, written(one, Path(folder))
