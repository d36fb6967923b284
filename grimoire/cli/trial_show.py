"""What a trial shows when it is over: the matrix, the totals, and why what does not work does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from grimoire.cli import output, wiring
from grimoire.cli.matrix import Cell, matrix, titles_by_name
from grimoire.cli.standing_lines import changed_line, doubt_line, short_interval
from grimoire.terminal import one_line
from grimoire.trial.plan import cost

if TYPE_CHECKING:
    from grimoire.cli.trial_fire import Fired
    from grimoire.cli.trial_setup import Setup
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run
    from grimoire.reports.tally import Count, Key, Tally
    from grimoire.trial.counting import CountingBackend

MOVED = {"regressed", "recovered"}
CHANGES = 20
"""Standings whose change is told one by one."""
REASONS = 5
"""Cells whose reason is shown for each backend; `history` has them all. A rehearsal shows one."""


def matrix_of(setup: Setup, tally: Tally) -> None:
    """Print spell × (language, backend)."""
    cells = {key: _cell(tally.cells[key]) for key in _in_order(setup) if key in tally.cells}
    titles = titles_by_name(
        [
            (spell.name, spell.title, [text.title for text in setup.library.translations(spell) if text.title])
            for spell in setup.plan.spells
        ]
    )
    rehearsed = [backend.name for backend in setup.backends if backend.rehearsal]
    which = "a rehearsal" if len(rehearsed) == len(setup.backends) else f"{', '.join(rehearsed)}: a rehearsal"
    caption = f"{which}: it says nothing of any model" if rehearsed else ""
    output.emit_table(matrix(cells, titles, width=output.columns(), caption=caption))


def reasons(setup: Setup, tally: Tally) -> None:
    """Why what does not work does not, on standard error."""
    for backend in setup.backends:
        cells = {key: count for key, count in tally.cells.items() if key[2] == backend.name}
        _reasons(backend.name, cells, 1 if setup.wanted.rehearsing else REASONS)


def summary(setup: Setup, tally: Tally, run: Run, fired: Fired) -> None:
    """The totals, and what is left to do, on standard error."""
    totals = ", ".join(f"{tally.verdicts(kind):,} {kind}" for kind in ("works", "partial", "broken", "error"))
    paid = "" if tally.cost is None else f", {output.money(tally.cost, setup.settings.values.currency)}"
    tokens = f", {tally.tokens:,} tokens" if tally.tokens else ""
    earlier = f" ({tally.earlier:,} answered earlier)" if tally.earlier else ""
    answers = output.count(tally.counted, "answer")
    output.note(f"run {run.id}: {answers}{earlier}: {totals}{tokens}{paid}")
    if setup.panel and setup.panel.calls:
        split = f", {tally.split} judged with votes against" if tally.split else ""
        output.note(f"{setup.panel.name} judged: {_spent(setup, setup.panel)}{split}")
    if setup.panel and (failed := setup.panel.given_up):
        output.note(f"{setup.panel.name} judges no more: {one_line(failed.message)}")
    for why in fired.given_up:
        output.note(one_line(why, 200))
    rest = _rest(fired)
    if rest:
        stopped = f"stopped: {one_line(fired.why)}; " if fired.why else ""
        output.note(f"{stopped}{rest}; go on with: grimoire trial --resume {run.id}")


def _some(lines: Sequence[str], most: int, what: str) -> None:
    for line in lines[:most]:
        output.note(line)
    if len(lines) > most:
        output.note(f"and {len(lines) - most:,} more {what}; grimoire status tells of all")


def _rest(fired: Fired) -> str:
    """What is left to do of a run."""
    said = [f"{fired.left:,} {'is' if fired.left == 1 else 'are'} left"] if fired.left else []
    said += [f"{fired.unanswered:,} got no answer"] if fired.unanswered else []
    said += [f"{output.count(fired.unjudged, 'answer')} without a verdict"] if fired.unjudged else []
    return ", ".join(said) or ("further samples are left" if fired.cut else "")


def _spent(setup: Setup, panel: CountingBackend) -> str:
    counted = panel.usage.total or 0
    paid = cost(panel.usage, wiring.prices(setup.settings, [panel]).get(panel.name))
    said = [output.count(panel.calls, "request"), f"{counted:,} tokens" if counted else ""]
    said += [] if paid is None else [output.money(paid, setup.settings.values.currency)]
    return ", ".join(part for part in said if part)


def rehearsal_notes(setup: Setup, unexpected: Sequence[Key]) -> None:
    """What a rehearsal amounts to, and how to go on to a real model."""
    for spell, language, backend in unexpected:
        if backend == "rehearsal/sample":
            output.note(f"{spell} ({language}): its own sample fails its checks: mend one of them")
        else:
            output.note(f"{spell} ({language}): {backend} was not found broken: its checks are too weak")
    if not unexpected:
        output.note("the rehearsal went as it should: the samples pass, and what misbehaves is found broken")
    ready = wiring.ready_backends(setup.settings)
    if ready:
        choices = [f"-m {facts.name}" for facts in ready]
        output.note(
            f"no model was asked. Keys found for: {', '.join(choices)}; try: grimoire trial blog-title {choices[0]}"
        )
    else:
        output.note(
            "no model was asked, and no key was found. To fire at a real one, set a key and name its backend:\n"
            "  export OPENAI_API_KEY=…\n"
            "  grimoire trial blog-title -l en,zh -m openai\n"
            "`grimoire backends` shows the others (ERNIE, Qwen, DeepSeek, Ollama, …)."
        )


def changes(setup: Setup, store: SqliteLedger, tally: Tally) -> bool:
    """Tell which standings changed with this run and which are in doubt; whether one of them got worse."""
    from grimoire.reports.standings import standings, text_of

    spells = {spell.name: spell for spell in setup.plan.spells}
    texts = {key: text_of(spells[key[0]], template) for key, template in setup.plan.templates.items()}
    answered = {key for key, count in tally.cells.items() if count.answers}
    history = store.judged({spell for spell, _, _ in answered})
    judged = ((cell, entries) for cell, entries in history if not cell[3] and cell[:3] in answered)
    rows = standings(judged, texts, setup.settings.values.chance)
    changed = [changed_line(row) for row in rows if row.standing.change in MOVED]
    doubts = [doubt_line(row) for row in rows if row.standing.doubt and row.standing.change not in MOVED]
    _some(changed, CHANGES, "changed")
    _some(doubts, REASONS, "in doubt")
    return any(row.standing.change == "regressed" for row in rows)


def _in_order(setup: Setup) -> Iterator[Key]:
    """Every cell in the order it was asked for, which is not the order the answers came in."""
    for spell in setup.plan.spells:
        for language in setup.wanted.languages:
            for backend in setup.backends:
                yield spell.name, language, backend.name


def _cell(count: Count) -> Cell:
    kind = "error" if count.standing == "untested" else count.standing
    return Cell(kind, _remark(count), short_interval(count.answers, count.share.low, count.share.high))


def _remark(count: Count) -> str:
    """How many of several answers have the cell's verdict."""
    works = count.number("works")
    remark = f"{works}/{count.answers}" if count.answers > 1 else ""
    return f"{remark} !{count.errors}" if count.errors and count.answers else remark


def _reasons(backend: str, cells: dict[Key, Count], most: int) -> None:
    bad = [(key, count) for key, count in cells.items() if count.reasons]
    for (spell, language, _), count in bad[:most]:
        more = len(count.reasons) - 1 + count.other_reasons
        others = f" (and {more:,} more)" if more else ""
        first = next(iter(count.reasons)).removeprefix(f"{backend}: ")
        output.note(f"{backend} {language} {spell}: {one_line(first, 120)}{others}")
    if len(bad) > most:
        output.note(f"{backend}: and {len(bad) - most} more; grimoire history NAME tells why")
