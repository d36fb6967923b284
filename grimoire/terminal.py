"""Make text from models and files safe to show (pure)."""

from __future__ import annotations

import re

# Whole sequences go first, so that their parameters do not stay behind as litter; then every control character but
# tab and newline, and the marks that reorder text to deceive its reader.
_SEQUENCE = re.compile(
    "\x1b\\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]"
    "|(?:\x1b[\\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x90\x98\x9c-\x9f]{0,4096}(?:\x07|\x1b\\\\|\x9c)"
    "|\x1b[ -/]*[0-~]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def strip_controls(text: str) -> str:
    """The text without terminal control sequences, control characters and direction overrides."""
    return _CONTROL.sub("", _SEQUENCE.sub("", text.replace("\r\n", "\n")))


def one_line(text: str, width: int = 200) -> str:
    """The text on one line, white space folded, cut with an ellipsis after `width` characters."""
    folded = " ".join(strip_controls(text).split())
    return folded if len(folded) <= width else f"{folded[: width - 1]}…"
