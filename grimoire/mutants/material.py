"""What mutants are made from, and what one is."""

from __future__ import annotations

import msgspec

from grimoire.chat import FinishReason
from grimoire.scripts import base

SHOWN = 30


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """A spell's sample, and the question it answers.

    `text`, `incantation`, `answer_in` and `subject` are those of a check's `Exchange`. `foreign` is a fluent text in a
    language that was not asked for; `elsewhere` is one about something else in the language that was, or empty.
    """

    sample: str
    text: str = ""
    incantation: str = ""
    answer_in: str = "en"
    subject: tuple[str, ...] = ()
    foreign: str = ""
    elsewhere: str = ""

    @property
    def spoken(self) -> str:
        """The language in which a model would talk about the task: `zh`, `en`, or empty for any other."""
        code = base(self.answer_in)
        return code if code in {"zh", "en"} else ""

    @property
    def named(self) -> str:
        """What the answer is about, in a few words."""
        first = next((line.strip() for line in self.text.split("\n") if line.strip()), "")
        return self.subject[0] if self.subject else first[:40]


class Mutant(msgspec.Struct, frozen=True, kw_only=True):
    """A bad answer. `what` says in a few words what was done to the sample.

    `advice` are checks of which one may catch it, as lines of YAML, the fittest first.
    """

    text: str
    what: str
    advice: tuple[str, ...] = ()
    finish: FinishReason = "stop"


def shown(text: str) -> str:
    """A piece of a sample as it may stand in a finding: one short line in quotation marks."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"}"'
