"""Write a file so that a reader sees the old content or the new, never half of one."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grimoire.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import SupportsRead


def write_text(path: Path, text: str) -> None:
    """Replace the file's content with a text in UTF-8; lone surrogates become `?`. Raises as `write_bytes`."""
    write_bytes(path, text.encode("utf-8", "replace"))


def write_bytes(path: Path, data: bytes) -> None:
    """Replace the file's content. Raises as `write_from`."""
    write_from(path, io.BytesIO(data))


def write_from(path: Path, source: SupportsRead[bytes]) -> None:
    """Replace the file's content with what is left to read; parents are made, an existing file's mode is kept.

    A link stays one, to the new content; what is no file, such as /dev/null or a pipe, is written to and not replaced.

    Raises:
        UsageError: the file cannot be written; what was there before is untouched.
    """
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            with path.open("wb") as stream:
                shutil.copyfileobj(source, stream)
        else:
            _replace(path.resolve(), source)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _replace(path: Path, source: SupportsRead[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            shutil.copyfileobj(source, stream)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
