"""`grimoire new`: start a spell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SKELETON = """\
# yaml-language-server: $schema=spell.schema.json
# (made by: grimoire schema > {folder}/spell.schema.json)
name: {name}
language: en
title: {title}
teaser: What it gives, in one line
topic: {topic}
activity: Drafting
hint: what the text is about
author: ""
prompt: |
  You are an expert in [VARIABLE1]. Write in [TARGETLANGUAGE].
  Give three headings, each with one paragraph, about: [PROMPT]
variables:
  - {{id: 1, label: Field, default: history, options: [history, botany, literature]}}
cases:
  - id: willow
    prompt: 林黛玉倒拔垂杨柳
    answer_in: zh
    subject: [林黛玉, 垂杨柳]
checks:
  - headings: {{at_least: 3}}
  - length: {{characters: {{at_least: 150}}}}
    should: true
"""


def new(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    topic: Annotated[str, typer.Option("--topic", help="The folder below the library, and the spell's topic.")] = "",
    title: Annotated[str, typer.Option("--title", help="A title for people.")] = "",
    folder: Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="The library to put it in.")] = Path("spells"),
) -> None:
    """Start a spell from a working example and print its path."""
    from grimoire import atomic
    from grimoire.cli import output
    from grimoire.errors import UsageError
    from grimoire.library import spell_files
    from grimoire.spellfile import NAME
    from grimoire.yamlfile import dump

    if not NAME.fullmatch(name):
        raise UsageError(f"`{name}` is not a spell name", hint="lower-case letters and digits, joined by hyphens")
    taken = next((path for path in spell_files(folder) if path.stem == name), None)
    if taken:
        raise UsageError(f"there is a spell `{name}` already: {taken}")
    where = folder / Path(*_folder_name(topic)) / f"{name}.yaml"
    texts = {"title": title or _title(name), "topic": topic}
    quoted = {key: dump({"_": text})[3:].strip() for key, text in texts.items()}
    atomic.write_text(where, SKELETON.format(name=name, folder=where.parent, **quoted))
    output.emit(f"{where}\n")


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _folder_name(topic: str) -> list[str]:
    """A topic as a folder's name: letters and digits of any script, the rest hyphens; none for an empty one."""
    words = "".join(char if char.isalnum() else " " for char in topic.casefold()).split()
    return ["-".join(words)] if words else []
