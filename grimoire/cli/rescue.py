"""What a ledger fails to take, saved in a file that `doctor --take-in` reads."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from grimoire import settings
from grimoire.cli import output

if TYPE_CHECKING:
    from pathlib import Path

    from grimoire.record import Outcome, Run


def rescuer(ledger: Path, run: Run) -> Callable[[Sequence[Outcome]], None]:
    """Saves outcomes beside the ledger, or where that cannot be, in the user's state directory; says so once."""
    said: set[Path] = set()

    def rescue(outcomes: Sequence[Outcome]) -> None:
        from grimoire.ledger.rescue import save

        file = save(ledger, run, outcomes, [settings.state_directory()])
        if file not in said:
            command = shlex.join(["grimoire", "doctor", "--ledger", str(ledger), "--take-in", str(file)])
            output.note(f"what the ledger does not take is kept; when it is mended: {command}")
        said.add(file)

    return rescue
