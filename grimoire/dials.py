"""AIPRM's dials: the tone, the writing style and the language an answer is asked for in (pure)."""

from __future__ import annotations

import msgspec

from grimoire import languages


class Dials(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of every answer of a conversation; empty where nothing is.

    `tone` and `style` are English names of the lists here, or the user's own words; `answer_in` is a language code.
    """

    tone: str = ""
    style: str = ""
    answer_in: str = ""


def with_dials(text: str, dials: Dials, language: str, *, speaks: bool) -> str:
    """A text with what the dials ask for after it, a blank line between, as AIPRM appends it.

    `language` is the text's. The language of the answer is named only where `speaks` says that the text does not.
    """
    return text


def resolve_dials(tone: str, style: str, answer_in: str, before: Dials) -> Dials:
    """What is asked for now, over what was asked for `before`.

    Raises:
        UnknownName: there is no such language.
    """
    return Dials(
        tone=tone or before.tone,
        style=style or before.style,
        answer_in=languages.resolve(answer_in) if answer_in else before.answer_in,
    )
