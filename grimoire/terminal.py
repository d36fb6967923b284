"""Make text from models and files safe to show (pure)."""

from __future__ import annotations

import re

# Whole sequences go first, so that their parameters do not stay behind as litter; then every control character but
# tab and newline, and the marks that reorder text to deceive its reader.
_STRING = "(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]{0,4096}"
_CSI = "(?:\x1b\\[|\x9b)[0-?]{0,256}[ -/]{0,16}"
_OTHER = "\x1b[ -/]{0,16}"
_SEQUENCE = re.compile(f"{_CSI}[@-~]|{_STRING}(?:\x07|\x1b\\\\|\x9c)|{_OTHER}[0-~]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BEGUN = re.compile(f"(?:{_CSI}|{_STRING}\x1b?|{_OTHER})\\Z")
_INTRODUCER = re.compile("[\x1b\x9b\x9d\x90\x98\x9e\x9f]")


def strip_controls(text: str) -> str:
    """The text without terminal control sequences, control characters and direction overrides."""
    return _CONTROL.sub("", _SEQUENCE.sub("", text))


class ControlFilter:
    """`strip_controls` for a text that comes in pieces: all that is given out together is what it would have given.

    A sequence that is not over yet is held back, however it is cut up, until it is over or too long to be one.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, piece: str) -> str:
        """What is known to be safe by now."""
        text = self._held + piece
        end = _open_sequence(text)
        self._held = text[end:]
        return strip_controls(text[:end])

    def end(self) -> str:
        """What is left when no more comes."""
        held, self._held = self._held, ""
        return strip_controls(held)


def one_line(text: str, width: int = 200) -> str:
    """The text on one line, white space folded, cut with an ellipsis after `width` characters."""
    folded = " ".join(strip_controls(text).split())
    return folded if len(folded) <= width else f"{folded[: width - 1]}…"


def _open_sequence(text: str) -> int:
    """Where a sequence begins that the end of the text leaves open; the length of the text where none does."""
    at = 0
    while found := _INTRODUCER.search(text, at):
        if _BEGUN.match(text, found.start()):
            return found.start()
        whole = _SEQUENCE.match(text, found.start())
        at = whole.end() if whole else found.end()
    return len(text)
