"""Answers whose code or JSON is gone, or is not what a program could use."""

from __future__ import annotations

import json
from typing import Any

from grimoire.mutants import advice
from grimoire.mutants import lines as md
from grimoire.mutants.jsontext import find_json, put_json
from grimoire.mutants.material import Material, Mutant, shown

_PYTHON = {"python", "py"}
LAST = 8
"""Brackets that are tried; the others may stand in texts and comments too."""


def drop_code(material: Material) -> Mutant | None:
    """Without its code blocks."""
    lines = md.read(material.sample)
    gone = [number for number, line in enumerate(lines) if line.kind in {"fence", "code"}]
    blocks = sum(lines[number].kind == "fence" for number in gone) // 2
    if not blocks:
        return None
    text = md.without(lines, gone)
    return Mutant(text=text, what=f"0 of {blocks} code blocks left", advice=advice.first(advice.code(material.sample)))


def break_code(material: Material) -> Mutant | None:
    """Python that no interpreter reads: each block lacks a bracket."""
    lines = md.read(material.sample)
    broken = 0
    for start, end in _python_blocks(lines):
        body = _break("\n".join(line.body for line in lines[start + 1 : end]))
        if body is not None:
            lines[start + 1 : end] = [md.Line("code", "", line) for line in body.split("\n")]
            broken += 1
    if not broken:
        return None
    what = f"a bracket is missing in {broken} block{'s' if broken > 1 else ''} of Python"
    advised = f"- code-blocks: {{at_least: {broken}, language: python, parses: true}}"
    return Mutant(text=md.write(lines), what=what, advice=(advised,))


def _python_blocks(lines: list[md.Line]) -> list[tuple[int, int]]:
    """The first and last line of each block of Python."""
    fences = [number for number, line in enumerate(lines) if line.kind == "fence"]
    pairs = zip(fences[::2], fences[1::2], strict=False)
    return [(start, end) for start, end in pairs if md.code_language(lines[start]) in _PYTHON]


def _break(source: str) -> str | None:
    """Python without the last of its brackets that it cannot be without; None for what has none, or is no Python."""
    if not _parses(source):
        return None
    places = [at for at, char in enumerate(source) if char in ")]}"]
    for at in reversed(places[-LAST:]):
        broken = source[:at] + source[at + 1 :]
        if not _parses(broken):
            return broken
    return None


def _parses(source: str) -> bool:
    import ast

    try:
        ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def break_json(material: Material) -> Mutant | None:
    """JSON with a comma after the last item, which no strict parser reads."""
    found = find_json(material.sample)
    if found is None or not found[2]:
        return None
    start, end, _ = found
    body = material.sample[start:end].rstrip()
    text = f"{material.sample[:start]}{body[:-1].rstrip()},\n{body[-1]}\n{material.sample[end:]}"
    return Mutant(text=text, what="a comma after the last item", advice=("- json:",))


def halve_json(material: Material) -> Mutant | None:
    """JSON whose array holds half of what it held."""
    found = find_json(material.sample)
    if found is None or not isinstance(found[2], list) or len(found[2]) < 2:  # noqa: PLR2004  # one cannot be halved
        return None
    value = found[2]
    kept = value[: (len(value) + 1) // 2]
    return Mutant(
        text=put_json(material.sample, found, kept),
        what=f"{len(kept)} of {len(value)} items left",
        advice=(f"- json: {{schema: {{type: array, minItems: {len(value)}}}}}",),
    )


def drop_json_key(material: Material) -> Mutant | None:
    """JSON whose objects lack their last key."""
    found = find_json(material.sample)
    if found is None:
        return None
    objects = [item for item in (found[2] if isinstance(found[2], list) else [found[2]]) if isinstance(item, dict)]
    if not objects or len(objects[0]) < 2:  # noqa: PLR2004  # the only key is the answer
        return None
    lost = list(objects[0])[-1]
    fewer = [_without(item, lost) for item in objects]
    required = f"{{required: {json.dumps(list(objects[0]), ensure_ascii=False)}}}"
    schema = f"{{items: {required}}}" if isinstance(found[2], list) else required
    return Mutant(
        text=put_json(material.sample, found, fewer if isinstance(found[2], list) else fewer[0]),
        what=f"the key {shown(lost)} is missing",
        advice=(f"- json: {{schema: {schema}}}",),
    )


def _without(item: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != key}
