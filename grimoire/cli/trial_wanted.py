"""What a trial was asked to do: the plan recorded with its run, which a resumed run is recognised by."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec

from grimoire.cli.options import Samples, parse_age, parse_samples, split_codes
from grimoire.errors import UsageError
from grimoire.trial.select import Reasons

if TYPE_CHECKING:
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run
    from grimoire.settings import Settings

VERSION = 2
"""Of the recorded plan: it goes up when the keys of a trial's cells are made in another way."""
REHEARSED = ("rehearsal/sample", "rehearsal/echo", "rehearsal/refusal", "rehearsal/wrong-language")
"""What is rehearsed when no backend is chosen: one that behaves, and three that must be found broken."""
_SEEDS = 100_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for. No names: every spell.

    `part` is how many cases to take for a sample (`10%`, `50`), and `shuffle` the seed of the order asked in. `seed` is
    that of the sample, and `as_of` the time (ISO 8601) up to which the ledger gives reasons. These two are decided when
    a run begins, so that a resumed run has the same plan.
    """

    names: list[str]
    languages: list[str]
    backends: list[str]
    samples: Samples
    rehearsing: bool = False
    topics: list[str] = []
    reasons: Reasons = Reasons()
    part: str = ""
    shuffle: int | None = None
    seed: Annotated[int, msgspec.Meta(ge=0)] | None = None
    as_of: str = ""
    version: int = VERSION

    @property
    def plan(self) -> dict[str, object]:
        """As the ledger keeps it."""
        return dict(msgspec.to_builtins(self))


def request(
    settings: Settings,
    names: list[str],
    languages: list[str],
    models: list[str],
    *,
    rehearse: bool,
    samples: str | None,
    topics: list[str],
    reasons: Reasons,
    part: str,
    shuffle: int | None,
) -> Wanted:
    """What is asked for, as the settings complete it; without a backend, the rehearsal. Raises UsageError."""
    values = settings.values
    backends = models or ([values.backend] if values.backend and not rehearse else [])
    return Wanted(
        names=names,
        languages=split_codes(languages or list(values.languages)),
        backends=list(dict.fromkeys(backends)) or list(REHEARSED),
        samples=parse_samples(samples) if samples else values.samples,
        rehearsing=not backends,
        topics=topics,
        reasons=reasons,
        part=part,
        shuffle=shuffle,
    )


def decide(wanted: Wanted, run: Run | None = None) -> Wanted:
    """With what is decided when a run begins: the seed of its sample, and until when the ledger counts.

    Of a `run` that goes on it is decided. Raises UsageError as `plan_of`.
    """
    if run:
        return plan_of(run)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    drawn = secrets.randbelow(_SEEDS) if wanted.shuffle is None else wanted.shuffle
    return msgspec.structs.replace(wanted, seed=drawn if wanted.part else None, as_of=now if wanted.reasons else "")


def reasons(*, changed: bool, failed: bool, max_age: str) -> Reasons:
    """What the ledger has to say of a place for it to be tried. Raises UsageError for an age that is none."""
    return Reasons(changed=changed, failed=failed, max_age=parse_age(max_age))


def resumed(store: SqliteLedger, name: str, wanted: Wanted | None) -> Run:
    """The trial to go on with: the one named, else the last unfinished one, of the same plan where one is `wanted`.

    Raises:
        UnknownName: no run is so called.
        UsageError: there is none, or nothing is left of it.
    """
    if name:
        return _named(store, name, wanted)
    run = _same(store, wanted) if wanted else store.unfinished()
    if run is None:
        same = " with these spells, languages, backends and samples" if wanted else ""
        other = store.unfinished() if wanted else None
        last = f"; the last unfinished one: --resume {other.id}" if other else ""
        raise UsageError(f"no unfinished trial{same}", hint=f"start one without --resume{last}")
    return run


def plan_of(run: Run) -> Wanted:
    """What an earlier run was asked to do. Raises UsageError where another version of Grimoire was asked."""
    if run.plan.get("version") == VERSION:
        return msgspec.convert(run.plan, Wanted)
    message = f"run {run.id} was begun by another version of Grimoire, whose questions cannot be told from today's"
    raise UsageError(f"{message}: it cannot be resumed", hint="start it anew, without --resume")


def _named(store: SqliteLedger, name: str, wanted: Wanted | None) -> Run:
    run = store.find_run(name)
    if wanted:
        raise UsageError("a run that is named has its own plan", hint=f"say nothing but --resume {run.id}")
    if run.kind != "trial":
        raise UsageError(f"run {run.id} is no trial: there is nothing to resume")
    if run.finished:
        raise UsageError(f"nothing is left of run {run.id}", hint="start another without --resume")
    return run


def _same(store: SqliteLedger, wanted: Wanted) -> Run | None:
    """The last unfinished run of a plan, whatever was decided when it began."""
    meant = _unordered(wanted)
    return next((run for run in store.runs() if not run.finished and _meant(run) == meant), None)


def _meant(run: Run) -> Wanted | None:
    asked = _asked_for(run)
    return _unordered(asked) if asked else None


def _unordered(wanted: Wanted) -> Wanted:
    """Names, languages, backends and topics in whatever order are the same plan."""
    return msgspec.structs.replace(
        wanted,
        names=sorted(wanted.names),
        languages=sorted(wanted.languages),
        backends=sorted(wanted.backends),
        topics=sorted(wanted.topics),
    )


def _asked_for(run: Run) -> Wanted | None:
    """What a person asked for when a trial began, before anything was decided."""
    if run.kind != "trial" or run.plan.get("version") != VERSION:
        return None
    return msgspec.structs.replace(plan_of(run), seed=None, as_of="")
