"""The options of `grimoire cast`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grimoire.cli import complete, options
from grimoire.cli.deliver import output_file

INPUT, ANSWER, TALK, MODEL = "What goes in", "What comes out", "Conversation", "Who answers, and how"

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME|FILE|-",
        help="A spell by name, the beginning of one, or file; - reads it from standard input. With none, pick one.",
        autocompletion=complete.spells,
    ),
]
Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="TEXT|FILE", help="Goes to [PROMPT]: a text, or files, each cast by itself."),
]
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="NAME",
        help="Join another spell: a voice, a format; repeatable.",
        autocompletion=complete.parts,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="With --with: cast spells that contradict each other all the same.")
]
Languages = Annotated[
    list[str] | None,
    typer.Option(
        "-l",
        "--language",
        metavar="LANG",
        help="Language of the spell to send; several, such as en,zh, beside each other.",
        autocompletion=complete.languages,
    ),
]

Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "-p",
        "--param",
        metavar="KEY=VALUE",
        help="A variable, by number or label; KEY VALUE is the same; @FILE reads a file, @- standard input.",
        rich_help_panel=INPUT,
        autocompletion=complete.variables,
    ),
]
StdinAs = Annotated[
    str,
    typer.Option(
        "--stdin-as",
        metavar="KEY",
        help="The variable that what is piped in goes to, in place of [PROMPT].",
        rich_help_panel=INPUT,
        autocompletion=complete.keys,
    ),
]
Case = Annotated[
    str,
    typer.Option(
        "--case",
        metavar="ID",
        help="Take the inputs of a case of the spell.",
        rich_help_panel=INPUT,
        autocompletion=complete.cases,
    ),
]
Url = Annotated[
    str,
    typer.Option(
        "--url", metavar="URL", help="Read a web page into [CRAWLEDTEXT], or else [PROMPT].", rich_help_panel=INPUT
    ),
]
AllowPrivate = Annotated[
    bool,
    typer.Option(
        "--allow-private", help="Let --url read from this machine and its own network.", rich_help_panel=INPUT
    ),
]
EachLine = Annotated[
    bool,
    typer.Option(
        "--each-line", help="Cast every line by itself, of files or of what is piped in.", rich_help_panel=INPUT
    ),
]
EachJson = Annotated[
    bool,
    typer.Option(
        "--each-json", help="Cast every JSON object by itself; its fields fill the variables.", rich_help_panel=INPUT
    ),
]

Models = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--model",
        metavar="BACKEND[/MODEL]",
        help="Who is asked; several, beside each other.",
        rich_help_panel=MODEL,
        autocompletion=complete.backends,
    ),
]
Tone = Annotated[
    str,
    typer.Option(
        "--tone",
        help="Such as formal or 正式; `grimoire dials` lists them.",
        rich_help_panel=MODEL,
        autocompletion=complete.tones,
    ),
]
Style = Annotated[
    str,
    typer.Option(
        "--style",
        help="Such as persuasive or 说服; `grimoire dials` lists them.",
        rich_help_panel=MODEL,
        autocompletion=complete.styles,
    ),
]
AnswerIn = Annotated[
    str,
    typer.Option(
        "--answer-in",
        metavar="LANG",
        help="Language of the answer.",
        rich_help_panel=MODEL,
        autocompletion=complete.any_language,
    ),
]
System = Annotated[
    str, typer.Option("-s", "--system", help="A system message to send before it.", rich_help_panel=MODEL)
]
ModelOptions = Annotated[
    list[str] | None,
    typer.Option(
        "-O",
        "--option",
        metavar="KEY=VALUE",
        help="A parameter for the model: temperature=0.2, or temperature 0.2.",
        rich_help_panel=MODEL,
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "-j", "--jobs", min=1, max=1000, help="Calls under way at once, on each backend.", rich_help_panel=MODEL
    ),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="Ask only what the last such cast has no answer to.", rich_help_panel=MODEL)
]

Json = Annotated[
    bool, typer.Option("--json", help="Print JSON; of several answers, one object a line.", rich_help_panel=ANSWER)
]
Raw = Annotated[
    bool, typer.Option("--raw", help="On a terminal: the text as it came, not rendered.", rich_help_panel=ANSWER)
]
NoStream = Annotated[
    bool, typer.Option("--no-stream", help="Print the answer when it is complete.", rich_help_panel=ANSWER)
]
Code = Annotated[bool, typer.Option("-x", "--extract", help="Only the last code block.", rich_help_panel=ANSWER)]
File = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to a file, whole or not at all.",
        rich_help_panel=ANSWER,
        parser=output_file,
    ),
]
Copy = Annotated[bool, typer.Option("--copy", help="To the clipboard too.", rich_help_panel=ANSWER)]
Usage = Annotated[bool, typer.Option("-u", "--usage", help="Show tokens, cost and time.", rich_help_panel=ANSWER)]

Continued = Annotated[
    bool,
    typer.Option("-c", "--continue", help="Go on with the last conversation of this terminal.", rich_help_panel=TALK),
]
Cid = Annotated[
    str,
    typer.Option(
        "--cid",
        metavar="ID",
        help="Go on with any conversation; `grimoire log` shows their ids.",
        rich_help_panel=TALK,
        autocompletion=complete.conversations,
    ),
]
NoLog = Annotated[
    bool,
    typer.Option(
        "-n", "--no-log", help="Put nothing on record; there is nothing to continue then.", rich_help_panel=TALK
    ),
]
DryRun = options.DryRun
LedgerFile = options.LedgerFile
