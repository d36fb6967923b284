"""What is sent to a chat backend and what comes back."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Literal

import msgspec

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "content_filter", "tool_calls", "unknown"]


class Message(msgspec.Struct, frozen=True):
    """One turn of a conversation."""

    role: Role
    content: str


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One question to a backend.

    `answer_in` is the code of the language the answer should be in. `example` is an answer known to be good, if there
    is one. Only the rehearsal backend reads these two; nothing but `messages` and `parameters` ever leaves the machine.
    `parameters` override the backend's own (temperature, max_tokens, …).
    """

    messages: tuple[Message, ...]
    parameters: dict[str, object] = {}
    answer_in: str = "en"
    example: str = ""


class Usage(msgspec.Struct, frozen=True):
    """Tokens, as the service counted them; None where it did not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None

    @property
    def total(self) -> int | None:
        """All that were counted; None where none were."""
        counted = [count for count in (self.prompt_tokens, self.completion_tokens) if count is not None]
        return sum(counted) if counted else None

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            _add(self.prompt_tokens, other.prompt_tokens), _add(self.completion_tokens, other.completion_tokens)
        )


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """What a service says it still allows: requests and tokens left, and the seconds until there are more of them.

    None where it does not say.
    """

    requests_left: int | None = None
    requests_reset: float | None = None
    tokens_left: int | None = None
    tokens_reset: float | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, whole.

    `model` is the model the service says it used, `seconds` the time to the last byte and `first_seconds` to the first
    text (None when it was not streamed). `parts` holds the pieces of an answer that was cut off and continued; it is
    empty for an answer that came in one piece. `allowance` is what the service said beside it of its limits.
    """

    text: str
    finish_reason: FinishReason = "unknown"
    model: str = ""
    usage: Usage = Usage()
    seconds: float = 0.0
    first_seconds: float | None = None
    parts: tuple[str, ...] = ()
    reasoning: str = ""
    allowance: Allowance | None = None


DEFAULT_COMPLETION = 1000
"""Tokens assumed for an answer that nothing bounds and nothing is known of."""


def bound_of(parameters: Mapping[str, object]) -> int | None:
    """The most tokens an answer may have by the parameters it is asked with; None where they do not say."""
    bound = parameters.get("max_completion_tokens", parameters.get("max_tokens"))
    return bound if isinstance(bound, int) and bound > 0 else None


def estimate_tokens(text: str) -> int:
    """Tokens a text will roughly cost: one for a CJK character, one for four characters of anything else.

    A planning figure only; what a service really counted is in `Usage`.
    """
    if text.isascii():
        return (len(text) + 3) // 4
    wide = sum(1 for char in text if unicodedata.east_asian_width(char) in "WF")
    return wide + (len(text) - wide + 3) // 4


def _add(a: int | None, b: int | None) -> int | None:
    return b if a is None else a if b is None else a + b
