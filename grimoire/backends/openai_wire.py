"""Reading what an OpenAI-compatible service sends: pure, and tolerant of what servers leave out or get wrong.

A streamed chunk and a whole completion differ in one word (`delta`, `message`), so both are read as a Piece, and an
answer is what a Reply has gathered from one piece or from many. Nothing here trusts a type: a field of the wrong type
counts as missing.
"""

from __future__ import annotations

import codecs

import msgspec

from grimoire.chat import Allowance, Answer, FinishReason, Usage

MAX_CHARACTERS = 20_000_000
MAX_TOKENS = 2**53

_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "normal": "stop",  # Qianfan
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "content_filter": "content_filter",
    "sensitive": "content_filter",  # BigModel
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
}


class TooLong(Exception):
    """An answer has more characters than any model writes; the adapter makes a ServiceFault of it."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One chunk of a stream, or a whole completion.

    `answered` says that it held a choice at all, `ended` that the stream said it was the last; `allowance` is what the
    headers said that came with it.
    """

    answered: bool = False
    ended: bool = False
    allowance: Allowance | None = None
    text: str = ""
    reasoning: str = ""
    finish: str = ""
    model: str = ""
    usage: Usage = Usage()


def read_piece(data: object) -> Piece:
    """A piece from decoded JSON of any shape; what is not of the protocol reads as an empty piece."""
    body = _mapping(data)
    choice = _first_choice(body)
    message = choice.get("delta")
    if not isinstance(message, dict):
        message = choice.get("message")
    spoken = _mapping(message)
    return Piece(
        answered=isinstance(message, dict),
        text=_content(spoken.get("content")) or _text(spoken.get("refusal")),
        reasoning=_text(spoken.get("reasoning_content")) or _text(spoken.get("reasoning")),
        finish=_text(choice.get("finish_reason")),
        model=_text(body.get("model")),
        usage=_usage(body.get("usage")),
    )


def map_finish(reason: str) -> FinishReason:
    """The service's word for why it stopped, in ours; a word we do not know is `unknown`."""
    return _FINISH.get(reason.lower(), "unknown")


class Reply:
    """Gathers pieces into an Answer. `ended` says that it is whole: a reason came, or the stream's last word."""

    def __init__(self) -> None:
        self.answered = False
        self.ended = False
        self._allowance: Allowance | None = None
        self._texts: list[str] = []
        self._reasonings: list[str] = []
        self._characters = 0
        self._finish = ""
        self._model = ""
        self._usage = Usage()
        self._text_joiner, self._reasoning_joiner = _joiner(), _joiner()

    def add(self, piece: Piece) -> str:
        """Take one piece in and return the text it adds. Raises TooLong."""
        self._characters += len(piece.text) + len(piece.reasoning)
        if self._characters > MAX_CHARACTERS:
            raise TooLong
        self.answered |= piece.answered
        self.ended |= piece.ended or bool(piece.finish)
        self._allowance = piece.allowance or self._allowance
        self._finish = piece.finish or self._finish
        self._model = piece.model or self._model
        self._usage = _latest(self._usage, piece.usage)
        self._reasonings.append(_join(self._reasoning_joiner, piece.reasoning))
        return self._keep(_join(self._text_joiner, piece.text))

    def end(self) -> str:
        """The text held back for a second half that never came, mostly none."""
        self._reasonings.append(_join(self._reasoning_joiner, "", final=True))
        return self._keep(_join(self._text_joiner, "", final=True))

    def answer(self, *, seconds: float, first_seconds: float | None) -> Answer:
        """What was gathered; times in seconds, measured by the caller."""
        return Answer(
            text="".join(self._texts),
            finish_reason=map_finish(self._finish),
            model="".join(char for char in self._model if char.isprintable())[:200],
            usage=self._usage,
            seconds=seconds,
            first_seconds=first_seconds,
            reasoning="".join(self._reasonings),
            allowance=self._allowance,
        )

    def _keep(self, text: str) -> str:
        self._texts.append(text)
        return text


def _first_choice(body: dict[str, object]) -> dict[str, object]:
    choices = body.get("choices")
    for choice in choices if isinstance(choices, list) else []:
        if isinstance(choice, dict) and choice.get("index", 0) in {0, None}:
            return choice
    return {}


def _content(value: object) -> str:
    if not isinstance(value, list):
        return _text(value)
    return "".join(_text(part.get("text")) for part in value if isinstance(part, dict))


def _usage(value: object) -> Usage:
    counts = _mapping(value)
    return Usage(_count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens")))


def _latest(old: Usage, new: Usage) -> Usage:
    prompt = old.prompt_tokens if new.prompt_tokens is None else new.prompt_tokens
    completion = old.completion_tokens if new.completion_tokens is None else new.completion_tokens
    return Usage(prompt, completion)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_TOKENS else None


def _mapping(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _joiner() -> codecs.IncrementalDecoder:
    """Joins the halves of a surrogate pair that two chunks share, and replaces a half that stays alone.

    JSON may hold either; no file, database or terminal takes a lone half.
    """
    return codecs.getincrementaldecoder("utf-16-le")(errors="replace")


def _join(joiner: codecs.IncrementalDecoder, text: str, *, final: bool = False) -> str:
    return joiner.decode(text.encode("utf-16-le", "surrogatepass"), final)
