"""The options of `grimoire trial`."""

from __future__ import annotations

from typing import Annotated

import typer

from grimoire.cli import complete, options

CHOICE, LIMITS = "What to try", "What it may take"

All = Annotated[bool, typer.Option("--all", help="Every spell; the same as naming none.")]
Languages = Annotated[
    list[str] | None,
    typer.Option(
        "-l",
        "--language",
        metavar="LANG",
        help="Languages to send, such as en,zh; repeatable.",
        autocompletion=complete.any_language,
    ),
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "-m", "--model", metavar="BACKEND[/MODEL]", help="Where to fire; repeatable.", autocompletion=complete.backends
    ),
]
Samples = Annotated[
    str | None,
    typer.Option("-n", "--samples", metavar="N|auto", help="Answers to ask of each case; auto: as many as it takes."),
]
Translator = Annotated[
    str,
    typer.Option(
        "--with",
        metavar="deepl|BACKEND",
        help="Make missing or stale translations with this.",
        autocompletion=complete.engines,
    ),
]
Rehearse = Annotated[bool, typer.Option("--rehearse", help="Ask no model, even where a backend is set.")]
Resume = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="[RUN]",
        help="Go on with the last unfinished trial, or with a run by its id, the beginning of one, last, last~1.",
        autocompletion=complete.trials,
    ),
]
FailOn = Annotated[options.FailOn, typer.Option("--fail-on", help="What makes the exit code 1.")]
FailUnder = Annotated[
    float, typer.Option("--fail-under", min=0, max=1, help="Exit code 1 where a smaller share of answers works.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before sending.")]

Topics = Annotated[
    list[str] | None,
    typer.Option(
        "--topic",
        help="Only spells of this topic, such as SEO; repeatable.",
        autocompletion=complete.topics,
        rich_help_panel=CHOICE,
    ),
]
Changed = Annotated[
    bool, typer.Option("--changed", help="Only what is stale or never got an answer.", rich_help_panel=CHOICE)
]
Failed = Annotated[
    bool,
    typer.Option("--failed", help="Only what does not work now; with --changed: either.", rich_help_panel=CHOICE),
]
MaxAge = Annotated[
    str,
    typer.Option(
        "--max-age",
        metavar="TIME",
        help="Only what has no answer younger than this: 12h, 7d, 4w.",
        rich_help_panel=CHOICE,
    ),
]
Part = Annotated[
    str,
    typer.Option(
        "--sample", metavar="N%|N", help="Only so many of the cases, at random: 10%, 50.", rich_help_panel=CHOICE
    ),
]
Shuffle = Annotated[
    int | None,
    typer.Option(
        "--shuffle",
        metavar="SEED",
        min=0,
        max=2**63 - 1,
        help="Ask in an order that a number makes; it chooses the sample too.",
        rich_help_panel=CHOICE,
    ),
]

Jobs = Annotated[
    int | None,
    typer.Option(
        "-j", "--jobs", min=1, max=1000, help="Calls under way at once on each backend.", rich_help_panel=LIMITS
    ),
]
MaxCost = Annotated[
    float | None,
    typer.Option(
        "--max-cost",
        metavar="AMOUNT",
        min=0,
        help="Stop before more is spent; in the settings' currency.",
        rich_help_panel=LIMITS,
    ),
]
MaxCalls = Annotated[
    int | None,
    typer.Option("--max-calls", metavar="N", min=1, help="Stop after so many calls.", rich_help_panel=LIMITS),
]
MaxTime = Annotated[
    str,
    typer.Option(
        "--max-time", metavar="TIME", help="Start no calls after this: 90m, 2h, 3600.", rich_help_panel=LIMITS
    ),
]
