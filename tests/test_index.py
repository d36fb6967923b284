from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from grimoire import cachefile, spellfile
from grimoire import index as index_module
from grimoire.index import Content, Entry, Index
from grimoire.library import Library, shipped
from grimoire.spell import CheckSpec, Spell, Translation

SPELL = "name: {name}\ntitle: {title}\nprompt: About [PROMPT]{more}\n"
SIDECAR = "language: zh\nsource: {source}\ntitle: {title}\nprompt: 关于 [PROMPT]\n"
LATER = 60 * 1_000_000_000


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "spells"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(SPELL.format(name=name, title=f"Title {name}", more=""), encoding="utf-8")
    return folder


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read, in turn."""
    found: list[str] = []
    read_spell, read_translation = spellfile.read_spell, spellfile.read_translation

    def counted_spell(path: Path, validate: Callable[[CheckSpec], str]) -> object:
        found.append(path.name)
        return read_spell(path, validate)

    def counted_translation(path: Path, spell: Spell) -> object:
        found.append(path.name)
        return read_translation(path, spell)

    monkeypatch.setattr(spellfile, "read_spell", counted_spell)
    monkeypatch.setattr(spellfile, "read_translation", counted_translation)
    return found


def content_of(cache: Path) -> Content:
    content = cachefile.read(cache_file(cache), Content)
    assert content is not None
    return content


def later() -> int:
    """A clock by which nothing was written a moment ago."""
    return time.time_ns() + LATER


def read_all(
    root: Path, cache: Path, *, checked: bool = False, clock: Callable[[], int] = later, wrong: str = ""
) -> dict[str, tuple[Spell, list[Translation]]]:
    """Everything in a folder, as a command of its own would read it."""
    library = Library([root], lambda _: wrong, index=Index(cache, checked=checked, clock=clock))
    spells, _ = library.load_all()
    return {spell.name: (spell, library.translations(spell)) for spell in spells}


def write_sidecar(root: Path, name: str = "one", title: str = "一") -> Path:
    spell = Library([root], lambda _: "").get(name)
    path = root / f"{name}.zh.yaml"
    path.write_text(SIDECAR.format(source=spell.source_digest, title=title), encoding="utf-8")
    return path


def cache_file(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def test_what_is_cached_of_the_shipped_library_is_what_its_files_hold(cache: Path, reads: list[str]) -> None:
    first = read_all(shipped(), cache)
    assert len(reads) == sum(1 for _ in shipped().rglob("*.yaml"))
    reads.clear()
    assert read_all(shipped(), cache) == first
    assert reads == []
    plain = Library([shipped()], lambda _: "")
    assert {spell.name: (spell, plain.translations(spell)) for spell in plain.load_all()[0]} == first


def edit_in_place(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("Title", "Other"), encoding="utf-8")


def edit_and_keep_times(path: Path) -> None:
    before = path.stat()
    edit_in_place(path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_by_another(path: Path) -> None:
    before, other = path.stat(), path.with_name("other.new")
    other.write_text(path.read_text(encoding="utf-8").replace("Title", "Other"), encoding="utf-8")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("edit", [edit_in_place, edit_and_keep_times, replace_by_another])
def test_an_edited_file_is_read_again_and_no_other(
    root: Path, cache: Path, reads: list[str], edit: Callable[[Path], None]
) -> None:
    read_all(root, cache)
    reads.clear()
    edit(root / "one.yaml")
    found = read_all(root, cache)
    assert found["one"][0].title == "Other one"
    assert reads == ["one.yaml"]


def test_an_edited_translation_is_read_again_and_so_are_those_of_an_edited_spell(
    root: Path, cache: Path, reads: list[str]
) -> None:
    path = write_sidecar(root)
    assert [text.title for text in read_all(root, cache)["one"][1]] == ["一"]
    path.write_text(path.read_text(encoding="utf-8").replace("一", "二"), encoding="utf-8")
    reads.clear()
    assert [text.title for text in read_all(root, cache)["one"][1]] == ["二"]
    assert reads == ["one.zh.yaml"]
    (root / "one.yaml").write_text(SPELL.format(name="one", title="T", more=" and [PROMPT]"), "utf-8")
    assert read_all(root, cache)["one"][1] == [], "its placeholders are no longer the spell's"


def test_a_spell_that_is_another_than_the_cached_one_has_its_translation_read(
    root: Path, cache: Path, reads: list[str]
) -> None:
    write_sidecar(root)
    read_all(root, cache)
    library = Library([root], lambda _: "", index=Index(cache, checked=False, clock=later))
    spell = library.get("one")
    reads.clear()
    assert library.translations(msgspec.structs.replace(spell, prompt="[PROMPT] [PROMPT]")) == []
    assert reads == ["one.zh.yaml"]


def test_a_removed_file_is_gone_and_an_added_one_is_there(root: Path, cache: Path) -> None:
    read_all(root, cache)
    (root / "one.yaml").rename(root / "three.yaml")
    (root / "three.yaml").write_text(SPELL.format(name="three", title="T", more=""), encoding="utf-8")
    assert list(read_all(root, cache)) == ["three", "two"]
    assert set(content_of(cache).entries) == {"three.yaml", "two.yaml"}


def test_a_file_that_moved_is_another(root: Path, cache: Path, tmp_path: Path) -> None:
    read_all(root, cache)
    other = tmp_path / "elsewhere"
    shutil.copytree(root, other)
    found = read_all(other, cache)
    assert {spell.path for spell, _ in found.values()} == {other / "one.yaml", other / "two.yaml"}
    assert read_all(root, cache)["one"][0].path == root / "one.yaml"


def test_what_was_written_a_moment_ago_is_read_again(root: Path, cache: Path, reads: list[str]) -> None:
    read_all(root, cache, clock=time.time_ns)
    reads.clear()
    read_all(root, cache)
    assert sorted(reads) == ["one.yaml", "two.yaml"]


def test_what_is_wrong_with_a_file_is_told_each_time(root: Path, cache: Path) -> None:
    (root / "bad.yaml").write_text("name: bad\nprompt: [", encoding="utf-8")
    (root / "one.zh.yaml").write_text("language: zh\n", encoding="utf-8")
    for _ in range(2):
        library = Library([root], lambda _: "", index=Index(cache, checked=False, clock=later))
        spells, problems = library.load_all()
        assert [Path(problem.file).name for problem in problems] == ["bad.yaml"]
        assert library.translations(spells[0]) == []


def test_checks_that_nobody_has_looked_at_are_looked_at(root: Path, cache: Path, reads: list[str]) -> None:
    (root / "one.yaml").write_text(SPELL.format(name="one", title="T", more="\nchecks: [{odd: 1}]"), encoding="utf-8")
    assert set(read_all(root, cache)) == {"one", "two"}
    assert set(read_all(root, cache, checked=True, wrong="no such check")) == {"two"}
    assert set(read_all(root, cache, checked=True)) == {"one", "two"}
    reads.clear()
    assert set(read_all(root, cache, checked=True)) == {"one", "two"}
    assert set(read_all(root, cache)) == {"one", "two"}
    assert reads == [], "what was looked at will do for who does not want to"


def other_program(content: Content) -> Content:
    return msgspec.structs.replace(content, program="other")


def other_folder(content: Content) -> Content:
    return msgspec.structs.replace(content, folder="/elsewhere")


def other_name(content: Content) -> Content:
    """The entry of one spell under the name of the other, as its file says it is."""
    one, two = content.entries["one.yaml"], content.entries["two.yaml"]
    return msgspec.structs.replace(content, entries={"one.yaml": msgspec.structs.replace(one, value=two.value)})


def no_spell(content: Content) -> Content:
    wrong = msgspec.msgpack.encode({"name": "one", "prompt": 7})
    entries = {name: msgspec.structs.replace(entry, value=memoryview(wrong)) for name, entry in content.entries.items()}
    return msgspec.structs.replace(content, entries=entries)


def deep(content: Content) -> Content:
    nested = b"\x91" * 100_000 + b"\xc0"
    value = memoryview(b"\x82\xa4name\xa3one\xa6checks" + nested)
    entries = {name: msgspec.structs.replace(entry, value=value) for name, entry in content.entries.items()}
    return msgspec.structs.replace(content, entries=entries)


@pytest.mark.parametrize("forge", [other_program, other_folder, other_name, no_spell, deep])
def test_a_cache_of_something_else_does_not_count(
    root: Path, cache: Path, reads: list[str], forge: Callable[[Content], Content]
) -> None:
    truth = read_all(root, cache)
    cachefile.write(cache_file(cache), forge(content_of(cache)))
    reads.clear()
    assert read_all(root, cache) == truth
    assert "one.yaml" in reads


@pytest.mark.parametrize(
    "content", [b"", b"\xc1", b"\x93", b"\x91" * 100_000, msgspec.msgpack.encode(["p", "f", {"one.yaml": 1}])]
)
@pytest.mark.parametrize("sealed", [True, False])
def test_a_cache_that_is_none_is_made_anew(
    root: Path, cache: Path, reads: list[str], content: bytes, *, sealed: bool
) -> None:
    truth = read_all(root, cache)
    seal = hashlib.blake2b(content, digest_size=16).digest() if sealed else b""
    cache_file(cache).write_bytes(seal + content)
    assert read_all(root, cache) == truth
    reads.clear()
    assert read_all(root, cache) == truth
    assert reads == []


def test_a_cache_that_others_may_write_does_not_count(root: Path, cache: Path, reads: list[str]) -> None:
    read_all(root, cache)
    assert cache_file(cache).stat().st_mode & 0o777 == 0o600
    cache_file(cache).chmod(0o666)
    reads.clear()
    read_all(root, cache)
    assert len(reads) == 2


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(root: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert set(read_all(root, tmp_path / "file" / "cache")) == {"one", "two"}


def test_nothing_half_written_stays_behind(root: Path, cache: Path) -> None:
    read_all(root, cache)
    file = cache_file(cache)
    file.unlink()
    file.mkdir()
    read_all(root, cache)
    assert list(cache.iterdir()) == [file]


def test_the_caches_of_folders_long_gone_are_removed(root: Path, cache: Path) -> None:
    cache.mkdir()
    old, young = cache / "old.msgpack", cache / "young.msgpack"
    for path in (old, young):
        path.touch()
    os.utime(old, (0, 0))
    read_all(root, cache)
    assert (old.exists(), young.exists()) == (False, True)


def test_other_code_has_another_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = index_module.program()
    monkeypatch.setattr(index_module, "_PROGRAM", [])
    assert index_module.program() == before
    monkeypatch.setattr(index_module, "_PROGRAM", [])
    sources = list(index_module._sources())
    assert any("spellfile.py" in line for line in sources)
    monkeypatch.setattr(index_module, "_sources", lambda: iter([*sources, "new.py 1 1"]))
    assert index_module.program() != before


def test_an_entry_holds_no_path(root: Path, cache: Path) -> None:
    read_all(root, cache)
    entries: dict[str, Entry] = content_of(cache).entries
    assert b"spells" not in bytes(entries["one.yaml"].value)


def test_a_folder_whose_name_is_no_utf_8_is_read_each_time(root: Path, cache: Path, reads: list[str]) -> None:
    odd = root.rename(root.with_name("odd\udcff"))
    for _ in range(2):
        assert list(read_all(odd, cache)) == ["one", "two"]
    assert reads.count("one.yaml") == 2
