"""The offline stand-in for a chat service: deterministic, instant, and always labelled as a rehearsal.

`sample` gives back a spell's own sample; every other model misbehaves on purpose, so that checks can be tried on what
they must catch. What it says is never evidence about a model.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator

import msgspec

from grimoire.backends.articles import GENERIC, LIGHTHOUSE, NO_SAMPLE, REFUSAL
from grimoire.chat import Answer, FinishReason, Request
from grimoire.errors import UnknownName
from grimoire.expression import Expression

_PIECE = 24  # characters a listener gets at a time
_SLOT = {"en": "[Your Brand]", "zh": "[你的品牌]"}
_HEADING = Expression(r"^(#{1,6}[ \t]+)\S.*$", re.MULTILINE)
# A line of prose begins with a letter; up to twelve characters of it, or its first word, stand for its subject.
_SUBJECT = Expression(r"^(?:[一-鿿]{1,12}|[^\W\d_]+)", re.MULTILINE)


class Draft(msgspec.Struct, frozen=True):
    """What a model says, and how it ends."""

    text: str
    finish: FinishReason = "stop"


def give_sample(request: Request) -> Draft:
    """The example; asked to go on with it, what is left of it. A follow-up has none."""
    example = _example(request)
    return Draft(example.removeprefix(_said(request)) if request.example else example)


def echo(request: Request) -> Draft:
    """The last user message, word for word."""
    return Draft(next((m.content for m in reversed(request.messages) if m.role == "user"), ""))


def refuse(request: Request) -> Draft:
    """A polite refusal in the language asked for."""
    return Draft(REFUSAL[_speak(request)])


def miss_language(request: Request) -> Draft:
    """A fluent article in a language nobody asked for: Chinese where English was wanted, else English."""
    return Draft(GENERIC["zh" if _primary(request.answer_in) == "en" else "en"])


def miss_topic(request: Request) -> Draft:
    """A fluent article with every kind of structure, in the right language, about lighthouse lamps."""
    return Draft(LIGHTHOUSE[_speak(request)])


def truncate(request: Request) -> Draft:
    """The first half of the example, cut off; asked to go on, nothing new, cut off again."""
    example, said = _example(request), _said(request)
    half = example[: (len(example) + 1) // 2]
    return Draft("" if said and example.startswith(said) else half, "length")


def say_nothing(_: Request) -> Draft:
    """An empty answer that claims to be complete."""
    return Draft("")


def leave_slots(request: Request) -> Draft:
    """The example with its first heading, or first words, replaced by `[PROMPT]`, and the next subject by a slot."""
    slot = _SLOT[_speak(request)]
    text, headed = _HEADING.subn(r"\g<1>[PROMPT]", _example(request), count=1)
    if not headed:
        text, headed = _SUBJECT.subn("[PROMPT]", text, count=1)
    text, filled = _SUBJECT.subn(slot, text, count=1)
    missing = ([] if headed else ["[PROMPT]"]) + ([] if filled else [slot])
    return Draft("\n\n".join([text, " ".join(missing)]) if missing else text)


MODELS: dict[str, Callable[[Request], Draft]] = {
    "sample": give_sample,
    "echo": echo,
    "refusal": refuse,
    "wrong-language": miss_language,
    "off-topic": miss_topic,
    "truncated": truncate,
    "empty": say_nothing,
    "leftover": leave_slots,
}

MISBEHAVIOURS: tuple[str, ...] = tuple(name for name in MODELS if name != "sample")


class Rehearsal:
    """A `ports.ChatBackend` that asks nobody. Raises UnknownName for a model that is not in MODELS."""

    rehearsal: bool = True

    def __init__(self, model: str = "sample") -> None:
        if model not in MODELS:
            near = difflib.get_close_matches(model, MODELS, 1)
            hint = f"did you mean {near[0]}?" if near else f"one of: {', '.join(MODELS)}"
            raise UnknownName(f"rehearsal has no model {model!r}", hint=hint)
        self.name = f"rehearsal/{model}"
        self.parameters: dict[str, object] = {}
        self._draft = MODELS[model]

    def __repr__(self) -> str:
        return f"Rehearsal({self.name.partition('/')[2]!r})"

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        draft = self._draft(request)
        if on_text:
            for piece in _cut(draft.text):
                on_text(piece)
        first = 0.0 if on_text and draft.text else None
        return Answer(text=draft.text, finish_reason=draft.finish, model=self.name, first_seconds=first)

    async def aclose(self) -> None:
        """Nothing is open."""


def _cut(text: str) -> Iterator[str]:
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def _example(request: Request) -> str:
    return request.example or NO_SAMPLE[_speak(request)]


def _said(request: Request) -> str:
    """All that was answered so far in this conversation."""
    return "".join(message.content for message in request.messages if message.role == "assistant")


def _speak(request: Request) -> str:
    return "zh" if _primary(request.answer_in) == "zh" else "en"


def _primary(code: str) -> str:
    return code.replace("_", "-").partition("-")[0].lower()
