"""Asking a model for a judgement: several independent requests, each read strictly, until a majority is certain.

Each request asks for its reason before its verdict. Nothing sets a temperature: votes are independent samples only
where the backend's own configuration leaves some chance to them.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, TypeVar
from weakref import WeakKeyDictionary

import msgspec

from grimoire.chat import Answer, Message, Request
from grimoire.checks.fences import new_code
from grimoire.checks.own import OwnCheck
from grimoire.checks.prose import spoken
from grimoire.checks.reason import LIMIT, cut, one_line, quote, result
from grimoire.errors import RequestRejected, ServiceError, ServiceFault
from grimoire.ports import ChatBackend, Check, Exchange
from grimoire.scripts import weigh
from grimoire.verdict import CheckResult

OddNumber = Literal[1, 3, 5, 7, 9, 11, 13, 15]
Wants = TypeVar("Wants")
T = TypeVar("T")

LONGEST_REPLY = 100_000
"""Characters; a judge that writes more is not judging."""
STARTS = 32
"""Opening braces of a reply that are tried, each in linear time."""

_ASKED = 2
_KEPT = 2000
_WORD = 20
_INDENT = 100
_ENDS = " .。!！\"'“”「」*"
_REFUSALS = frozenset({400, 422})
_NO_VOTE = frozenset({"length", "content_filter"})

# By backend the number of the milder `response_format` that it is known to accept.
_KNOWN_FORM: WeakKeyDictionary[ChatBackend, int] = WeakKeyDictionary()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What one request asks.

    `write` makes the messages around a code. `texts` are what others wrote: the code occurs in none of them, and a
    verdict that stands in one of them is a quotation and no vote. `words` maps each accepted word, in lower case, to
    the verdict it stands for.
    """

    write: Callable[[str], tuple[Message, ...]]
    texts: tuple[str, ...]
    words: Mapping[str, str]


class Opinion(msgspec.Struct, frozen=True):
    """What one reply says: one of the question's verdicts, why, and the model the service says it used."""

    verdict: str
    reason: str
    model: str = ""


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One vote, of one opinion or of two, which `split` says contradict each other. `verdict` may say more of it."""

    passes: bool
    reason: str
    verdict: str = ""
    models: tuple[str, ...] = ()
    split: bool = False


class Poll(msgspec.Struct, frozen=True):
    """The usable votes, of which a majority agree, and how many gave nothing usable."""

    votes: tuple[Vote, ...]
    lost: int = 0

    @property
    def passes(self) -> bool:
        """What the majority says."""
        return _for(self.votes) * 2 > len(self.votes)


class Voting(OwnCheck[Wants]):
    """A check that a model votes on, with `a_vote` requests a vote.

    `votes` is how many votes are taken where the spell's file does not say (`own_votes`).
    """

    votes: int = 3
    own_votes: int | None = None
    a_vote: ClassVar[int] = 1

    @property
    def requests(self) -> int:
        """How many requests an answer takes where every vote is needed and usable."""
        return self.a_vote * (self.own_votes or self.votes)

    def judge(self, exchange: Exchange) -> CheckResult:  # noqa: ARG002  # the Protocol's signature
        return result(self, "skipped", "no model was asked")

    def applies(self, exchange: Exchange) -> bool:  # noqa: ARG002  # as above
        """Whether there is anything to ask about this answer."""
        return True

    async def poll(self, vote: Callable[[], Awaitable[Vote]]) -> Poll:
        """Ask for votes until the majority is certain. Raises ServiceError when there is none to be had."""
        return await poll(vote, self.own_votes or self.votes)


async def poll(vote: Callable[[], Awaitable[Vote]], votes: int) -> Poll:
    """Call `vote` up to `votes` times and stop as soon as more than half of them agree.

    As many are called at once as would settle it if they agreed. One that raises ServiceError is lost.

    Raises:
        ServiceError: no majority is left to be had; the service's own error where every vote was lost.
    """
    needed = votes // 2 + 1
    got: list[Vote] = []
    lost: list[ServiceError] = []
    while (missing := needed - max(_for(got), len(got) - _for(got))) > 0:
        if missing > votes - len(got) - len(lost):
            raise _undecided(got, lost, votes)
        for outcome in await together([vote] * missing):
            if isinstance(outcome, ServiceError):
                lost.append(outcome)
            else:
                got.append(outcome)
    return Poll(tuple(got), len(lost))


async def together(calls: Sequence[Callable[[], Awaitable[T]]]) -> list[T | ServiceError]:
    """Call all at once and wait for all; anything raised but a ServiceError is raised when the last has ended."""
    import asyncio

    outcomes = await asyncio.gather(*(call() for call in calls), return_exceptions=True)
    kept: list[T | ServiceError] = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, ServiceError):
            raise outcome
        kept.append(outcome)
    return kept


async def ask(question: Question, backend: ChatBackend) -> Opinion:
    """Put a question, once more where the first reply is not usable.

    Raises:
        ServiceError: the backend's own, or that neither reply was usable, or that a rehearsal was asked.
    """
    if backend.rehearsal:
        raise ServiceFault(f"{backend.name}: a rehearsal asks no model and cannot judge")
    why = ""
    for _ in range(_ASKED):
        answer = await _send(question, backend)
        try:
            return read(answer, question)
        except ValueError as error:
            why = str(error)
    raise ServiceFault(f"{backend.name}: no usable vote: {why}")


def read(answer: Answer, question: Question) -> Opinion:
    """The opinion in a reply: one JSON object with a reason and a verdict, alone, in a code fence or among words.

    Raises:
        ValueError: it holds none, or two that differ, or was cut off; says which.
    """
    text = spoken(answer.text).replace("\\'", "'")  # an escape that JSON does not have and models often write
    if answer.finish_reason in _NO_VOTE:
        raise ValueError(f"the reply ended with {answer.finish_reason}")
    if not text.strip():
        raise ValueError("the reply is empty")
    if len(text) > LONGEST_REPLY:
        raise ValueError(f"the reply has {len(text)} characters")
    found = [body for raw, body in _objects(text) if "verdict" in body and not _quoted(raw, question.texts)]
    if not found:
        raise ValueError(f"no JSON object with a verdict in {quote(text)}")
    opinions = [_opinion(body, question.words, answer.model) for body in found]
    if len({opinion.verdict for opinion in opinions}) > 1:
        raise ValueError("the reply holds two verdicts that differ")
    return opinions[0]


def told(check: Check, poll: Poll, backend: ChatBackend, summary: str = "") -> CheckResult:
    """The result of a poll: how many agreed, the reason of one of them, and of one that did not."""
    agreed = [vote for vote in poll.votes if vote.passes == poll.passes]
    against = [vote for vote in poll.votes if vote.passes != poll.passes]
    asked = len(poll.votes) + poll.lost
    lost = f" ({poll.lost} not usable)" if poll.lost else ""
    head = f"{len(agreed)} of {asked} vote{'s' if asked > 1 else ''}{lost}{summary}: "
    dissent = f"; {len(against)} against: " if against else ""
    room = LIMIT - len(head) - len(dissent)
    if against:
        reason = f"{head}{_shown(agreed[0], room * 3 // 5)}{dissent}{_shown(against[0], room * 2 // 5)}"
    else:
        reason = head + _shown(agreed[0], room)
    split = bool(against) or any(vote.split for vote in poll.votes)
    return msgspec.structs.replace(
        result(check, "passed" if poll.passes else "failed", reason), judge=_name(backend, poll), split=split
    )


def in_chinese(text: str) -> bool:
    """Whether a judge is asked in Chinese about this: mostly Chinese characters, and no kana."""
    weights = weigh(text)
    return weights["Han"] > sum(weights.values()) / 2 and not weights["kana"]


async def _send(question: Question, backend: ChatBackend) -> Answer:
    """Ask for JSON under a schema, or as a server allows: a request that is refused is made again in a milder form.

    A `response_format` among the backend's own parameters is left as it is.
    """
    messages = question.write(new_code(question.texts))
    forms = [None] if "response_format" in backend.parameters else _forms(question)
    known = _KNOWN_FORM.get(backend)
    number = min(known or 0, len(forms) - 1)
    while True:
        form = forms[number]
        try:
            answer = await backend.ask(Request(messages=messages, parameters={"response_format": form} if form else {}))
        except RequestRejected as error:
            if error.status not in _REFUSALS or known is not None or number + 1 == len(forms):
                raise
            number += 1
        else:
            _KNOWN_FORM[backend] = number
            return answer


def _forms(question: Question) -> list[dict[str, object] | None]:
    """Values of `response_format`, from what holds a model to the form best to what every server takes."""
    schema: dict[str, object] = {
        "type": "object",
        "properties": {
            "reason": {"type": "string"},
            "verdict": {"type": "string", "enum": list(dict.fromkeys(question.words.values()))},
        },
        "required": ["reason", "verdict"],
        "additionalProperties": False,
    }
    strict: dict[str, object] = {
        "type": "json_schema",
        "json_schema": {"name": "judgement", "strict": True, "schema": schema},
    }
    return [strict, {"type": "json_object"}, None]


def _objects(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The JSON objects of a text that stand in no other, as written and as read; braces of its prose are passed over.

    Raises:
        ValueError: an object is broken, so that what stands in it may be a quotation; or there are too many braces.
    """
    decoder = json.JSONDecoder(object_pairs_hook=_once, strict=False)
    start = text.find("{")
    for _ in range(STARTS):
        if start < 0:
            return
        try:
            body, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            if text[start + 1 : start + _INDENT].lstrip().startswith('"'):
                raise ValueError(f"a broken JSON object: {quote(text[start:])}") from None
            end = start + 1
        else:
            yield text[start:end], body
        start = text.find("{", end)
    if start >= 0:
        raise ValueError("too many braces")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice: two verdicts under one name are none."""
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a key stands twice")
    return body


def _quoted(raw: str, texts: Sequence[str]) -> bool:
    """Whether an object stands in what others wrote, white space aside."""
    squeezed = "".join(raw.split())
    return any(squeezed in "".join(text.split()) for text in texts)


def _opinion(body: dict[str, Any], words: Mapping[str, str], model: str) -> Opinion:
    verdict, reason = body["verdict"], body.get("reason")
    word = unicodedata.normalize("NFKC", verdict[: 2 * _WORD]).strip(_ENDS) if isinstance(verdict, str) else ""
    if word.casefold() not in words:
        raise ValueError(f"{cut(one_line(repr(verdict)[:_KEPT]), _WORD)} is no verdict")
    if not isinstance(reason, str) or not reason.strip():
        raise ValueError("the verdict has no reason")
    return Opinion(words[word.casefold()], reason.strip()[:_KEPT], model)


def _for(votes: Sequence[Vote]) -> int:
    return sum(vote.passes for vote in votes)


def _undecided(got: Sequence[Vote], lost: Sequence[ServiceError], votes: int) -> ServiceError:
    if not got:
        return lost[0]
    usable = f"{_for(got)} for and {len(got) - _for(got)} against"
    errors = f", {len(lost)} not usable ({lost[0].message})" if lost else ""
    return ServiceFault(f"no majority of {votes} votes: {usable}{errors}")


def _shown(vote: Vote, limit: int) -> str:
    return cut(one_line(vote.reason), limit)


def _name(backend: ChatBackend, poll: Poll) -> str:
    """BACKEND/MODEL, and in brackets the models that the service says it used where they are others."""
    named = {model for vote in poll.votes for model in vote.models}
    others = sorted(named - {"", backend.name.partition("/")[2]})
    return cut(one_line(f"{backend.name} ({', '.join(others)})" if others else backend.name), _KEPT // 10)
