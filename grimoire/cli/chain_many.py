"""A chain over many inputs: one after the other, in order, failures told apart and the rest handed over."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from grimoire.cli import output
from grimoire.cli.cast_forms import Stacked, tell_without_code
from grimoire.cli.cast_outlet import tell_unwritten
from grimoire.cli.chain_walk import Stopped, Walk, walk_json
from grimoire.cli.deliver import NO_CODE
from grimoire.cli.took import all_took
from grimoire.errors import AuthenticationFailed, KeyMissing, QuotaExceeded, ServiceError
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.cli.deliver import Delivery

HOPELESS = (KeyMissing, AuthenticationFailed, QuotaExceeded)
"""What would come of every other input, too."""


def fire_many(walks: Sequence[Walk]) -> int:
    """All of them, in one run; the exit code: 3 where a service gave no answer, 1 where one was nothing to go on from.

    Where there is no use in asking further it ends early, and says why.

    Raises:
        KeyboardInterrupt: what was answered before is on record, and handed over but for a file.
    """
    from grimoire.cli.cast_resume import going_on

    first = walks[0]
    delivery, form, texts = first.chain.call.delivery, _form(walks), list[str]()
    codes: list[int] = []

    def stopped() -> str:
        return f"stopped after {output.count(codes.count(0), 'input')}; {going_on(first.store)}"

    try:
        for walk in walks:
            code, text = _one(walk, form, json=delivery.json)
            codes.append(code)
            texts.append(text)
            if delivery.file is None:
                output.emit(text)
    except KeyboardInterrupt:
        output.note(stopped())
        raise
    except ServiceError as error:
        output.note_error("grimoire", error)
        output.note(stopped())
        return error.exit_code
    _keep("".join(texts), delivery)
    if delivery.usage:
        currency = first.chain.call.settings.values.currency
        output.note(f"in all {all_took([result for walk in walks for result in walk.results], currency)}")
    if form.without_code:
        tell_without_code(form.without_code)
    failed = len(codes) - codes.count(0)
    if failed:
        output.note(
            f"{codes.count(0)} of {output.count(len(codes), 'answer')}, {failed} failed; {going_on(first.store)}"
        )
    else:
        first.store.finish(first.run)
    return max(*codes, NO_CODE if form.without_code else 0)


def _one(walk: Walk, form: Stacked, *, json: bool) -> tuple[int, str]:
    """What became of one input: its part of the exit code, and the text to hand over."""
    code, error = 0, ""
    try:
        result = walk.to_the_end()
    except Stopped as end:
        code, error = 1, str(end)
    except HOPELESS:
        raise
    except ServiceError as failure:
        code, error = failure.exit_code, failure.message
    if error:
        output.note(f"{one_line(walk.given.label)}: {error}")
    if json:
        return code, output.as_json(walk_json(walk, error), lines=True)
    return code, "" if error else form.text(walk.given, result)


def _form(walks: Sequence[Walk]) -> Stacked:
    call = walks[0].chain.call
    terminal = sys.stdout is not None and sys.stdout.isatty() and call.delivery.file is None
    files = not call.given.each and len(walks) > 1
    return Stacked(named=files, variants=False, code=call.delivery.code, terminal=terminal, raw=call.delivery.raw)


def _keep(text: str, delivery: Delivery) -> None:
    """To the file and the clipboard, where they are asked for."""
    from grimoire.cli.deliver import copy_text, hand_over

    if not text:
        tell_unwritten(delivery)
    elif delivery.file is not None:
        hand_over(text, replace(delivery, code=False, raw=True))
    elif delivery.copy:
        copy_text(text)
