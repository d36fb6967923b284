"""Where a spell stands in a language on a backend, from all that was ever found there (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from grimoire.chance import Chance, Interval, Watch, observe, wilson
from grimoire.verdict import VerdictKind

StandingKind = Literal["works", "partial", "broken", "flaky", "untested", "stale"]
Change = Literal["new", "still", "regressed", "recovered", ""]

RANK: Mapping[str, int] = {"works": 0, "partial": 1, "flaky": 2, "broken": 3}
"""From good to bad: a move up is a regression."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One answer as the standing rules see it, oldest first in any sequence of them.

    `answer` is its number in the ledger, `yardstick` the digest of the checks it was judged with, `sent` one of the
    text it answers, with the case filled in.
    """

    run: str
    at: str
    template: str
    case: str
    sample: int = 1
    verdict: VerdictKind
    reason: str = ""
    answer: int = 0
    yardstick: str = ""
    sent: str = ""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Of spell × language × backend over time.

    `since` is the time (ISO 8601) of the answer that first showed it, `first` that answer's number, and `was` what the
    standing was before. `change` is about the latest run. `works` of `answers` since then work, `low` to `high` is the
    95 % interval of that share, and `errors` came instead of answers. `doubt` says that answers do not fit the
    standing, and are not yet enough to change it. `reason` is that of the latest answer that did not work, empty where
    all is well.
    """

    kind: StandingKind
    change: Change = ""
    since: str = ""
    was: StandingKind | Literal[""] = ""
    first: int = 0
    reason: str = ""
    answers: int = 0
    works: int = 0
    low: float = 0.0
    high: float = 1.0
    errors: int = 0
    doubt: bool = False


class CaseWatch(msgspec.Struct, frozen=True):
    """One case: does it hold up (is it not broken), and does it work wholly?"""

    holds: Watch = Watch()
    full: Watch = Watch()

    @property
    def kind(self) -> StandingKind:
        """Never holding up is broken, and only sometimes flaky; holding up, but not always wholly, is partial."""
        if self.holds.state != "always":
            return "broken" if self.holds.state == "never" else "flaky"
        return "works" if self.full.state == "always" else "partial"

    @property
    def in_doubt(self) -> bool:
        """Whether it is undecided what an answer means. Of what does not hold up it does not matter how wholly."""
        return self.holds.in_doubt or (self.holds.state == "always" and self.full.in_doubt)

    @property
    def settled(self) -> bool:
        """Whether a test, or a first answer that was good, has said what it is."""
        return self.holds.settled and self.full.settled

    @property
    def said(self) -> tuple[StandingKind, bool]:
        """What it is, and whether that is more than a guess."""
        return self.kind, self.settled

    def sign_of(self, later: CaseWatch) -> int:
        """The index of the first answer that speaks for what it is later; -1 where none before did."""
        pairs = ((self.holds, later.holds), (self.full, later.full))
        signs = [old.sign_of(new.state) for old, new in pairs if (old.state, old.settled) != (new.state, new.settled)]
        return min((sign for sign in signs if sign >= 0), default=-1)

    def see(self, verdict: VerdictKind, index: int, chance: Chance) -> CaseWatch:
        """The watch after one more answer; an error says nothing."""
        if verdict == "error":
            return self
        held, worked = verdict != "broken", verdict == "works"
        if _says_nothing(self.holds, held) and _says_nothing(self.full, worked):
            return self
        return CaseWatch(observe(self.holds, held, index, chance), observe(self.full, worked, index, chance))


def _says_nothing(watch: Watch, passed: bool) -> bool:
    """Whether `observe` would give the same watch again, which is so of nearly every answer in a long history."""
    return watch.settled and watch.opened < 0 and watch.state == ("always" if passed else "never")


def stand(
    history: Sequence[Judged], template: str, chance: Chance | None = None, cases: Collection[str] | None = None
) -> Standing:
    """The standing of one cell from its judged answers, oldest first.

    `template` is the digest of the text as it is now: only answers to that text count, and of each case those that
    answer the same as its latest and were judged with the same yardstick. When there are none, but there are answers to
    an older text, the standing is `stale`. `cases` are those the spell has now; an answer to another does not count,
    but one to a text of the user's own (no case) does.
    """
    current = [e for e in history if e.template == template and (cases is None or not e.case or e.case in cases)]
    story = _Story(chance or Chance())
    for run in by_run(_comparable(current)):
        story.add(run)
    if not story.chapters:
        stale = any(entry.verdict != "error" for entry in history)
        errors = sum(entry.verdict == "error" for entry in history)
        return Standing(kind="stale" if stale else "untested", errors=errors)
    return story.standing()


def watch_case(history: Iterable[Judged], chance: Chance) -> CaseWatch:
    """What one case's answers, all of them comparable, say of it."""
    watch = CaseWatch()
    for index, entry in enumerate(entry for run in by_run(history) for entry in run):
        watch = watch.see(entry.verdict, index, chance)
    return watch


def combine(judged: Iterable[tuple[str, VerdictKind]], chance: Chance | None = None) -> StandingKind:
    """What one run's answers, as (case, verdict), say together of a spell; errors say nothing.

    Of several answers to one case the likeliest state decides, not one lucky or unlucky draw.
    """
    chance = chance or Chance()
    cases: dict[str, list[VerdictKind]] = {}
    for case, kind in judged:
        if kind != "error":
            cases.setdefault(case, []).append(kind)
    return combine_cases(case_kind(kinds, chance) for kinds in cases.values())


def case_kind(verdicts: Sequence[VerdictKind], chance: Chance) -> StandingKind:
    """What several answers to one case say, each of the same weight and none an error."""
    broken, works = verdicts.count("broken"), verdicts.count("works")
    holds = Watch(chance.likeliest(len(verdicts) - broken, broken))
    return CaseWatch(holds, Watch(chance.likeliest(works, len(verdicts) - works))).kind


def combine_cases(kinds: Iterable[StandingKind]) -> StandingKind:
    """Of a spell with several cases: as all are; where they differ, flaky if one is, else partial."""
    found = set(kinds)
    if len(found) <= 1:
        return found.pop() if found else "untested"
    return "flaky" if "flaky" in found else "partial"


def share(judged: Iterable[VerdictKind]) -> Interval:
    """How many of some verdicts are `works`, errors left out."""
    kinds = [kind for kind in judged if kind != "error"]
    return wilson(kinds.count("works"), len(kinds))


class _Chapter(msgspec.Struct, frozen=True):
    """A standing, the index of the answer that first showed it, and the run that found it.

    One that is not settled rests on the first few answers alone, and whatever comes next takes its place.
    """

    kind: StandingKind
    start: int
    run: str
    settled: bool


class _Story:
    """A cell's runs, one after the other."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._watches: dict[str, CaseWatch] = {}
        self._seen: list[Judged] = []
        self._errors: list[Judged] = []
        self._latest = ""
        self.chapters: list[_Chapter] = []

    def add(self, run: Sequence[Judged]) -> None:
        """What one run found. A standing changes between runs, not in the middle of one."""
        before = dict(self._watches)
        signs = self._signs(run, before)
        if not self._seen or (self.chapters and self.chapters[-1].settled and before == self._watches):
            return
        watches = list(self._watches.values())
        settled = [watch for watch in watches if watch.settled]
        if self.chapters and not self.chapters[-1].settled:
            signs.append(self.chapters.pop().start)
        # What is settled is moved by nothing that is not: a new case may have begun with an unlucky answer.
        kind = combine_cases(watch.kind for watch in (settled if self.chapters else watches))
        if not self.chapters:
            self.chapters.append(_Chapter(kind, min(signs), self._latest, len(settled) == len(watches)))
        elif kind != self.chapters[-1].kind:
            self.chapters.append(_Chapter(kind, min(signs), self._latest, settled=True))

    def _signs(self, run: Sequence[Judged], before: Mapping[str, CaseWatch]) -> list[int]:
        """Of each case that is no longer what it was before the run, the index of the answer that first showed it."""
        start = self.chapters[-1].start if self.chapters else -1
        signs = {entry.case: sign for entry in run if (sign := self._see(entry, start)) >= 0}
        return [
            sign for case, sign in signs.items() if case not in before or before[case].said != self._watches[case].said
        ]

    def _see(self, entry: Judged, start: int) -> int:
        """The index of the answer that first showed what this one settles; -1 where it settles nothing new.

        It is this one, where that was before `start`: no standing began before the one that it ends.
        """
        if entry.verdict == "error":
            self._errors.append(entry)
            return -1
        index, old = len(self._seen), self._watches.get(entry.case)
        self._seen.append(entry)
        self._latest = entry.run
        new = self._watches[entry.case] = (old or CaseWatch()).see(entry.verdict, index, self._chance)
        if old is None:
            return index
        if new is old or new.said == old.said:
            return -1
        sign = old.sign_of(new)
        return sign if sign > start else index

    def standing(self) -> Standing:
        """Where all of it leads."""
        now = self.chapters[-1]
        first, since = self._seen[now.start], self._seen[now.start :]
        counted = share(entry.verdict for entry in since)
        began = min(entry.at for entry in (*self._seen, *self._errors) if entry.run == first.run)
        doubt = any(watch.in_doubt for watch in self._watches.values())
        bad = [entry.reason for entry in since if entry.verdict != "works" and entry.reason]
        return Standing(
            kind=now.kind,
            change=self._change(),
            since=first.at,
            was=self.chapters[-2].kind if len(self.chapters) > 1 else "",
            first=first.answer,
            reason=bad[-1] if bad and (doubt or now.kind != "works") else "",
            answers=len(since),
            works=sum(entry.verdict == "works" for entry in since),
            low=counted.low,
            high=counted.high,
            errors=sum(entry.at >= began for entry in self._errors),
            doubt=doubt,
        )

    def _change(self) -> Change:
        now = self.chapters[-1]
        if now.run != self._latest:
            return "still"
        if len(self.chapters) == 1:
            return "new"
        return "regressed" if RANK[now.kind] > RANK[self.chapters[-2].kind] else "recovered"


def _comparable(history: Sequence[Judged]) -> list[Judged]:
    """Without what was asked or measured otherwise than each case's latest answer was; errors were not measured."""
    latest = {entry.case: entry for entry in history if entry.verdict != "error"}
    return [
        e
        for e in history
        if e.verdict == "error" or (e.sent == (last := latest[e.case]).sent and e.yardstick == last.yardstick)
    ]


def by_run(history: Iterable[Judged]) -> list[list[Judged]]:
    """Answers, oldest first, by the run they belong to, in the order in which the runs came to their last answer."""
    runs: dict[str, list[Judged]] = {}
    end: str | None = None
    newest: list[Judged] = []
    for entry in history:
        if entry.run == end:
            newest.append(entry)
        elif entry.verdict == "error" and entry.run in runs:
            runs[entry.run].append(entry)
        else:
            end, newest = entry.run, runs.pop(entry.run, [])
            newest.append(entry)
            runs[end] = newest
    return [_last_asked(run) for run in runs.values()]


def _last_asked(run: Sequence[Judged]) -> list[Judged]:
    """What a resumed run asked anew counts once: its last answer, or where none came its last error."""
    answers = {(e.case, e.sample): e for e in run if e.verdict != "error"}
    if len(answers) == len(run):
        return list(run)
    errors = {(e.case, e.sample): e for e in run if e.verdict == "error"}
    return list((errors | answers).values())
