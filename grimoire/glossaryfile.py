"""`glossary.yaml`: the shipped one and the project's, read into one Glossary.

A flat map. Each key is a word or a name, its value `keep` (a name that stays as it is), `translate` (undoes an entry of
the shipped glossary) or a map of language codes to a translation or a list of accepted ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

import msgspec

from grimoire import languages, yamlfile
from grimoire.errors import InvalidFile, UnknownName
from grimoire.glossary import Glossary
from grimoire.segment import Term

MAX_LENGTH = 100
MAX_ENTRIES = 20_000
MAX_PROBLEMS = 100
"""Problems told of one file; more would not be read."""

_HOW = "write `keep`, `translate` or a map such as {zh: 元描述}"
_TEMPLATE_SIGNS = re.compile(r"[][:|]")
_NO_TEXT = re.compile(r"[-+.]?[0-9][-+.0-9e]*|true|false|null|~", re.IGNORECASE)
_Wrong = tuple[tuple[yamlfile.Step, ...], str, str]
"""The path of what is wrong, what that is, and what to do about it."""


class Entries(msgspec.Struct, frozen=True):
    """One file's entries; `terms` maps a word to its accepted translations by language code, the preferred first."""

    keep: tuple[str, ...] = ()
    translate: tuple[str, ...] = ()
    terms: dict[str, dict[str, tuple[str, ...]]] = {}


def shipped() -> Path:
    """The glossary that comes with Grimoire."""
    return Path(__file__).with_name("glossary.yaml")


def load(project: Path | None) -> Glossary:
    """The shipped glossary, overlaid by the project's where there is one.

    Raises:
        InvalidFile: the project's is not valid.
    """
    return _overlaid(read(shipped()), read(project) if project else Entries())


def read(path: Path) -> Entries:
    """One file's entries.

    Raises:
        InvalidFile: it cannot be read, or with everything that is wrong in it.
    """
    document = yamlfile.read(path)
    data = _data(document)
    wrong = islice(_problems(document, data), MAX_PROBLEMS)
    if problems := [document.problem(at, "glossary", said, hint=hint) for at, said, hint in wrong]:
        raise InvalidFile(problems)
    return Entries(
        keep=tuple(word.strip() for word, value in data.items() if value == "keep"),
        translate=tuple(word.strip() for word, value in data.items() if value == "translate"),
        terms={word.strip(): _translations(value) for word, value in data.items() if isinstance(value, dict)},
    )


def _overlaid(below: Entries, above: Entries) -> Glossary:
    undone = {word.casefold() for word in above.translate}
    named = undone | {word.casefold() for word in above.keep}
    names = [name for name in below.keep if name.casefold() not in undone and name not in above.terms]
    terms = {word.casefold(): (word, of) for word, of in below.terms.items() if word.casefold() not in named}
    for word, of in above.terms.items():
        _, known = terms.get(word.casefold(), (word, {}))
        terms[word.casefold()] = word, known | of
    return Glossary(tuple(dict.fromkeys([*names, *above.keep])), _by_language(dict(terms.values())))


def _by_language(terms: Mapping[str, Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[Term, ...]]:
    codes = {code for of in terms.values() for code in of}
    return {code: tuple(Term(word, of[code]) for word, of in terms.items() if code in of) for code in sorted(codes)}


def _translations(value: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    return {code: tuple(str(one).strip() for one in _listed(given)) for code, given in value.items()}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _data(document: yamlfile.Document) -> dict[str, object]:
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        message = "a glossary is a map of words"
        raise InvalidFile([document.problem((), "glossary", message, hint="write `Midjourney: keep`, a line each")])
    if len(data) > MAX_ENTRIES:
        message = f"{len(data):,} entries; a glossary has at most {MAX_ENTRIES:,}"
        raise InvalidFile([document.problem((), "limit", message)])
    return data


def _problems(document: yamlfile.Document, data: dict[str, object]) -> Iterator[_Wrong]:
    for word, value in data.items():
        wrong = _word_problem(word) or _plain_key_problem(document, word)
        if value == "keep":
            wrong = wrong or _name_problem(word)
        if wrong:
            yield (word,), *wrong
        if isinstance(value, dict):
            yield from _term_problems(word, value)
        elif value not in ("keep", "translate"):  # no set, since a list has no hash
            yield (word,), f"{_shown(word)} is none of the three", _HOW


def _word_problem(text: str) -> tuple[str, str] | None:
    """What is wrong with a word, a name or a translation, and what to do about it."""
    if not text.strip():
        return "there is an empty word", "write the word, or remove the line"
    if len(text) > MAX_LENGTH:
        return f"{_shown(text)} is longer than {MAX_LENGTH} characters", "a glossary has words, not sentences"
    if not text.isprintable():
        return f"{_shown(text)} has a line break or a character that cannot be seen", "write it on one line, in quotes"
    return None


def _name_problem(name: str) -> tuple[str, str] | None:
    if sign := _TEMPLATE_SIGNS.search(name):
        return f"{_shown(name)} cannot be kept: it has `{sign[0]}`", "no `[`, `]`, `:` or `|` in a name"
    if not any(char.isalpha() for char in name):
        return f"{_shown(name)} cannot be kept: it has no letter", "a name has at least one"
    return None


def _plain_key_problem(document: yamlfile.Document, word: str) -> tuple[str, str] | None:
    """YAML reads some words as numbers or constants; the reader keeps a key's text and not whether it was in quotes."""
    if not _NO_TEXT.fullmatch(word) or isinstance(yamlfile.parse(word, document.file).data, str):
        return None
    line, column = document.place((word,))
    before = Path(document.file).read_text(encoding="utf-8-sig").splitlines()[line - 1][:column]
    return None if before.endswith(('"', "'")) else (f"{_shown(word)} is not text", "put it in quotes")


def _term_problems(word: str, value: dict[str, object]) -> Iterator[_Wrong]:
    if not value:
        yield (word,), f"{_shown(word)} has no translation", _HOW
    for code, given in value.items():
        path = (word, code)
        if wrong := _code_problem(code):
            yield path, *wrong
        if given == []:
            yield path, f"{_shown(word)} has no translation in `{code}`", "write one, or a list of them"
        for one in _listed(given):
            if wrong := _translation_problem(one):
                yield path, *wrong


def _code_problem(code: str) -> tuple[str, str] | None:
    try:
        known = languages.resolve(code[:MAX_LENGTH])
    except UnknownName as error:
        return f"{_shown(code)} is no language", error.hint
    return None if known == code else (f"{_shown(code)} is not a language code", f"write `{known}`")


def _translation_problem(given: object) -> tuple[str, str] | None:
    if given is None or given == "":
        return "there is an empty translation", "write it, or remove the language"
    if not isinstance(given, str):
        return f"a translation is text, not {_shown(str(given))}", "put it in quotes"
    return _word_problem(given)


def _shown(text: str) -> str:
    return f"`{text[:40]}…`" if len(text) > 41 else f"`{text}`"  # noqa: PLR2004  # a letter cut off saves nothing
