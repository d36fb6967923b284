"""What a prompt says of its answer that no check is derived from: in what form alone, in which language, explained.

It is read to find what contradicts another prompt, not to judge answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Literal

import msgspec

from grimoire import languages, placeholders
from grimoire.errors import UnknownName
from grimoire.expectations.english import tells
from grimoire.expectations.patterns import one_of
from grimoire.expectations.reading import Sentence, sentences
from grimoire.expression import Expression

TARGET = "[TARGETLANGUAGE]"
_ENOUGH = 10
"""Words, or Chinese characters, from which on a prompt is in a language."""
_HAN = Expression("[\u3400-\u9fff]")
_LATIN = Expression(r"\b[A-Za-z]+")

_FORMS = {
    "a table": "(?:markdown )?table | 表格 | 张表",
    "a list": "(?:bullet(?:ed)?|markdown|numbered) list | bullet points | bullets | 项目符号列表 | 无序列表 | 有序列表",
    "one paragraph": "(?:one|a single) paragraph | 一段话 | 一个段落",
    "code": "code | 代码",
    **{name: name for name in ("JSON", "CSV", "YAML", "XML", "HTML")},
}
_FORM = "|".join(f"(?P<f{number}>{one_of(words)})" for number, words in enumerate(_FORMS.values()))
_ALONE = (
    Expression(
        r"\b(?:answer|reply|respon[ds]e?|return|output|print|deliver|give|produce|write|emit)\b[^,;:()]{0,40}?"
        rf"\b(?:(?<!not )only|nothing but|just|solely|exclusively)\b[^,;:()]{{0,25}}?\b(?:{_FORM})(?![a-z])",
        re.IGNORECASE,
    ),
    Expression(rf"\b(?:{_FORM})(?: (?:only|alone)\b|,? and nothing else\b)", re.IGNORECASE),
    Expression(
        rf"[只仅](?:需|能|要|准|许|可)?(?:输出|返回|给出|写|回答|交付|回复|提供)[^，。；：、和与及]{{0,12}}?(?:{_FORM})",
        re.IGNORECASE,
    ),
)
_IN_ENGLISH = Expression(
    r"\b(?i:answer|reply|respond|write|output|speak)\b[^,;:.()]{0,30}? in ((?:Simplified |Traditional )?[A-Z][a-z]+)\b"
)
_IN_CHINESE = Expression(
    "(?:用|以)((?:简体|繁体)?[\u4e00-\u9fff]{1,3}[语文])(?:来)?(?:回答|作答|写|撰写|输出|回复|答复)"
)
_EXPLAIN = Expression(
    r"(?:^|[,;:] |\band |\bthen |\balso )explain (?:your|why|how|what|the|each|every|in)\b"
    r"|(?:^|[，；：、]|并|再|请)解释(?!权)",
    re.IGNORECASE,
)
_NO_EXPLAINING = Expression(
    r"\b(?:no|without(?: any)?|(?:do not|don['’]t|never) (?:add|give|write|include)(?: any)?) explanations?\b(?! of\b)"
    r"|\b(?:do not|don['’]t|never) explain(?: anything| yourself| your (?:answer|reasoning|work)| it)?(?=[,;]|$)"
    r"|不要?(?:作|做|加|写|附|给出|添加)?(?:任何)?解释|(?:无需|不必|不用)解释",
    re.IGNORECASE,
)

Kind = Literal["form", "language", "script", "explain", "no-explaining"]


class Manner(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said, the words it is said in, and their line in the prompt, from 1.

    `value` is the form alone, the code of the answer's language or TARGET, the prompt's own script; else empty.
    """

    kind: Kind
    value: str = ""
    words: str
    line: int


@lru_cache(maxsize=256)
def manners(prompt: str) -> tuple[Manner, ...]:
    """What a prompt says; of the answer's language only where it says one thing. What the user gives is not read."""
    return tuple(_read(prompt))


def _read(prompt: str) -> Iterator[Manner]:
    yield from _script(prompt)
    spoken: list[Manner] = []
    for sentence in sentences(prompt):
        if tells(sentence):
            yield from _of_sentence(prompt, sentence)
            spoken += _language(prompt, sentence)
    if (start := prompt.find(TARGET)) >= 0:
        spoken.append(_manner(prompt, "language", TARGET, TARGET, start))
    if len({manner.value for manner in spoken}) == 1:
        yield spoken[0]


def _script(prompt: str) -> Iterator[Manner]:
    bare = "".join(part.text for part in placeholders.parse(prompt) if isinstance(part, placeholders.Literal))
    han, latin = len(_HAN.findall(bare)), len(_LATIN.findall(bare))
    if max(han, latin) >= _ENOUGH:
        # As everywhere: Chinese with English words in it, and not the other way round.
        chinese = han >= latin
        yield Manner(
            kind="script", value="zh" if chinese else "", words="Chinese" if chinese else "not Chinese", line=1
        )


def _of_sentence(prompt: str, sentence: Sentence) -> Iterator[Manner]:
    for pattern in _ALONE:
        for found in pattern.finditer(sentence.text):
            if ":" not in sentence.text[: found.start()] and "：" not in sentence.text[: found.start()]:
                groups = [name for number, name in enumerate(_FORMS) if found[f"f{number}"]]
                yield _manner(prompt, "form", groups[0], found[0], sentence.start + found.start())
    refusing = _NO_EXPLAINING.search(sentence.text)
    if refusing:
        yield _manner(prompt, "no-explaining", "", refusing[0], sentence.start + refusing.start())
    elif explaining := _EXPLAIN.search(sentence.text):
        yield _manner(prompt, "explain", "", explaining[0], sentence.start + explaining.start())


def _language(prompt: str, sentence: Sentence) -> Iterator[Manner]:
    for pattern in (_IN_ENGLISH, _IN_CHINESE):
        for found in pattern.finditer(sentence.text):
            with suppress(UnknownName):
                code = languages.resolve(found[1])
                yield _manner(prompt, "language", code, found[0], sentence.start + found.start())


def _manner(prompt: str, kind: Kind, value: str, words: str, start: int) -> Manner:
    return Manner(kind=kind, value=value, words=words.strip(" ,;:，；："), line=placeholders.line_of(prompt, start)[0])
