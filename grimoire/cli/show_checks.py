"""`grimoire show --checks`: every check an answer to a spell meets, and where each comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from grimoire.expectations import Expectation, expected_of
from grimoire.spell import Case, CheckSpec, Spell
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from rich.console import Group

Level = Literal["must", "should", "skipped", "off"]
Source = Literal["standing", "spell", "case", "prompt"]
SHOWN = 160
"""Characters of what a check wants, in the table."""

NOTES = (
    "An answer that fails a must is broken, one that fails only a should is partial.",
    "Standing checks are left out by their names in `skip_checks`.",
    (
        "What is read from the prompt is replaced by a check of the spell's own of that name, and turned off by"
        " `expectations: false`, in the spell's file or in the settings."
    ),
)


class CheckRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check. `wants` is in YAML, `words` and `line` say where in the spell's file it was read from the prompt.

    `cases` are those it is for, none where it is for all; `why` says why it is not run.
    """

    check: str
    level: Level
    source: Source
    wants: str = ""
    words: str = ""
    line: int = 0
    cases: tuple[str, ...] = ()
    why: str = ""


def check_rows(spell: Spell, *, expectations: bool) -> list[CheckRow]:
    """All checks of a spell; `expectations` is what the settings say of those read from prompts."""
    return [*_standing(spell), *_own(spell), *_expected(spell, expectations=expectations)]


def check_page(spell: Spell, rows: list[CheckRow]) -> Group:
    """The checks as a table, and what turns them off."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("check", style="bold cyan", overflow="fold")
    table.add_column("level", no_wrap=True)
    table.add_column("wants", overflow="fold", ratio=3)
    table.add_column("from", overflow="fold", ratio=2)
    for row in rows:
        style = "dim" if row.level in {"skipped", "off"} else ""
        wants = one_line(row.wants, SHOWN)
        table.add_row(one_line(row.check), row.level, wants, one_line(_origin(row), 300), style=style)
    title = Text(one_line(spell.title or spell.name), style="bold")
    return Group(title, Text(), table, Text(), *(Text(note, style="dim") for note in NOTES))


def _origin(row: CheckRow) -> str:
    where = {"standing": "standing", "spell": "the spell", "case": "", "prompt": f'line {row.line}: "{row.words}"'}
    named = f"case {', '.join(row.cases)}" if row.cases else ""
    return "; ".join(filter(None, (where[row.source], named, row.why)))


def _standing(spell: Spell) -> Iterator[CheckRow]:
    from grimoire.checks import STANDING

    own = {spec.name for spec in spell.checks}
    for name, check in STANDING.items():
        why = "in skip_checks" if name in spell.skip_checks else "replaced by the spell's own" if name in own else ""
        level: Level = "skipped" if why else "should" if check().should else "must"
        said = (check.__doc__ or "").partition("\n")[0]
        yield CheckRow(check=name, level=level, source="standing", wants=said, why=why)


def _own(spell: Spell) -> Iterator[CheckRow]:
    yield from (_specified(spec, "spell") for spec in spell.checks)
    yield from (_specified(spec, "case", case.id) for case in spell.cases for spec in case.checks)


def _specified(spec: CheckSpec, source: Source, *cases: str) -> CheckRow:
    level: Level = "should" if spec.should else "must"
    return CheckRow(check=spec.name, level=level, source=source, wants=_flow(spec.params), cases=cases)


def _expected(spell: Spell, *, expectations: bool) -> Iterator[CheckRow]:
    """What is read from the prompt; with its cases where it is not the same for all."""
    off = "" if expectations else "off in the settings"
    off = off if spell.expectations else "the spell says `expectations: false`"
    read = msgspec.structs.replace(spell, expectations=True)
    cases: list[Case | None] = [*spell.cases] or [None]
    found: dict[tuple[str, int, str], tuple[Expectation, list[str]]] = {}
    for case in cases:
        for each in expected_of(read, case):
            key = (each.words, each.line, f"{each.spec.name} {_flow(each.spec.params)}")
            found.setdefault(key, (each, []))[1].append(case.id if case else "")
    line_in_file = _lines(spell)
    for each, ids in sorted(found.values(), key=lambda pair: pair[0].line):
        yield CheckRow(
            check=each.spec.name,
            level="off" if off else "should",
            source="prompt",
            wants=_flow(each.spec.params),
            words=each.words,
            line=line_in_file(each.line),
            cases=() if len(ids) == len(cases) else tuple(ids),
            why=off,
        )


def _lines(spell: Spell) -> Callable[[int], int]:
    """From a line of the prompt to the line of the file it is in, or in which the prompt begins."""
    from grimoire import yamlfile

    if spell.path is None:
        return lambda line: line
    document = yamlfile.read(spell.path)
    return lambda line: document.place_in_text(("prompt",), line, 1)[0]


def _flow(params: object) -> str:
    """What a check wants, as it stands in a file, on one line."""
    import yaml

    if params is None:
        return ""
    text = yaml.safe_dump(params, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    return text.removesuffix("\n...\n").strip()
