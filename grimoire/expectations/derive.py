"""From claims to expectations: which of them hold for the whole answer, and where they contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from grimoire.expectations import chinese_claims, english_claims
from grimoire.expectations.claims import SOME, Claim, Kind
from grimoire.expectations.english_orders import orders
from grimoire.expectations.expectation import Expectation
from grimoire.expectations.forms import form, loosened, sized_table
from grimoire.expectations.patterns import any_of, any_word
from grimoire.expectations.reading import Sentence, sentences
from grimoire.expression import Expression
from grimoire.spell import CheckSpec

_HAN = Expression("[\u3400-\u9fff]")
_LATIN = Expression(r"(?<!\[)\b[A-Za-z]+")
_OTHER_FORM = Expression(r"\b(?:HTML5?|XML|CSV|LaTeX|YAML|SVG|JSONL?)\b|</?(?:h[1-6]|li|ul|table|p)>", re.IGNORECASE)
_STRUCTURE: set[Kind] = {"headings", "list-items", "tables", "items", "paragraphs", "code-blocks"}
"""What is read from Markdown, and looks otherwise in another form."""
_BARE_TAGS = Expression(
    r"(?:without|no|omit) (?:the |a |any )?(?:#|hash (?:sign|symbol|mark))"
    r"|(?:不要?|无需|勿)(?:包含|包括|带|加|含|用|写)?\s*[“\"]?(?:#|井号)",
    re.IGNORECASE,
)
_IN_TURNS = (
    any_word(r"""
        wait for (?:my|me|the user|your) | ask me | ask the user | one (?:question )?at a time
        | after (?:i|the user) (?:repl|answer|respond)\w* | before (?:you )?(?:proceed|continu)\w*
        | when i (?:say|type|write|reply) | my first (?:request|sentence|question|command|message|suggestion)
        | until i (?:say|tell) | let['’]s play
    """),
    any_of("""
        等待?我 | 问我 | 向我提问 | 我(?:回答|回复|说|输入)(?:之?后|“|") | 逐个提问 | 一次只?问一 | 我的第一
    """),
)
_STEPS = (
    any_word("""
        then | followed by | after that | afterwards | finally | lastly | as well as | additionally | along with
        | in addition | sections? | parts? | below (?:it|the)
    """),
    any_of("然后 | 接着 | 其次 | 最后 | 随后 | 另外 | 此外 | 同时(?!.{0,4}保) | 附上 | 部分"),
)
_MAKING = any_of("""
    撰写 | 写(?![作法手实真]|出来) | 生成 | 列出 | 列举 | 给出 | 提供(?![的了]) | 设计(?!师) | 创作(?!者) | 制作
    | 推荐 | 策划 | 总结 | 概括
""")
_LABELLED = Expression(r"[^:：\n]{1,30}[:：]\s*\S")
_COVERS: dict[Kind, tuple[str, ...]] = {
    "items": ("list-items", "headings", "tables", "json", "json-path", "paragraphs"),
    "json": ("json", "contains-json", "json-path"),
    "paragraphs": ("paragraphs", "length"),
}


@lru_cache(maxsize=256)
def read(prompt: str) -> tuple[Expectation, ...]:
    """As `expectations.expect`; once, since it takes milliseconds and all cases of a spell share their prompt."""
    if any(pattern.search(prompt) for pattern in _IN_TURNS):
        return ()
    told = tuple(sentences(prompt))
    chinese = [sentence for sentence in told if _is_chinese(sentence.text)]
    english = [sentence for sentence in told if not _is_chinese(sentence.text)]
    found = [*english_claims.claims(english), *chinese_claims.claims(chinese)]
    unfit: set[Kind] = set(_STRUCTURE) if _OTHER_FORM.search(prompt) else set()
    unfit |= {"hashtags"} if _BARE_TAGS.search(prompt) else set()
    kept = [claim for claim in found if claim.kind not in unfit]
    settled = sorted(_settle(kept, single=_single(told)), key=lambda pair: pair[0].start)
    return tuple(_expectation(prompt, claim, spec) for claim, spec in settled)


def _expectation(prompt: str, claim: Claim, spec: CheckSpec) -> Expectation:
    words = " ".join(prompt[claim.start : claim.end].split()).strip(" ,，:：")
    line = prompt.count("\n", 0, claim.start) + 1
    covers = _COVERS.get(claim.kind, (spec.name,))
    return Expectation(spec=spec, words=words, line=line, start=claim.start, end=claim.end, covers=covers)


def _single(told: Sequence[Sentence]) -> bool:
    """Whether the prompt asks for one thing, so that what is said of a length or number is said of the answer."""
    if any(pattern.search(sentence.text) for sentence in told for pattern in _STEPS):
        return False
    labels = [sentence for sentence in told if sentence.listed and _LABELLED.match(sentence.text)]
    makes = sum(
        len(_MAKING.findall(sentence.text)) if _is_chinese(sentence.text) else orders(sentence.text)
        for sentence in told
    )
    return makes <= 1 and len(labels) <= 1


def _is_chinese(text: str) -> bool:
    """Whether a sentence is Chinese with English words in it, and not the other way round."""
    han = len(_HAN.findall(text))
    return bool(han) and han >= len(_LATIN.findall(text))


def _settle(claims: Sequence[Claim], *, single: bool) -> Iterator[tuple[Claim, CheckSpec]]:
    for kind in dict.fromkeys(claim.kind for claim in claims):
        of_kind = [claim for claim in claims if claim.kind == kind]
        if kind == "json":
            of_kind = of_kind[:1]
        elif kind == "tables":
            yield from _sized_tables(of_kind)
            of_kind = [claim for claim in of_kind if claim.bound != SOME]
        for claim, low, high in _held(of_kind, single=single):
            spec = form(claim, low, high)
            if spec:
                yield claim, spec


def _held(claims: Sequence[Claim], *, single: bool) -> Iterator[tuple[Claim, int | None, int | None]]:
    """What holds for the whole answer: each lower bound does, so that the greatest holds with all the others.

    Of upper bounds only those of the whole do, and the weakest of them; where they contradict each other nothing does.
    """
    bounds = [(claim, loosened(claim)) for claim in claims]
    lows = [(bound.low, claim) for claim, bound in bounds if bound.low]
    # Several numbers of a kind are those of several parts.
    alone = single and len([low for low, _ in lows if low > 1]) <= 1
    highs = [
        (bound.high, claim)
        for claim, bound in bounds
        if bound.high is not None and (claim.scope == "whole" or (claim.scope == "open" and alone))
    ]
    low, lowest = max(lows, key=lambda pair: pair[0], default=(None, None))
    high, highest = max(highs, key=lambda pair: pair[0], default=(None, None))
    if low is not None and high is not None and low > high:
        return
    if lowest is not None and lowest is highest:
        yield lowest, low, high
        return
    if lowest is not None:
        yield lowest, low, None
    if highest is not None:
        yield highest, None, high


def _sized_tables(claims: Sequence[Claim]) -> Iterator[tuple[Claim, CheckSpec]]:
    """One check for each table whose size is told; where none is, that there is one."""
    sized: dict[object, tuple[Claim, CheckSpec]] = {}
    for claim in claims:
        if claim.columns or claim.rows:
            sized.setdefault((claim.columns, claim.rows), (claim, sized_table(claim)))
    several = any((claim.bound.low or 0) > 1 for claim in claims)
    asked = [claim for claim in claims if claim.bound == SOME]
    if sized:
        yield from sized.values()
    elif asked and not several:
        yield asked[0], sized_table(asked[0])
