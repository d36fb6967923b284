"""`grimoire judge`: judge an answer that came from anywhere, such as a chat that has only a web page."""

from __future__ import annotations

import sys
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import typer

from grimoire.cli import judge_options as own
from grimoire.cli import options

if TYPE_CHECKING:
    from grimoire.chat import Answer
    from grimoire.record import Cell, Image
    from grimoire.settings import Settings
    from grimoire.spell import Case, Spell, Template
    from grimoire.verdict import Verdict

LARGEST_IMAGE = 10_000_000
"""Bytes of a picture the ledger takes."""
_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}


class Elsewhere(msgspec.Struct):
    """A chat that was asked by hand."""

    name: str
    rehearsal: bool = False
    parameters: dict[str, object] = {}


def judge(
    name: options.SpellName,
    file: own.File = "-",
    *,
    language: own.Language = "",
    case: own.Case = "",
    text: own.Text = None,
    pairs: own.Pairs = None,
    answer_in: own.AnswerIn = "",
    finish: own.Finish = "unknown",
    record: own.Record = False,
    backend: own.Backend = "",
    note: own.Note = "",
    verdict: own.Verdict = None,
    images: own.Images = None,
    fail_on: own.FailOn = "partial",
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Judge an answer with a spell's checks, and say why.

    Examples:
      grimoire judge blog-title answer.txt -l zh
      cat answer.txt | grimoire judge tldr --text "$(cat report.txt)"
      grimoire judge tldr answer.txt --record --backend ernie-web
    """
    from grimoire import settings as settings_file
    from grimoire.cast import build_cell
    from grimoire.chat import Answer
    from grimoire.cli import wiring
    from grimoire.cli.choose import choose_text
    from grimoire.cli.triable import untried
    from grimoire.dials import Dials
    from grimoire.errors import UsageError
    from grimoire.languages import resolve

    backend = backend.strip()
    keeping = Keep(note=note, verdict=verdict, images=[_image(path) for path in images or ()])
    _refuse_contradictions(record=record, backend=backend, keeping=keeping)
    settings = settings_file.load()
    library = wiring.open_library(settings)
    spell = library.get(name, begins=True)
    if reason := untried(spell):
        raise UsageError(f"`{spell.name}` {reason}")
    chosen = choose_text(library, spell, language)
    inputs = _inputs(spell, chosen.template, case, text, pairs or [])
    target = resolve(answer_in) if answer_in else ""
    cell = build_cell(spell, chosen.template, inputs, Elsewhere(backend or "elsewhere"), dials=Dials(answer_in=target))
    answer = Answer(text=_answer(file), finish_reason=finish)
    found = _judge(settings, spell, cell, answer, ledger)
    recorded = _record(settings, ledger, cell, answer, found, keeping) if record else {}
    _show(cell, found, recorded, json=json)
    if _fails(found.kind, fail_on):
        raise typer.Exit(1)


class Keep(NamedTuple):
    """What a person adds to an answer."""

    note: str
    verdict: own.PersonVerdict | None
    images: list[Image]


def _refuse_contradictions(*, record: bool, backend: str, keeping: Keep) -> None:
    from grimoire.errors import UsageError
    from grimoire.settings import REHEARSAL

    if record and not backend:
        raise UsageError("--record needs --backend", hint="say who answered, such as --backend ernie-web/4.0")
    if record and (backend.partition("/")[0] == REHEARSAL or not backend.isprintable()):
        raise UsageError(f"{backend!r} cannot be put on record", hint="--backend names a real chat, in one line")
    if not record and any(keeping):
        raise UsageError("--note, --verdict and --image are kept with an answer on record", hint="add --record")


def _inputs(spell: Spell, template: Template, case: str, text: str | None, pairs: list[str]) -> Case:
    """The case it answers: the one named, the text given, or the spell's first, which is then said."""
    from grimoire.cli import output
    from grimoire.cli.inputs import build_case
    from grimoire.errors import UsageError

    if not case and text is None and not pairs:
        if not spell.cases:
            raise UsageError(f"`{spell.name}` has no case", hint='say what was put for [PROMPT]: --text "…"')
        case = spell.cases[0].id
        if len(spell.cases) > 1:
            output.note(f"judged as an answer to case {case}; others: {', '.join(c.id for c in spell.cases[1:])}")
    return build_case(spell, template, case_id=case, text=text, pairs=pairs)


def _answer(file: str) -> str:
    """The answer's text. Raises UsageError where it cannot be read, or is not UTF-8."""
    from grimoire.cli.sources import read_file, read_stdin
    from grimoire.errors import UsageError

    if file == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise UsageError("no answer to judge", hint="name its file, or pipe it in")
        return read_stdin(sys.stdin)
    return read_file(file)


def _judge(settings: Settings, spell: Spell, cell: Cell, answer: Answer, ledger: Path | None) -> Verdict:
    """Every check; where one asks a model, the judge of the settings is asked."""
    import asyncio

    from grimoire.cli import judging, wiring

    judge = judging.open_judge(settings, [spell])
    verdict = judge(cell, answer)
    if not judge.asks(cell):
        return verdict
    with wiring.open_ledger(settings, ledger, reading=True) as store:
        panel = judging.open_panel(settings, [spell])
        asking = judging.open_judge(settings, [spell], store, panel)

        async def ask() -> Verdict:
            try:
                return await asking.ask(cell, answer, None, verdict)
            finally:
                if panel:
                    await panel.aclose()

        return asyncio.run(ask())


def _record(
    settings: Settings, ledger: Path | None, cell: Cell, answer: Answer, verdict: Verdict, keeping: Keep
) -> dict[str, object]:
    """Put it on record, and say where."""
    from grimoire.cli import wiring

    with wiring.open_ledger(settings, ledger) as store:
        run = store.start("judge", {"names": [cell.spell], "languages": [cell.language], "backends": [cell.backend]})
        number = store.add_answer(run, cell, answer)
        store.add_verdict(number, verdict)
        if keeping.note or keeping.verdict:
            store.add_opinion(number, keeping.verdict or "", keeping.note)
        for image in keeping.images:
            store.add_image(number, image)
        store.finish(run)
    return {"run": run.id, "answer": number}


def _image(path: Path) -> Image:
    """A picture and what it is, told by its first bytes. Raises UsageError for anything else."""
    from grimoire.errors import UsageError
    from grimoire.record import Image

    state = path.stat()
    data = path.read_bytes() if S_ISREG(state.st_mode) and state.st_size <= LARGEST_IMAGE else b""
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), "")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        kind = "image/webp"
    if not kind:
        limit = f"PNG, JPEG, GIF or WebP of at most {LARGEST_IMAGE // 1_000_000} MB"
        raise UsageError(f"{path} is no picture that can be kept", hint=limit)
    return Image(name=path.name, media_type=kind, data=data)


def _show(cell: Cell, verdict: Verdict, recorded: dict[str, object], *, json: bool) -> None:
    from grimoire.cli import output

    if json:
        place = {"spell": cell.spell, "language": cell.language, "case": cell.case, "answer_in": cell.request.answer_in}
        output.emit_json(place | {"verdict": verdict.kind, "checks": verdict.checks} | recorded)
        return
    output.emit(_page(cell, verdict))
    if recorded:
        output.note(f"on record as answer {recorded['answer']} of run {recorded['run']}, from {cell.backend}")


def _page(cell: Cell, verdict: Verdict) -> str:
    """The verdict, and every check with its evidence; those that decided first."""
    from grimoire.cli.why import check_lines
    from grimoire.terminal import one_line

    case = f", case {cell.case}" if cell.case else ""
    head = f"{verdict.kind}: {one_line(cell.spell)} ({cell.language}){one_line(case)}\n"
    return head + "".join(f"  {line}\n" for line in check_lines(verdict.checks))


def _fails(kind: str, fail_on: str) -> bool:
    return fail_on != "never" and (kind in {"broken", "error"} or (kind == "partial" and fail_on == "partial"))
