"""What the shell completes: spells, backends, variables, languages, tones and styles."""

from __future__ import annotations


def spells(incomplete: str) -> list[str]:
    """Names of spells."""
    return []


def backends(incomplete: str) -> list[str]:
    """Names of backends."""
    return []


def variables(incomplete: str) -> list[str]:
    """Variables of the spell on the line."""
    return []


def languages(incomplete: str) -> list[str]:
    """Codes of languages."""
    return []


def tones(incomplete: str) -> list[str]:
    """Tones."""
    return []


def styles(incomplete: str) -> list[str]:
    """Writing styles."""
    return []
