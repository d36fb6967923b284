from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from grimoire.errors import LedgerError
from grimoire.ledger import MemoryStats, Share, SqliteMemory, memory_path, open_ledger, open_memory
from grimoire.ledger.database import open_database
from grimoire.ledger.kinds import MEMORY
from grimoire.ledger.memory import BATCH, _digest
from grimoire.ports import Memory
from grimoire.segment import PERSON, MemoryKey, Segment, Term
from tests.ledger.memory_writer import BRAND, a_key

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return memory_path(tmp_path / "ledger.db")


@pytest.fixture
def memory(path: Path) -> Iterator[SqliteMemory]:
    with open_memory(path) as opened:
        yield opened


def test_it_is_what_the_engine_asks_for(memory: SqliteMemory) -> None:
    port: Memory = memory
    assert port is memory


def test_it_stands_beside_the_ledger_for_its_owner_alone(tmp_path: Path) -> None:
    path = memory_path(tmp_path / "data" / "ledger.db")
    open_memory(path).close()
    assert path == tmp_path / "data" / "memory.sqlite"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["memory.sqlite"]


texts = st.text(st.characters(exclude_categories=["Cs"]))
terms = st.builds(Term, texts, st.lists(texts).map(tuple))
keys = st.builds(
    MemoryKey,
    segment=st.builds(Segment, texts, st.lists(texts).map(tuple), st.lists(terms, max_size=3).map(tuple)),
    source=texts,
    target=texts,
    engine=texts,
    version=texts,
)


@given(st.dictionaries(keys, texts, max_size=6))
def test_what_was_remembered_is_recalled(known: dict[MemoryKey, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.sqlite"
        with open_memory(path) as memory:
            memory.remember(known)
        with open_memory(path, read_only=True) as memory:
            assert memory.recall([*known, *known]) == known
            assert dict(memory.entries()) == known
            assert memory.stats().characters == sum(len(key.segment.text) for key in known)


@pytest.mark.parametrize(
    "text", ["", "a\0b\0", "\0", "\r\n\t ", "'; DROP TABLE segments; --", "\ufeff\uffff", "𝔘😀", "x" * 1_000_000]
)
def test_odd_texts_come_back_as_they_went(memory: SqliteMemory, text: str) -> None:
    known = {a_key(text): text, a_key(text + "\0"): "another"}
    memory.remember(known)
    assert memory.recall(list(known)) == known
    assert memory.stats().characters == 2 * len(text) + 1


def test_a_later_translation_replaces_the_earlier(memory: SqliteMemory) -> None:
    memory.remember({a_key(): "earlier", a_key("b"): "b"})
    memory.remember({a_key(): "later"})
    assert memory.recall([a_key()]) == {a_key(): "later"}
    assert list(memory.entries()) == [(a_key(), "later"), (a_key("b"), "b")]
    assert memory.stats().segments == 2


def test_nothing_is_asked_and_nothing_kept(memory: SqliteMemory) -> None:
    memory.remember({})
    assert memory.recall([]) == {}
    assert list(memory.entries()) == []
    assert memory.stats() == MemoryStats(segments=0, characters=0, shares=())


def changed(key: MemoryKey, field: str) -> MemoryKey:
    others = {"kinds": ("url",), "terms": (Term(BRAND.source, BRAND.targets[::-1]),)}
    if field in Segment.__struct_fields__:
        return replace(key, segment=replace(key.segment, **{field: others.get(field, "x")}))
    return replace(key, **{field: others.get(field, "x")})


@pytest.mark.parametrize(
    "field", [*Segment.__struct_fields__, *(name for name in MemoryKey.__struct_fields__ if name != "segment")]
)
def test_a_change_of_any_one_field_is_a_miss(memory: SqliteMemory, field: str) -> None:
    memory.remember({a_key(): "known"})
    assert changed(a_key(), field) != a_key()
    assert memory.recall([changed(a_key(), field), a_key()]) == {a_key(): "known"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(a_key(kinds=("a", "b")), a_key(kinds=("a+b",)), id="two kinds and a joined one"),
        pytest.param(a_key(terms=(Term("a", ("b", "c")),)), a_key(terms=(Term("a", ("b,c",)),)), id="terms"),
        pytest.param(a_key(target="zh", engine="x"), a_key(target="zhx", engine=""), id="neighbouring fields"),
        pytest.param(a_key("\u00e9"), a_key("e\u0301"), id="composed and not"),
        pytest.param(a_key("a"), a_key("A"), id="case"),
    ],
)
def test_keys_that_only_look_the_same_are_two(memory: SqliteMemory, one: MemoryKey, other: MemoryKey) -> None:
    memory.remember({one: "one"})
    assert memory.recall([other]) == {}
    memory.remember({other: "other"})
    assert memory.recall([one, other]) == {one: "one", other: "other"}


LONE = "a \ud83d b"


@pytest.mark.parametrize(
    ("key", "translation"),
    [
        pytest.param(a_key(LONE), "x", id="text"),
        pytest.param(a_key(kinds=(LONE,)), "x", id="kind"),
        pytest.param(a_key(terms=(Term("a", (LONE,)),)), "x", id="term"),
        pytest.param(a_key(engine=LONE), "x", id="engine"),
        pytest.param(a_key("whole"), LONE, id="translation"),
    ],
)
def test_a_lone_surrogate_is_not_remembered_and_what_comes_with_it_is(
    memory: SqliteMemory, key: MemoryKey, translation: str
) -> None:
    memory.remember({key: translation, a_key(): "kept"})
    assert memory.recall([key, a_key()]) == {a_key(): "kept"}


def test_the_statistics_are_by_direction_and_engine(memory: SqliteMemory) -> None:
    engines = [("zh", "deepl"), ("zh", PERSON), ("ja", "deepl")]
    memory.remember({a_key("a" * size, target=to, engine=by): "译" for to, by in engines for size in (1, 2)})
    memory.remember({a_key("林黛玉"): "译"})
    rows = [("ja", "deepl", 2, 3), ("zh", "deepl", 3, 6), ("zh", PERSON, 2, 3)]
    assert memory.stats() == MemoryStats(
        segments=7,
        characters=12,
        shares=tuple(
            Share(source="en", target=to, engine=by, segments=segments, characters=characters)
            for to, by, segments, characters in rows
        ),
    )


def test_more_than_a_batch_keeps_its_order_while_more_is_remembered(memory: SqliteMemory) -> None:
    known = {a_key(f"segment {number}"): f"译 {number}" for number in range(2 * BATCH + 1)}
    memory.remember(known)
    assert memory.recall(list(known)) == known
    entries = memory.entries()
    first = next(entries)
    memory.remember({a_key("last"): "尾"})
    assert [first, *entries] == [*known.items(), (a_key("last"), "尾")]


def test_what_a_key_is_found_by_stays_the_same_from_version_to_version() -> None:
    assert _digest(a_key()).hex() == "69b2b16f811922f0e8f0b13468a0beb756652692c9410fd38d260f2ece430973"


def test_recalling_uses_the_index(path: Path, memory: SqliteMemory) -> None:
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute("EXPLAIN QUERY PLAN SELECT translation FROM segments WHERE digest IN (?, ?)", "ab")
        assert "USING INDEX" in plan.fetchone()[3]


def test_two_open_at_once_see_what_the_other_remembered(path: Path) -> None:
    with open_memory(path) as one, open_memory(path) as other:
        one.remember({a_key("one"): "1"})
        other.remember({a_key("other"): "2"})
        assert one.recall([a_key("other")]) | other.recall([a_key("one")]) == {a_key("other"): "2", a_key("one"): "1"}


@pytest.mark.parametrize("made", [True, False], ids=["an old memory", "a memory each wants to make"])
def test_processes_that_remember_at_once_lose_nothing(path: Path, made: bool) -> None:
    if made:
        open_memory(path).close()
    names, count, pipe = [f"writer {number}" for number in range(4)], 40, subprocess.PIPE
    command = [sys.executable, "-m", "tests.ledger.memory_writer", str(path)]
    processes = [
        subprocess.Popen([*command, name, str(count)], cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        for name in names
    ]
    assert [process.stdout and process.stdout.readline() for process in processes] == ["ready\n"] * len(names)
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[1] for process in processes]
    assert [(process.returncode, error) for process, error in zip(processes, said, strict=True)] == [(0, "")] * 4
    with open_memory(path, read_only=True) as memory:
        assert dict(memory.entries()) == {
            **{a_key(f"{name} {number}"): f"{name} 译 {number}" for name in names for number in range(count)},
            **{a_key(f"shared {number}"): f"译 {number}" for number in range(count)},
        }


def fill(path: Path) -> None:
    with open_memory(path) as memory:
        memory.remember({a_key(f"{number}" * 200): "译" * 200 for number in range(100)})


def garbage(path: Path) -> None:
    path.write_bytes(b"these are not the pages of a database " * 300)


def cut_off(path: Path) -> None:
    fill(path)
    path.write_bytes(path.read_bytes()[:5000])


def a_ledger(path: Path) -> None:
    open_ledger(path).close()


def newer(path: Path) -> None:
    open_database(path, MEMORY, migrations=(*MEMORY.migrations, ("CREATE TABLE more (body TEXT)",))).close()


@pytest.mark.parametrize("read_only", [True, False], ids=["reading", "writing"])
@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(a_ledger, "not a Grimoire translation memory", id="a ledger"),
        pytest.param(garbage, "not a Grimoire translation memory", id="no database"),
        pytest.param(cut_off, "the translation memory .* is damaged", id="cut off"),
        pytest.param(newer, "the translation memory .* has version 2; .* up to 1", id="newer"),
        pytest.param(Path.mkdir, "the translation memory .* is not a file", id="a folder"),
    ],
)
def test_what_is_no_memory_is_refused_untouched(
    path: Path, make: Callable[[Path], None], said: str, read_only: bool
) -> None:
    make(path)
    before = b"" if path.is_dir() else path.read_bytes()
    with pytest.raises(LedgerError, match=said) as caught:
        open_memory(path, read_only=read_only)
    assert str(path) in caught.value.message
    assert "\n" not in caught.value.message + caught.value.hint
    assert "the ledger" not in caught.value.message
    assert caught.value.hint
    assert path.is_dir() or path.read_bytes() == before


def test_a_memory_is_no_ledger(path: Path) -> None:
    fill(path)
    with pytest.raises(LedgerError, match="not a Grimoire ledger"):
        open_ledger(path)


def test_reading_makes_nothing(path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no translation memory at"):
        open_memory(path, read_only=True)
    assert not list(path.parent.iterdir())


def test_a_damaged_page_is_found_where_it_is_read(path: Path) -> None:
    fill(path)
    pages = path.read_bytes()
    path.write_bytes(pages[: 4 * 4096] + b"\xff" * (len(pages) - 4 * 4096))
    with open_memory(path) as memory, pytest.raises(LedgerError, match=r"the translation memory .* is damaged"):
        list(memory.entries())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param("kinds = '[[['", "not what it wrote", id="kinds"),
        pytest.param("terms = '[1]'", "not what it wrote", id="terms"),
        pytest.param("text = CAST(X'FFFE80' AS TEXT)", "not as it should be", id="text that is not UTF-8"),
    ],
)
def test_a_row_another_hand_changed_is_told(path: Path, change: str, said: str) -> None:
    fill(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE segments SET {change} WHERE id = 50")
    with open_memory(path) as memory, pytest.raises(LedgerError, match=f"the translation memory .* {said}"):
        list(memory.entries())


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder with a memory in which nobody but root may write, seen by somebody else than root."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions of this kind are POSIX's")
    folder = Path(tempfile.mkdtemp())  # not tmp_path, which its owner alone may enter
    fill(folder / "memory.sqlite")
    (folder / "memory.sqlite").chmod(0o444)
    folder.chmod(0o555)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.mark.parametrize("name", ["memory.sqlite", "new.sqlite"])
def test_where_nothing_may_be_written_it_says_so(locked_folder: Path, name: str) -> None:
    with pytest.raises(LedgerError, match=r"the translation memory .* cannot be") as caught:  # noqa: SIM117  # what raises is seen
        with open_memory(locked_folder / name) as memory:
            memory.remember({a_key(): "x"})
    assert "permissions" in caught.value.hint


def test_what_may_only_be_read_is_read(locked_folder: Path) -> None:
    with open_memory(locked_folder / "memory.sqlite", read_only=True) as memory:
        assert memory.stats().segments == 100


def test_one_that_is_locked_for_long_is_said_to_be(path: Path, memory: SqliteMemory) -> None:
    memory._connection.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match=r"the translation memory .* is kept locked by another program"):
            memory.remember({a_key(): "x"})
        assert memory.recall([a_key()]) == {}
