"""Engines for tests: each does to pieces what its name says."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.servers.deepl_server import translate_words


class Engine:
    """A translator made of a function on one piece; it remembers what it was asked."""

    name = "engine"

    def __init__(self, *functions: Callable[[str], str]) -> None:
        """The first function answers the first request, and so on; the last answers all that follow."""
        self.functions = functions
        self.asked: list[list[str]] = []
        self.contexts: list[str] = []

    async def translate(self, pieces: Sequence[str], *, source: str, target: str, context: str) -> list[str]:
        function = self.functions[min(len(self.asked), len(self.functions) - 1)]
        self.asked.append(list(pieces))
        self.contexts.append(context)
        return [function(piece) for piece in pieces]

    async def aclose(self) -> None:
        pass


def chinese(piece: str) -> str:
    return translate_words(piece, "ZH-HANS")
