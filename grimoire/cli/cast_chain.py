"""A chain: its steps asked one after the other in one run, each answer on record before the next is asked."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO, TypeVar

import msgspec
from msgspec.structs import replace

from grimoire import compose
from grimoire.chat import Usage
from grimoire.cli import cast_fire, output
from grimoire.cli.chain_links import Link, flat, is_pair, open_chain, takes, with_values
from grimoire.cli.questions import Input, Question
from grimoire.errors import ServiceError, UsageError
from grimoire.spell import Case, Spell
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

T = TypeVar("T")


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a chain, ready to be asked."""

    call: Call
    links: tuple[Link, ...]
    given: Case

    @property
    def steps(self) -> list[Link]:
        return list(flat(self.links))

    def place(self, link: Link) -> str:
        """A step for a person: its number, of how many, and its spell."""
        return f"{link.number}/{len(self.steps)} {link.spell.name}"


class Stopped(Exception):  # it ends a chain, and nothing has failed in Grimoire
    """An answer is nothing for the next step to work on; the text says why."""


def fire(call: Call, store: SqliteLedger, stdin: TextIO | None) -> int:
    """Ask step after step; hand over the last answer, or with `--json` all of them; the exit code.

    A run that did not come to its last answer stays unfinished, and can be gone on with.

    Raises:
        UsageError: several inputs, languages or backends; there is no run to go on with.
        ServiceError: a step got no answer.
        KeyboardInterrupt: what was answered before is on record.
    """
    from grimoire.ledger.hold import hold

    cast_fire.backend_names(call)  # before a person is asked for anything
    chain = read(call, stdin)
    backend = _only(cast_fire.open_backends(call), "backend", "give one -m")
    run = _go_on(chain, store, backend) if call.resume else store.start("cast", _plan(chain, backend))
    with hold(store.path, run):
        return _conclude(_Walk(chain, store, run, backend))


def show_dry(call: Call, stdin: TextIO | None) -> None:
    """What the first step would send, and on standard error what comes after it."""
    from grimoire.backends.rehearsal import Rehearsal

    chain = read(call, stdin)
    first, *others = chain.steps
    text = first_cell(chain, Rehearsal()).incantation
    output.emit(text if text.endswith("\n") else text + "\n")
    output.note(f"{chain.place(first)}, in {first.text.language}: what it sends is shown")
    for link in others:
        output.note(f"{chain.place(link)}, in {link.text.language}: is given {one_line(link.step.prompt)}")


def read(call: Call, stdin: TextIO | None) -> Chain:
    """A chain with what it is given; what is missing is asked for. Raises UsageError, MissingInput, InvalidFile."""
    from grimoire.cli.ask_missing import ask_missing
    from grimoire.cli.inputs import read_inputs
    from grimoire.cli.sheet import read_value, split_pair

    spell = call.subject.spell
    if spell is None:
        raise TypeError("a chain is a spell")
    if call.talk:
        raise UsageError("a chain begins a conversation and goes on with none", hint="leave -c or --cid out")
    language = _only(call.subject.texts, "language", "give one -l").language
    links = open_chain(call.library, spell, language)
    own = [pair for pair in call.given.pairs if is_pair(pair.partition("=")[0].strip(), links)]
    links = with_values(links, [(key, read_value(key, value)) for key, value in map(split_pair, own)])
    given = replace(call.given, pairs=tuple(pair for pair in call.given.pairs if pair not in own))
    outside = _outside(spell, language, links)
    texts = (outside.template,)
    found = read_inputs(given, outside, texts, None if call.subject.from_stdin else stdin)
    one = _only(ask_missing(outside, texts, found, stdin), "input", "cast it once for each: for f in *.md; do …; done")
    return Chain(call=call, links=links, given=one.case)


def first_cell(chain: Chain, backend: Addressee) -> Cell:
    """The first question."""
    links, text = chain.links, chain.given.prompt
    while True:
        text = compose.fill_step(links[0].step.prompt, before=text, given=text)
        if not links[0].inner:
            return make_cell(chain, links[0], text, backend)
        links = links[0].inner


def make_cell(chain: Chain, link: Link, text: str, backend: Addressee) -> Cell:
    """The question of a step that is given a text; a page goes to the first one alone."""
    given = chain.given if link.number == 1 else Case(id="")
    case = replace(given, id="", prompt=text, variables=link.variables, answer_in="")
    answer_in = link.answer_in or chain.given.answer_in or chain.call.dials.answer_in
    alone = replace(
        chain.call,
        subject=replace(chain.call.subject, spell=link.spell, texts=(link.text,)),
        dials=replace(chain.call.dials, answer_in=answer_in),
    )
    return cast_fire.make_cell(alone, Input(case=case), link.text, backend)


class _Walk:
    """The way through a chain, in one run of the ledger; `results` are those of the steps so far."""

    def __init__(self, chain: Chain, store: SqliteLedger, run: Run, backend: Paced) -> None:
        self.chain, self.store, self.run = chain, store, run
        self.results: list[Result] = []
        self._backend = backend
        self._done = store.done(run)
        self._asked: Counter[str] = Counter()

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
        result = self._result(link, make_cell(self.chain, link, text, self._backend), last=last)
        self.results.append(result)
        output.note(f"{self.chain.place(link)}: {_told(result)}")
        if not last and (why := unfit(result)):
            raise Stopped(f"{self.chain.place(link)} gave nothing to go on from: {why}")
        return spoken(result.answer.text) if result.answer else ""

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
            output.note(f"{self.chain.place(link)} …")
        call = self.chain.call
        (backend,) = cast_fire.open_backends(call)  # opened for each step: a loop of its own asks it, and closes it
        question = Question(cell=again, backend=backend, spell=link.spell)
        delivery = call.delivery if last else replace(call.delivery, stream=False)
        return cast_one.ask(call.settings, self.store, self.run, question, delivery, more=True)


def unfit(result: Result) -> str:
    """Why an answer is nothing to go on from; empty where it is something."""
    failed = [check for check in result.verdict.checks if check.check in UNFIT and check.outcome == "failed"]
    if failed:
        return failed[0].reason
    text = result.answer.text if result.answer else ""
    return "" if text.strip() else "it is empty"


def _conclude(walk: _Walk) -> int:
    """Go through it, and hand over what came of it; the exit code."""
    from grimoire.cli.cast_resume import going_on
    from grimoire.cli.deliver import hand_over_json

    delivery = walk.chain.call.delivery
    try:
        walk.through(walk.chain.links, walk.chain.given.prompt)
    except Stopped as end:
        output.note(f"stopped: {end}; {going_on(walk.store)}")
        if delivery.json:
            hand_over_json(_json(walk, error=str(end)), delivery)
        return 1
    except (ServiceError, KeyboardInterrupt):
        output.note(f"stopped after {output.count(len(walk.results), 'answer')}; {going_on(walk.store)}")
        raise
    walk.store.finish(walk.run)
    return _hand_over(walk)


def _hand_over(walk: _Walk) -> int:
    from grimoire.cli.deliver import deliver, hand_over_json

    call, last = walk.chain.call, walk.results[-1]
    if call.delivery.json:
        hand_over_json(_json(walk), call.delivery)
        return 0
    streamed = call.delivery.streams and not last.earlier
    currency = call.settings.values.currency
    code = deliver(last, walk.run.id, call.delivery, streamed=streamed, currency=currency)
    if call.delivery.usage:
        output.note(f"in all {_usage(walk.results, currency)}")
    return code


def _json(walk: _Walk, error: str = "") -> dict[str, object]:
    from grimoire.cli.results import result_json

    steps = [result_json(result) for result in walk.results]
    last = steps[-1]
    answer = None if error else last["answer"]
    facts = {"spell": walk.run.plan["chain"], "verdict": last["verdict"], "error": error or None, "answer": answer}
    return {"run": walk.run.id, **facts, "steps": steps}


def _told(result: Result) -> str:
    if result.earlier:
        return "on record already"
    tokens = _tokens(result.answer.usage) if result.answer else None
    counted = "" if tokens is None else f", {output.count(tokens, 'token')}"
    return f"{result.verdict.kind}{counted}"


def _tokens(usage: Usage) -> int | None:
    known = [count for count in (usage.prompt_tokens, usage.completion_tokens) if count is not None]
    return sum(known) if known else None


def _usage(results: Sequence[Result], currency: str) -> str:
    """What all steps took: those that were on record already, too."""
    answers = [result.answer for result in results if result.answer]
    usage = sum((answer.usage for answer in answers), Usage())
    counts = (usage.prompt_tokens, usage.completion_tokens)
    asked, answered = ("?" if count is None else f"{count:,}" for count in counts)
    costs = [result.cost for result in results if result.cost is not None]
    paid = f", {output.money(sum(costs), currency)}" if costs else ""
    return f"{asked} tokens in, {answered} out, {sum(answer.seconds for answer in answers):.1f} s{paid}"


def _plan(chain: Chain, backend: Paced) -> dict[str, object]:
    """What the ledger keeps of the call: of a chain, under its own name."""
    spell = chain.call.subject.spell
    first = Question(cell=first_cell(chain, backend), backend=backend, spell=chain.steps[0].spell)
    own = {"names": [spell.name if spell else ""], "chain": spell.name if spell else "", "many": True}
    return cast_fire.plan(chain.call, [first]) | own | {"questions": len(chain.steps)}


def _go_on(chain: Chain, store: SqliteLedger, backend: Paced) -> Run:
    """The latest unfinished run of this chain that has an answer to its first question, or else none at all yet."""
    name = _plan(chain, backend)["chain"]
    first = first_cell(chain, backend).asks
    begun: Run | None = None
    for run in store.unfinished_casts([str(name)]):
        done = store.done(run)
        if any(key.rpartition("-")[0] == first for key in done):
            return run
        begun = begun or (None if done else run)
    if begun is None:
        message = f"no unfinished cast of `{name}` has an answer to this input"
        raise UsageError(message, hint="leave --resume out to ask all of its steps")
    return begun


def _outside(spell: Spell, language: str, links: Sequence[Link]) -> Spell:
    """A chain as its input is read: what it takes, and nothing else."""
    prompt = " ".join(f"[{name}]" for name in sorted(takes(links)))
    return Spell(name=spell.name, title=spell.title, hint=spell.hint, language=language, prompt=prompt)


def _only(things: Sequence[T], what: str, hint: str) -> T:
    if len(things) != 1:
        raise UsageError(f"a chain takes one {what}, not {len(things)}", hint=hint)
    return things[0]
