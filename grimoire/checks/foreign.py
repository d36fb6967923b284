"""What other tools call checks, and what to write here instead: for the error that says there is no such check."""

from __future__ import annotations

from collections.abc import Iterable

INSTEAD = {
    "assert-set": "all-of or any-of",
    "bleu": "like",
    "contains-html": "code-blocks with language: html, or matches",
    "contains-xml": "code-blocks with language: xml and parses: true",
    "f-score": "like",
    "finish-reason": "nothing: every answer meets the standing check finished",
    "g-eval": "judge",
    "gleu": "like",
    "icontains": "contains, which ignores case",
    "icontains-all": "contains-all, which ignores case",
    "icontains-any": "contains-any, which ignores case",
    "is-json": "json",
    "is-refusal": "nothing: every answer meets the standing check refusal",
    "is-xml": "code-blocks with language: xml and parses: true",
    "javascript": "python",
    "json-schema": "json with schema: …",
    "jsonpath": "json-path",
    "levenshtein": "like with by: edit",
    "llm-rubric": "judge",
    "meteor": "like",
    "model-graded-closedqa": "judge",
    "not-contains-any": "not-contains with a list",
    "not-regex": "not-matches",
    "regex": "matches",
    "rouge-n": "like",
    "select-best": "compare",
    "similar": "like",
    "word-count": "length with words: …",
}
"""By promptfoo's names, and a few that others use."""


def instead(name: str, known: Iterable[str]) -> str:
    """What to write for a check of another tool; empty where there is nothing. `not-` before any name is `not` here."""
    if name in INSTEAD:
        return INSTEAD[name]
    inner = name.removeprefix("not-")
    if inner != name and inner in known:
        return f"not: {{{inner}: …}}"
    return f"not, with {INSTEAD[inner]}" if inner in INSTEAD else ""
