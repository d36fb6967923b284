from __future__ import annotations

import io

import pytest
from msgspec import structs
from rich.cells import cell_len
from rich.console import Console

from grimoire.cli.progress_table import line, span, table
from grimoire.trial.progress import Row


def drawn(rows: list[Row], width: int, height: int = 24) -> list[str]:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    with console.capture() as page:
        console.print(table(rows, "USD", width, height))
    return [text.rstrip() for text in page.get().splitlines()]


ROW = Row(
    backend="one/m1", planned=400, works=9, partial=1, broken=2, cost=0.031, rate=3.14, seconds=123.0, pausing=8.4
)


def test_a_wide_one() -> None:
    assert drawn([ROW], 100) == [
        "backend    done  work  partial  broken  errors   rate   left       cost",
        "one/m1   12/400     9        1       2       0  3.1/s  2 min  0.031 USD  paused 8 s",
    ]


@pytest.mark.parametrize(
    ("width", "heads"),
    [
        pytest.param(83, "backend done work partial broken errors rate left cost", id="words"),
        pytest.param(82, "backend done ✓ ~ ✗ ! rate left cost", id="signs"),
        pytest.param(61, "backend done ✓ ~ ✗ ! rate left cost", id="no-remark"),
        pytest.param(42, "backend done ✓ ~ ✗ ! left", id="no-rate-nor-cost"),
        pytest.param(22, "backend done ✓ ~ ✗ !", id="no-time"),
        pytest.param(16, "backend done", id="what-is-done"),
    ],
)
def test_what_is_left_out_where_it_is_narrow(width: int, heads: str) -> None:
    first, *rest = drawn([ROW], width)
    assert first.split() == heads.split()
    assert len(rest) == 1
    assert ("paused 8 s" in rest[0]) == ("left" in heads)


def test_a_long_name_is_cut_before_anything_is_left_out_and_no_shorter_than_need_be() -> None:
    row = structs.replace(ROW, backend="openrouter/some-vendor/some-model-70b-instruct")
    assert drawn([row], 100)[1].startswith("openrouter/some-vendor/…  12/400")
    assert drawn([row], 105)[1].startswith("openrouter/some-vendor/some-…  12/400")
    assert drawn([row], 200)[1].startswith("openrouter/some-vendor/some-model-70b-instruct  12/400")
    assert drawn([row], 99)[0].split()[2] == "✓"


def test_a_chinese_name_is_cut_at_its_width() -> None:
    row = structs.replace(ROW, backend="本地的大模型/千问二点五")
    page = drawn([row], 40)
    assert page[1].startswith("本地的大模型/… 12/400")
    assert max(cell_len(text) for text in page) <= 40


def test_more_backends_than_lines() -> None:
    rows = [Row(backend=f"b{number}", planned=1, works=1) for number in range(30)]
    page = drawn(rows, 100, height=10)
    assert len(page) == 9
    assert [text.split()[0] for text in page[1:7]] == ["b0", "b1", "b2", "b3", "b4", "b5"]
    assert page[7] == "… 24 more"
    assert page[8].split()[:3] == ["all", "30/30", "30"]


def test_no_pause_lasts_no_time() -> None:
    assert "(a paused 1 s: HTTP 429)" in line([Row(backend="a", planned=1, pausing=0.2, reason="HTTP 429")], "USD")


def test_a_name_from_a_file_commands_no_terminal() -> None:
    row = Row(backend="\x1b]0;mine\x07evil\n[bold]x", planned=1, pausing=1.0)
    assert drawn([row], 100)[1].startswith("evil [bold]x")
    assert "(evil [bold]x paused 1 s)" in line([row], "USD")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param(Row(backend="a", planned=4), "0 of 4: 0 work, 0 partial, 0 broken, 0 errors", id="nothing-yet"),
        pytest.param(
            Row(backend="a", planned=4, errors=4, rate=2.0, seconds=0.0, pausing=9.0),
            "4 of 4: 0 work, 0 partial, 0 broken, 4 errors; 2.0 a second",
            id="all-done",
        ),
        pytest.param(
            ROW,
            "12 of 400: 9 work, 1 partial, 2 broken, 0 errors; 3.1 a second, 2 min left, 0.031 USD (one/m1 paused 8 s)",
            id="midway",
        ),
        pytest.param(
            Row(backend="a", planned=50_000, works=49_000, rate=361.3, seconds=2.8, cost=12.5),
            "49,000 of 50,000: 49,000 work, 0 partial, 0 broken, 0 errors; 361 a second, 3 s left, 12.50 USD",
            id="large",
        ),
        pytest.param(
            Row(backend="a", planned=4, works=1, rate=0.05, seconds=60.0, cost=0.0),
            "1 of 4: 1 work, 0 partial, 0 broken, 0 errors; 3.0 a minute, 1 min left, 0 USD",
            id="slow",
        ),
    ],
)
def test_a_line(row: Row, said: str) -> None:
    assert line([row], "USD") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3569, "59 min"),
        (3599, "1 h 0 min"),
        (12_000, "3 h 20 min"),
        (86_399, "1 d 0 h"),
        (190_000, "2 d 5 h"),
    ],
)
def test_a_time(seconds: float, said: str) -> None:
    assert span(seconds) == said
