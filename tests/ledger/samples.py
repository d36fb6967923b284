"""Values the ledger's tests store."""

from __future__ import annotations

from grimoire.chat import Answer, Message, Request, Usage
from grimoire.record import Cell, Run
from grimoire.verdict import CheckResult, Outcome, Verdict, VerdictKind

SUBJECT = "林黛玉倒拔垂杨柳"


def a_cell(
    spell: str = "seo-article",
    *,
    language: str = "en",
    backend: str = "openai/gpt-4o-mini",
    sample: int = 1,
    template: str = "abcdef012345",
    rehearsal: bool = False,
    incantation: str = f"Write about {SUBJECT}",
) -> Cell:
    return Cell(
        spell=spell,
        language=language,
        template=template,
        case="willow",
        backend=backend,
        sample=sample,
        rehearsal=rehearsal,
        request=Request(messages=(Message("user", incantation),), parameters={"max_tokens": 4000}, answer_in="zh"),
        text=SUBJECT,
        parameters={"temperature": 0.2},
    )


A_RUN = Run(id="20261123T214501-3f9a", kind="cast", started="2026-11-23T21:45:01.000Z")
AN_ANSWER = Answer(
    text="# 标题\n第一段第二段",
    finish_reason="stop",
    model="gpt-4o-mini-2024-07-18",
    usage=Usage(120, 4000),
    seconds=12.5,
    first_seconds=0.8,
    parts=("# 标题\n第一段", "第二段"),
    reasoning="想一想",
)


def a_check(name: str, outcome: Outcome, reason: str = "because", *, should: bool = False) -> CheckResult:
    return CheckResult(check=name, version=2, outcome=outcome, reason=reason, should=should)


def a_verdict(kind: VerdictKind, *checks: CheckResult) -> Verdict:
    return Verdict(kind=kind, checks=checks)
