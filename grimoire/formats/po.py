"""PO files: units as a person reviews them in Poedit, Weblate or any other editor of gettext's format.

polib writes and parses. What it is given to parse was laid out anew before, because it takes a text that is a file's
name for that file, ends at the first line it does not understand, drops the last character of a quoted text that is not
closed, and slows down with the square of an entry's lines.
The format: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from grimoire import languages
from grimoire.errors import InvalidFile, Problem, UnknownName
from grimoire.segment import Unit

if TYPE_CHECKING:
    import polib

MAX_BYTES = 32 * 1024 * 1024
MAX_LINES = 1_000_000
"""Each costs some hundred bytes of memory; a unit has seven."""
MAX_HEADER = 64 * 1024
MAX_PROBLEMS = 100
"""Problems told of one file, errors first; more would not be read, and a hostile file could make millions."""

_GUIDE = "Spells of Grimoire. Keep what stands in square brackets, numbers and addresses; fuzzy means: needs review."
# Names and fields hold no slash. Leading zeros would make two texts of one place.
_CONTEXT = re.compile(
    r"(?P<spell>[^/\s]+)/(?P<field>[^/\s](?:[^/]*[^/\s])?)/(?P<line>0|[1-9]\d{0,8})/(?P<index>0|[1-9]\d{0,8})", re.ASCII
)
_COMMENT = re.compile(r"status: (?P<status>machine|needs-review|reviewed|none)(?: (?P<remark>.*))?")
# Line breaks of any kind, since a unit is one line and other tools split at all of them; controls but the tab;
# surrogates, which have no UTF-8.
_UNFIT = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_UNFIT_IN_PATH = re.compile(rf"[\s%]|{_UNFIT.pattern}")
_STATEMENT = re.compile(
    r'(?P<key>msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?|)\s*"(?P<text>(?:[^"\\]++|\\[\\"ntrvbf])*+)"'
)
_KINDS = {"msgctxt": "c", "msgid": "i", "msgid_plural": "p", "msgstr": "s", "": "q"}
_OPENINGS = {"c": "msgctxt", "i": "msgid", "s": "msgstr"}
_JOINTS = {".": " ", ":": " ", ",": ", "}
_SHAPE = re.compile(r"[.:,]*(cq*)?iq*sq*")
_POLIB_LINE = re.compile(r"\(line (\d+)\)")


class PoFile(msgspec.Struct, frozen=True):
    """What a PO file holds.

    `language` is a code. `statuses` has each spell of the units: `machine`, `needs-review`, `reviewed`, or empty for
    none. With each unit stands the line of the PO file, from 1, on which its entry begins. `Unit.file` is what the file
    says, and nothing to be opened.
    """

    language: str
    statuses: dict[str, str]
    units: list[tuple[Unit, int]]


def dump(
    units: Iterable[Unit], language: str, statuses: Mapping[str, str], now: datetime, version: str
) -> tuple[str, list[Problem]]:
    """The text of a PO file, and a warning for each unit that had to be left out.

    Left out are units without a source, with a line break, a control character or a lone surrogate in it, and the
    second in one place. In a remark such characters and runs of white space become one space. `statuses` maps spells to
    a translation's status; `version` is Grimoire's.

    Raises:
        UnknownName: nothing is called `language`.
    """
    import polib

    catalog = polib.POFile(wrapwidth=0)
    catalog.header = _GUIDE
    catalog.metadata = _metadata(languages.resolve(language), now, version)
    seen: set[str] = set()
    problems = []
    for unit in units:
        context = f"{unit.spell}/{unit.field}/{unit.line}/{unit.index}"
        reason = "another unit has its place" if context in seen else _misfit(context, unit.source, unit.target)
        if reason:
            message = f"left out of the PO file: {context!r}: {reason}"
            problems.append(_problem(unit.file, unit.file_line, "po", message, severity="warning"))
        else:
            seen.add(context)
            catalog.append(_entry(unit, context, statuses.get(unit.spell, "")))
    return str(catalog), problems


def load(text: str, file: str) -> tuple[PoFile, list[Problem]]:
    """What a PO file's text holds, and what is wrong with it: at most MAX_PROBLEMS, errors first.

    An entry with an error is left out and the others stand; one that Grimoire did not write is left out with a warning.
    Obsolete entries, translators' comments and previous texts are passed over. `file` is the name used in problems.

    Raises:
        InvalidFile: it is too large, is no PO file, is not in UTF-8, or names no language that is known.
    """
    _check_size(text, file)
    lines, problems = _laid_out(text, file)
    catalog = _parsed(lines, file)
    if not catalog and not catalog.metadata:
        raise InvalidFile(_told(problems)[:1] or [_problem(file, 0, "po", "not a PO file: it holds no entry")])
    language = _language(catalog.metadata, file)
    if isinstance(language, Problem):
        raise InvalidFile([language, *_told(problems)])
    loaded = PoFile(language, {}, [])
    problems += _take(catalog, loaded, file)
    return loaded, _told(problems)


def _problem(file: str, line: int, gate: str, message: str, *, severity: str = "error", hint: str = "") -> Problem:
    return Problem(file=file, line=line, gate=gate, severity=severity, message=message, hint=hint)


def _told(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.severity != "error", problem.line))[:MAX_PROBLEMS]


# Out


def _metadata(code: str, now: datetime, version: str) -> dict[str, str]:
    """The fields without which `msgfmt --check` warns."""
    date = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M%z")
    return {
        "Project-Id-Version": f"grimoire {version}",
        "POT-Creation-Date": date,
        "PO-Revision-Date": date,
        "Last-Translator": "Grimoire",
        "Language-Team": languages.LANGUAGES[code].english,
        "Language": code.replace("-", "_"),
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
    }


def _misfit(context: str, source: str, target: str) -> str:
    """Why a PO file cannot hold a unit; empty when it can."""
    if _UNFIT.search(context) or not _CONTEXT.fullmatch(context):
        return "its place cannot be written"
    if not source:
        return "there is nothing to translate"
    for what, text in (("text", source), ("translation", target)):
        if found := _UNFIT.search(text):
            return f"its {what} holds the character U+{ord(found[0]):04X}"
    return ""


def _entry(unit: Unit, context: str, status: str) -> polib.POEntry:
    import polib

    # In front of the remark stands the status, always: a remark that reads like one must not become one.
    remark = " ".join(_UNFIT.sub(" ", unit.remark).split())
    comment = f"status: {status or 'none'}\n{remark}".rstrip("\n")
    return polib.POEntry(
        msgctxt=context,
        msgid=unit.source,
        msgstr=unit.target,
        comment=comment,
        flags=["fuzzy"] if unit.needs_review else [],
        occurrences=[(_reference(unit.file), str(unit.file_line))] if unit.file else [],
    )


def _reference(file: str) -> str:
    """A path without white space, at which references are split: `%20` stands for a space, as in addresses."""
    from urllib.parse import quote

    return _UNFIT_IN_PATH.sub(lambda found: quote(found[0], safe="", errors="surrogatepass"), file)


# In


def _check_size(text: str, file: str) -> None:
    if len(text.encode(errors="surrogatepass")) > MAX_BYTES:
        raise InvalidFile([_problem(file, 0, "limit", f"larger than {MAX_BYTES // 1024**2} MiB")])
    if text.count("\n") > MAX_LINES:
        raise InvalidFile([_problem(file, 0, "limit", f"more than {MAX_LINES:,} lines")])


class _Line(msgspec.Struct, frozen=True, gc=False):
    """One line that says something.

    `number` counts from 0. `kind` is one of `.,:` for comments, of `cipsnq` for msgctxt, msgid, msgid_plural, msgstr,
    msgstr[n] and a text that goes on, or `x` for what is none of these: then `text` says why.
    """

    number: int
    kind: str
    text: str


def _laid_out(text: str, file: str) -> tuple[list[str], list[Problem]]:
    """The lines with each text on one, on the line where it began, and without entries that are not well formed."""
    raw = text.removeprefix("\ufeff").split("\n")
    lines = [""] * len(raw)
    problems = []
    for block in _blocks(raw):
        kinds = "".join(line.kind for line in block)
        if not kinds.strip(".,:"):  # comments that belong to no entry
            continue
        if flaw := _flaw(block, kinds):
            problems.append(_problem(file, flaw[0] + 1, "po", flaw[1]))
        else:
            _lay_out(block, lines)
    return lines, problems


def _blocks(raw: list[str]) -> Iterator[list[_Line]]:
    """The lines of each entry, its comments in front."""
    block: list[_Line] = []
    kinds: set[str] = set()
    blank = False
    for number, line in enumerate(raw):
        kind, text = _read_line(line.strip())
        if kind and _begins(kind, kinds, blank):
            yield block
            block, kinds = [], set()
        if kind:
            block.append(_Line(number, kind, text))
            kinds.add(kind)
        blank = not kind
    yield block


def _begins(kind: str, kinds: set[str], blank: bool) -> bool:
    """Whether a line begins an entry; `kinds` are those of the entry before, `blank` says that an empty line came."""
    if kind in ".,:c":
        return bool(kinds & set("cisn")) or ("x" in kinds and blank)
    if kind == "i":
        return bool(kinds & set("isn")) or ("x" in kinds and blank)
    return kind == "x" and blank


def _read_line(line: str) -> tuple[str, str]:
    """A line's kind and text; no kind for an empty line and for comments that are passed over."""
    if line.startswith("#"):
        text = _UNFIT.sub(" ", line[2:]).strip()
        return (line[1], text) if text and line[1] in _JOINTS else ("", "")
    if not line:
        return "", ""
    match = _STATEMENT.fullmatch(line)
    if match is None:
        quoted = line.startswith(('"', "msg"))
        return (
            "x",
            "the quoted text is not closed, or holds a bare quote or an unknown escape"
            if quoted
            else "not a line of a PO file",
        )
    return _KINDS.get(match["key"], "n"), match["text"]


def _flaw(block: list[_Line], kinds: str) -> tuple[int, str] | None:
    """What is wrong with an entry, and the number of the line that it is said of."""
    if "x" in kinds:
        line = block[kinds.index("x")]
        return line.number, line.text
    if "p" in kinds or "n" in kinds:
        return block[0].number, "plural forms, which a spell has none of"
    if not _SHAPE.fullmatch(kinds):
        return block[0].number, "an entry without its msgid or without its msgstr"
    for line in block:
        if found := _UNFIT.search(line.text):
            return line.number, f"the character U+{ord(found[0]):04X} stands in the text"
    # Only the header has no context, and polib reads its lines at the cost of their square.
    if "c" not in kinds and sum(len(line.text) for line in block) > MAX_HEADER:
        return block[0].number, f"a header larger than {MAX_HEADER // 1024} KiB"
    return None


def _lay_out(block: list[_Line], lines: list[str]) -> None:
    first: dict[str, int] = {}
    texts: dict[str, list[str]] = {}
    kind = ""
    for line in block:
        kind = kind if line.kind == "q" else line.kind
        first.setdefault(kind, line.number)
        texts.setdefault(kind, []).append(line.text)
    for kind, parts in texts.items():
        if kind in _JOINTS:
            lines[first[kind]] = f"#{kind} {_JOINTS[kind].join(parts)}"
        else:
            lines[first[kind]] = f'{_OPENINGS[kind]} "{"".join(parts)}"'


def _parsed(lines: list[str], file: str) -> polib.POFile:
    import polib

    # No file's name holds a NUL, so polib cannot take this for one.
    content = "\n".join([*lines, "# \0"])
    try:
        return polib.pofile(content, encoding="utf-8")
    except OSError as error:
        line = _POLIB_LINE.search(str(error))
        raise InvalidFile([_problem(file, int(line[1]) if line else 0, "po", "not a PO file")]) from error


def _language(metadata: Mapping[str, str], file: str) -> str | Problem:
    """The code of the language that the header names, or what is wrong with the header."""
    charset = re.search(r"charset=\s*([^\s;]+)", metadata.get("Content-Type", ""))
    if charset and charset[1].casefold() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        message = f"the header says that the encoding is {charset[1][:40]}"
        return _problem(file, 0, "encoding", message, hint="save the file as UTF-8")
    named = metadata.get("Language", "")[:40]
    if not named:
        return _problem(
            file, 0, "language", "the header names no language", hint="write one such as Language: zh in it"
        )
    try:
        return languages.resolve(named)
    except UnknownName as error:
        return _problem(file, 0, "language", error.message, hint=error.hint)


def _take(catalog: polib.POFile, loaded: PoFile, file: str) -> Iterator[Problem]:
    """Put the entries into `loaded`; yields a Problem for each that cannot be."""
    seen: dict[str, int] = {}
    for entry in catalog:
        context, line = entry.msgctxt or "", entry.linenum or 0
        place = _CONTEXT.fullmatch(context)
        if place is None:
            message = f"passed over: not an entry of Grimoire ({context[:80]!r})"
            yield _problem(file, line, "po", message, severity="warning")
        elif context in seen:
            yield _problem(file, line, "po", f"a second entry for {context}; the first is on line {seen[context]}")
        elif reason := _misfit(context, entry.msgid, entry.msgstr):
            yield _problem(file, line, "po", f"{context}: {reason}")
        else:
            seen[context] = line
            loaded.units.append((_unit(entry, place), line))
            yield from _take_status(entry.comment, loaded, place["spell"], file, line)
    for unit, _ in loaded.units:
        loaded.statuses.setdefault(unit.spell, "")


def _take_status(comment: str, loaded: PoFile, spell: str, file: str, line: int) -> Iterator[Problem]:
    found = _COMMENT.fullmatch(comment)
    if found is None:  # an editor may have dropped the comment; the spell's other entries have it too
        return
    status = found["status"].replace("none", "")
    first = loaded.statuses.setdefault(spell, status)
    if status != first:
        message = f"{spell} is {status or 'without a status'} here and {first or 'without one'} before, which stands"
        yield _problem(file, line, "po", message, severity="warning")


def _unit(entry: polib.POEntry, place: re.Match[str]) -> Unit:
    comment = _COMMENT.fullmatch(entry.comment)
    file, line = entry.occurrences[0] if entry.occurrences else ("", "")
    return Unit(
        spell=place["spell"],
        field=place["field"],
        line=int(place["line"]),
        index=int(place["index"]),
        source=entry.msgid,
        target=entry.msgstr,
        needs_review=entry.fuzzy,
        remark=(comment["remark"] or "") if comment else entry.comment,
        file=_path(str(file)),
        file_line=int(line) if re.fullmatch(r"[0-9]{1,9}", str(line)) else 0,
    )


def _path(reference: str) -> str:
    from urllib.parse import unquote

    try:
        return unquote(reference, errors="surrogatepass")
    except UnicodeDecodeError:
        return reference
