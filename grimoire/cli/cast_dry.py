"""What a cast would send, in place of its answers: shown, written to a file, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TextIO

from grimoire.cli import cast_fire, output
from grimoire.errors import UsageError
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.cli.cast_fire import Call
    from grimoire.cli.deliver import Delivery
    from grimoire.cli.questions import Input
    from grimoire.record import Cell

    Asked = tuple[Cell, Input]


def check(delivery: Delivery, *, resume: bool) -> None:
    """Raises UsageError for what has an answer to do with, as there is none."""
    wrong = {"-x": delivery.code, "--copy": delivery.copy, "-u": delivery.usage, "--resume": resume}
    if option := next((option for option, given in wrong.items() if given), ""):
        raise UsageError(f"--dry-run and {option} exclude each other", hint="nothing is sent, so nothing comes back")


def show(call: Call, stdin: TextIO | None) -> None:
    """What would be sent, or of a chain what its first step would. Raises as `cast_fire.read` does."""
    from grimoire.backends.rehearsal import Rehearsal

    if call.subject.spell and call.subject.spell.chain:
        from grimoire.cli import cast_chain

        cast_chain.show_dry(call, stdin)
        return
    hand_over(call, cast_fire.make_cells(call, cast_fire.read(call, stdin), Rehearsal()))


def hand_over(call: Call, asked: Sequence[Asked]) -> None:
    """To standard output, or whole to the file of `-o`. Raises UsageError where that cannot be written."""
    texts = _objects(call, asked) if call.delivery.json else _stacked(call, asked)
    if call.delivery.file is None:
        for text in texts:
            output.emit(text)
        return
    from grimoire import atomic

    atomic.write_text(call.delivery.file, "".join(texts))


def _stacked(call: Call, asked: Sequence[Asked]) -> Iterator[str]:
    """One under the other, below the headings that the answers would have, as far as they are known."""
    variants = len(call.subject.texts) > 1
    named = len(asked) > max(len(call.subject.texts), 1) and (variants or not call.given.each)
    for index, (cell, given) in enumerate(asked):
        parts = [one_line(given.label)] if named and given.label else []
        parts += [cell.language] if variants else []
        heading = f"==> {' · '.join(parts)} <==\n" if parts else ""
        text = cell.incantation
        yield ("\n" if index else "") + heading + (text if text.endswith("\n") else text + "\n")


def _objects(call: Call, asked: Sequence[Asked]) -> Iterator[str]:
    """As answers are: one as a document, several as lines, and so that of a file or of a line."""
    lines = len(asked) > 1 or bool(call.given.each) or any(given.label for _, given in asked)
    for cell, given in asked:
        yield output.as_json(_as_value(cell, given), lines=lines)


def _as_value(cell: Cell, given: Input) -> dict[str, object]:
    """A question in the words of an answer's JSON; no backend is asked, so there is none."""
    from grimoire.redact import hide_secrets

    return {
        "input": given.label or None,
        "given": given.given,
        "spell": cell.spell,
        "language": cell.language,
        "backend": None,
        "messages": cell.request.messages,
        "parameters": hide_secrets(cell.request.parameters),
    }
