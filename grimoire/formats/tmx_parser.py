"""Translation units out of a TMX file, by expat: no DTD is read, no entity but XML's own, and nothing is fetched."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

import msgspec

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_DEPTH: Final = 32
"""Elements within each other; TMX itself needs seven."""
MAX_ELEMENTS: Final = 4_000_000
"""What a file of MAX_BYTES has when all its texts are empty."""
SHORT: Final = 40
"""Characters of a name out of the file in a message."""


class NotTmx(Exception):
    """Why nothing of the file is taken; `line` counts from 1, 0 means the whole file."""

    def __init__(self, message: str, line: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.hint = message, line, hint


class Variant(msgspec.Struct):
    """A text in one language; `segments` holds its pieces, and once in a sound file."""

    language: str
    line: int
    segments: list[list[str]] = []

    @property
    def text(self) -> str:
        return "".join(self.segments[0])


class Unit(msgspec.Struct):
    """A text in several languages, as it stands in the file. `language` is what it says of its source's language."""

    line: int
    language: str
    props: dict[str, str] = {}
    variants: list[Variant] = []
    codes: set[str] = set()
    """Names of what is neither text nor can be dropped without changing it."""


def short(text: str) -> str:
    """As much of what a file says as a message has room for."""
    return text if len(text) <= SHORT else f"{text[:SHORT]}…"


def as_utf8(raw: bytes) -> bytes:
    """The file without its byte order mark; raises NotTmx when it is too large or in another encoding."""
    if len(raw) > MAX_BYTES:
        raise NotTmx(f"the file is larger than {MAX_BYTES // 1024**2} MiB", hint="split it")
    try:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return raw.decode("utf-16").encode()
        raw.decode()
        return raw.removeprefix(codecs.BOM_UTF8)
    except UnicodeDecodeError:
        raise NotTmx("the file is neither UTF-8 nor UTF-16 with a byte order mark", hint="save it as UTF-8") from None


class Parser:
    """Gives every unit of a file to `take` as soon as it has ended."""

    def __init__(self, take: Callable[[Unit], None], max_elements: int = MAX_ELEMENTS) -> None:
        self._take = take
        self._max_elements = max_elements
        self._path: list[str] = []
        self._elements = 0
        self._language = ""
        self._unit: Unit | None = None
        self._prop = ""
        self._text: list[str] | None = None
        """Where text goes; None outside of properties and segments."""
        self._text_depth = 0
        self._code: tuple[int, str] = (0, "")
        """Where the text of the last `ph` begins, and its number."""
        self._expat = expat.ParserCreate("utf-8")
        self._expat.buffer_text = True
        self._expat.StartDoctypeDeclHandler = self._doctype
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._characters
        self._expat.SkippedEntityHandler = self._entity

    def parse(self, raw: bytes) -> None:
        """To the end; raises NotTmx when it is not TMX."""
        try:
            self._expat.Parse(raw, True)  # noqa: FBT003  # expat takes no name
        except expat.ExpatError as error:
            raise NotTmx(f"the file is not XML: {expat.ErrorString(error.code)}", error.lineno) from error

    def _doctype(self, _name: str, _system: str | None, _public: str | None, inner: bool) -> None:
        if inner:
            hint = "remove what stands between [ and ] in its DOCTYPE"
            raise NotTmx("the file has declarations of its own, which are not read", self._line(), hint)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        around = self._path[-1] if self._path else ""
        self._path.append(name)
        self._elements += 1
        if self._elements > self._max_elements:
            raise NotTmx(f"the file has more than {self._max_elements:,} elements", self._line(), "split it")
        if len(self._path) > MAX_DEPTH:
            raise NotTmx(f"the file has elements more than {MAX_DEPTH} deep", self._line())
        if not around and name != "tmx":
            raise NotTmx(f"the file is not TMX: its first element is {short(name)}", self._line())
        if self._text is not None:
            self._start_code(self._text, name, attributes)
        elif (around, name) == ("tmx", "header"):
            self._language = attributes.get("srclang", "")
        elif (around, name) == ("body", "tu"):
            self._unit = Unit(self._line(), attributes.get("srclang") or self._language)
        elif self._unit:
            self._start_within(self._unit, around, name, attributes)

    def _start_within(self, unit: Unit, around: str, name: str, attributes: dict[str, str]) -> None:
        if (around, name) == ("tu", "tuv"):
            language = attributes.get("xml:lang") or attributes.get("lang", "")
            unit.variants.append(Variant(language, self._line()))
        elif (around, name) == ("tu", "prop"):
            self._prop = attributes.get("type", "")
            self._read_into([])
        elif (around, name) == ("tuv", "seg") and unit.variants:
            unit.variants[-1].segments.append([])
            self._read_into(unit.variants[-1].segments[-1])

    def _start_code(self, text: list[str], name: str, attributes: dict[str, str]) -> None:
        if self._unit and name != "hi":  # which only marks text that stays the same without it
            self._unit.codes.add(name)
        if name == "ph":
            self._code = (len(text), attributes.get("x", ""))

    def _read_into(self, text: list[str]) -> None:
        self._text, self._text_depth = text, len(self._path)

    def _end(self, name: str) -> None:
        depth = len(self._path)
        self._path.pop()
        if self._text is not None:
            if name == "ph" and self._code[0] == len(self._text):  # emptied by another tool
                self._restore(self._text, self._code[1])
            if depth == self._text_depth:
                self._end_text(name, "".join(self._text))
        elif self._unit and (self._path[-1:], name) == (["body"], "tu"):
            unit, self._unit = self._unit, None
            self._take(unit)

    def _restore(self, text: list[str], number: str) -> None:
        if number.isascii() and number.isdecimal():
            text.append(f"⟦{number}⟧")
        elif self._unit:
            self._unit.codes.add("an empty ph without a number")

    def _end_text(self, name: str, text: str) -> None:
        self._text = None
        if self._unit and name == "prop":
            self._unit.props[self._prop] = text

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _entity(self, name: str, _parameter: bool) -> None:
        if self._unit:
            self._unit.codes.add(f"&{name};")

    def _line(self) -> int:
        return self._expat.CurrentLineNumber
