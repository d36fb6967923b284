"""What Grimoire writes as good is never broken, whatever the engine does; and what it refuses, it refuses by line.

Every way to misbehave meets every shipped spell and its share of a thousand hostile templates, which each protocol thus
sees twice: with an engine that makes each mistake once, so that mending repairs it, and with one that never learns.
`benchmarks/adversary.py` is the whole product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import pytest

from grimoire import spellfile, yamlfile
from grimoire.spell import Spell, Translation
from grimoire.translators.examine import examine
from grimoire.translators.guard import Defect
from grimoire.translators.pipeline import Finished
from tests.translators import oracle
from tests.translators.adversary import WAYS, Attack, all_written, attack, glossary, library
from tests.translators.hostile import templates
from tests.translators.oracle import ENDS, agree, faults, pairs, structure

COUNT = 1000
BOUND = 30
CUTTING = "truncates"
"""A short text cut to a plausible length is nothing that any gate can know; see `oracle.is_cut`."""

ATTACKS = [
    pytest.param(
        protocol, way, first_only, id=f"{protocol}-{way.replace(' ', '-')}-{'once' if first_only else 'always'}"
    )
    for protocol, ways in WAYS.items()
    for way in ways
    for first_only in (True, False)
]


@cache
def hostile() -> tuple[Spell, ...]:
    return tuple(templates(COUNT))


def share_of(protocol: str, way: str) -> list[Spell]:
    """The shipped spells, and of the hostile ones those that fall to this way; every one falls to one."""
    ways = WAYS[protocol]
    return [*library(), *hostile()[ways.index(way) :: len(ways)]]


def spell_text(spell: Spell) -> str:
    texts = {name: getattr(spell, name) for name in ("name", "title", "teaser", "hint", "prompt")}
    data: dict[str, object] = {name: text for name, text in texts.items() if text}
    if spell.variables:
        data["variables"] = [spellfile._plain(variable) for variable in spell.variables]
    return yamlfile.dump(data)


def test_hostile_templates_are_spells(tmp_path: Path) -> None:
    for spell in hostile():
        path = tmp_path / f"{spell.name}.yaml"
        path.write_text(spell_text(spell), encoding="utf-8", newline="")
        read, _ = spellfile.read_spell(path, lambda _: "")
        assert read.source_digest == spell.source_digest, spell.name


def test_they_are_the_same_on_every_run() -> None:
    assert templates(40) == list(hostile()[:40])
    assert templates(5, seed=1) != templates(5, seed=2)


@pytest.mark.parametrize("protocol", WAYS)
def test_an_honest_engine_is_believed(protocol: str) -> None:
    """No false alarm: everything passes at once, and is what it should be."""
    # Both are sent the same texts, so that one of them shows it of all templates.
    done = attack(protocol, "", [*library(), *hostile()[:: 1 if protocol == "deepl" else 4]], extra=0)
    assert refusals(done.finished) == []
    assert breaks(done, cut=False) == []
    assert done.requests == done.tally.requests


@pytest.mark.parametrize(("protocol", "way", "first_only"), ATTACKS)
def test_no_broken_translation_is_written_as_good(protocol: str, way: str, first_only: bool) -> None:
    spells = share_of(protocol, way)
    done = attack(protocol, way, spells, first_only=first_only, extra=BOUND)
    assert sorted(one.spell.name for one in done.finished) == sorted(spell.name for spell in spells)
    assert breaks(done, cut=way == CUTTING) == []
    assert unexplained(done.finished) == []
    assert done.tally.extra <= BOUND
    assert done.requests == done.tally.requests
    if first_only:
        assert refusals(done.finished) == []


def refusals(finished: Sequence[Finished]) -> list[str]:
    """What was not translated, and why."""
    found = [str(defect) for one in finished for defect in one.defects]
    return found + [f"{one.spell.name}: {one.error}" for one in finished if one.error]


def breaks(done: Attack, *, cut: bool) -> list[str]:
    """What is wrong with the files: of good ones anything, of those in need of review what no review may be owed to."""
    found: list[str] = []
    for one, file in all_written(done.finished):
        wrong = [str(problem) for problem in file.problems if problem.severity == "error"]
        if file.translation is None:
            found += wrong
            continue
        if file.translation.status == "machine":
            wrong += map(str, examine(one.spell, file.translation, glossary()))
            wrong += faults(one.spell, file.translation, glossary().keep, cut=cut)
        else:
            wrong += structure(one.spell, file.translation, glossary().keep, cut=cut)
            wrong += misplaced(one.spell, file.translation, one.defects)
        found += [f"{one.spell.name}: {fault}" for fault in wrong]
    return found


def misplaced(spell: Spell, translation: Translation, defects: Sequence[Defect]) -> Iterator[str]:
    """Lines with a defect where not each word is either the source's or its translation."""
    lines = {(defect.field, defect.line) for defect in defects}
    for field, source, target in pairs(spell, translation):
        for number, (ours, theirs) in enumerate(zip(ENDS.split(source), ENDS.split(target), strict=False), 1):
            if (field, number) in lines and ours != theirs and not agree(ours, theirs, glossary().keep, kept=True):
                yield f"{field}, line {number}: {theirs[:200]!r} is not its source {ours[:200]!r}"


def unexplained(finished: Sequence[Finished]) -> list[str]:
    """Defects that do not say where they are, or what was sent and what came back; translations without a reason."""
    found = [f"{one.spell.name}: no reason" for one in finished if _is_silent(one)]
    for one in finished:
        for defect in one.defects:
            field = next((text for name, text, _ in pairs(one.spell, _own(one.spell)) if name == defect.field), None)
            whole = not defect.line and defect.gate in {"lines", "script"}
            told = whole or re.search(r"; source ['\"].*, got ['\"]", defect.message, re.DOTALL)
            placed = whole or (field is not None and 1 <= defect.line <= len(ENDS.split(field)))
            if not (told and placed and defect.reason):
                found.append(f"{one.spell.name}: {defect}")
    return found


def _is_silent(one: Finished) -> bool:
    if one.translation is None:
        return one.error is None
    return (one.translation.status == "needs-review") != bool(one.defects and one.translation.review)


def _own(spell: Spell) -> Translation:
    """The spell as its own translation, for the names of its fields."""
    texts = {name: getattr(spell, name) for name in ("title", "teaser", "hint", "prompt", "variables")}
    return Translation(name=spell.name, language="en", source="", **texts)


class TestOracle:
    """The judge is judged: it has to see what it is there for."""

    SPELL = Spell(
        name="a", prompt="Write an article about [PROMPT]\nKeep the tone warm and short\n| Topic | [VARIABLE1] |"
    )

    def seen(self, old: str, new: str) -> list[str]:
        good = "写文章关于 [PROMPT]\n" + oracle.honest("Keep the tone warm and short") + "\n| 主题 | [VARIABLE1] |"
        assert old in good
        translation = Translation(name="a", language="zh", source="", prompt=good.replace(old, new, 1))
        return faults(self.SPELL, translation, ("SEO",))

    def test_a_good_one(self) -> None:
        assert self.seen("[PROMPT]", "[PROMPT]") == []

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            pytest.param("[PROMPT]", "", id="lost"),
            pytest.param("[PROMPT]", "[PROMPT][PROMPT]", id="doubled"),
            pytest.param("写文章", "写文章（译注）", id="note"),
            pytest.param("写文章", "写", id="cut"),
            pytest.param("写文章", "写文章1", id="digit"),
            pytest.param("写文章", "⟦写文章", id="token"),
            pytest.param("主题", "语气", id="another-word"),
            pytest.param("|", "", id="bar"),
            pytest.param("\n", "", id="line"),
            pytest.param("写文章", "写文章 https://example.com", id="url"),
        ],
    )
    def test_a_bad_one(self, old: str, new: str) -> None:
        assert self.seen(old, new)
