from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.process import call, run
from tests.cli.sidecars import edit, sidecar, translating
from tests.servers.deepl_server import DeepLServer
from tests.servers.openai_server import OpenAIServer


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


def totals(said: str) -> dict[str, int]:
    """The numbers of the last line, by what they count."""
    found = re.findall(r"([\d,]+) (segment|characters|remembered|request)", said.splitlines()[-1])
    return {what: int(number.replace(",", "")) for number, what in found}


def test_a_dry_run_sends_nothing_needs_no_key_and_writes_nothing(folder: Path, mine: Path) -> None:
    shown = run(["translate", "mine", "--with", "deepl", "--dry-run"])
    assert shown.code == 0
    assert re.fullmatch(r"mine\tzh\tmissing\t\d+ characters\n", shown.out)
    assert "1 to translate with deepl; nothing was sent" in shown.err
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {"mine.yaml"}
    assert "no translation memory yet" in call(["translate", "--memory-stats"]).err


def test_it_foretells_what_is_then_sent(mine: Path, deepl: DeepLServer) -> None:
    foretold = call(["translate", "mine", "--with", "deepl", "--dry-run"])
    assert deepl.requests == 0
    done = call(["translate", "mine", "--with", "deepl"])
    count = totals(foretold.err)
    assert count["request"] == len(deepl.bodies)
    assert count["segment"] == sum(len(body["text"]) for body in deepl.bodies)
    assert f"{count['segment']} segments asked for, {count['characters']:,} characters" in done.err
    assert f"\t{count['characters']:,} characters\n" in foretold.out


@pytest.mark.parametrize(
    ("settings", "engine", "cost"),
    [
        pytest.param("", "deepl", "cost unknown (set deepl: price)", id="deepl-without-a-price"),
        pytest.param("deepl: {price: 20}", "deepl", r"about 0\.00\d+ USD", id="deepl"),
        pytest.param("{deepl: {price: 2000000}, currency: CNY}", "deepl", r"about \d{3}\.00 CNY", id="currency"),
        pytest.param(
            "backends: {one: {base_url: http://127.0.0.1:9, model: m1}}",
            "one",
            r"about [\d,]+ tokens in, [\d,]+ out$",
            id="chat-without-a-price",
        ),
        pytest.param(
            "backends: {one: {base_url: http://127.0.0.1:9, model: m1, prices: {m1: {input: 1, output: 2}}}}",
            "one",
            r"about [\d,]+ tokens in, [\d,]+ out, about 0\.0\d+ USD$",
            id="chat",
        ),
        pytest.param(
            "backends: {one: {base_url: http://127.0.0.1:9, model: m1, prices: {m2: {input: 1, output: 2}}}}",
            "one",
            r"about [\d,]+ tokens in, [\d,]+ out$",
            id="another-models-price",
        ),
        pytest.param("", "openai", r"about [\d,]+ tokens in, [\d,]+ out$", id="a-preset"),
    ],
)
def test_what_it_would_cost(folder: Path, mine: Path, settings: str, engine: str, cost: str) -> None:
    (folder / "grimoire.yaml").write_text(settings, encoding="utf-8")
    shown = call(["translate", "mine", "--with", engine, "--dry-run"])
    assert shown.code == 0, shown.err
    pattern = re.escape(cost) if "(" in cost else cost
    assert re.search(pattern, shown.err.splitlines()[-1]), shown.err


def test_the_cost_is_characters_times_price(folder: Path, mine: Path) -> None:
    (folder / "grimoire.yaml").write_text("deepl: {price: 1000000}", encoding="utf-8")
    shown = call(["translate", "mine", "--with", "deepl", "--dry-run"])
    assert f"about {totals(shown.err)['characters']}.00 " in shown.err


def test_what_is_remembered_costs_nothing(mine: Path, deepl: DeepLServer) -> None:
    call(["translate", "mine", "--with", "deepl"])
    nothing = call(["translate", "mine", "--with", "deepl", "--dry-run"])
    assert (nothing.code, nothing.out) == (0, "")
    assert "nothing to translate" in nothing.err
    edit(mine, **{"Write an article": "Write a long article"})
    count = totals(call(["translate", "mine", "--with", "deepl", "--dry-run"]).err)
    assert (count["segment"], count["request"]) == (1, 1)
    assert count["remembered"] > 5
    forced = totals(call(["translate", "mine", "--with", "deepl", "--dry-run", "--force"]).err)
    assert forced == count
    sidecar(mine).unlink()
    edit(mine, **{"Write a long article": "Write an article"})
    free = totals(call(["translate", "mine", "--with", "deepl", "--dry-run"]).err)
    assert (free["segment"], free["characters"], free["request"]) == (0, 0, 0)


def test_another_engines_words_are_not_remembered_for_this_one(
    mine: Path, deepl: DeepLServer, backends: OpenAIServer
) -> None:
    backends.reply = translating()
    call(["translate", "mine", "--with", "one"])
    sidecar(mine).unlink()
    assert totals(call(["translate", "mine", "--with", "deepl", "--dry-run"]).err)["remembered"] == 0
    both = call(["translate", "mine", "--with", "deepl", "--with", "one", "--dry-run"])
    assert totals(both.err)["segment"] == 0


def test_lines_that_spells_share_are_counted_once(mine: Path, write_spell: Callable[..., Path]) -> None:
    write_spell("twin")
    alone = totals(call(["translate", "mine", "--with", "deepl", "--dry-run"]).err)
    both = call(["translate", "mine", "twin", "--with", "deepl", "--dry-run"])
    assert totals(both.err)["characters"] == alone["characters"]
    assert both.out.splitlines()[1] == "twin\tzh\tmissing\t0 characters"


def test_as_json_it_is_one_object_a_line(mine: Path, write_spell: Callable[..., Path], deepl: DeepLServer) -> None:
    write_spell("other", about="concerning")
    call(["translate", "mine", "--with", "deepl"])
    edit(mine, **{"Write an article": "Write a long article"})
    shown = call(["translate", "mine", "other", "--with", "deepl", "--dry-run", "--json"])
    first, second = shown.lines
    assert first == {
        "spell": "mine",
        "language": "zh",
        "state": "stale",
        "characters": len("Write a long article in ⟦0⟧ about: ⟦1⟧ ⟦2⟧"),
        "remembered": first["remembered"],
    }
    assert (second["spell"], second["state"]) == ("other", "missing")
    assert first["remembered"] > 5


def test_without_an_engine_it_counts_all_the_same(mine: Path) -> None:
    shown = call(["translate", "mine", "--dry-run"])
    assert shown.code == 0
    assert "1 to translate; nothing was sent" in shown.err
    assert "cost" not in shown.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["mine", "--with", "depl", "--dry-run"], "no backend `depl`", id="no-such-engine"),
        pytest.param(["nmie", "--with", "deepl", "--dry-run"], "did you mean `mine`", id="no-such-spell"),
        pytest.param(["mine", "--with", "deepl", "--to", "Klingon", "--dry-run"], "no language", id="no-such-language"),
    ],
)
def test_a_wrong_call(mine: Path, args: list[str], said: str) -> None:
    refused = call(["translate", *args])
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


def test_the_whole_library_is_planned_in_seconds() -> None:
    shown = run(["translate", "--all", "--to", "ja", "--with", "deepl", "--dry-run", "--json"])
    assert (shown.code, len(shown.lines)) == (0, 42)
    assert totals(shown.err)["characters"] == sum(line["characters"] for line in shown.lines)
