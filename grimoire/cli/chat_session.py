"""A conversation under way: what the next turn is asked with, and what came of the last one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TextIO

import msgspec

from grimoire.cli import cast_fire, cast_subject, conversations
from grimoire.cli.cast_subject import Subject
from grimoire.cli.inputs import Given
from grimoire.cli.questions import Input
from grimoire.cli.sources import DASH
from grimoire.conversation import Conversation
from grimoire.dials import Dials
from grimoire.errors import ServiceError, UsageError
from grimoire.spell import Case

if TYPE_CHECKING:
    from grimoire.cli.cast_fire import Call
    from grimoire.cli.questions import Question
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run


class Hand(Protocol):
    """What asks one question and hands the answer over. Raises ServiceError, KeyboardInterrupt; both are recorded."""

    def __call__(self, call: Call, store: SqliteLedger, run: Run, question: Question) -> object: ...


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """What a spell is cast with, whenever one is: its language, what joins it, and values of its variables."""

    language: str = ""
    joined: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()


class Session:
    """One turn after another. Every turn is a cast of its own, recorded as `cast` does it.

    `call` is what all turns have in common. `talk` is None until something was said; `answer` is what was said last.
    `stdin` is a terminal on which what is missing may be asked for, else None.
    """

    def __init__(self, call: Call, store: SqliteLedger, hand: Hand, start: Start, stdin: TextIO | None = None) -> None:
        self.call = call
        self.answer = call.talk.messages[-1].content if call.talk and call.talk.messages else ""
        self.failed = 0
        self._store = store
        self._hand = hand
        self.start = start
        self._stdin = stdin
        self._name = self._asked = ""
        self._with = start
        self._again: Callable[[], None] | None = None

    @property
    def talk(self) -> Conversation | None:
        return self.call.talk

    @property
    def spell(self) -> str:
        """The spell in force: what was cast last, though nothing came of it; empty in a chat without one."""
        return self._name or (self.talk.spell if self.talk else "")

    @property
    def backend(self) -> str:
        """Who is asked next; empty until `ask_of` has said it."""
        return self.call.models[0] if self.call.models else ""

    def cast(
        self, name: str, arguments: Sequence[str] = (), text: str | None = None, start: Start | None = None
    ) -> None:
        """Cast a spell, in the conversation if there is one; `text` is its input and never read as a file's name.

        `start` is what it is cast with; another spell than the first has of that the language alone.

        Raises as `cast` does, and UsageError where more than one question would come of it.
        """
        start = start or Start(language=self.start.language)
        if DASH in (name, *start.joined):
            raise UsageError("standard input is what is said here, and no spell", hint="name the spell's file")
        languages = [start.language] if start.language else []
        subject, left = cast_subject.choose(self.call.library, name, arguments, languages, start.joined, None)
        if subject.spell and subject.spell.chain:
            hint = f"cast it and go on: grimoire cast {subject.spell.name} …, then grimoire chat -c"
            raise UsageError(f"`{subject.spell.name}` is a chain, which is cast as a whole", hint=hint)
        pairs = start.pairs if text is None else (*start.pairs, f"prompt={'@' if text.startswith('@') else ''}{text}")
        call = self._next(subject, Given(arguments=tuple(left), pairs=pairs))
        inputs = cast_fire.read(call, self._stdin)
        self._name, self._with = subject.spell.name if subject.spell else "", start
        self._asked = name
        self._fire(call, inputs)

    def say(self, text: str) -> None:
        """The next turn: a follow-up; where a spell was cast and nothing came of it, its input once more."""
        if self.talk is None and self._name:
            self.cast(self._asked, text=text, start=self._with)
            return
        call = self._next(Subject(), Given(arguments=(text,)))
        if call.talk is None:
            call = msgspec.structs.replace(call, talk=_blank(text))
        self._fire(call, [Input(case=Case(id="", prompt=text))])

    def retry(self) -> None:
        """Ask the last question again, as if its answer had not come, of whoever is asked now. Raises UsageError."""
        if self._again is None:
            raise UsageError("nothing was asked yet")
        self._again()

    def dial(self, dials: Dials) -> None:
        """From now on."""
        self.call = msgspec.structs.replace(self.call, dials=dials)

    def ask_of(self, backend: str) -> None:
        """From now on. Raises as `open_backend` does."""
        from grimoire.cli.wiring import open_backend

        name = open_backend(self.call.settings, backend).name
        self.call = msgspec.structs.replace(self.call, models=(name,))

    def _next(self, subject: Subject, given: Given) -> Call:
        return msgspec.structs.replace(self.call, subject=subject, given=given)

    def _fire(self, call: Call, inputs: list[Input]) -> None:
        """Ask, and go on from what was said. A service that gives no answer ends the turn and not the session."""
        from grimoire.cli.output import note_error

        before = call.talk

        def again() -> None:
            now = self.call
            dialled = msgspec.structs.replace(call, dials=now.dials, models=now.models, talk=before)
            self._fire(dialled, inputs)

        questions = cast_fire.ask_of(call, inputs)
        if len(questions) != 1:
            raise UsageError("a chat asks one thing at a time", hint="grimoire cast takes many inputs at once")
        self._again = again
        run = self._store.start("cast", cast_fire.plan(call, questions))
        try:
            self._hand(call, self._store, run, questions[0])
        except ServiceError as error:
            self.failed += 1
            note_error("grimoire", error)
        finally:
            self._store.finish(run)
            self._go_on_from(run)

    def _go_on_from(self, run: Run) -> None:
        """What was said, whole or in part, is what the next turn goes on from; else all is as it was."""
        if number := conversations.answer_of(self._store, run):
            talk = conversations.restore(self._store, number)
            self.call = msgspec.structs.replace(self.call, talk=talk)
            self.answer = talk.messages[-1].content


def _blank(text: str) -> Conversation:
    """A conversation in which nothing was said, in the language of the first thing that is."""
    from grimoire.scripts import weigh

    language = "zh" if weigh(text).get("Han") else "en"
    return Conversation(id="", spell="", language=language, backend="", messages=())
