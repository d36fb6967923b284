"""The options of `grimoire judge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from grimoire.cli import complete

PersonVerdict = Literal["works", "partial", "broken"]

File = Annotated[str, typer.Argument(metavar="FILE|-", help="The answer; - or nothing is standard input.")]
Language = Annotated[
    str,
    typer.Option(
        "-l",
        "--language",
        metavar="LANG",
        help="Language of the spell that was sent.",
        autocompletion=complete.languages,
    ),
]
Case = Annotated[
    str,
    typer.Option("--case", metavar="ID", help="The case it answers; else the first.", autocompletion=complete.cases),
]
Text = Annotated[str | None, typer.Option("--text", help="What was put for [PROMPT], where it was no case.")]
Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--param",
        metavar="KEY=VALUE",
        help="A variable; @FILE reads a file.",
        autocompletion=complete.variables,
    ),
]
AnswerIn = Annotated[
    str,
    typer.Option("--answer-in", metavar="LANG", help="Language of the answer.", autocompletion=complete.any_language),
]
Finish = Annotated[
    Literal["unknown", "stop", "length"], typer.Option("--finish", help="Why it ended, where the chat said.")
]
Record = Annotated[bool, typer.Option("--record", help="Put it on record as evidence; needs --backend.")]
Backend = Annotated[
    str,
    typer.Option("--backend", metavar="NAME", help="Who answered: ernie-web/4.0.", autocompletion=complete.backends),
]
Note = Annotated[str, typer.Option("--note", help="A note to keep with it.")]
Verdict = Annotated[PersonVerdict | None, typer.Option("--verdict", help="Your own verdict, kept beside the checks'.")]
Images = Annotated[
    list[Path] | None, typer.Option("--image", metavar="FILE", help="A screenshot to keep with it; repeatable.")
]
FailOn = Annotated[Literal["partial", "broken", "never"], typer.Option("--fail-on", help="What makes the exit code 1.")]
