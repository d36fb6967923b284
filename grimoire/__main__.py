"""Run Grimoire, as `grimoire` or as `python -m grimoire`."""

from __future__ import annotations

import gc
import os
import sys

OBJECTS = 100_000
"""How many more objects there have to be before Python looks for unused ones: more than a light command makes."""


def main() -> None:
    """The command line. Ctrl-C while it is still being imported ends it as it would later."""
    gc.set_threshold(OBJECTS, 20, 20)
    try:
        from grimoire.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        run()
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            _leave(end.code or 0)
        raise
    _leave(0)


def _leave(code: int) -> None:
    """End now. To take hundreds of modules apart, one object at a time, takes as long as a tenth of a cast.

    What is registered to be done in the end is done, and what was written is flushed. Where threads are at work, or
    somebody wants to be warned of what was left open, Python ends as it always does.
    """
    import atexit

    threading = sys.modules.get("threading")
    if sys.warnoptions or sys.flags.dev_mode or (threading and threading.active_count() > 1):
        return
    try:
        atexit._run_exitfuncs()  # noqa: SLF001  # what Python itself calls in the end
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except KeyboardInterrupt:
        code = 130
    except (OSError, ValueError):  # nobody reads any more: Python would end with 120 and say so
        return
    os._exit(code)


if __name__ == "__main__":
    main()
