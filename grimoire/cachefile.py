"""Files that hold what can be made again at any time: whatever is wrong with one, it counts as not there.

A file is a digest of its content, and the content: bytes that went bad on a disk may still read as a value.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TypeVar

import msgspec

MAX_BYTES = 512 * 1024 * 1024
_DIGEST = 16
T = TypeVar("T")


def read(file: Path, kind: type[T]) -> T | None:
    """What a file holds, as a value of a msgspec type; None where it holds none, or others could have written it."""
    try:
        with file.open("rb") as stream:
            found = os.fstat(stream.fileno())
            if found.st_size > MAX_BYTES or not _is_ours(found):
                return None
            data = memoryview(stream.read(found.st_size))  # no more: room is made for all of it
            if _digest(data[_DIGEST:]) != data[:_DIGEST]:
                return None
            return msgspec.msgpack.decode(data[_DIGEST:], type=kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, MemoryError):
        return None


def write(file: Path, value: object) -> None:
    """Write a file whole or not at all; it need not outlive a power cut, so nobody waits for the disk.

    A value with a name in it that is no UTF-8, as files and folders may have, is not kept.
    """
    with contextlib.suppress(OSError, UnicodeEncodeError):
        data = msgspec.msgpack.encode(value)
        if len(data) + _DIGEST <= MAX_BYTES:
            _replace(file, _digest(data) + data)


def _digest(data: bytes | memoryview) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST).digest()


def _is_ours(found: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)


def _replace(file: Path, data: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
