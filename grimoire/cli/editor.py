"""A text in the person's own editor."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from pathlib import Path

from grimoire.errors import UsageError


def edit_text(text: str, command: str) -> str:
    """What becomes of a text in an editor; `command` is what `$VISUAL` or `$EDITOR` says, arguments included.

    Raises UsageError when the editor cannot be started, fails, or leaves something that is not UTF-8.
    """
    with tempfile.TemporaryDirectory(prefix="grimoire-") as folder:
        path = Path(folder, "unit.txt")
        path.write_text(text, encoding="utf-8")
        try:
            done = subprocess.run([*shlex.split(command), str(path)], check=False)  # noqa: S603  # the user's own command
        except (OSError, ValueError) as error:
            raise UsageError(f"cannot start the editor `{command}`: {error}", hint="set EDITOR") from error
        if done.returncode:
            raise UsageError(f"the editor `{command}` ended with {done.returncode}; nothing was taken over")
        try:
            return path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("what the editor left cannot be read as UTF-8") from error
