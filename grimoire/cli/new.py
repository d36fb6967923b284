"""`grimoire new`: start a spell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grimoire.cli import complete

SKELETON = """\
# yaml-language-server: $schema={schema}
# (made by: grimoire schema > {library}/spell.schema.json)
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
sample: |
  ## 两本书，一个笑话

  林黛玉出自《红楼梦》，倒拔垂杨柳的是《水浒传》里的鲁智深。把葬花的手按到树根上，是把两部书里最不相干的两个人缝在一起，读者一眼就看出缝线，也正是在看那道缝线。

  ## 为什么偏偏是垂杨柳

  柳树在诗里替人送别，在菜园里替鲁智深扬名。同一棵垂杨柳，一边柔，一边猛；让林黛玉去拔它，等于让送别的人亲手拆了长亭。

  ## 它考的是什么

  没有一篇现成的文章写过这件事，所以谁也抄不来。写得出树、写得出人、还写得出这两样东西为什么不该在一起，才算真的读懂了题目。
"""


def new(
    name: Annotated[str, typer.Argument(help="Lower-case letters, digits and hyphens.")],
    topic: Annotated[
        str,
        typer.Option(
            "--topic", help="The folder below the library, and the spell's topic.", autocompletion=complete.topics
        ),
    ] = "",
    title: Annotated[str, typer.Option("--title", help="A title for people.")] = "",
    folder: Annotated[Path, typer.Option("--dir", metavar="FOLDER", help="The library to put it in.")] = Path("spells"),
) -> None:
    """Start a spell from a working example and print its path.

    Examples:
      grimoire new haiku --topic Poetry
      grimoire new standup --title 'Stand-up Notes' --dir team/spells
    """
    from grimoire import atomic
    from grimoire.chainfile import NAME
    from grimoire.cli import output
    from grimoire.errors import UsageError
    from grimoire.library import spell_files
    from grimoire.yamlfile import dump

    if not NAME.fullmatch(name):
        raise UsageError(f"`{name}` is not a spell name", hint="lower-case letters and digits, joined by hyphens")
    taken = next((path for path in spell_files(folder) if path.stem == name), None)
    if taken:
        raise UsageError(f"there is a spell `{name}` already: {taken}")
    where = folder / Path(*_folder_name(topic)) / f"{name}.yaml"
    texts = {"title": title or _title(name), "topic": topic}
    quoted = {key: dump({"_": text})[3:].strip() for key, text in texts.items()}
    schema = "../" * len(_folder_name(topic)) + "spell.schema.json"
    atomic.write_text(where, SKELETON.format(name=name, schema=schema, library=folder, **quoted))
    output.emit(f"{where}\n")


def _title(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _folder_name(topic: str) -> list[str]:
    """A topic as a folder's name: letters and digits of any script, the rest hyphens; none for an empty one."""
    words = "".join(char if char.isalnum() else " " for char in topic.casefold()).split()
    return ["-".join(words)] if words else []
