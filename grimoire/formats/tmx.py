"""TMX 1.4: the translation memory to and from other translation tools.

Limits keep what a hostile file costs in bounds. The format: https://www.gala-global.org/tmx-14b
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeAlias

import msgspec

from grimoire import __version__
from grimoire.errors import Problem, UnknownName
from grimoire.formats.tmx_parser import SHORT, NotTmx, Parser, Unit, Variant, as_utf8, short
from grimoire.languages import LANGUAGES, resolve
from grimoire.segment import PERSON, MemoryKey, Segment, Term

MAX_PROBLEMS: Final = 100
"""Problems told of one file; more would not be read, and a hostile file could make millions."""

MAX_UNKNOWN: Final = 100
"""Names of no language in one file; to offer the nearest to each takes time."""

Entry: TypeAlias = tuple[MemoryKey, str]

_OURS = "x-grimoire-"
_ENGINE, _VERSION, _KINDS, _TERMS = (f"{_OURS}{name}" for name in ("engine", "version", "kinds", "terms"))

# Line breaks and tabs too, because other programs lay out text anew.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
_ESCAPES_IN_ATTRIBUTE = {**_ESCAPES, ord('"'): "&quot;"}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Every pair of brackets tokens are written in, and nothing that occurs in prose.
_TOKEN = re.compile("[⟦⦃⟪⧼⦗⌊\U000f0000-\U000ffffd](0|[1-9][0-9]{0,5})[⟧⦄⟫⧽⦘⌋\U000f0000-\U000ffffd]")


class Dump:
    """The text of a TMX file, piece by piece, as UTF-8 is to be made of it. Holds one entry at a time.

    `written` and `left_out` count the entries so far. Left out is what the file could not give back: a character that
    XML cannot hold (NUL, most controls, a lone surrogate), or languages that are not two different ones of `LANGUAGES`.
    """

    def __init__(self, entries: Iterable[Entry], clock: Callable[[], datetime]) -> None:
        self.written = 0
        self.left_out = 0
        self._entries = entries
        self._clock = clock

    def __iter__(self) -> Iterator[str]:
        yield from ('<?xml version="1.0" encoding="UTF-8"?>\n<tmx version="1.4">\n', _header(self._clock()), "<body>\n")
        for key, translation in self._entries:
            if _can_be_written(key, translation):
                self.written += 1
                yield _unit_text(key, translation)
            else:
                self.left_out += 1
        yield "</body>\n</tmx>\n"


def dump(entries: Iterable[Entry], clock: Callable[[], datetime]) -> Dump:
    """A TMX file of memory entries, to be iterated over once; `clock` gives a time that is aware of its zone."""
    return Dump(entries, clock)


def load(raw: bytes, file: str) -> tuple[list[Entry], list[Problem]]:
    """The entries of a TMX file, in its order, and what is wrong with it; `file` is its name in the problems.

    A unit of another tool, without Grimoire's own properties, is a person's work, and left out where it holds inline
    codes. One bad unit does not hide the others; a file that is not TMX has no entries and one problem. What a file
    says of itself is not to be trusted: its translations have to pass the gates like any engine's.
    """
    collector = _Collector(file)
    try:
        Parser(collector.take).parse(as_utf8(raw))
    except NotTmx as refused:
        return [], [Problem(file=file, line=refused.line, gate="tmx", message=refused.message, hint=refused.hint)]
    return collector.entries, collector.report()


def _header(now: datetime) -> str:
    return (
        f'<header creationtool="Grimoire" creationtoolversion="{__version__}" segtype="phrase" o-tmf="Grimoire"'
        f' adminlang="en" srclang="*all*" datatype="plaintext" creationdate="{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"/>\n'
    )


def _can_be_written(key: MemoryKey, translation: str) -> bool:
    segment = key.segment
    words = (word for term in segment.terms for word in (term.source, *term.targets))
    texts = (segment.text, translation, key.engine, key.version, *segment.kinds, *words)
    spoken = key.source != key.target and {key.source, key.target} <= LANGUAGES.keys()
    return spoken and not any(_NOT_IN_XML.search(text) for text in texts)


def _unit_text(key: MemoryKey, translation: str) -> str:
    segment = key.segment
    terms = [(term.source, term.targets) for term in segment.terms]
    props = (
        _prop(_ENGINE, key.engine),
        _prop(_VERSION, key.version) if key.version else "",
        _prop(_KINDS, msgspec.json.encode(segment.kinds).decode()) if segment.kinds else "",
        _prop(_TERMS, msgspec.json.encode(terms).decode()) if terms else "",
    )
    sides = ((key.source, segment.text), (key.target, translation))
    variants = "".join(_variant_text(language, text, segment.kinds) for language, text in sides)
    return f'<tu srclang="{key.source}">\n{"".join(props)}{variants}</tu>\n'


def _prop(name: str, text: str) -> str:
    return f'<prop type="{name}">{text.translate(_ESCAPES)}</prop>\n'


def _variant_text(language: str, text: str, kinds: tuple[str, ...]) -> str:
    def element(match: re.Match[str]) -> str:
        number = int(match[1])
        if number >= len(kinds):
            return match[0]
        return f'<ph x="{number}" type="{kinds[number].translate(_ESCAPES_IN_ATTRIBUTE)}">{match[0]}</ph>'

    return f'<tuv xml:lang="{language}"><seg>{_TOKEN.sub(element, text.translate(_ESCAPES))}</seg></tuv>\n'


class _Left(Exception):
    """Why a unit is left out, or one of its languages."""

    def __init__(self, line: int, gate: str, message: str, severity: str = "warning") -> None:
        super().__init__(message)
        self.line, self.gate, self.message, self.severity = line, gate, message, severity


class _Origin(msgspec.Struct, frozen=True):
    """What Grimoire's properties say of a unit."""

    engine: str = PERSON
    version: str = ""
    kinds: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    mapped: frozenset[str] = frozenset()
    """Inline codes whose text is a token; another tool's stand for nothing here."""


class _Collector:
    """Makes entries of units, and keeps what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.entries: list[Entry] = []
        self._file = file
        self._problems: list[Problem] = []
        self._untold = 0
        self._codes: dict[str, str] = {}
        self._unknown = 0

    def take(self, unit: Unit) -> None:
        """Keep the unit's entries: one for each language it is translated into."""
        try:
            origin = _origin(unit)
            _check(unit, origin)
            source = self._source(unit)
            segment = Segment(_text(source, origin), origin.kinds, origin.terms)
            code = self._code(source)
        except _Left as left:
            self._tell(left)
            return
        for variant in (variant for variant in unit.variants if variant is not source):
            try:
                self.entries.append(self._entry(variant, origin, segment, code))
            except _Left as left:
                self._tell(left)

    def _entry(self, variant: Variant, origin: _Origin, segment: Segment, source: str) -> Entry:
        target, translation = self._code(variant), _text(variant, origin)
        if target == source:
            raise _Left(variant.line, "language", f"the translation is in the language of its source, {source}")
        key = MemoryKey(segment=segment, source=source, target=target, engine=origin.engine, version=origin.version)
        return key, translation

    def report(self) -> list[Problem]:
        """Every problem, in the order of the lines, and how many were not told."""
        found = sorted(self._problems, key=lambda problem: problem.line)
        if self._untold:
            message = f"{self._untold} more left out, for these reasons or others"
            found.append(Problem(file=self._file, gate="unit", severity="warning", message=message))
        return found

    def _tell(self, left: _Left) -> None:
        """Keep a problem: of languages each once, and no more than anybody reads."""
        known = left.gate == "language" and any(problem.message == left.message for problem in self._problems)
        if known or len(self._problems) >= MAX_PROBLEMS:
            self._untold += 1
            return
        self._problems.append(
            Problem(file=self._file, line=left.line, gate=left.gate, severity=left.severity, message=left.message)
        )

    def _source(self, unit: Unit) -> Variant:
        """The text the others are translations of: by the unit's own word, and else the first."""
        if unit.language.casefold() in {"", "*all*"}:
            return unit.variants[0]
        same = [variant for variant in unit.variants if variant.language.casefold() == unit.language.casefold()]
        wanted = self._resolved(unit.language)
        alike = [variant for variant in unit.variants if wanted and self._resolved(variant.language) == wanted]
        if not same + alike:
            raise _Left(unit.line, "unit", f"it has no text in the language of its source, {short(unit.language)!r}")
        return (same + alike)[0]

    def _code(self, variant: Variant) -> str:
        code = self._resolved(variant.language)
        if not code:
            raise _Left(variant.line, "language", f"no language is called {short(variant.language)!r}", "error")
        return code

    def _resolved(self, name: str) -> str:
        """A language's code, empty for what is none."""
        if name not in self._codes:
            self._codes[name] = code = _resolve(name)
            self._unknown += not code
            if self._unknown > MAX_UNKNOWN:
                raise NotTmx(f"the file names more than {MAX_UNKNOWN} languages that are none")
        return self._codes[name]


def _resolve(name: str) -> str:
    try:
        return resolve(name) if len(name) <= SHORT else ""
    except UnknownName:
        return ""


def _check(unit: Unit, origin: _Origin) -> None:
    """Raises _Left for what nothing can be made of."""
    for variant in unit.variants:
        if len(variant.segments) != 1:
            raise _Left(variant.line, "unit", "a language of it has no text, or several", "error")
    if len(unit.variants) < 2:  # noqa: PLR2004  # a source and a translation
        raise _Left(unit.line, "unit", "it holds no translation")
    if codes := unit.codes - origin.mapped:
        named = ", ".join(short(code) for code in sorted(codes)[:3])
        raise _Left(unit.line, "codes", f"it holds inline codes that stand for nothing in a spell: {named}")


def _origin(unit: Unit) -> _Origin:
    props = unit.props
    if _ENGINE not in props:
        return _Origin()
    try:
        kinds = msgspec.json.decode(props.get(_KINDS, "[]"), type=tuple[str, ...])
        terms = msgspec.json.decode(props.get(_TERMS, "[]"), type=tuple[tuple[str, tuple[str, ...]], ...])
    except msgspec.DecodeError as error:
        raise _Left(unit.line, "unit", f"a property of Grimoire's in it is damaged: {error}", "error") from error
    return _Origin(
        engine=props[_ENGINE],
        version=props.get(_VERSION, ""),
        kinds=kinds,
        terms=tuple(Term(*term) for term in terms),
        mapped=frozenset({"ph"}),
    )


def _text(variant: Variant, origin: _Origin) -> str:
    """As it stands; of other tools, which lay out their files, without white space around it."""
    if origin.mapped:
        return variant.text
    text = variant.text.strip()
    if not text:
        raise _Left(variant.line, "unit", "a text in it is empty")
    return text
