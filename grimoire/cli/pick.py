"""Pick a spell on a terminal: type a few letters or characters of it, and choose with the arrows."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from grimoire.cli.pick_match import Card, Deck, make_card, make_deck, search
from grimoire.errors import InvalidFile, UsageError
from grimoire.library import Library
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from prompt_toolkit.application import Application
    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.key_binding import KeyBindings

ROWS = 12
"""Spells seen at once, where the terminal has room."""
_BATCH = 200
"""Spells that are read before what is seen is drawn for the first time again; then after twice as many, and so on."""
_NAME_WIDTH = 30
_HELP = "Enter casts, arrows move, Esc leaves"


def pick_spell(library: Library) -> str:
    """The name of the spell that a person picks.

    Raises:
        UsageError: there is no terminal to pick on, or one that cannot draw.
        KeyboardInterrupt: the person leaves.
    """
    from grimoire.cli.ask_missing import can_ask

    hint = "grimoire cast NAME; `grimoire list` shows them all"
    if not can_ask(sys.stdin):
        raise UsageError("no spell named", hint=hint)
    from prompt_toolkit.utils import is_dumb_terminal

    from grimoire.cli.form import drawing

    if is_dumb_terminal():
        raise UsageError("no spell named, and this terminal is too plain to pick one", hint=hint)
    with drawing():
        return _Picker(library, library.paths()).run()


class _Picker:
    """What is typed, what that leaves, and which of it is chosen. A thread reads what the spells are called."""

    def __init__(self, library: Library, paths: dict[str, Path]) -> None:
        self._library = library
        self._paths = paths
        self._cards: dict[str, Card] = {name: Card(name) for name in paths}
        self._deck = make_deck(self._cards.values())
        self._shown = self._deck.cards
        self._row = 0
        self._top = 0
        self._left = threading.Event()
        self._app = self._build()

    def run(self) -> str:
        """The name that is chosen. Raises KeyboardInterrupt."""
        reading = threading.Thread(target=self._read, daemon=True)
        try:
            return self._app.run(pre_run=reading.start)
        finally:
            self._left.set()
            if reading.is_alive():
                reading.join()

    def _read(self) -> None:
        """Put titles on the cards; a voice or a format is nothing to cast by itself."""
        cards, due = dict(self._cards), _BATCH
        for count, (name, path) in enumerate(self._paths.items(), 1):
            if self._left.is_set():
                return
            try:
                spell = self._library.load(path)
            except (InvalidFile, OSError):  # casting it says what is wrong
                continue
            if spell.role == "task":
                cards[name] = make_card(spell, self._library.translations(spell))
            else:
                cards.pop(name, None)
            if count == due:
                due *= 2
                self._take(dict(cards))
        self._take(cards)

    def _take(self, cards: dict[str, Card]) -> None:
        """New cards, from the thread to the loop that draws."""
        deck = make_deck(cards.values())
        loop = self._app.loop
        if loop and not self._left.is_set():
            with suppress(RuntimeError):  # it was closed just now
                loop.call_soon_threadsafe(self._replace, deck)

    def _replace(self, deck: Deck) -> None:
        chosen = self._chosen()
        self._deck = deck
        self._search()
        names = [card.name for card in self._shown]
        self._row = names.index(chosen) if chosen in names else 0
        self._app.invalidate()

    def _search(self) -> None:
        self._shown = tuple(search(self._deck, self._typed.text))
        self._row = self._top = 0

    def _chosen(self) -> str:
        return self._shown[self._row].name if self._shown else ""

    def _move(self, by: int) -> None:
        self._row = min(max(self._row + by, 0), max(len(self._shown) - 1, 0))

    def _rows(self) -> int:
        return max(1, min(ROWS, self._app.output.get_size().rows - 3))

    def _lines(self) -> StyleAndTextTuples:
        """The spells around the chosen one, as wide as the terminal."""
        rows, columns = self._rows(), self._app.output.get_size().columns
        self._top = min(max(self._top, self._row - rows + 1), self._row)
        seen = self._shown[self._top : self._top + rows]
        found: StyleAndTextTuples = []
        for number, card in enumerate(seen, self._top):
            found += [*card_line(card, columns - 1, chosen=number == self._row), ("", "\n")]
        return found[:-1] or [("italic", " no spell has all of that")]

    def _count(self) -> str:
        return f" {len(self._shown):,} of {len(self._deck.cards):,}  {_HELP}"

    def _build(self) -> Application[str]:
        from prompt_toolkit.application import Application
        from prompt_toolkit.buffer import Buffer
        from prompt_toolkit.layout import HSplit, Layout, Window
        from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
        from prompt_toolkit.layout.processors import BeforeInput

        self._typed = Buffer(multiline=False, on_text_changed=lambda _: self._search())
        asked = Window(BufferControl(self._typed, input_processors=[BeforeInput("spell: ", "bold")]), height=1)
        listed = Window(FormattedTextControl(self._lines), height=self._height, always_hide_cursor=True)
        told = Window(FormattedTextControl(lambda: [("fg:ansibrightblack", self._count())]), height=1)
        app = Application[str](
            Layout(HSplit([asked, listed, told]), focused_element=asked),
            key_bindings=self._keys(),
            erase_when_done=True,
        )
        app.ttimeoutlen = 0.05  # seconds that Esc waits for the rest of an arrow key
        return app

    def _height(self) -> int:
        return max(1, min(self._rows(), len(self._deck.cards)))

    def _keys(self) -> KeyBindings:
        from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

        keys = KeyBindings()
        page = ROWS - 1
        steps = {"up": -1, "c-p": -1, "s-tab": -1, "down": 1, "c-n": 1, "tab": 1, "pageup": -page, "pagedown": page}
        for key, step in steps.items():
            keys.add(key)(lambda _, step=step: self._move(step))

        @keys.add("enter")
        def _choose(event: KeyPressEvent) -> None:
            if self._shown:
                event.app.exit(result=self._chosen())

        @keys.add("escape", eager=True)
        @keys.add("c-c")
        @keys.add("c-d")
        def _leave(event: KeyPressEvent) -> None:
            event.app.exit(exception=KeyboardInterrupt())

        return keys


def card_line(card: Card, width: int, *, chosen: bool) -> StyleAndTextTuples:
    """A card on one line of at most so many columns: its name, then its titles."""
    name_width = min(_NAME_WIDTH, max(width - 2, 0))
    name = cut(one_line(card.name), name_width)
    rest = cut("  ".join(map(one_line, card.titles)), max(width - name_width - 4, 0))
    style = "reverse" if chosen else ""
    line: StyleAndTextTuples = [(f"{style} bold".strip(), f"{'>' if chosen else ' '} {pad(name, name_width)}")]
    return [*line, (style, f"  {rest}")] if rest else line


def cut(text: str, width: int) -> str:
    """A text of at most so many columns, of which a Chinese character takes two; an ellipsis for what is left out."""
    from prompt_toolkit.utils import get_cwidth

    if get_cwidth(text) <= width:
        return text
    kept, used = "", 0
    for character in text:
        used += get_cwidth(character)
        if used > width - 1:
            break
        kept += character
    return f"{kept}…" if width > 0 else ""


def pad(text: str, width: int) -> str:
    """A text with spaces after it up to so many columns."""
    from prompt_toolkit.utils import get_cwidth

    return text + " " * (width - get_cwidth(text))
