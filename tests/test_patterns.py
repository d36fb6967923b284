from __future__ import annotations

import gc
import importlib
import pkgutil
import re
from pathlib import Path

import msgspec
import pytest

import grimoire
from grimoire import patterns
from grimoire.expression import Expression
from grimoire.patterns import Content, Patterns

NAMED = r"(?P<word>[a-zé]+)-(\d{1,3})(?P<end>!)?"


def expressions() -> list[Expression]:
    """Every expression of the package."""
    for module in pkgutil.walk_packages(grimoire.__path__, "grimoire."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return [found for found in gc.get_objects() if isinstance(found, Expression)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "patterns.msgpack"


def compiled_once(file: Path, source: str = NAMED, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    kept = Patterns(file)
    found = kept.compile(source, flags)
    kept.save()
    return found


def count_compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    whole = re.compile

    def counted(source: str, flags: int = 0) -> re.Pattern[str]:
        found.append(source)
        return whole(source, flags)

    monkeypatch.setattr(re, "compile", counted)
    return found


def test_a_kept_pattern_is_the_compiled_one(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled_once(file)
    compiling = count_compiling(monkeypatch)
    found = Patterns(file).compile(NAMED, re.IGNORECASE)
    assert compiling == []
    assert found == re.compile(NAMED, re.IGNORECASE)
    match = found.fullmatch("ÉTÉ-42!")
    assert match
    assert match.groupdict() == {"word": "ÉTÉ", "end": "!"}
    assert (match[2], found.groupindex["end"], match.lastgroup) == ("42", 3, "end")


def test_all_patterns_of_the_package_come_back_equal(file: Path) -> None:
    found = expressions()
    assert len(found) > 300
    kept = Patterns(file)
    for each in found:
        kept.compile(each.source, each.flags)
    kept.save()
    again, codes = Patterns(file), patterns._read(file)
    assert len(codes) == len({(each.source, each.flags) for each in found}), "each of them can be kept"
    for each in found:
        assert again.compile(each.source, each.flags) == re.compile(each.source, each.flags), each.source


def test_flags_tell_patterns_apart(file: Path) -> None:
    compiled_once(file, "a", 0)
    assert not compiled_once(file, "a", 0).match("A")
    assert compiled_once(file, "a", re.IGNORECASE).match("A")
    assert len(patterns._read(file)) == 2


def test_what_another_process_kept_meanwhile_stays(file: Path) -> None:
    first, second = Patterns(file), Patterns(file)
    first.compile("a")
    second.compile("b")
    first.save()
    second.save()
    assert len(patterns._read(file)) == 2


def test_it_is_saved_when_nobody_needs_it_any_more(file: Path) -> None:
    kept = Patterns(file)
    kept.compile("a")
    del kept
    gc.collect()
    assert file.exists()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"words": b""}, id="no code"),
        pytest.param({"words": b"\xff" * 400}, id="no such code"),
        pytest.param({"words": b"\x01\x00\x00"}, id="half a word"),
        pytest.param({"groups": 0}, id="fewer groups"),
        pytest.param({"names": {"word": 99}}, id="a group that is not there"),
        pytest.param({"groups": -7}, id="less than none"),
        pytest.param({"flags": 1 << 40}, id="no such flags"),
    ],
)
def test_code_that_is_none_is_compiled_anew(file: Path, change: dict[str, object]) -> None:
    compiled_once(file)
    content = msgspec.msgpack.decode(file.read_bytes(), type=Content)
    codes = {key: msgspec.structs.replace(code, **change) for key, code in content.codes.items()}
    file.write_bytes(msgspec.msgpack.encode(msgspec.structs.replace(content, codes=codes)))
    assert Patterns(file).compile(NAMED, re.IGNORECASE).fullmatch("a-1")


@pytest.mark.parametrize("content", [b"", b"\xc1", b"\x91" * 100_000, msgspec.msgpack.encode(["other", {}])])
def test_a_file_that_is_none_is_made_anew(file: Path, content: bytes) -> None:
    compiled_once(file)
    file.write_bytes(content)
    assert compiled_once(file).fullmatch("a-1")
    assert len(patterns._read(file)) == 1


def test_a_file_that_others_may_write_or_of_another_python_does_not_count(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled_once(file)
    file.chmod(0o662)
    assert patterns._read(file) == {}
    file.chmod(0o600)
    assert patterns._read(file)
    monkeypatch.setattr(patterns, "_python", lambda: "another")
    assert patterns._read(file) == {}


def test_where_python_compiles_in_another_way_nothing_is_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    assert compiled_once(file) == re.compile(NAMED, re.IGNORECASE)
    assert not file.exists()


def test_what_comes_out_otherwise_is_not_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = patterns._take_apart("other", 0)
    monkeypatch.setattr(patterns, "_take_apart", lambda _source, _flags: wrong)
    assert compiled_once(file) == re.compile(NAMED, re.IGNORECASE)
    assert not file.exists()


def test_a_file_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert compiled_once(tmp_path / "file" / "patterns").match("a-1")


def test_what_is_no_pattern_is_an_error(file: Path) -> None:
    with pytest.raises(re.error):
        compiled_once(file, "(")
