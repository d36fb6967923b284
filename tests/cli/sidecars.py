"""A spell and the translation beside it, as a person and an engine change them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grimoire import yamlfile
from tests.cli.conftest import asked
from tests.servers.deepl_server import Engine, translate_words
from tests.servers.openai_server import Body, Reply


def sidecar(spell: Path, language: str = "zh") -> Path:
    return spell.with_name(f"{spell.stem}.{language}.yaml")


def fields(spell: Path, language: str = "zh") -> dict[str, Any]:
    data = yamlfile.read(sidecar(spell, language)).data
    assert isinstance(data, dict)
    return data


def lines(spell: Path, language: str = "zh") -> list[str]:
    """The lines of the translated prompt."""
    return str(fields(spell, language)["prompt"]).splitlines()


def unmarked(text: str) -> str:
    """A text as it was before it got its mark for a request."""
    return re.sub(r" ⟦[0-9]+⟧$", "", text)


def edit(path: Path, **replacements: str) -> str:
    """Replace pieces of a file's text, each of which is there, and give the whole."""
    text = path.read_text(encoding="utf-8")
    for old, new in replacements.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return text


def approve(spell: Path, **replacements: str) -> str:
    """Mark the translation as reviewed, as a person does in an editor."""
    return edit(sidecar(spell), **{"status: machine": "status: reviewed"}, **replacements)


def losing(word: str) -> Engine:
    """An engine for DeepL's server that loses the placeholders of each text with a word in it."""

    def lose(text: str, body: Body) -> str:
        translated = translate_words(text, body["target_lang"])
        return re.sub(r"\S\d+\S", "", translated) if word in text else translated

    return lose


def translating(change: Callable[[str], str] = lambda text: text) -> Callable[[Body], Reply]:
    """A chat model that does as the translator tells it, `change` aside."""

    def reply(body: Body) -> Reply:
        pieces = json.loads(asked(body))["pieces"]
        texts = [{"id": piece["id"], "text": change(translate_words(piece["text"], "ZH-HANS"))} for piece in pieces]
        return Reply(text=json.dumps({"translations": texts}, ensure_ascii=False))

    return reply
