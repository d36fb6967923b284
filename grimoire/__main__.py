"""Run Grimoire as `python -m grimoire`."""

from grimoire.cli.app import main

if __name__ == "__main__":
    main()
