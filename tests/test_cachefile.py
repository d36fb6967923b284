"""Files of what can be made again: read where there is room for them, and else not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from grimoire import cachefile

LIMITED = """
import resource, sys
from pathlib import Path
from grimoire import cachefile
resource.setrlimit(resource.RLIMIT_AS, (256 * 1024 * 1024,) * 2)
print(cachefile.read(Path(sys.argv[1]), list[int]))
"""


def test_a_small_file_takes_little_room(tmp_path: Path) -> None:
    cachefile.write(tmp_path / "c", [1, 2])
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path / "c")], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[1, 2]\n", "")


def test_a_file_there_is_no_room_for_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> object:
        raise MemoryError

    cachefile.write(tmp_path / "c", [1, 2])
    monkeypatch.setattr(msgspec.msgpack, "decode", full)
    assert cachefile.read(tmp_path / "c", list[int]) is None


def test_a_file_that_is_larger_than_any_of_ours_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cachefile.write(tmp_path / "c", [1, 2])
    monkeypatch.setattr(cachefile, "MAX_BYTES", 2)
    assert cachefile.read(tmp_path / "c", list[int]) is None
    cachefile.write(tmp_path / "d", [1, 2])
    assert not (tmp_path / "d").exists()


def test_a_name_that_is_no_utf_8_is_not_kept(tmp_path: Path) -> None:
    cachefile.write(tmp_path / "c", {"odd\udcff": 1})
    assert list(tmp_path.iterdir()) == []


def test_somebody_elses_file_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cachefile.write(tmp_path / "c", [1, 2])
    another = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: another)
    assert cachefile.read(tmp_path / "c", list[int]) is None


def test_bytes_that_went_bad_are_not_there(tmp_path: Path) -> None:
    """Wherever it is: a text with another letter in it reads as well as the one that was written."""
    cachefile.write(tmp_path / "c", ["one", "two"])
    whole = (tmp_path / "c").read_bytes()
    for place in range(len(whole)):
        bad = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        (tmp_path / "c").write_bytes(bad)
        assert cachefile.read(tmp_path / "c", list[str]) is None, place
    for size in range(len(whole)):
        (tmp_path / "c").write_bytes(whole[:size])
        assert cachefile.read(tmp_path / "c", list[str]) is None, size
    (tmp_path / "c").write_bytes(whole)
    assert cachefile.read(tmp_path / "c", list[str]) == ["one", "two"]
