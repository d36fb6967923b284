"""A chain: its steps asked one after the other in one run, each answer on record before the next is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO, TypeVar

from msgspec.structs import replace

from grimoire.cli import cast_fire, output
from grimoire.cli.cast_resume import find_begun
from grimoire.cli.chain_links import Link, is_pair, open_chain, takes, with_values
from grimoire.cli.chain_walk import Chain, Stopped, Walk, first_cell, walk_json
from grimoire.cli.questions import Input, Question
from grimoire.cli.took import all_took
from grimoire.errors import ServiceError, UsageError
from grimoire.spell import Spell
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.cli.cast_fire import Call
    from grimoire.ledger import SqliteLedger
    from grimoire.record import Run
    from grimoire.trial.paced import Paced

T = TypeVar("T")


def fire(call: Call, store: SqliteLedger, stdin: TextIO | None) -> int:
    """Ask step after step; hand over the last answer, or with `--json` all of them; the exit code.

    A run that did not come to its last answer stays unfinished, and can be gone on with.

    Raises:
        UsageError: several languages or backends; there is no run to go on with.
        KeyboardInterrupt: what was answered before is on record.
    """
    from grimoire.ledger.hold import hold

    cast_fire.backend_names(call)  # before a person is asked for anything
    chain, inputs = read(call, stdin)
    if not inputs:
        output.note("nothing to ask: there is no input")
        return 0
    backend = _only(cast_fire.open_backends(call), "backend", "give one -m")
    plan = _plan(chain, inputs, backend)
    run = _go_on(chain, inputs, store, backend) if call.resume else store.start("cast", plan)
    with hold(store.path, run):
        if len(inputs) == 1 and not call.given.each and not (call.delivery.json and inputs[0].label):
            alone = replace(inputs[0], label="")  # of several inputs each is named
            return _conclude(Walk(chain, alone, store, run, backend, Counter()))
        from grimoire.cli.chain_many import fire_many

        asked: Counter[str] = Counter()
        return fire_many([Walk(chain, given, store, run, backend, asked) for given in inputs])


def show_dry(call: Call, stdin: TextIO | None) -> None:
    """What the first step would send, and on standard error what comes after it."""
    from grimoire.backends.rehearsal import Rehearsal
    from grimoire.cli import cast_dry

    chain, inputs = read(call, stdin)
    first, *others = chain.steps
    cast_dry.hand_over(call, [(first_cell(chain, given.case, Rehearsal()), given) for given in inputs])
    output.note(f"{chain.place(first)}, in {first.text.language}: what it sends is shown")
    for link in others:
        output.note(f"{chain.place(link)}, in {link.text.language}: is given {one_line(link.step.prompt)}")


def read(call: Call, stdin: TextIO | None) -> tuple[Chain, list[Input]]:
    """A chain, and what it is given, once or several times; what is missing is asked for.

    Raises UsageError, MissingInput, InvalidFile.
    """
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
    return Chain(name=spell.name, call=call, links=links), ask_missing(outside, texts, found, stdin)


def _conclude(walk: Walk) -> int:
    """Go through it, and hand over what came of it; the exit code."""
    from grimoire.cli.cast_resume import going_on
    from grimoire.cli.deliver import hand_over_json

    delivery = walk.chain.call.delivery
    try:
        walk.to_the_end()
    except Stopped as end:
        output.note(f"stopped: {end}; {going_on(walk.store)}")
        if delivery.json:
            hand_over_json(walk_json(walk, error=str(end)), delivery)
        return 1
    except (ServiceError, KeyboardInterrupt) as error:
        if isinstance(error, ServiceError):
            output.note_error("grimoire", error)  # the reason goes before how to go on
        output.note(f"stopped after {output.count(len(walk.results), 'answer')}; {going_on(walk.store)}")
        if isinstance(error, KeyboardInterrupt):
            raise
        return error.exit_code
    walk.store.finish(walk.run)
    return _hand_over(walk)


def _hand_over(walk: Walk) -> int:
    from grimoire.cli.deliver import deliver, hand_over_json

    call, last = walk.chain.call, walk.results[-1]
    if call.delivery.json:
        hand_over_json(walk_json(walk), call.delivery)
        return 0
    streamed = call.delivery.streams and not last.earlier
    currency = call.settings.values.currency
    code = deliver(last, walk.run.id, call.delivery, streamed=streamed, currency=currency)
    if call.delivery.usage:
        output.note(f"in all {all_took(walk.results, currency)}")
    return code


def _plan(chain: Chain, inputs: Sequence[Input], backend: Paced) -> dict[str, object]:
    """What the ledger keeps of the call, under the chain's own name; only one answer can be gone on with."""
    first = Question(cell=first_cell(chain, inputs[0].case, backend), backend=backend, spell=chain.steps[0].spell)
    own = {"names": [chain.name], "many": True, "questions": len(inputs) * len(chain.steps)}
    return cast_fire.plan(chain.call, [first]) | own | ({"chain": chain.name} if len(inputs) == 1 else {})


def _go_on(chain: Chain, inputs: Sequence[Input], store: SqliteLedger, backend: Paced) -> Run:
    """The latest unfinished run of this chain that has an answer to a first question, or else none at all yet."""
    firsts = {first_cell(chain, given.case, backend).asks for given in inputs}
    begun = find_begun(store, [chain.name], lambda done: not firsts.isdisjoint(key.rpartition("-")[0] for key in done))
    if begun is None:
        message = f"no unfinished cast of `{chain.name}` has an answer to this input"
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
