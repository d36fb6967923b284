"""Which conversation a call goes on with, and which terminal it is from."""

from __future__ import annotations

from pathlib import Path

from grimoire.conversation import Conversation
from grimoire.settings import Settings


def find(settings: Settings, ledger: Path | None, *, last: bool, cid: str) -> Conversation | None:
    """The conversation asked for; None where none is. Raises UnknownName where there is none such."""
    if not last and not cid:
        return None
    return None


def terminal_id() -> str:
    """What tells this terminal from others."""
    return ""
