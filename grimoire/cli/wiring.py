"""From settings to real objects: with `judging`, the one place that knows every registry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grimoire import keys
from grimoire.errors import KeyMissing, LedgerError, UnknownName, UsageError
from grimoire.glossary import Glossary
from grimoire.index import Index
from grimoire.keys import Source
from grimoire.library import Library, shipped
from grimoire.pace import Limits
from grimoire.ports import ChatBackend, Translator
from grimoire.segment import Segment
from grimoire.settings import REHEARSAL, BackendSettings, Settings, cache_directory, data_directory
from grimoire.spell import CheckSpec

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from grimoire.ledger import SqliteLedger, SqliteMemory
    from grimoire.trial.paced import Paced

DEEPL = "deepl"
"""The translator that is no chat backend."""
TRANSPORTS = {"direct": "direct-chat", "sdk": "openai-chat"}
"""The adapter that carries a backend's requests, by the setting `transport`."""


class BackendFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A backend as configured, before anything is asked of it. `key_set` is None where no key is needed.

    `key_from` is "environment", "keyring", or empty.
    """

    name: str
    title: str = ""
    base_url: str = ""
    key_env: str = ""
    key_set: bool | None = None
    key_from: Source = ""
    model: str = ""
    source: str
    settings: BackendSettings = BackendSettings()

    @property
    def key(self) -> str:
        """Where its key is, or that there is none; never the key."""
        if not self.key_env:
            return "none needed"
        places = {"environment": f"${self.key_env} set", "keyring": f"${self.key_env} in the keyring"}
        return places.get(self.key_from, f"${self.key_env} not set")


def open_library(settings: Settings, *, judging: bool = True) -> Library:
    """The spells on the search path, the shipped ones last.

    Without `judging` the checks of spells are not looked into, which spares commands that only read them the imports.
    """
    own = data_directory() / "spells"
    index: Index | None = Index(cache_directory() / "spells", checked=judging)
    if judging and settings.code_folder:
        from grimoire.checks.python_code import allow

        allow(settings.code_folder)
        index = None  # whether such a check is as it should be, files say that the index knows nothing of
    return Library([*settings.spell_folders, shipped()], validate_check if judging else _any_check, own, index)


def validate_check(spec: CheckSpec) -> str:
    """What is wrong with a check as a file asks for it; empty when nothing is."""
    from grimoire import checks

    if spec.name.startswith("skip:"):
        name = spec.name.removeprefix("skip:")
        return "" if name in checks.STANDING else f"no standing check `{name}`: {', '.join(checks.STANDING)}"
    try:
        checks.build(spec)
    except UsageError as error:
        return f"{error.message} ({error.hint})" if error.hint else error.message
    return ""


def _any_check(_: CheckSpec) -> str:
    return ""


@contextmanager
def open_ledger(
    settings: Settings, file: Path | None, *, reading: bool = False, recording: bool = True
) -> Iterator[SqliteLedger]:
    """The ledger to use, closed at the end; where it is only for reading, one that cannot be written will do.

    Where nothing is to be put on record it is an empty one in memory, and the disk is not touched.
    """
    from grimoire.ledger import open_ledger as open_file
    from grimoire.ledger import open_unrecorded

    if not recording:
        with closing(open_unrecorded()) as unrecorded:
            yield unrecorded
        return

    path = file or settings.ledger
    try:
        ledger = open_file(path)
    except LedgerError:
        if not reading:
            raise
        ledger = open_file(path, read_only=True)
    try:
        yield ledger
    finally:
        ledger.close()


def list_backends(settings: Settings) -> list[BackendFacts]:
    """Every backend that can be named: configured ones, then presets, then the rehearsal."""
    from grimoire.backends.presets import PRESETS

    names = [*settings.values.backends, *(name for name in PRESETS if name not in settings.values.backends)]
    return [
        *(_facts(settings, name) for name in names),
        BackendFacts(name=REHEARSAL, title="Rehearsal (offline, no model)", model="sample", source="built in"),
    ]


def limits_of(settings: Settings, name: str, jobs: int | None = None) -> Limits:
    """What may be under way at once, and how often, at BACKEND or BACKEND/MODEL. `jobs` overrules the settings."""
    own = settings.values.backends.get(name.partition("/")[0], BackendSettings())
    return Limits(
        concurrency=jobs or own.concurrency or settings.values.jobs,
        requests_per_minute=own.requests_per_minute,
        tokens_per_minute=own.tokens_per_minute,
    )


def open_backend(settings: Settings, name: str, *, jobs: int | None = None, patience: float | None = None) -> Paced:
    """The backend of BACKEND or BACKEND/MODEL, paced by its limits; what fails and may not fail again is retried.

    `patience` is the most seconds a question is tried again for, where the settings allow more.

    Raises:
        UnknownName: there is no such backend; the nearest is offered.
        UsageError: it has no model, or no base URL.
        KeyMissing: its key's variable is not set.
    """
    from grimoire.trial.gate import Gate
    from grimoire.trial.paced import Paced
    from grimoire.trial.retry import Retry

    limits = limits_of(settings, name, jobs)
    backend = _open_unpaced(settings, name, limits.concurrency)
    values, own = settings.values, settings.values.backends.get(name.partition("/")[0], BackendSettings())
    seconds = values.retry_seconds if patience is None else min(patience, values.retry_seconds)
    retry = Retry(values.retries if own.retries is None else own.retries, seconds)
    return Paced(backend, Gate(limits, name=backend.name), retry)


def _open_unpaced(settings: Settings, name: str, concurrency: int) -> ChatBackend:
    from grimoire.backends import ADAPTERS

    head, _, model = name.partition("/")
    if head == REHEARSAL:
        return ADAPTERS[REHEARSAL](model or "sample")
    facts = _facts(settings, head)
    model = model or facts.model
    if not model:
        raise UsageError(f"backend `{head}` needs a model", hint=f"name one: {head}/MODEL")
    if not facts.base_url:
        raise UsageError(f"backend `{head}` has no base_url", hint="set it under backends: in the settings")
    if facts.key_set is False:
        raise _no_key(head, facts.key_env)
    return _open_chat(settings, facts, f"{head}/{model}", model, concurrency)


class TranslatorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A translator before anything is asked of it, and with no need of its key: enough to plan with."""

    name: str
    version: str
    cut: Callable[[Sequence[Segment]], Iterator[list[Segment]]]
    chat: bool


def translator_facts(settings: Settings, name: str) -> TranslatorFacts:
    """What is known of DeepL, or of a chat backend as a translator. Raises UnknownName, UsageError."""
    from grimoire.translators import TRANSLATORS

    kind = DEEPL if name == DEEPL else "chat"
    engine = TRANSLATORS[kind]
    if kind == "chat":
        head, _, model = name.partition("/")
        name = f"{head}/{model or _facts(settings, head).model}" if head != REHEARSAL else name
    return TranslatorFacts(name=name, version=engine.version, cut=engine.cut, chat=kind == "chat")


@asynccontextmanager
async def open_translator(settings: Settings, name: str) -> AsyncIterator[Translator]:
    """DeepL by its name, or any chat backend; closed at the end. Raises as `open_backend` does."""
    from grimoire.translators import TRANSLATORS

    if name == DEEPL:
        async with aclosing(_open_deepl(settings)) as deepl:
            yield deepl
        return
    async with aclosing(open_backend(settings, name)) as backend:
        yield TRANSLATORS["chat"](backend, concurrent=settings.values.jobs)


def _open_deepl(settings: Settings) -> Translator:
    from grimoire.translators import TRANSLATORS

    deepl = settings.values.deepl
    key = keys.find(settings, deepl.key_env)
    if not key:
        raise _no_key(DEEPL, deepl.key_env)
    terms = open_glossary(settings).terms if deepl.glossary else {}
    return TRANSLATORS[DEEPL](key, server_url=deepl.server_url or None, glossary=deepl.glossary, terms=terms)


def _no_key(name: str, variable: str) -> KeyMissing:
    hint = f"export {variable}=… or keep it in the keyring, grimoire keys set {name}; and try again"
    return KeyMissing(f"{name}: ${variable} is not set", hint=hint)


def open_glossary(settings: Settings) -> Glossary:
    """The shipped glossary with the project's over it. Raises InvalidFile."""
    from grimoire import glossaryfile

    return glossaryfile.load(settings.glossary_file)


@contextmanager
def open_memory(settings: Settings) -> Iterator[SqliteMemory]:
    """The translation memory beside the ledger, closed at the end."""
    from grimoire.ledger import memory_path
    from grimoire.ledger import open_memory as open_file

    with closing(open_file(memory_path(settings.ledger))) as memory:
        yield memory


@contextmanager
def open_memory_to_read(settings: Settings) -> Iterator[SqliteMemory | None]:
    """The translation memory where there is one; what only looks makes none."""
    from grimoire.ledger import memory_path
    from grimoire.ledger import open_memory as open_file

    path = memory_path(settings.ledger)
    if not path.exists():
        yield None
        return
    with closing(open_file(path, read_only=True)) as memory:
        yield memory


def prices(settings: Settings, backends: Sequence[ChatBackend]) -> Mapping[str, tuple[float, float]]:
    """(input, output) per million tokens of those backends whose model has a price in the settings."""
    found: dict[str, tuple[float, float]] = {}
    for backend in backends:
        head, _, model = backend.name.partition("/")
        configured = settings.values.backends.get(head)
        price = configured.prices.get(model) if configured else None
        if price is not None:
            found[backend.name] = (price.input, price.output)
    return found


def ready_backends(settings: Settings) -> list[BackendFacts]:
    """Backends whose key was found, for telling a newcomer what could be fired at."""
    return [facts for facts in list_backends(settings) if facts.key_set]


def _facts(settings: Settings, name: str) -> BackendFacts:
    from grimoire.backends.presets import PRESETS

    own = settings.values.backends.get(name)
    if own and own.preset and own.preset not in PRESETS:
        raise UnknownName(f"backend `{name}`: no preset `{own.preset}`", hint=f"one of: {', '.join(PRESETS)}")
    preset = PRESETS.get(own.preset if own and own.preset else name)
    if own is None and preset is None:
        raise UnknownName(f"no backend `{name}`", hint=_nearest_backend(settings, name))
    own = own or BackendSettings()
    from_env = settings.variable(preset.base_url_env) if preset and preset.base_url_env else ""
    key_env = own.key_env if own.key_env is not None else preset.key_env if preset else ""
    key_from = keys.source(settings, key_env) if key_env else ""
    return BackendFacts(
        name=name,
        title=preset.title if preset else "",
        base_url=own.base_url or from_env or (preset.base_url if preset else ""),
        key_env=key_env,
        key_set=bool(key_from) if key_env else None,
        key_from=key_from,
        model=own.model or (preset.model if preset else ""),
        source="settings" if name in settings.values.backends else "preset",
        settings=own,
    )


def _open_chat(settings: Settings, facts: BackendFacts, name: str, model: str, concurrency: int) -> ChatBackend:
    from grimoire.backends import ADAPTERS
    from grimoire.backends.http_limits import Timeouts

    own, values = facts.settings, settings.values
    timeout = own.timeout or values.timeout
    parameters = {key: value for key in ("temperature", "max_tokens") if (value := getattr(own, key)) is not None}
    return ADAPTERS[TRANSPORTS[own.transport]](
        name,
        base_url=facts.base_url,
        api_key=keys.find(settings, facts.key_env) if facts.key_env else "",
        model=model,
        parameters=parameters,
        extra_body=own.extra_body,
        timeout=Timeouts(connect=timeout.connect, first=timeout.first, read=timeout.read, total=timeout.total),
        stream=own.stream,
        concurrency=concurrency,
        key_env=facts.key_env,
        **_openai_environment(settings, facts, own.transport),
    )


def _openai_environment(settings: Settings, facts: BackendFacts, transport: str) -> dict[str, object]:
    """OpenAI's organisation, project and header variables, for OpenAI alone: no other service is to see them."""
    from grimoire.backends.direct_chat import openai_headers

    if transport == "sdk":
        return {"sdk_environment": facts.name == "openai"}
    return {"headers": openai_headers(settings.variable) if facts.name == "openai" else {}}


def _nearest_backend(settings: Settings, name: str) -> str:
    import difflib

    known = [facts.name for facts in list_backends(settings)]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(known)}"
