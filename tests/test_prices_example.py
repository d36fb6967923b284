"""The example prices are settings that can be read, and each says where it is from and on what day it stood there."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from grimoire.backends.presets import PRESETS
from grimoire.settings import Settings, load

FOLDER = Path(__file__).parent.parent / "docs" / "prices"
FILES = sorted(FOLDER.glob("*.yaml"))
UNPRICED = {"", "openrouter/auto"}
"""Default models without a price: none, and the one that costs what the model it chooses costs."""
PRICE = re.compile(r"^ {6}(?P<model>\S+): \{input: ")
ORIGIN = re.compile(r"\}  # (?P<day>\d{4}-\d\d-\d\d), (copy|quoted), https://[a-z0-9.-]+/\S+$")
READ = re.compile(r"^# All were read on (\d{4}-\d\d-\d\d)", re.MULTILINE)

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def settings_from(path: Path, project: Path) -> Settings:
    """What the real reader makes of the file where a user would put it."""
    (project / "grimoire.yaml").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return load({}, project)


def test_there_is_a_file_for_each_currency() -> None:
    assert [path.name for path in FILES] == ["prices-cny.yaml", "prices-usd.yaml"]


@each_file
def test_the_file_is_valid_and_sets_prices_and_their_currency_alone(path: Path, tmp_path: Path) -> None:
    loaded = settings_from(path, tmp_path)
    assert loaded.values.currency == path.stem.removeprefix("prices-").upper()
    own = {origin.key for origin in loaded.origins if origin.source != "default"}
    assert own == {"currency", *(f"backends.{name}.prices" for name in loaded.values.backends)}


@each_file
def test_each_backend_is_a_preset_and_its_default_model_has_a_price(path: Path, tmp_path: Path) -> None:
    backends = settings_from(path, tmp_path).values.backends
    assert backends.keys() <= PRESETS.keys()
    defaults = {name: PRESETS[name].model for name in backends}
    assert [m for name, m in defaults.items() if m not in {*UNPRICED, *backends[name].prices}] == []


@each_file
def test_each_price_has_its_day_and_its_page_beside_it(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if PRICE.match(line)]
    backends = settings_from(path, tmp_path).values.backends
    assert len(lines) == sum(len(backend.prices) for backend in backends.values()), "one price a line"
    assert [line for line in lines if not ORIGIN.search(line)] == []
    [read] = READ.findall(text)
    days = [date.fromisoformat(found["day"]) for line in lines if (found := ORIGIN.search(line))]
    assert max(days) <= date.fromisoformat(read)


@each_file
def test_the_file_begins_by_saying_that_nothing_is_taken_from_it(path: Path) -> None:
    head = path.read_text(encoding="utf-8").partition("\ncurrency:")[0]
    assert all(line.startswith("#") for line in head.splitlines() if line)
    assert "Nothing is taken from this file." in head
    assert "Prices change" in head
