"""`grimoire chat`: a conversation, beginning with a spell; on a terminal, or with lines that are piped in."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from grimoire.cli import cast_options as own
from grimoire.cli import complete
from grimoire.dials import Dials
from grimoire.errors import UsageError

if TYPE_CHECKING:
    from grimoire.cli.cast_fire import Call
    from grimoire.cli.chat_session import Session
    from grimoire.cli.questions import Question
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run
    from grimoire.trial.work import Result

NO_ANSWER = 3

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="NAME|FILE",
        help="A spell by name, the beginning of one, or file.",
        autocompletion=complete.spells,
    ),
]
Text = Annotated[list[str] | None, typer.Argument(metavar="TEXT|FILE", help="Goes to [PROMPT], as with `cast`.")]
Language = Annotated[
    str, typer.Option("-l", "--language", help="Language of the spell to send.", autocompletion=complete.languages)
]
Model = Annotated[
    str,
    typer.Option(
        "-m",
        "--model",
        metavar="BACKEND[/MODEL]",
        help="Who is asked.",
        rich_help_panel=own.MODEL,
        autocompletion=complete.backends,
    ),
]


def chat(
    name: Name = None,
    text: Text = None,
    *,
    joined: own.With = None,
    language: Language = "",
    pairs: own.Pairs = None,
    model: Model = "",
    tone: own.Tone = "",
    style: own.Style = "",
    answer_in: own.AnswerIn = "",
    system: own.System = "",
    model_options: own.ModelOptions = None,
    raw: own.Raw = False,
    continued: own.Continued = False,
    cid: own.Cid = "",
    no_log: own.NoLog = False,
    ledger: own.LedgerFile = None,
) -> None:
    r"""Talk with a model: cast a spell, then say on what is to be different. Without NAME there is no spell.

    Every turn is on record as a cast is. /help tells what can be said. Lines that are piped in are the turns.

    Examples:
      grimoire chat tldr -m deepseek
      grimoire chat
      printf '%s\n' 'Name three rivers' 'shorter' | grimoire chat
    """
    from grimoire import settings as settings_file
    from grimoire.cli import cast_fire, cast_subject, conversations, wiring
    from grimoire.cli.chat_session import Session, Start
    from grimoire.cli.deliver import Delivery
    from grimoire.cli.inputs import Given, parse_parameters
    from grimoire.cli.sources import clean
    from grimoire.dials import resolve_dials

    settings = settings_file.load()
    talk = conversations.find(settings, ledger, last=continued, cid=cid)
    call = cast_fire.Call(
        settings=settings,
        library=wiring.open_library(settings),
        subject=cast_subject.Subject(),
        given=Given(),
        talk=talk,
        dials=resolve_dials(tone, style, answer_in, talk.dials if talk else Dials()),
        system=clean(system),
        parameters=parse_parameters(model_options or []),
        delivery=Delivery(raw=raw),
    )
    start = Start(language=language, joined=tuple(joined or ()), pairs=tuple(pairs or ()))
    terminal = sys.stdin if sys.stdin and sys.stdin.isatty() else None
    with wiring.open_ledger(settings, ledger, recording=not no_log) as store:
        session = Session(call, store, hand_over, start, terminal)
        session.ask_of(model or (talk.backend if talk else cast_fire.backend_name(settings)))
        if terminal:
            from grimoire.cli.chat_terminal import talk_on_terminal

            talk_on_terminal(session, store, name, text or [])
            return
        talk_in_lines(session, name, text or [], sys.stdin)
    raise typer.Exit(NO_ANSWER if session.failed else 0)


def hand_over(call: Call, store: SqliteLedger, run: Run, question: Question) -> Result:
    """Ask as `cast` does, and print the answer. Raises ServiceError, KeyboardInterrupt."""
    from grimoire.cli import cast_one
    from grimoire.cli.deliver import deliver

    result = cast_one.ask(call.settings, store, run, question, call.delivery, chatting=True)
    deliver(result, run.id, call.delivery, streamed=call.delivery.streams, currency=call.settings.values.currency)
    return result


def begin(session: Session, name: str | None, text: list[str], first: str | None = None) -> bool:
    """What is given on the command line: a spell to cast, or a follow-up; whether there was any.

    `first` is the input of a spell that wants a text and was given none. Raises as `cast` does.
    """
    from grimoire.cli import cast_subject

    if name is None:
        return False
    if session.talk:
        subject, left = cast_subject.choose(session.call.library, name, text, [], [], session.talk)
        if subject.spell is None:
            session.say(left[0])
            return True
    session.cast(name, text, first, session.start)
    return True


def talk_in_lines(session: Session, name: str | None, text: list[str], stdin: TextIO | None) -> None:
    """Every line that is piped in is a turn; none of them is a command, for they may be anybody's.

    Raises:
        UsageError: there is none, or they are not UTF-8.
        MissingInput: the spell wants more than a text.
    """
    lines = read_lines(stdin)
    wants = name is not None and not text and _wants_text(session, name)
    begin(session, name, text, next(lines, None) if wants else None)
    for line in lines:
        session.say(line)
    if session.talk is None and not session.failed:
        raise UsageError("nothing was said", hint="give a spell, or pipe lines in; on a terminal you can type")


def _wants_text(session: Session, name: str) -> bool:
    """Whether a spell takes a text, and its options give it none."""
    from grimoire.cli.sources import DASH
    from grimoire.placeholders import names

    if name == DASH or (session.talk and name not in session.call.library.paths()):
        return False
    spell = session.call.library.get(name, begins=True)
    given = any(pair.lower().startswith("prompt=") for pair in session.start.pairs)
    return not given and bool(names(spell.prompt) & {"PROMPT", "PROMPT1"})


def read_lines(stdin: TextIO | None) -> Iterator[str]:
    """The lines that say something, each as soon as it is there. Raises UsageError where they are not UTF-8."""
    try:
        while stdin and (line := stdin.readline()):
            line.encode("utf-8")  # in the C locale bytes that are not UTF-8 get through as lone surrogates
            if line.strip():
                yield line.rstrip("\r\n")
    except UnicodeError as error:
        raise UsageError("standard input is not UTF-8 text") from error
