"""Keyrings that a child process is told to use by PYTHON_KEYRING_BACKEND; what they keep is in the file KEYRING_FILE.

`KEYRING_LOG` names a file that tells each opening of the keyring and each call.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError


class Kept(KeyringBackend):
    """Keeps what it is given, as a good one does."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring's own is not typed
        self._log("open")

    def get_password(self, service: str, username: str) -> str | None:
        self._log(f"get {username}")
        return self._read().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        self._write(self._read() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        kept = self._read()
        if f"{service}/{username}" not in kept:
            raise PasswordDeleteError("not there")
        del kept[f"{service}/{username}"]
        self._write(kept)

    def _log(self, line: str) -> None:
        if file := os.environ.get("KEYRING_LOG"):
            with Path(file).open("a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")

    def _read(self) -> dict[str, str]:
        file = Path(os.environ["KEYRING_FILE"])
        return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}

    def _write(self, kept: dict[str, str]) -> None:
        Path(os.environ["KEYRING_FILE"]).write_text(json.dumps(kept), encoding="utf-8")


class Locked(Kept):
    """Its owner does not unlock it."""

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked("Failed to unlock the collection!")

    def delete_password(self, service: str, username: str) -> None:
        raise KeyringLocked("Failed to unlock the collection!")


class Quoting(Kept):
    """Fails, and quotes what it was given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError(f"cannot store\n\x1b[31m{password}")


class Raising(Kept):
    """Raises what no keyring should."""

    def get_password(self, service: str, username: str) -> str | None:
        raise ZeroDivisionError("org.freedesktop.DBus\nError")


class Forgetting(Kept):
    """Keeps nothing, and does not say so."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Odd(Kept):
    """Gives what is no text."""

    def get_password(self, service: str, username: str) -> str | None:
        return 7  # type: ignore[return-value]  # that is what is wrong with it


class Lines(Kept):
    """Gives a text of two lines."""

    def get_password(self, service: str, username: str) -> str | None:
        return "sk-one\nsk-two"


class Broken(Kept):
    """Cannot even be opened."""

    def __init__(self) -> None:
        raise InitError("no bus")


class PlaintextKeyring(Kept):
    """By its name, what keeps keys in a plain file."""


class Chain(Kept):
    """A chain of a plain file and a good one."""

    @property
    def backends(self) -> list[KeyringBackend]:
        return [PlaintextKeyring(), Kept()]


class PlainChain(Kept):
    """A chain of plain files."""

    @property
    def backends(self) -> list[KeyringBackend]:
        return [PlaintextKeyring()]
