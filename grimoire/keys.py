"""A service's key: from its environment variable, else from the system's keyring; never from a file of ours.

What we write down is which variables have a key in the keyring: whoever has none there never pays for looking, and a
keyring that is locked asks nobody for its password before a key in it is really used.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from grimoire import atomic
from grimoire.errors import KeyMissing, UnknownName, UsageError
from grimoire.settings import Settings, data_directory
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

Source = Literal["", "environment", "keyring"]
"""Where a key comes from; empty where there is none."""

SERVICE = "grimoire"
"""Under which the keyring files them, each with its variable's name as the user's."""
MAX_KEY = 4096
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


def source(settings: Settings, variable: str) -> Source:
    """Where the key of a variable would come from. The keyring is not opened."""
    if settings.variable(variable):
        return "environment"
    return "keyring" if variable in names() else ""


def find(settings: Settings, variable: str) -> str:
    """The key; empty where none is known of.

    Raises:
        KeyMissing: it should be in the keyring, which is not there, does not open, or has it no more.
    """
    if given := settings.variable(variable):
        return given
    if variable not in names():
        return ""
    found: object  # of a keyring that says it is a text
    try:
        found = open_keyring().get_password(SERVICE, variable)
    except UsageError as error:
        raise KeyMissing(f"${variable} is in the keyring: {error.message}", hint=error.hint) from None
    except Exception as error:  # noqa: BLE001  # whatever a keyring raises, it gave no key
        raise _unread(variable, f"the keyring did not give it: {_told(error)}") from None
    if found is None:
        raise _unread(variable, "the keyring has it no more", f"grimoire keys set {variable}, or export {variable}=…")
    if wrong := wrong_with(found):
        raise _unread(variable, f"what the keyring has is no key: {wrong}", f"grimoire keys set {variable}")
    return str(found).strip()


def open_keyring() -> KeyringBackend:
    """The system's keyring. Raises UsageError where there is none, or none that can be trusted with a key."""
    try:
        import keyring
    except ImportError:
        hint = "pip install 'grimoire-prompts[keys]', or set the environment variable"
        raise UsageError("the library that opens the keyring is not installed", hint=hint) from None
    try:
        found = keyring.get_keyring()
        linked = _linked(found)
        trusted = next((one for one in linked if not _distrusted(one)), None)
    except Exception as error:  # noqa: BLE001  # keyring loads whatever the environment names
        raise UsageError(f"no keyring can be opened: {_told(error)}", hint="set the environment variable") from None
    if trusted is None:
        raise UsageError(
            _distrusted(linked[0]), hint="set the environment variable, or install a keyring of the system's"
        )
    return trusted


def keep(variable: str, key: str) -> str:
    """Put a key into the keyring, in place of the one that was there; the keyring's name.

    Raises:
        UsageError: it is no key, there is no keyring to trust it to, or the keyring did not take it.
    """
    if wrong := wrong_with(key):
        raise UsageError(f"that is no key: {wrong}", hint="a key is one line; it can be piped in")
    keyring, key = open_keyring(), key.strip()
    try:
        keyring.set_password(SERVICE, variable, key)
        kept = keyring.get_password(SERVICE, variable) == key
    except Exception as error:  # noqa: BLE001  # whatever a keyring raises, it may quote the key
        raise _refused("keep", variable, _told(error).replace(key, "…")) from None
    if not kept:
        raise _refused("keep", variable, "it does not give back what it was given")
    _write({*names(), variable})
    return name_of(keyring)


def remove(variable: str) -> None:
    """Take a key out of the keyring.

    Raises:
        UnknownName: none was put there.
        UsageError: there is no keyring, or it does not let go of it.
    """
    known = names()
    if variable not in known:
        raise UnknownName(f"no key of ${variable} is in the keyring", hint="`grimoire keys list` shows which are")
    keyring = open_keyring()
    try:
        if keyring.get_password(SERVICE, variable) is not None:
            keyring.delete_password(SERVICE, variable)
    except Exception as error:  # noqa: BLE001  # as above
        raise _refused("remove", variable, _told(error)) from None
    _write(known - {variable})


def names() -> frozenset[str]:
    """The variables that have a key in the keyring, as far as we have put it there."""
    try:
        found = msgspec.json.decode(_file().read_bytes(), type=list[str])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return frozenset()
    return frozenset(name for name in found if _NAME.fullmatch(name))


def wrong_with(given: object) -> str:
    """Why something cannot be a key; empty where it can."""
    if not isinstance(given, str):
        return "it is no text"
    key = given.strip()
    if not key:
        return "it is empty"
    if len(key.splitlines()) > 1:
        return "it has several lines"
    if len(key) > MAX_KEY:
        return f"it is longer than {MAX_KEY} characters"
    return "" if key.isprintable() else "it holds characters that cannot be printed"


def name_of(keyring: KeyringBackend) -> str:
    """What a keyring calls itself."""
    return one_line(str(keyring.name))


def _linked(keyring: KeyringBackend) -> list[KeyringBackend]:
    """A keyring, or those that it is a chain of."""
    return list(getattr(keyring, "backends", None) or [keyring])


def _distrusted(keyring: KeyringBackend) -> str:
    """Why no key is trusted to a keyring; empty where one is."""
    kind = type(keyring)
    place = kind.__module__
    if place.startswith(("keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")):
        return "there is no keyring on this system"
    if "plaintext" in kind.__name__.lower() or (place.startswith("keyrings.alt") and "Encrypted" not in kind.__name__):
        return f"the keyring {kind.__name__} keeps keys in a plain file, which Grimoire does not"
    return ""


def _write(variables: set[str] | frozenset[str]) -> None:
    atomic.write_bytes(_file(), msgspec.json.encode(sorted(variables)) + b"\n")


def _file() -> Path:
    return data_directory() / "keyring.json"


def _told(error: Exception) -> str:
    said = one_line(" ".join(str(error).split()), 200)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _unread(variable: str, why: str, hint: str = "") -> KeyMissing:
    return KeyMissing(f"no key for ${variable}: {why}", hint=hint or f"unlock the keyring, or export {variable}=…")


def _refused(what: str, variable: str, why: str) -> UsageError:
    return UsageError(f"the keyring did not {what} the key of ${variable}: {why}", hint="unlock it and try again")
