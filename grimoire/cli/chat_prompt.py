"""Where a person types: with history, editing, several lines and completion.

prompt_toolkit and not readline: what macOS has for readline (libedit) loses count of the columns of wide characters,
so that a line of Chinese cannot be edited; Windows has none; and neither has several lines, or tells what is pasted
from what is typed. It costs a tenth of a second, which only this command pays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from grimoire.cli.chat_commands import COMMANDS
from grimoire.cli.output import note
from grimoire.errors import GrimoireError

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import Completer
    from prompt_toolkit.history import History
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

Offers = Callable[[str], Sequence[tuple[str, str]]]
"""What a command may take, by the beginning of it: texts, each with what it is."""


class Prompt(Protocol):
    """Where a person types. `typed` is what stood there when Ctrl-C came, as far as that can be told."""

    @property
    def typed(self) -> str: ...

    def ask(self, mark: str) -> str:
        """What was typed, one line or several. Raises KeyboardInterrupt for Ctrl-C, EOFError for Ctrl-D."""
        ...


class Drawn:
    """A line that is drawn anew with every key."""

    def __init__(self, session: PromptSession[str]) -> None:
        self._session = session

    @property
    def typed(self) -> str:
        return self._session.default_buffer.text

    def ask(self, mark: str) -> str:
        return self._session.prompt(mark)


class Plain:
    """A terminal on which nothing can be drawn (TERM=dumb): lines as it sends them."""

    typed = ""

    def ask(self, mark: str) -> str:
        sys.stderr.write(mark)
        sys.stderr.flush()
        try:
            line = sys.stdin.readline()
        except UnicodeDecodeError:
            note("that was no UTF-8 text")
            return ""
        if not line:
            raise EOFError
        return line.rstrip("\r\n")


def open_prompt(inputs: Sequence[str], offers: dict[str, Offers]) -> Prompt:
    """Where to type; `inputs` are earlier ones, newest first, `offers` completes arguments by the command's name."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.output import create_output
    from prompt_toolkit.utils import is_dumb_terminal

    if is_dumb_terminal():
        return Plain()
    drawn_on = sys.stderr if sys.stderr and sys.stderr.isatty() else None  # standard output is for answers
    return Drawn(
        PromptSession(
            history=_history(inputs),
            completer=_completer(offers),
            complete_while_typing=False,
            key_bindings=_keys(),
            multiline=True,
            prompt_continuation=". ",
            output=create_output(stdout=drawn_on, always_prefer_tty=True),
            enable_open_in_editor=True,
        )
    )


def _history(inputs: Sequence[str]) -> History:
    from prompt_toolkit.history import History as Base

    class Recorded(Base):
        """The ledger has what was given; there is no file beside it."""

        def load_history_strings(self) -> Iterable[str]:
            return inputs

        def store_string(self, string: str) -> None:
            """The ledger gets it with its answer."""

    return Recorded()


def _completer(offers: dict[str, Offers]) -> Completer:
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class Commands(Completer):
        """Commands, and what each takes; nothing in a text."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002  # as the base class has it
            line = document.text_before_cursor
            head, blank, rest = line.partition(" ")
            if not line.startswith("/") or "\n" in document.text:
                return
            if not blank:
                for name, command in COMMANDS.items():
                    if f"/{name}".startswith(head):
                        yield Completion(f"/{name}", -len(head), display_meta=command.help)
            elif offer := offers.get(head[1:]):
                for text, told in _fitting(offer, rest):
                    yield Completion(text, -len(rest), display_meta=told)

    return Commands()


def _fitting(offer: Offers, begun: str) -> list[tuple[str, str]]:
    """What may stand there; nothing where that cannot be told."""
    with suppress(GrimoireError, OSError):
        return [(text, told) for text, told in offer(begun) if text.casefold().startswith(begun.casefold())]
    return []


def _keys() -> KeyBindings:
    """Enter sends, but after a backslash; Alt-Enter begins a line. What is pasted keeps its lines."""
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.current_line_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        elif buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys
