"""What was read from prompts, remembered in the user's cache: to read one takes tens of milliseconds of a cast.

A cache and never a source of truth: what is remembered counts only for the same prompt and the same program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec

from grimoire import cachefile
from grimoire.expectations import Expectation, expect
from grimoire.index import program

PROMPTS = 128
"""As many are remembered; the one that was read first is forgotten first."""


class Content(msgspec.Struct, frozen=True, array_like=True):
    """The file. What was read is by the digest of the prompt, and decoded when used."""

    program: str
    read: dict[str, memoryview]


class Expecting:
    """As `expect`, but what was read once is taken from a file. Raises nothing for a file that is of no use."""

    def __init__(self, file: Path, read: Callable[[str], list[Expectation]] = expect) -> None:
        self._file = file
        self._read = read

    def __call__(self, prompt: str) -> list[Expectation]:
        key = hashlib.blake2b(prompt.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        content = cachefile.read(self._file, Content)
        remembered = content.read if content and content.program == program() else {}
        known = _decode(remembered.get(key))
        return known if known is not None else self._remember(remembered, key, self._read(prompt))

    def _remember(self, remembered: dict[str, memoryview], key: str, found: list[Expectation]) -> list[Expectation]:
        try:
            raw = memoryview(msgspec.msgpack.encode(found))
        except UnicodeEncodeError:  # a prompt may hold halves of characters
            return found
        newest = {**{other: value for other, value in remembered.items() if other != key}, key: raw}
        cachefile.write(self._file, Content(program(), dict(list(newest.items())[-PROMPTS:])))
        return found


def _decode(raw: memoryview | None) -> list[Expectation] | None:
    if raw is None:
        return None
    try:
        return _DECODER.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


_DECODER = msgspec.msgpack.Decoder(list[Expectation])
