"""What can be said to a chat itself: lines that begin with a slash."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli.output import note
from grimoire.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from grimoire.cli.chat_session import Session

_COMMAND = re.compile(r"/([A-Za-z-]+|(?i:save!))(?:[ \t]+(.*))?")


class Leave(Exception):  # no error: the way out of the loop
    """The chat is over."""


class Command(msgspec.Struct, frozen=True):
    """`takes` is what stands behind it, in brackets where it may be left out."""

    run: Callable[[Session, str], None]
    takes: str
    help: str


def read_command(line: str) -> tuple[str, str] | None:
    """A command and what stands behind it; None for a text, such as one of several lines or a path."""
    found = _COMMAND.fullmatch(line)
    return (found[1].lower(), (found[2] or "").strip()) if found else None


def unescaped(line: str) -> str:
    """The text that is meant: two slashes at its beginning stand for one."""
    return line[1:] if line.startswith("//") else line


def obey(session: Session, name: str, rest: str) -> None:
    """Do it. Raises UnknownName for no command, Leave, and what the command raises."""
    name = ALIASES.get(name, name)
    command = COMMANDS.get(name)
    if command is None:
        near = difflib.get_close_matches(name, [*COMMANDS, *ALIASES], n=1, cutoff=0.5)
        hint = f"did you mean /{near[0]}?" if near else "/help lists them"
        raise UnknownName(f"there is no /{name}", hint=f"{hint} A text that begins with a slash: //{name}")
    if not rest and command.takes and not command.takes.startswith("["):
        raise UsageError(f"/{name} {command.takes}: {command.help}")
    command.run(session, rest)


def _help(_: Session, __: str) -> None:
    width = max(len(f"{name} {command.takes}") for name, command in COMMANDS.items())
    for name, command in COMMANDS.items():
        note(f"/{f'{name} {command.takes}'.ljust(width)}  {command.help}")
    note("Alt-Enter, or a backslash at its end, begins a new line; Ctrl-C stops an answer; Ctrl-D leaves")


def _model(session: Session, rest: str) -> None:
    if rest:
        session.ask_of(rest)
    note(f"model: {session.backend}")


def _dial(which: str) -> Callable[[Session, str], None]:
    def turn(session: Session, rest: str) -> None:
        from grimoire.dials import resolve_dials

        given = {"tone": "", "style": "", "answer_in": "", which: rest}
        session.dial(resolve_dials(given["tone"], given["style"], given["answer_in"], session.call.dials))
        note(f"{which.replace('_', '-')}: {getattr(session.call.dials, which) or 'as it comes'}")

    return turn


def _cast(session: Session, rest: str) -> None:
    name, *text = rest.split(maxsplit=1)
    session.cast(name, text=text[0] if text else None)


def _retry(session: Session, _: str) -> None:
    session.retry()


def _copy(session: Session, _: str) -> None:
    from grimoire.cli import clipboard

    note(clipboard.copy(_answer(session)) or "copied")


def _save(session: Session, rest: str) -> None:
    path = Path(rest).expanduser()
    if path.is_file():
        raise UsageError(f"there is a file {path} already", hint=f"/save! {rest} replaces it")
    _replace(session, rest)


def _replace(session: Session, rest: str) -> None:
    from grimoire import atomic

    text, path = _answer(session), Path(rest).expanduser()
    atomic.write_text(path, text if text.endswith("\n") else f"{text}\n")
    note(f"written: {path}")


def _answer(session: Session) -> str:
    if not session.answer:
        raise UsageError("there is no answer yet")
    return session.answer


def _id(session: Session, _: str) -> None:
    talk = session.talk
    if talk is None:
        note("nothing was said yet")
    else:
        note(f"{talk.id}: grimoire chat --cid {talk.id} goes on with it, grimoire log export {talk.id} exports it")


def _quit(_: Session, __: str) -> None:
    raise Leave


COMMANDS: dict[str, Command] = {
    "help": Command(_help, "", "what can be said"),
    "model": Command(_model, "[BACKEND]", "who answers from now on"),
    "tone": Command(_dial("tone"), "[TONE]", "the tone from now on, such as formal; none: as it comes"),
    "style": Command(_dial("style"), "[STYLE]", "the writing style from now on; none: as it comes"),
    "answer-in": Command(_dial("answer_in"), "[LANG]", "the language of the answers from now on"),
    "cast": Command(_cast, "NAME [TEXT]", "another spell, in this conversation"),
    "retry": Command(_retry, "", "ask the last question again, in place of its answer"),
    "copy": Command(_copy, "", "the last answer to the clipboard"),
    "save": Command(_save, "FILE", "the last answer to a file that is not there yet"),
    "save!": Command(_replace, "FILE", "the last answer to a file, in place of what is in it"),
    "id": Command(_id, "", "what the conversation is called, to go on with it another day; so does /log"),
    "quit": Command(_quit, "", "leave; so do exit or quit alone on a line, and Ctrl-D"),
}
ALIASES = {"log": "id", "exit": "quit", "q": "quit", "h": "help", "m": "model"}
