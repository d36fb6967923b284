"""Where an answer goes, and in what form."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grimoire.errors import UsageError

if TYPE_CHECKING:
    from grimoire.trial.work import Result

_LIKE_PARAMETER = re.compile(r"[A-Za-z_][\w.-]*=")
_REASONS = 3
"""Of a verdict that a note tells: it stands below an answer that somebody reads. JSON and the log have all of them."""
NO_CODE = 1
"""The exit code where there is no code block to print."""


class Code(msgspec.Struct, frozen=True):
    """The content of a fenced code block; it is not `closed` where the answer was cut off in it."""

    text: str
    closed: bool = True


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How answers are handed over: the options of a cast that say so."""

    json: bool = False
    raw: bool = False
    stream: bool = True
    code: bool = False
    file: Path | None = None
    copy: bool = False
    usage: bool = False

    def checked(self) -> Delivery:
        """The same. Raises UsageError where two of them contradict each other, or the file cannot be written."""
        if self.json and (self.code or self.raw):
            other = "-x" if self.code else "--raw"
            raise UsageError(f"--json and {other} exclude each other", hint="JSON holds the whole answer as it came")
        if self.file is not None:
            _check_file(self.file)
        return self

    @property
    def streams(self) -> bool:
        """Whether pieces are shown as they come."""
        terminal = sys.stdout is not None and sys.stdout.isatty()
        return terminal and self.stream and not (self.json or self.code or self.file)

    @property
    def renders(self) -> bool:
        """Whether Markdown is rendered."""
        from grimoire.cli import output

        return not (self.raw or self.code or self.json or self.file) and output.renders()


def output_file(text: str) -> Path | None:
    """The file that -o names; None for standard output. Raises UsageError for what was meant for -O."""
    if not text:
        raise UsageError("-o names no file")
    if _LIKE_PARAMETER.match(text) and "/" not in text.partition("=")[0]:
        raise UsageError(
            f"-o takes a file; a parameter for the model is -O {text}", hint=f"for a file of that name: -o ./{text}"
        )
    return None if text == "-" else Path(text)


def deliver(
    result: Result,
    run: str,
    delivery: Delivery,
    *,
    streamed: bool,
    currency: str,
    label: str = "",
    given: dict[str, object] | None = None,
) -> int:
    """Hand over one answer; the exit code. What was streamed is on the screen already."""
    if result.answer is None:
        return 0
    if delivery.json:
        hand_over_json(answer_json(result, run, label=label, given=given), delivery)
        code = 0
    else:
        code = hand_over(result.answer.text, delivery, streamed=streamed)
    tell(result, usage=delivery.usage, currency=currency, quiet=delivery.json)
    return code


def hand_over_json(value: object, delivery: Delivery) -> None:
    """A value as JSON to the file, the clipboard or standard output."""
    from grimoire.cli import output

    said = output.as_json(value)
    _put(said, delivery)
    if delivery.copy:
        copy_text(said)


def answer_json(result: Result, run: str, *, label: str, given: dict[str, object] | None) -> dict[str, object]:
    """One result as `cast --json` has it: of what run, to what input."""
    from grimoire.cli.results import result_json

    return {"run": run, "input": label or None, "given": given, **result_json(result)}


def hand_over(text: str, delivery: Delivery, *, streamed: bool = False) -> int:
    """An answer's text, or its code, to the file, the clipboard or standard output; the exit code."""
    from grimoire.cli import output

    if delivery.code:
        found = last_code(text)
        if found is None:
            output.note("there is no code block in the answer")
            return NO_CODE
        if not found.closed:
            output.note("the code block has no end: the answer may be cut off")
        text = found.text
    if not streamed:
        if delivery.renders:
            from grimoire.cli.markdown_stream import show_markdown

            show_markdown(text)
        else:
            _put(text if text.endswith("\n") else f"{text}\n", delivery)
    if delivery.copy:
        copy_text(text)
    return 0


def copy_text(text: str) -> None:
    """To the clipboard; where that fails a note says so."""
    from grimoire.cli import clipboard, output

    if told := clipboard.copy(text):
        output.note(told)


def last_code(text: str) -> Code | None:
    """The last fenced code block of a Markdown text, wherever it stands; None where there is none."""
    if "```" not in text and "~~~" not in text:
        return None
    from grimoire.cli.markdown_parse import fences, is_closed

    found = fences(text)
    return Code(found[-1].content, is_closed(found[-1], text.split("\n"))) if found else None


def tell(result: Result, *, usage: bool, currency: str, quiet: bool = False) -> None:
    """What else there is to say of an answer, on standard error; when `quiet` only what was asked for."""
    from grimoire.cli import output

    if result.answer is None:
        return
    if result.cell.rehearsal and not quiet:
        output.note("note: a rehearsal; no model was asked")
    if result.verdict.kind != "works" and not quiet:
        reasons = result.verdict.reasons
        more = [f"and {len(reasons) - _REASONS} more"] if len(reasons) > _REASONS else []
        output.note(f"verdict: {result.verdict.kind} ({'; '.join([*reasons[:_REASONS], *more])})")
    if usage:
        from grimoire.cli.took import took

        output.note(took(result.answer.usage, result.answer.seconds, result.cost, currency))


def deliver_unrecorded(text: str, delivery: Delivery, *, streamed: bool) -> None:
    """An answer that the ledger did not take: it is paid for all the same."""
    from grimoire.cli import output

    if delivery.json:
        _put(output.as_json({"answer": text}), delivery)
    else:
        hand_over(text, delivery, streamed=streamed)


def _put(text: str, delivery: Delivery) -> None:
    from grimoire.cli import output

    if delivery.file is None:
        output.emit(text)
        return
    from grimoire import atomic

    atomic.write_text(delivery.file, text)


def _check_file(path: Path) -> None:
    """Before anything is paid for. Raises UsageError."""
    folder = next(parent for parent in (path.absolute().parent, *path.absolute().parents) if parent.exists())
    if path.is_dir():
        raise UsageError(f"cannot write {path}: it is a folder", hint="-o takes a file")
    if not folder.is_dir():
        raise UsageError(f"cannot write {path}: {folder} is no folder")
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise UsageError(f"cannot write {path}: permission denied")
