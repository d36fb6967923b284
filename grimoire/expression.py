"""Regular expressions that are compiled when they are first used.

The checks and expectations have some five hundred, and to compile them all takes longer than everything else at
start-up; a run with answers in one language, and most of them good, needs a part of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property


class Expression:
    """As `re.compile(source, flags)`, later. Each method is looked up once, and is the compiled pattern's own after."""

    def __init__(self, source: str, flags: int = 0) -> None:
        self.source, self.flags = source, int(flags)

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The compiled pattern."""
        return re.compile(self.source, self.flags)

    @cached_property
    def search(self) -> Callable[..., re.Match[str] | None]:
        return self.pattern.search

    @cached_property
    def match(self) -> Callable[..., re.Match[str] | None]:
        return self.pattern.match

    @cached_property
    def fullmatch(self) -> Callable[..., re.Match[str] | None]:
        return self.pattern.fullmatch

    @cached_property
    def finditer(self) -> Callable[..., Iterator[re.Match[str]]]:
        return self.pattern.finditer

    @cached_property
    def findall(self) -> Callable[..., list[str]]:
        return self.pattern.findall

    @cached_property
    def split(self) -> Callable[..., list[str]]:
        return self.pattern.split

    @cached_property
    def sub(self) -> Callable[..., str]:
        return self.pattern.sub

    @cached_property
    def subn(self) -> Callable[..., tuple[str, int]]:
        return self.pattern.subn
