"""Run Grimoire, as `grimoire` or as `python -m grimoire`."""

from __future__ import annotations

import sys


def main() -> None:
    """The command line. Ctrl-C while it is still being imported ends it as it would later."""
    try:
        from grimoire.cli.app import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
