"""The way through a chain: what each step is asked, and whether there is anything in its answer to go on from."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from grimoire import compose
from grimoire.cli import cast_fire, output
from grimoire.cli.chain_links import Link, flat
from grimoire.cli.questions import Input, Question
from grimoire.spell import Case
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.cli.cast_fire import Call
    from grimoire.ledger import SqliteLedger
    from grimoire.ports import Addressee
    from grimoire.record import Cell, Run
    from grimoire.trial.paced import Paced
    from grimoire.trial.work import Result

UNFIT = ("answered", "finished", "refusal")
"""Standing checks of which a failed one says that an answer is nothing to go on from."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a chain, ready to be asked."""

    name: str
    call: Call
    links: tuple[Link, ...]

    @property
    def steps(self) -> list[Link]:
        return list(flat(self.links))

    def place(self, link: Link) -> str:
        """A step for a person: its number, of how many, and its spell."""
        return f"{link.number}/{len(self.steps)} {link.spell.name}"


class Stopped(Exception):  # it ends a chain, and nothing has failed in Grimoire
    """An answer is nothing for the next step to work on; the text says why."""


def first_cell(chain: Chain, given: Case, backend: Addressee) -> Cell:
    """The first question."""
    links, text = chain.links, given.prompt
    while True:
        text = compose.fill_step(links[0].step.prompt, before=text, given=text)
        if not links[0].inner:
            return make_cell(chain, given, links[0], text, backend)
        links = links[0].inner


def make_cell(chain: Chain, given: Case, link: Link, text: str, backend: Addressee) -> Cell:
    """The question of a step that gets a text; a page that the chain is given is there for all of them."""
    case = replace(given, id="", prompt=text, variables=link.variables, answer_in="")
    answer_in = link.answer_in or given.answer_in or chain.call.dials.answer_in
    alone = replace(
        chain.call,
        subject=replace(chain.call.subject, spell=link.spell, texts=(link.text,)),
        dials=replace(chain.call.dials, answer_in=answer_in),
    )
    return cast_fire.make_cell(alone, Input(case=case), link.text, backend)


class Walk:
    """The way through a chain, in one run of the ledger; `results` are those of the steps so far.

    `asked` counts what was asked in the run, so that equal questions get an answer each.
    """

    def __init__(
        self, chain: Chain, given: Input, store: SqliteLedger, run: Run, backend: Paced, asked: Counter[str]
    ) -> None:
        self.chain, self.given, self.store, self.run = chain, given, store, run
        self.results: list[Result] = []
        self._backend = backend
        self._done = store.done(run)
        self._asked = asked

    def to_the_end(self) -> Result:
        """The last answer. Raises Stopped, ServiceError, KeyboardInterrupt."""
        self.through(self.chain.links, self.given.case.prompt)
        return self.results[-1]

    def through(self, links: Sequence[Link], given: str) -> str:
        """The last answer to what is given. Raises Stopped, ServiceError."""
        before = given
        for link in links:
            text = compose.fill_step(link.step.prompt, before=before, given=given)
            before = self.through(link.inner, text) if link.inner else self._step(link, text)
        return before

    def _step(self, link: Link, text: str) -> str:
        from grimoire.checks.prose import spoken

        last = link.number == len(self.chain.steps)
        result = self._result(link, make_cell(self.chain, self.given.case, link, text, self._backend), last=last)
        self.results.append(result)
        output.note(f"{self._place(link)}: {_told(result)}")
        if not last and (why := unfit(result)):
            raise Stopped(f"{self.chain.place(link)} gave nothing to go on from: {why}")
        return spoken(result.answer.text) if result.answer else ""

    def _place(self, link: Link) -> str:
        """A step, and of what input where there are several."""
        return (f"{one_line(self.given.label)}: " if self.given.label else "") + self.chain.place(link)

    def _result(self, link: Link, cell: Cell, *, last: bool) -> Result:
        """The answer on record; else one more sample of the question, as where the one on record is unfit."""
        from grimoire.cli import cast_one
        from grimoire.cli.running import recalled
        from grimoire.trial.work import Result
        from grimoire.verdict import Verdict

        while True:
            self._asked[cell.asks] += 1
            again = replace(cell, sample=self._asked[cell.asks])
            done = self._done.get(again.key)
            if done is None:
                break
            known = Result(again, Verdict(kind=done.verdict or "error"), number=done.answer, earlier=True)
            known = recalled(self.store, known)
            if last or not unfit(known):
                return known
        if sys.stderr is not None and sys.stderr.isatty():
            output.note(f"{self._place(link)} …")
        call = self.chain.call
        (backend,) = cast_fire.open_backends(call)  # opened for each step: a loop of its own asks it, and closes it
        question = Question(cell=again, backend=backend, spell=link.spell)
        delivery = call.delivery if last and not self.given.label else replace(call.delivery, stream=False)
        return cast_one.ask(call.settings, self.store, self.run, question, delivery, more=True)


def unfit(result: Result) -> str:
    """Why an answer is nothing to go on from; empty where it is something."""
    failed = [check for check in result.verdict.checks if check.check in UNFIT and check.outcome == "failed"]
    if failed:
        return failed[0].reason
    text = result.answer.text if result.answer else ""
    return "" if text.strip() else "it is empty"


def walk_json(walk: Walk, error: str = "") -> dict[str, object]:
    """What `--json` says of a chain and one input."""
    from grimoire.cli.results import result_json

    steps = [result_json(result) for result in walk.results]
    facts: dict[str, object] = {"run": walk.run.id, "spell": walk.chain.name}
    facts |= {"input": walk.given.label or None, "given": walk.given.given, "error": error or None}
    facts |= {"verdict": steps[-1]["verdict"] if steps else None, "answer": None if error else steps[-1]["answer"]}
    return facts | {"steps": steps}


def _told(result: Result) -> str:
    if result.earlier:
        return "on record already"
    tokens = result.answer.usage.total if result.answer else None
    counted = "" if tokens is None else f", {output.count(tokens, 'token')}"
    return f"{result.verdict.kind}{counted}"
