"""Standing check: the answer does what was asked for, and does not talk about it.

An answer fails only where several signs agree:

- how it opens: one of its first sentences, after "Sure!" or 好的, explains how such a text is written, says what the
  text will contain or what the writer is going to do, or speaks of the prompt; or it speaks of that kind of text, and
  five different words of the trade (readers, keywords, paragraph, 标题, 结构 …) occur;
- what the incantation asks for: a text (an article, a description, titles, a script …). Where it asks for a plan, an
  outline, a guide, tips or a prompt, or where the user's subject is writing itself, talk of that kind is the answer;
- what follows: sentences of talk make up three fifths of the text, rows of tables are none, and there is no "here it
  is:" after which the text comes.

An answer of nothing but promises and courtesies fails in `answered`, whatever was asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

import msgspec

from grimoire.checks import task_advice as advice
from grimoire.checks import task_phrases as say
from grimoire.checks.bilingual import has_han
from grimoire.checks.hinted import vocabulary
from grimoire.checks.in_lines import ByLine
from grimoire.checks.prose import spoken
from grimoire.checks.reason import quote, result
from grimoire.expression import Expression
from grimoire.hanzi import simplify
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

HEAD = 500
OPENING = 4
"""Sentences of the opening."""
SENTENCE = 300
SHARE = 0.6
"""Of the answer's length: sentences of talk."""
FEW, JARGON = 3, 5
"""Sentences of talk; different words of the trade."""
ORDERS = 0.4
"""Of a lecture's sentences: those that tell somebody what to do."""
DENSE, ADVICE = 0.7, 0.75
"""Of the answer's length: advice to a writer; the same, opened by a lecture."""
NUMBER = 3
"""Characters of a sentence that may be a number or a mark."""
DELIVERED = 40
"""Characters after "here it is:" that are no talk."""
MENTIONS = 2
READ = 8_000

_SENTENCE = Expression(r"(?:^[ \t]*\d{1,3}\.)?[^.!?。！？\n]+(?:\.(?=\w)[^.!?。！？\n]+)*", re.MULTILINE)
_LABEL = Expression(r"[\s*_#\d.、)）•-]*[^\s:：|，。]{1,12}(?: [\w-]+){0,2}[*_]*[:：][\s*_]*")
_ITEM = "-*•0123456789第一二三四五六七八九十"
_GENERAL = {"content", "copy", "text", "texts", "piece", "pieces", "article", "文章", "内容", "文案", "文字", "文"}


class Task(msgspec.Struct, frozen=True):
    """What an incantation asks for: the kind of text (empty if none is known), its noun, and what else it allows."""

    kind: str
    noun: re.Pattern[str]
    plan: bool
    of_writing: bool
    of_prompts: bool
    waits: bool
    message: bool
    lacking: advice.Lacking
    words: str


class OnTask:
    """The answer is the text that was asked for, not talk about it."""

    name = "on-task"
    version = 1
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        task = read_task(exchange.incantation, exchange.text)
        if why := find_talk(spoken(exchange.answer.text), task, exchange.text):
            return result(self, "failed", why)
        if task.plan:
            return result(self, "skipped", f"what is asked for, {quote(task.kind)}, may be talk about a text")
        if not task.kind:
            return result(self, "skipped", "the incantation asks for no kind of text that is known")
        return result(self, "passed", f"asked for {quote(task.kind)}, and the answer does not open with talk about it")


@lru_cache(maxsize=64)
def read_task(incantation: str, text: str) -> Task:
    """What is asked for, from the first order of the incantation. `text` is the user's part of it."""
    lines = _LINES.of(incantation)
    told = "\n".join([line.told for line in lines])
    kind = next((line.order for line in lines if line.order), "") or next(
        (line.some for line in lines if line.some), ""
    )
    noun, given = _noun(kind), simplify(text).strip()
    subject = given if given and len(given) < len(incantation.strip()) else ""
    return Task(
        kind=kind.casefold(),
        noun=noun,
        plan=bool(say.PLAN_END.search(kind)),
        of_writing=bool(
            say.ABOUT_WRITING.search(subject or simplify(incantation))
            or say.TOPIC_OF_WRITING.search(noun.sub("", subject))
        ),
        of_prompts=bool(say.PROMPTS.search(f"{subject} {kind}")) or any(line.reviews for line in lines),
        waits=any(line.waits for line in lines),
        message=bool(say.MESSAGE.search(kind)),
        lacking=advice.read_lacking(told.replace(subject, "") if subject else told),
        words="\n".join([line.words for line in lines]),
    )


class _Line(NamedTuple):
    """A line of an incantation in Simplified characters: `words` with case ignored, `told` without who is to write.

    `order` is the kind of text that an order in it names, `some` that of 写一篇; `reviews` is of prompts.
    """

    words: str
    told: str
    order: str
    some: str
    reviews: bool
    waits: bool


def _read_line(line: str) -> _Line:
    """None of the expressions matches a line feed, so that a line is read as it would be in the whole."""
    words = simplify(line)
    told = say.PERSONA.sub("", words)
    chinese = has_han(told)
    asked = (say.ASKED.search(told), say.ASKED_ZH.search(told) if chinese else None)
    orders = [match for match in asked if match]
    some = say.SOME_TEXT_ZH.search(told) if chinese else None
    return _Line(
        words=words.casefold(),
        told=told,
        order=min(orders, key=re.Match.start)["kind"] if orders else "",
        some=some["kind"] if some else "",
        reviews=say.REVIEWS_PROMPTS.search(told) is not None,
        waits=say.WAITS.search(words) is not None,
    )


_LINES = ByLine(_read_line)


def _noun(kind: str) -> re.Pattern[str]:
    """The last word of a kind of text, in singular and plural."""
    noun = re.escape(kind.rsplit(maxsplit=1)[-1].casefold().rstrip("s")) if kind else "(?!)"
    return re.compile(rf"\b{noun}s?\b" if noun.isascii() else noun, re.IGNORECASE)


def find_talk(text: str, task: Task, given: str = "") -> str:
    """How the answer talks about the task instead of doing it; empty when it does not."""
    opening = [(sentence, _bare(sentence)) for sentence in islice(_sentences(text[:HEAD]), OPENING)]
    if not task.of_prompts and (found := _first(opening[:2], say.PROMPT.match)):
        why = _if_most(text, found, "speaks of the prompt instead of doing what it asks", _of_the_prompt)
        if why:
            return why
    if not task.waits and (why := _advice(text, [bare for _, bare in opening], task, given)):
        return why
    if not task.kind or task.plan or task.of_writing or task.waits:
        return ""
    return _talk_of_writing(text, opening, task, given)


def _advice(text: str, opening: list[str], task: Task, given: str) -> str:
    """Advice where code, pictures' prompts, a rewriting or a plan was asked for."""

    def sentences() -> list[str]:
        read = (sentence for sentence in _sentences(text[:READ]) if sentence[0] not in "|#")
        return [_unlabelled(sentence) or sentence for sentence in read]

    lacks, why = task.lacking, ""
    if lacks.code:
        why = advice.instead_of_code(text, opening, sentences)
    if lacks.block and not why:
        why = advice.instead_of_prompts(text, opening, sentences)
    if lacks.rewriting and not why:
        why = advice.instead_of_rewriting(opening[:2], simplify(given), sentences)
    if task.plan and not why and not task.noun.search(simplify(given)):
        why = advice.instead_of_a_plan(opening[:2], task.noun, sentences)
    return why


def _talk_of_writing(text: str, opening: list[tuple[str, str]], task: Task, given: str) -> str:
    def of_writing(sentence: str) -> bool:
        return _of_writing(sentence) or _speaks_of(sentence, task)

    def of_lecture(sentence: str) -> bool:
        return of_writing(sentence) or _orders(sentence)

    def of_advice(sentence: str) -> bool:
        return sentence[0] != "|" and (advice.tells(_unlabelled(sentence) or sentence) or of_lecture(sentence))

    def of_intentions(sentence: str) -> bool:
        return say.WILL.search(sentence) is not None or advice.PART.match(sentence) is not None or of_writing(sentence)

    words = vocabulary(text.strip() if len(text) < 2 * HEAD else text[:HEAD])  # of a short text others ask for it too
    if found := _first(opening, lambda sentence: _is_asked(say.lecture(sentence, words), task)):
        why = "explains how it is written instead of writing it"
        return _if_most(text, found, why, of_lecture) or _if_most(text, found, why, of_advice, share=ADVICE)
    if (found := _first(opening, say.TRADE.match)) and text.count(given.strip() or " ") <= MENTIONS:
        return _if_most(text, found, "explains the trade instead of writing what was asked for", of_lecture)
    if found := _first(opening, lambda sentence: _says_what_will_be(sentence, task, words)):
        few = FEW if say.SHORT_KIND.search(task.kind) else 1
        return _if_most(text, found, "says what the text will be instead of writing it", of_intentions, few)
    found = next((sentence for sentence, _ in opening if _speaks_of(sentence, task)), "")
    if found and _teaches(text):
        return _if_most(text, found, "is about writing, not what was to be written", of_writing, JARGON)
    return _dense(text, [sentence for sentence, _ in opening], task)


def _dense(text: str, opening: list[str], task: Task) -> str:
    """Advice to a writer from beginning to end, however it opens."""
    head = text[:HEAD]
    if sum(map(head.__contains__, advice.HINTS)) < MENTIONS or not _opens_with_advice(opening, task):
        return ""
    sentences = [sentence for sentence in _sentences(text[:READ]) if sentence[0] not in "|#"]
    talk = [sentence for sentence in sentences if _advises(sentence, task)]
    share = sum(map(len, talk)) / max(1, sum(map(len, sentences)))
    jargon = {word.casefold() for sentence in talk for word in say.CRAFT.findall(sentence)}
    if share < DENSE or len(jargon) < JARGON or len(talk) < MENTIONS:
        return ""
    why = "tells how it should be written instead of writing it"
    return f"{why}: {quote(talk[0], 80)} ({len(talk)} of {len(sentences)} sentences, {share:.0%} of the text)"


def _opens_with_advice(opening: list[str], task: Task) -> bool:
    """Whether all of the first sentences but one are advice to a writer."""
    others = (sentence for sentence in opening if not _advises(sentence, task))
    return next(islice(others, int(len(opening) >= OPENING), None), None) is None


def _advises(sentence: str, task: Task) -> bool:
    """Whether a sentence tells a writer what to do, or what the text should be like."""
    said = _unlabelled(sentence) or sentence
    if sentence[0] in "|#" or not (advice.tells(said) or say.ORDERS.match(said)):
        return False
    return task.noun.search(sentence) is not None or say.CRAFT.search(sentence) is not None


def _speaks_of(sentence: str, task: Task) -> bool:
    """Whether a sentence of prose names the kind of text that is asked for."""
    if sentence[0] in "|#" or not task.noun.search(sentence):
        return False
    return task.noun.search(_unlabelled(sentence)) is not None


def _unlabelled(sentence: str) -> str:
    """What stands after a label of a few words and a colon."""
    label = _LABEL.match(sentence)
    return sentence[label.end() :] if label else sentence


def _teaches(text: str) -> bool:
    """Whether several different words of the trade occur, and two sentences in five tell somebody what to do."""
    sentences = list(_sentences(text[:READ]))
    jargon = {word.casefold() for sentence in sentences for word in say.CRAFT.findall(sentence)}
    return len(jargon) >= JARGON and sum(map(_tells, sentences)) >= ORDERS * len(sentences)


def _tells(sentence: str) -> bool:
    """Whether a sentence advises, or orders a writer about."""
    if say.ADVICE.search(sentence) or say.ORDERS.match(sentence) or say.IMPERATIVE.match(_bare(sentence)):
        return True
    return sentence[0] in _ITEM and say.COMPOSE.search(sentence) is not None


def _says_what_will_be(sentence: str, task: Task, words: frozenset[str]) -> bool:
    """Whether it says what the text will hold, or what its writer is going to do. `words` are at least its own."""
    nameless = sentence.isascii() and say.TEXT_WORDS.isdisjoint(words)
    if not nameless and _is_asked(say.DESCRIBES.match(sentence), task):
        return True
    if task.message or not say.FUTURE.match(sentence):
        return False
    return bool(task.noun.search(sentence) or say.OF_THE_TASK.search(sentence))


def _sentences(text: str) -> Iterator[str]:
    """Sentences and list items in Simplified characters, without those that are mere courtesies."""
    for found in _SENTENCE.findall(simplify(text)):
        sentence = found.strip()[:SENTENCE]
        if len(sentence) > NUMBER and not _is_courtesy(sentence):
            yield sentence


def _is_courtesy(sentence: str) -> bool:
    match = say.ACKNOWLEDGE.match(sentence)
    return bool(match and match.end() == len(sentence))


def _bare(sentence: str) -> str:
    """A sentence without marks and courtesies before it."""
    while match := say.ACKNOWLEDGE.match(sentence):
        sentence = sentence[match.end() :]
    return sentence


def _first(sentences: list[tuple[str, str]], sign: Callable[[str], object]) -> str:
    """The first sentence which bears a sign at its beginning, after marks and courtesies; empty if none does."""
    return next((sentence for sentence, bare in sentences if sign(bare)), "")


def _is_asked(match: re.Match[str] | None, task: Task) -> bool:
    """Whether the text that a sentence speaks of is what the incantation asks for."""
    if match is None:
        return False
    kinds = [kind.casefold() for kind in match.groups() if kind]
    return not kinds or any(kind in _GENERAL or _stem(kind) in task.words for kind in kinds)


def _stem(kind: str) -> str:
    """A kind of text without its plural's ending."""
    return kind[:-3] if kind.endswith(("zes", "ies")) else kind.rstrip("s")


def _if_most(text: str, found: str, why: str, sign: Callable[[str], bool], few: int = FEW, share: float = SHARE) -> str:
    """The reason, if most of the text's sentences bear the sign and the text asked for is not among them."""
    sentences = [sentence for sentence in _sentences(text[:READ]) if sentence[0] != "#" or sign(sentence)]
    talk = [sentence for sentence in sentences if sentence == found or sign(sentence)]
    part = sum(map(len, talk)) / max(1, sum(map(len, sentences)))
    if len(talk) < min(few, len(sentences)) or part < share or _delivers(text[:READ], sign):
        return ""
    return f"{why}: {quote(found, 80)} ({len(talk)} of {len(sentences)} sentences, {part:.0%} of the text)"


def _of_writing(sentence: str) -> bool:
    """Whether a sentence that is no row of a table is about the trade of writing; its label does not count."""
    if sentence[0] == "|":
        return False
    said = _unlabelled(sentence) or sentence
    if any(sign.search(said) for sign in (say.CRAFT, say.DESCRIBES, say.FUTURE)) or say.ORDERS.match(said):
        return True
    return bool(say.COMPOSE.search(said) and (sentence[0] in _ITEM or say.ADVICE.search(said)))


def _orders(sentence: str) -> bool:
    """Whether a sentence of a lecture names what belongs to a text, or tells the writer to do something."""
    return sentence[0] != "|" and bool(say.CRAFT.search(sentence) or say.IMPERATIVE.match(_bare(_unlabelled(sentence))))


def _of_the_prompt(sentence: str) -> bool:
    return bool(say.PROMPT.search(sentence) or say.ON_PROMPTS.search(sentence) or say.CRAFT.search(sentence))


def _delivers(text: str, sign: Callable[[str], bool]) -> bool:
    """Whether "here it is:" is followed by something that is no talk."""
    said = simplify(text)
    rests = (_sentences(said[match.end() :]) for match in islice(say.DELIVERY.finditer(said), FEW))
    return any(sum(len(sentence) for sentence in rest if not sign(sentence)) >= DELIVERED for rest in rests)
