"""Answers that are kept until all are there: for a file, or the clipboard."""

from __future__ import annotations

import tempfile
from pathlib import Path

from grimoire.errors import UsageError

IN_MEMORY = 4 * 2**20
"""Bytes that are kept in memory; more of them wait in an unnamed file."""


class Collected:
    """Texts that are kept until they are complete."""

    def __init__(self) -> None:
        self._kept = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # open until it is closed

    def put(self, text: str) -> None:
        """Keep one more. Raises UsageError where there is no room."""
        try:
            self._kept.write(text.encode("utf-8", "replace"))
        except OSError as error:
            hint = "name a folder with more room in TMPDIR"
            raise UsageError(f"no room for the answers: {error.strerror}", hint=hint) from error

    def write(self, path: Path) -> None:
        """All of it to a file, which has it whole or stays as it was. Raises UsageError."""
        from grimoire import atomic

        self._kept.seek(0)
        atomic.write_from(path, self._kept)

    def text(self) -> str:
        """All of it."""
        self._kept.seek(0)
        return self._kept.read().decode()

    def close(self) -> None:
        self._kept.close()
