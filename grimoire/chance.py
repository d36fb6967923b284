"""Verdicts and chance: intervals, and when a row of answers is evidence that something has changed (pure).

A model answers by chance, so one bad answer is no change. Each case is watched as a question with two answers (did it
pass?), which is in one of three states: it passes reliably, sometimes, or never. An answer that fits the state says
nothing new. One that does not opens Wald's sequential probability ratio test (Wald, "Sequential Tests of Statistical
Hypotheses", Annals of Mathematical Statistics 16, 1945): the state holds, against: it passes at another rate. Every
further answer moves the test until one side is accepted; what is still open when a run ends goes on in the next.
"""

from __future__ import annotations

from math import log, sqrt
from typing import Annotated, Literal

import msgspec

State = Literal["always", "sometimes", "never"]

Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]


class Chance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of the tests.

    `reliable` is how often a case in good order passes, and one that is broken fails; `changed` how often either does
    once it is so no longer. `false_alarm` and `missed` are Wald's α and β of one test; `most` answers are asked of one
    case in one run.
    """

    reliable: Share = 0.95
    changed: Share = 0.5
    false_alarm: Share = 0.001
    missed: Share = 0.05
    most: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20

    def __post_init__(self) -> None:
        if not self.changed < self.reliable:
            raise ValueError(f"changed {self.changed:g} is not below reliable {self.reliable:g}")
        if self.false_alarm + self.missed >= 1:
            raise ValueError("false_alarm and missed together are 1 or more")

    @property
    def upper(self) -> float:
        """The log-likelihood ratio at which a change is accepted."""
        return log((1 - self.missed) / self.false_alarm)

    @property
    def lower(self) -> float:
        """The log-likelihood ratio at which it is accepted that nothing has changed."""
        return log(self.missed / (1 - self.false_alarm))

    def weight(self, *, fits: bool) -> float:
        """What one answer adds to the evidence that a state holds no longer."""
        if fits:
            return log(self.changed / self.reliable)
        return log((1 - self.changed) / (1 - self.reliable))

    def likeliest(self, passed: int, failed: int) -> State:
        """The state that makes so many passes and failures likeliest; of equals the better one."""
        sure, unsure = (log(self.reliable), log(1 - self.reliable)), (log(self.changed), log(1 - self.changed))
        scores: dict[State, float] = {
            "always": passed * sure[0] + failed * sure[1],
            "sometimes": max(passed * a + failed * b for a, b in (unsure, unsure[::-1])),
            "never": passed * sure[1] + failed * sure[0],
        }
        return max(scores, key=lambda state: scores[state])


class Watch(msgspec.Struct, frozen=True):
    """What is known of one question after some answers.

    `state` holds until a test says otherwise; before the first test is decided (`settled` is false) it is only the
    likeliest. `evidence` is the open test's log-likelihood ratio, 0 where none is open, and `opened` the index of its
    first answer, since when `passed` and `failed` are counted. For a case that passes sometimes `evidence` speaks for
    its passing always, and `against`, which began with the answer `turned`, for its passing never.
    """

    state: State = "always"
    settled: bool = False
    evidence: float = 0.0
    against: float = 0.0
    passed: int = 0
    failed: int = 0
    opened: int = -1
    turned: int = -1

    @property
    def in_doubt(self) -> bool:
        """Whether an answer did not fit the state and it is not decided what that means; to `sometimes` all fit."""
        return self.opened >= 0 and not (self.settled and self.state == "sometimes")

    def sign_of(self, state: State) -> int:
        """The index of the first answer that speaks for another state than this; -1 where none does."""
        return self.turned if self.settled and self.state == "sometimes" and state == "never" else self.opened


def observe(watch: Watch, passed: bool, index: int, chance: Chance) -> Watch:
    """The watch after one more answer, the `index`-th."""
    if watch.settled and watch.state == "sometimes":
        return _from_sometimes(watch, passed, index, chance)
    holds = watch.state if watch.settled else "always"
    fits = passed is (holds == "always")
    if fits and not watch.in_doubt:
        return Watch(state=holds, settled=True)
    evidence = watch.evidence + chance.weight(fits=fits)
    counts = (watch.passed + passed, watch.failed + (not passed))
    if evidence <= chance.lower:
        return Watch(state=holds, settled=True)
    if evidence >= chance.upper:
        return Watch(state=chance.likeliest(*counts), settled=True)  # another: `holds` is what this row denies
    opened = watch.opened if watch.in_doubt else index
    state = watch.state if watch.settled else chance.likeliest(*counts)
    return Watch(state, watch.settled, evidence, 0.0, *counts, opened)


def _from_sometimes(watch: Watch, passed: bool, index: int, chance: Chance) -> Watch:
    """Wald's test begun anew whenever it would say `sometimes` (Page, "Continuous Inspection Schemes", 1954)."""
    up = max(0.0, watch.evidence - chance.weight(fits=passed))
    down = max(0.0, watch.against - chance.weight(fits=not passed))
    if max(up, down) >= chance.upper:
        return Watch("always" if up > down else "never", settled=True)
    opened = -1 if not up else watch.opened if watch.evidence else index
    turned = -1 if not down else watch.turned if watch.against else index
    return Watch("sometimes", settled=True, evidence=up, against=down, opened=opened, turned=turned)


class Interval(msgspec.Struct, frozen=True):
    """A share and the bounds between which the true one lies with 95 % confidence."""

    share: float
    low: float
    high: float


def wilson(hits: int, total: int, z: float = 1.959964) -> Interval:
    """Wilson's score interval of a share; (0, 0, 1) where nothing was counted.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American Statistical
    Association 22, 1927.
    """
    if not total:
        return Interval(0.0, 0.0, 1.0)
    share = hits / total
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    centre, scale = share + z * z / (2 * total), 1 + z * z / total
    # At the ends of the scale the bounds are exact, which floating point would miss by a hair.
    low = (centre - spread) / scale if hits else 0.0
    high = (centre + spread) / scale if hits < total else 1.0
    return Interval(share, low, high)
