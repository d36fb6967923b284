"""`grimoire cast`: one spell, once, from the terminal or a pipeline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grimoire.cli import options

if TYPE_CHECKING:
    from grimoire.chat import Answer
    from grimoire.cli.judging import SpellJudge
    from grimoire.ledger import SqliteLedger
    from grimoire.ports import ChatBackend
    from grimoire.record import Attempt, Cell, Outcome, Run
    from grimoire.settings import Settings
    from grimoire.spell import Case, Spell, Translation
    from grimoire.trial.paced import Paced
    from grimoire.trial.work import Result

PATIENCE = 60.0
"""Seconds for which a question is tried again while a person waits."""


def cast(
    name: options.SpellName,
    text: Annotated[str | None, typer.Argument(help="Goes to [PROMPT]; - is standard input.")] = None,
    *,
    pairs: Annotated[
        list[str] | None,
        typer.Option("-p", "--param", metavar="KEY=VALUE", help="A variable, by number or label; @FILE reads a file."),
    ] = None,
    model: Annotated[str, typer.Option("-m", "--model", metavar="BACKEND[/MODEL]", help="Where to fire it.")] = "",
    language: Annotated[str, typer.Option("-l", "--language", help="Language of the spell to send.")] = "",
    answer_in: Annotated[str, typer.Option("--answer-in", metavar="LANG", help="Language of the answer.")] = "",
    case: Annotated[str, typer.Option("--case", metavar="ID", help="Take the inputs of a case of the spell.")] = "",
    system: Annotated[str, typer.Option("-s", "--system", help="A system message to send before it.")] = "",
    model_options: Annotated[
        list[str] | None, typer.Option("-o", "--option", metavar="KEY=VALUE", help="A parameter for the model.")
    ] = None,
    usage: Annotated[bool, typer.Option("-u", "--usage", help="Show tokens, cost and time.")] = False,
    no_stream: Annotated[bool, typer.Option("--no-stream", help="Print the answer when it is complete.")] = False,
    dry_run: options.DryRun = False,
    json: options.Json = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Fill a spell, fire it, print the answer. What is piped in joins the text.

    Examples: grimoire cast tldr -l zh < report.txt ; grimoire cast blog-title 林黛玉倒拔垂杨柳 -m deepseek -p 1=fun
    """
    from grimoire import settings as settings_file
    from grimoire.cast import build_cell
    from grimoire.cli import output, wiring
    from grimoire.cli.choose import choose_text
    from grimoire.cli.inputs import build_case, parse_parameters
    from grimoire.languages import resolve

    settings = settings_file.load()
    library = wiring.open_library(settings, judging=not dry_run)
    spell = library.get(name)
    chosen = choose_text(library, spell, language)
    inputs = build_case(spell, chosen.template, case_id=case, text=text, pairs=pairs or [], stdin=sys.stdin)
    target = resolve(answer_in) if answer_in else ""
    if dry_run:
        output.emit(_incantation(spell, chosen, inputs, target))
        return
    backend = wiring.open_backend(settings, _backend_name(settings, model), patience=PATIENCE)
    streaming = sys.stdout is not None and sys.stdout.isatty() and not (no_stream or json)
    cell = build_cell(
        spell,
        chosen.template,
        inputs,
        backend,
        answer_in=target,
        system=system,
        parameters=parse_parameters(model_options or []),
    )
    result, run_id = _fire(settings, spell, cell, backend, ledger, json=json, streaming=streaming)
    _show(result, run_id, json=json, streamed=streaming, usage=usage, currency=settings.values.currency)


def _incantation(spell: Spell, chosen: Spell | Translation, case: Case, target: str) -> str:
    from grimoire.backends.rehearsal import Rehearsal
    from grimoire.cast import build_cell

    filled = build_cell(spell, chosen.template, case, Rehearsal(), answer_in=target).incantation
    return filled if filled.endswith("\n") else filled + "\n"


def _backend_name(settings: Settings, model: str) -> str:
    from grimoire.cli.wiring import ready_backends
    from grimoire.errors import UsageError

    if model or settings.values.backend:
        return model or settings.values.backend
    ready = ", ".join(f"-m {facts.name} (${facts.key_env} is set)" for facts in ready_backends(settings))
    hint = f"{ready or 'set a key, for example OPENAI_API_KEY, and give -m openai'}; or rehearse: -m rehearsal/sample"
    raise UsageError("no backend chosen", hint=hint)


def _fire(
    settings: Settings,
    spell: Spell,
    cell: Cell,
    backend: Paced,
    ledger_file: Path | None,
    *,
    json: bool,
    streaming: bool,
) -> tuple[Result, str]:
    """Ask, record, judge, record; a service error is recorded too, and raised.

    When the ledger fails after the answer came, the answer is shown and saved all the same: it was paid for.
    """
    import asyncio

    from grimoire.cli import judging, wiring
    from grimoire.errors import LedgerError, ServiceError
    from grimoire.record import Outcome
    from grimoire.trial.plan import cost

    outcomes: list[Outcome] = []

    def tell(attempt: Attempt) -> None:
        outcomes.append(Outcome(cell, attempt))
        _tell(attempt)

    with wiring.open_ledger(settings, ledger_file) as ledger:
        run = ledger.start("cast", {"names": [spell.name], "backends": [cell.backend]})
        asking = _ask(backend.having(tell=tell), cell, settings.values.continue_limit, streaming=streaming)
        try:
            answer = asyncio.run(asking)
        except ServiceError as error:
            ledger.add_all(run, [*outcomes, Outcome(cell, error)])
            ledger.finish(run)
            raise
        paid = cost(answer.usage, wiring.prices(settings, [backend]).get(backend.name))
        outcomes.append(Outcome(cell, answer, paid))
        try:
            return _record(ledger, run, outcomes, judging.open_judge(settings, [spell])), run.id
        except LedgerError:
            _show_unrecorded(answer, json=json, streamed=streaming)
            raise


def _tell(attempt: Attempt) -> None:
    """Somebody waits: say for what."""
    from grimoire.cli.output import note
    from grimoire.terminal import one_line

    if attempt.wait is not None:
        note(f"{one_line(attempt.message)}; trying again in {max(1, round(attempt.wait))} s")


def _record(ledger: SqliteLedger, run: Run, outcomes: list[Outcome], judge: SpellJudge) -> Result:
    """What came, an answer last, and the verdict of the checks that ask no model: a cast is no evidence."""
    from grimoire.chat import Answer
    from grimoire.cli.rescue import rescuer
    from grimoire.errors import LedgerError
    from grimoire.trial.work import Result

    cell, answer, paid = outcomes[-1]
    if not isinstance(answer, Answer):
        raise TypeError(answer)
    try:
        number = ledger.add_all(run, outcomes)[-1]
    except LedgerError:
        rescuer(ledger.path, run)(outcomes)
        raise
    verdict = judge(cell, answer, paid)
    ledger.add_verdict(number, verdict)
    ledger.finish(run)
    return Result(cell, verdict, answer, paid, number=number)


async def _ask(backend: ChatBackend, cell: Cell, continue_limit: int, *, streaming: bool) -> Answer:
    from grimoire.cast import ask
    from grimoire.cli.output import emit

    try:
        return await ask(backend, cell.request, continue_limit=continue_limit, on_text=emit if streaming else None)
    finally:
        await backend.aclose()


def _show_unrecorded(answer: Answer, *, json: bool, streamed: bool) -> None:
    from grimoire.cli import output

    if json:
        output.emit_json({"answer": answer.text})
    elif not streamed:
        output.emit(answer.text + "\n")


def _show(result: Result, run_id: str, *, json: bool, streamed: bool, usage: bool, currency: str) -> None:
    from grimoire.cli import output
    from grimoire.cli.results import result_json

    answer = result.answer
    if answer is None:
        return
    if json:
        output.emit_json({"run": run_id} | result_json(result))
        return
    ending = "" if answer.text.endswith("\n") else "\n"
    output.emit(ending if streamed else answer.text + ending)
    if result.cell.rehearsal:
        output.note("note: a rehearsal; no model was asked")
    if result.verdict.kind != "works":
        output.note(f"verdict: {result.verdict.kind} ({'; '.join(result.verdict.reasons)})")
    if usage:
        paid = "" if result.cost is None else f", {output.money(result.cost, currency)}"
        counts = (answer.usage.prompt_tokens, answer.usage.completion_tokens)
        asked, answered = ("?" if count is None else f"{count:,}" for count in counts)
        output.note(f"{asked} tokens in, {answered} out, {answer.seconds:.1f} s{paid}")
