"""From a call of `cast` to its questions, and to what asks them: one, many, or a chain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import msgspec

from grimoire.chat import Message
from grimoire.cli.cast_subject import Subject
from grimoire.cli.deliver import Delivery
from grimoire.cli.inputs import Given
from grimoire.cli.questions import Input, Question
from grimoire.conversation import Conversation
from grimoire.dials import Dials
from grimoire.errors import UsageError
from grimoire.library import Library
from grimoire.settings import Settings

if TYPE_CHECKING:
    from grimoire.cli.cast_questions import Questions
    from grimoire.ledger import SqliteLedger
    from grimoire.ports import Addressee
    from grimoire.record import Cell
    from grimoire.spell import Template
    from grimoire.trial.paced import Paced

PATIENCE = 60.0
"""Seconds for which a question is tried again while a person waits."""


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call of `cast`, its options read: what is cast, with what, at whom, and what becomes of the answers."""

    settings: Settings
    library: Library
    subject: Subject
    given: Given
    talk: Conversation | None = None
    dials: Dials = Dials()
    system: str = ""
    parameters: dict[str, object] = {}
    models: tuple[str, ...] = ()
    jobs: int | None = None
    resume: bool = False
    delivery: Delivery = Delivery()


def fire(call: Call, store: SqliteLedger, stdin: TextIO | None) -> int:
    """Read the inputs, ask everything, hand the answers over; the exit code.

    Raises as `read` and `open_backends` do, and ServiceError where the only question got no answer.
    """
    from grimoire.cli import cast_one

    if call.subject.spell and call.subject.spell.chain:
        from grimoire.cli import cast_chain

        return cast_chain.fire(call, store, stdin)
    backend_names(call)  # before a person is asked for anything
    questions = ask_of(call, read(call, stdin))
    if _alone(call, questions):
        return cast_one.fire(call.settings, store, questions[0], plan(call, questions), call.delivery)
    from grimoire.cli import cast_many

    return cast_many.fire(call, store, questions, plan(call, questions))


def ask_of(call: Call, inputs: list[Input]) -> Questions:
    """All there is to ask. Raises MissingInput, and as `open_backends` does."""
    from grimoire.cast import stand_in
    from grimoire.cli.cast_questions import Questions

    def build(given: Input, text: Template | None, backend: Addressee) -> Cell:
        return make_cell(call, given, text, backend)

    backends = open_backends(call, patience=PATIENCE if len(inputs) == 1 else None)
    return Questions(inputs, call.subject.texts, backends, build, call.subject.spell or stand_in(call.talk, call.dials))


def _alone(call: Call, questions: Questions) -> bool:
    """Whether there is one answer, handed over as it comes; JSON of a file is a line, as of many files."""
    return (
        len(questions) == 1
        and not (call.given.each or call.resume)
        and not (call.delivery.json and questions.inputs[0].label)
    )


def read(call: Call, stdin: TextIO | None) -> list[Input]:
    """The inputs: those the call gives, what it lacks asked for. Raises UsageError, MissingInput."""
    from grimoire.cli.ask_missing import ask_missing
    from grimoire.cli.inputs import read_inputs, read_text

    if call.subject.spell is None:
        return [read_text(call.given, stdin)]
    if call.subject.from_stdin:  # it has been read, and holds nothing else
        stdin = None
    found = read_inputs(call.given, call.subject.spell, call.subject.texts, stdin)
    return ask_missing(call.subject.spell, call.subject.texts, found, stdin)


def open_backends(call: Call, *, patience: float | None = PATIENCE) -> list[Paced]:
    """Who is asked, each once: those that are named, else whom the conversation is with, else the settings' own.

    `patience` is the most seconds a question is tried again for, where the settings allow more.
    Raises UsageError, UnknownName, KeyMissing.
    """
    from grimoire.cli import wiring

    names = backend_names(call)
    opened = [wiring.open_backend(call.settings, name, jobs=call.jobs, patience=patience) for name in names]
    return list({backend.name: backend for backend in opened}.values())  # `one` and `one/its-model` are the same


def backend_names(call: Call) -> tuple[str, ...]:
    """The names of who is asked, as `open_backends` takes them. Raises UsageError where there are none."""
    talking = call.talk.backend if call.talk else ""
    return call.models or (talking or backend_name(call.settings),)


def backend_name(settings: Settings) -> str:
    """The backend the settings name. Raises UsageError, saying what there is, where they name none."""
    from grimoire.cli.wiring import ready_backends

    if settings.values.backend:
        return settings.values.backend
    places = {"environment": "is set", "keyring": "is in the keyring"}
    ready = ", ".join(f"-m {b.name} (${b.key_env} {places[b.key_from]})" for b in ready_backends(settings))
    hint = f"{ready or 'set a key, for example OPENAI_API_KEY, and give -m openai'}; or rehearse: -m rehearsal/sample"
    raise UsageError("no backend chosen", hint=hint)


def make_cells(call: Call, inputs: list[Input], backend: Addressee) -> list[tuple[Cell, Input]]:
    """The cells of every input in every text, each with its input. Raises MissingInput."""
    texts = call.subject.texts or (None,)
    return [(make_cell(call, each, text, backend), each) for each in inputs for text in texts]


def make_cell(call: Call, given: Input, text: Template | None, backend: Addressee) -> Cell:
    """One question: of a spell in one of its texts, or the next of a conversation. Raises MissingInput."""
    from grimoire.cast import build_cell

    spell = call.subject.spell
    if spell is None or text is None:
        return _follow_up(call, given, backend)
    return build_cell(
        spell,
        text,
        given.case,
        backend,
        dials=_dials(call, given),
        earlier=earlier_messages(call),
        parameters=parameters(call),
    )


def _dials(call: Call, given: Input) -> Dials:
    """An input's own language of the answer goes before that of the call; a case's does not, as it never has."""
    own = "" if given.case.id else given.case.answer_in
    return msgspec.structs.replace(call.dials, answer_in=own) if own else call.dials


def earlier_messages(call: Call) -> tuple[Message, ...]:
    """What is sent before the question: a system message, and the conversation so far."""
    said = call.talk.messages if call.talk else ()
    if not call.system:
        return said
    return (Message("system", call.system), *(message for message in said if message.role != "system"))


def parameters(call: Call) -> dict[str, object]:
    """Those for the model: the conversation's, and those given now over them."""
    return (call.talk.parameters if call.talk else {}) | call.parameters


def plan(call: Call, questions: Sequence[Question] | Questions) -> dict[str, object]:
    """What the ledger keeps of the call beside its questions: what a conversation is gone on with."""
    from grimoire.cli.conversations import terminal_id
    from grimoire.redact import hide_secrets

    heads = questions if isinstance(questions, Sequence) else questions.heads
    kept: dict[str, object] = {
        "names": list(dict.fromkeys(question.cell.spell for question in heads)),
        "backends": list(dict.fromkeys(question.cell.backend for question in heads)),
        "terminal": terminal_id(),
        "dials": call.dials,
        "parameters": hide_secrets(parameters(call)),
        "questions": len(questions),
    }
    return kept | ({"conversation": call.talk.id, "after": call.talk.after} if call.talk and call.talk.id else {})


def _follow_up(call: Call, given: Input, backend: Addressee) -> Cell:
    from grimoire.cast import follow_up

    if call.talk is None:
        raise TypeError("a follow-up needs a conversation")
    return follow_up(
        call.talk,
        given.case.prompt,
        backend,
        earlier=earlier_messages(call),
        dials=call.dials,
        parameters=parameters(call),
    )
