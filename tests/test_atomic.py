from __future__ import annotations

import os
from pathlib import Path

import pytest

from grimoire.atomic import write_text
from grimoire.errors import UsageError


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        pytest.param("", b"", id="empty"),
        pytest.param("a\r\nb\rc\n", b"a\r\nb\rc\n", id="line breaks stay as they are"),
        pytest.param("林\U0001f642", "林\U0001f642".encode(), id="UTF-8"),
        pytest.param("a\ud800b", b"a?b", id="lone surrogate"),
    ],
)
def test_writes_exactly_the_text(tmp_path: Path, text: str, content: bytes) -> None:
    path = tmp_path / "new" / "folder" / "a.txt"
    write_text(path, text)
    assert path.read_bytes() == content
    assert leftovers(path.parent) == []


def test_modes(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("old", encoding="utf-8")
    old.chmod(0o640)
    mask = os.umask(0o027)
    try:
        write_text(old, "x")
        write_text(new, "x")
        assert os.umask(0o027) == 0o027, "the umask is as it was"
    finally:
        os.umask(mask)
    assert (old.stat().st_mode & 0o777, new.stat().st_mode & 0o777) == (0o640, 0o640)


def test_a_link_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old", encoding="utf-8")
    link.symlink_to("target")
    write_text(link, "new")
    assert (link.is_symlink(), target.read_text(encoding="utf-8")) == (True, "new")


def test_what_is_no_file_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_text(pipe, "through it")
        assert (os.read(reader, 100), pipe.is_fifo()) == (b"through it", True)
    finally:
        os.close(reader)


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match=r"cannot write .*: No space left on device"):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert leftovers(tmp_path) == []


def test_an_interruption_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old", encoding="utf-8")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert leftovers(tmp_path) == []


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("", encoding="utf-8")
    for path in (tmp_path / "folder", tmp_path / "file" / "below"):
        with pytest.raises(UsageError, match="cannot write"):
            write_text(path, "x")
    assert leftovers(tmp_path) == []
