"""Engines for tests: each does to segments what its name says; and a memory that is not on disk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from grimoire.segment import MemoryKey, Segment
from tests.servers.deepl_server import translate_words


class Engine:
    """A translator made of functions on one text; it remembers what it was asked, a list of texts a request."""

    name = "engine"
    version = "1"
    concurrent = 2

    def __init__(self, *functions: Callable[[str], str]) -> None:
        """The first function answers a text's first asking, and so on; the last answers all that follow."""
        self.functions = functions
        self.asked: list[list[str]] = []
        self.contexts: list[str] = []
        self.remarks: list[dict[int, str]] = []
        self._times: dict[str, int] = {}

    @staticmethod
    def cut(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
        return (list(segments[start : start + 5]) for start in range(0, len(segments), 5))

    async def translate(
        self,
        segments: Sequence[Segment],
        *,
        source: str,
        target: str,
        context: str,
        remarks: Mapping[int, str] = MappingProxyType({}),
    ) -> list[str]:
        self.asked.append([unmarked(segment) for segment in segments])
        self.contexts.append(context)
        self.remarks.append(dict(remarks))
        return [self._answer(segment.text) for segment in segments]

    async def aclose(self) -> None:
        pass

    def _answer(self, text: str) -> str:
        words = re.sub(r"⟦\d+⟧", "", text).strip()
        time = self._times.get(words, 0)
        self._times[words] = time + 1
        return self.functions[min(time, len(self.functions) - 1)](text)


class Notes:
    """A Memory in a dict."""

    def __init__(self) -> None:
        self.known: dict[MemoryKey, str] = {}

    def recall(self, keys: Sequence[MemoryKey]) -> dict[MemoryKey, str]:
        return {key: self.known[key] for key in keys if key in self.known}

    def remember(self, known: Mapping[MemoryKey, str]) -> None:
        self.known.update(known)

    def close(self) -> None:
        pass


def unmarked(segment: Segment) -> str:
    """A text as it was before it was numbered for its request."""
    text = segment.text.rpartition(" ")[0] if segment.kinds[-1:] == ("line",) else segment.text
    numbers = iter(range(99))
    return re.sub(r"⟦\d+⟧", lambda _: f"⟦{next(numbers)}⟧", text)


def chinese(piece: str) -> str:
    return translate_words(piece, "ZH-HANS")
