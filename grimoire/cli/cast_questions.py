"""All that one call of `cast` asks, counted before it is built."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from grimoire.cli.questions import Input, Question
from grimoire.errors import MissingInput
from grimoire.spell import Spell, Template

if TYPE_CHECKING:
    from grimoire.ports import Addressee
    from grimoire.record import Cell
    from grimoire.trial.paced import Paced

Build = Callable[[Input, Template | None, "Addressee"], "Cell"]


class Questions:
    """Each input in each text to each backend, in that order; a question is built when it is looked at.

    The n-th of several equal ones is the n-th sample of it, so that two equal lines get an answer each. A follow-up has
    no text. `judged_by` is the spell that every answer is judged by.

    Raises:
        MissingInput: some input lacks something.
    """

    def __init__(
        self,
        inputs: Sequence[Input],
        texts: Sequence[Template],
        backends: Sequence[Paced],
        build: Build,
        judged_by: Spell,
    ) -> None:
        self.inputs = inputs
        self.backends = backends
        self.judged_by = judged_by
        self._texts: Sequence[Template | None] = texts or (None,)
        self._build = build
        self._samples = array("L")
        seen: Counter[str] = Counter()
        for index in range(len(self)):
            asks = self._cell(index).asks
            seen[asks] += 1
            self._samples.append(seen[asks])

    @property
    def variants(self) -> int:
        """Questions to an input."""
        return len(self._texts) * len(self.backends)

    @property
    def heads(self) -> list[Question]:
        """Those of the first input: one of each variant."""
        return [self[index] for index in range(min(self.variants, len(self)))]

    def __len__(self) -> int:
        return len(self.inputs) * self.variants

    def __getitem__(self, index: int) -> Question:
        given = self.inputs[index // self.variants]
        cell = self._cell(index)
        return Question(
            cell=msgspec.structs.replace(cell, sample=self._samples[index], question=cell.asks),
            backend=self._backend(index),
            spell=self.judged_by,
            label=given.label,
            given=given.given,
        )

    def __iter__(self) -> Iterator[Question]:
        return (self[index] for index in range(len(self)))

    def numbers(self, backend: Paced) -> range:
        """The indexes of what one backend is asked."""
        return range(self.backends.index(backend), len(self), len(self.backends))

    def _backend(self, index: int) -> Paced:
        return self.backends[index % len(self.backends)]

    def _cell(self, index: int) -> Cell:
        given = self.inputs[index // self.variants]
        text = self._texts[index // len(self.backends) % len(self._texts)]
        try:
            return self._build(given, text, self._backend(index))
        except MissingInput as error:
            if not given.label:
                raise
            raise MissingInput(f"{given.label}: {error.message}", hint=error.hint) from error
