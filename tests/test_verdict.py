from __future__ import annotations

import pytest

from grimoire.verdict import CheckResult, Outcome, VerdictKind, decide

Said = tuple[Outcome, bool]


def results(*said: Said) -> list[CheckResult]:
    return [
        CheckResult(check=f"c{number}", version=1, outcome=outcome, reason=f"r{number}", should=should)
        for number, (outcome, should) in enumerate(said)
    ]


@pytest.mark.parametrize(
    ("said", "kind", "reasons"),
    [
        pytest.param([], "works", (), id="nothing-checked"),
        pytest.param([("passed", False), ("passed", True)], "works", (), id="all-passed"),
        pytest.param([("skipped", False)], "works", (), id="skipped"),
        pytest.param([("failed", False)], "broken", ("c0: r0",), id="must-failed"),
        pytest.param([("passed", False), ("failed", True)], "partial", ("c1: r1",), id="should-failed"),
        pytest.param([("failed", True), ("failed", False)], "broken", ("c0: r0", "c1: r1"), id="must-beats-should"),
        pytest.param([("crashed", False), ("passed", False)], "error", ("c0: r0",), id="must-crashed"),
        pytest.param([("crashed", True)], "error", ("c0: r0",), id="should-crashed"),
        pytest.param(
            [("crashed", False), ("failed", False)], "broken", ("c0: r0", "c1: r1"), id="failed-beats-crashed"
        ),
        pytest.param([("crashed", False), ("failed", True)], "error", ("c0: r0", "c1: r1"), id="crashed-beats-should"),
    ],
)
def test_decide(said: list[Said], kind: VerdictKind, reasons: tuple[str, ...]) -> None:
    verdict = decide(results(*said))
    assert (verdict.kind, verdict.reasons) == (kind, reasons)
    assert len(verdict.checks) == len(said)
