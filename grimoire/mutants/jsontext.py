"""JSON in a sample, all of it or its one code block marked so; and changing all that a sample says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from grimoire.mutants import lines as md

_BLOCK = re.compile(r"^```json[ \t]*\n(.*?)^```", re.DOTALL | re.MULTILINE | re.IGNORECASE)


def find_json(text: str) -> tuple[int, int, Any] | None:
    """Where the JSON begins and ends, and its value, an array or an object; None for none, and for more than one."""
    blocks = list(_BLOCK.finditer(text))
    if len(blocks) > 1:
        return None
    start, end = blocks[0].span(1) if blocks else (0, len(text))
    try:
        value = json.loads(text[start:end])
    except (ValueError, RecursionError):
        return None
    return (start, end, value) if isinstance(value, (list, dict)) else None


def put_json(text: str, found: tuple[int, int, Any], value: Any) -> str:  # noqa: ANN401  # JSON is anything
    """The text with another value in the place of the JSON found."""
    start, end, _ = found
    return f"{text[:start]}{json.dumps(value, ensure_ascii=False, indent=2)}\n{text[end:]}"


def map_texts(value: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  # JSON is anything
    """The value with each text in it changed; keys stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [map_texts(item, change) for item in value]
    if isinstance(value, dict):
        return {key: map_texts(item, change) for key, item in value.items()}
    return value


def change_said(text: str, change: Callable[[str], str]) -> str:
    """The text with all that is said in it changed: what stands outside code, and the texts of its JSON."""
    if found := find_json(text):
        text = put_json(text, found, map_texts(found[2], change))
        if found[0] == 0:
            return text
    return md.change(text, {"prose", "item", "row", "heading", "quote"}, change)
