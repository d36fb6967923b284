"""Questions to a person at a terminal, drawn on standard error so that standard output stays the answer's."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from grimoire.cli.sources import clean
from grimoire.errors import UsageError
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyBindings

KEYS = "Enter ends, Alt-Enter begins a new line, Ctrl-C leaves"
OPTIONAL = "may stay empty"


class Form(Protocol):
    """Asks one thing after another. KeyboardInterrupt: whoever is asked leaves; EOFError: there is nothing to say."""

    def say(self, text: str) -> None:
        """Show a line."""

    def text(self, label: str, *, default: str = "", needed: bool = True) -> str:
        """A text, of several lines where one likes; one that is `needed` is not blank."""

    def option(self, label: str, options: Sequence[str], preset: str) -> str:
        """One of some options."""


@contextmanager
def asking() -> Iterator[Form]:
    """A form on the terminal.

    Raises:
        UsageError: Ctrl-D was pressed: there is nothing to say.
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    from prompt_toolkit.utils import is_dumb_terminal

    try:
        if is_dumb_terminal():
            yield _Plain(sys.stdin)
        else:
            with drawing():
                yield _Drawn()
    except EOFError as error:
        raise UsageError("nothing was given, so nothing was sent") from error


@contextmanager
def drawing() -> Iterator[None]:
    """What prompt_toolkit draws goes to the terminal on standard error, or else to that on standard output."""
    from prompt_toolkit.application import create_app_session
    from prompt_toolkit.output import create_output

    shown = sys.stderr if sys.stderr and sys.stderr.isatty() else sys.stdout
    with create_app_session(output=create_output(stdout=shown)):
        yield


class _Drawn:
    """With editing, completion and arrows."""

    def say(self, text: str) -> None:
        from prompt_toolkit import print_formatted_text
        from prompt_toolkit.formatted_text import FormattedText

        print_formatted_text(FormattedText([("bold", one_line(text))]))

    def text(self, label: str, *, default: str = "", needed: bool = True) -> str:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.formatted_text import FormattedText
        from prompt_toolkit.validation import Validator

        validator = Validator.from_callable(
            lambda text: bool(text.strip()), "a text is needed; Ctrl-C leaves", move_cursor_to_end=True
        )
        typed = PromptSession[str]().prompt(
            FormattedText([("bold", one_line(label)), ("", f"  ({KEYS if needed else OPTIONAL})\n"), ("bold", "> ")]),
            multiline=True,
            default=default,
            key_bindings=_line_keys(),
            prompt_continuation="  ",
            validator=validator if needed else None,
            validate_while_typing=False,
        )
        return clean(typed)

    def option(self, label: str, options: Sequence[str], preset: str) -> str:
        from prompt_toolkit.formatted_text import FormattedText
        from prompt_toolkit.shortcuts import choice

        keys = _end_keys()
        return choice(
            FormattedText([("bold", one_line(label)), ("", "  (arrows or a number, then Enter)")]),
            options=[(option, one_line(option)) for option in options],
            default=preset,
            key_bindings=keys,
        )


class _Plain:
    """A line read for a line shown, on terminals that can do no more."""

    def __init__(self, stdin: TextIO) -> None:
        self._stdin = stdin

    def say(self, text: str) -> None:
        self._show(f"{one_line(text)}\n")

    def text(self, label: str, *, default: str = "", needed: bool = True) -> str:
        while True:
            preset = f" [{one_line(default)}]" if default else ""
            given = self._ask(f"{one_line(label)}{preset}: ") or default
            if given.strip() or not needed:
                return given

    def option(self, label: str, options: Sequence[str], preset: str) -> str:
        for number, option in enumerate(options, 1):
            self._show(f"  {number}. {one_line(option)}\n")
        while True:
            given = self._ask(f"{one_line(label)} [{one_line(preset)}]: ").strip() or preset
            if given in options:
                return given
            if given.isdecimal() and 1 <= int(given) <= len(options):
                return options[int(given) - 1]

    def _ask(self, question: str) -> str:
        self._show(question)
        try:
            line = self._stdin.readline()
        except UnicodeError as error:
            raise UsageError("what was typed is not UTF-8 text") from error
        if not line:
            raise EOFError
        return clean(line.rstrip("\r\n"))

    def _show(self, text: str) -> None:
        shown = sys.stderr if sys.stderr and sys.stderr.isatty() else sys.stdout
        shown.write(text)
        shown.flush()


def _line_keys() -> KeyBindings:
    """Enter ends a text, Alt-Enter begins a new line in it; what is pasted keeps its lines."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    @keys.add("enter")
    def _end(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _break(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


def _end_keys() -> KeyBindings:
    """Ctrl-D means that there is nothing to say, where nothing is typed either."""
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    keys = KeyBindings()

    @keys.add("c-d")
    def _end(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError())

    return keys
