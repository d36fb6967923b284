from __future__ import annotations

import pytest
from msgspec import structs

from grimoire.reports.standings import Text, standings
from grimoire.standing import Judged
from grimoire.verdict import VerdictKind


def judged(*verdicts: VerdictKind, template: str = "now") -> list[Judged]:
    return [
        Judged(run=str(i), case="a", at=f"2026-01-0{i + 1}T00:00:00Z", template=template, verdict=verdict)
        for i, verdict in enumerate(verdicts)
    ]


def test_every_cell_that_was_tried_rehearsals_last() -> None:
    cells = [
        (("b", "en", "one/m", False), judged("works")),
        (("a", "zh", "rehearsal/sample", True), judged("works")),
        (("a", "zh", "one/m", False), judged("broken")),
        (("a", "en", "two/m", False), judged("works", "broken", "broken", "broken")),
    ]
    rows = standings(cells, {})
    assert [(row.spell, row.language, row.backend, row.rehearsal) for row in rows] == [
        ("a", "en", "two/m", False),
        ("a", "zh", "one/m", False),
        ("b", "en", "one/m", False),
        ("a", "zh", "rehearsal/sample", True),
    ]
    assert [(row.standing.kind, row.standing.change) for row in rows[:2]] == [
        ("broken", "regressed"),
        ("broken", "new"),
    ]


@pytest.mark.parametrize(
    ("digests", "kind"),
    [
        pytest.param({("a", "en"): "now"}, "works", id="the-text-that-was-tried"),
        pytest.param({("a", "en"): "later"}, "stale", id="the-text-was-edited-since"),
        pytest.param({("a", "zh"): "later"}, "works", id="another-language-was-edited"),
        pytest.param({}, "works", id="the-text-has-left-the-library"),
    ],
)
def test_only_answers_to_the_text_as_it_is_now_count(digests: dict[tuple[str, str], str], kind: str) -> None:
    texts = {key: Text(digest, frozenset({"a"})) for key, digest in digests.items()}
    (row,) = standings([(("a", "en", "one/m", False), judged("works"))], texts)
    assert row.standing.kind == kind


@pytest.mark.parametrize("rehearsal", [True, False])
def test_a_rehearsal_is_never_in_doubt(rehearsal: bool) -> None:
    (row,) = standings([(("a", "en", "rehearsal/echo", rehearsal), judged("broken"))], {})
    assert (row.standing.kind, row.standing.doubt) == ("broken", not rehearsal)


def test_nothing_tried() -> None:
    assert standings([], {("a", "en"): Text("now", frozenset())}) == []


def test_only_answers_to_the_cases_of_today_count() -> None:
    history = [*judged("broken"), *(structs.replace(entry, case="b", run="9") for entry in judged("works"))]
    (row,) = standings([(("a", "en", "one/m", False), history)], {("a", "en"): Text("now", frozenset({"b"}))})
    assert (row.standing.kind, row.standing.answers) == ("works", 1)


@pytest.mark.parametrize(
    ("verdicts", "digest", "changed"),
    [
        pytest.param(["works"], "now", True, id="new"),
        pytest.param(["works", "works"], "now", False, id="still"),
        pytest.param(["works", "broken", "broken", "broken"], "now", True, id="regressed"),
        pytest.param(["works", "works"], "later", True, id="stale"),
        pytest.param(["error"], "now", False, id="untested"),
    ],
)
def test_what_is_news(verdicts: list[VerdictKind], digest: str, changed: bool) -> None:
    texts = {("a", "en"): Text(digest, frozenset({"a"}))}
    (row,) = standings([(("a", "en", "one/m", False), judged(*verdicts))], texts)
    assert row.changed is changed
