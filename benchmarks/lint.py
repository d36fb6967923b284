"""How long `grimoire lint` takes over many translated spells, against the floor of parsing the same files.

    python benchmarks/lint.py --pairs 2000

The pairs are the shipped spells and their translations under new names, in a temporary folder. Whole processes, the
best of three; the floor is libyaml parsing every file, in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLOOR = """
import sys, pathlib, yaml
for path in pathlib.Path(sys.argv[1]).rglob("*.yaml"):
    for event in yaml.parse(path.read_text("utf-8"), Loader=yaml.CSafeLoader):
        pass
"""


def make_pairs(folder: Path, count: int) -> None:
    """`count` spells with their translations, each under a name of its own."""
    spells = sorted(path for path in (ROOT / "spells").rglob("*.yaml") if "." not in path.stem)
    for number, path in enumerate(islice(cycle(spells), count)):
        name = f"{path.stem}-{number}"
        text = path.read_text("utf-8").replace(f"name: {path.stem}\n", f"name: {name}\n", 1)
        (folder / f"{name}.yaml").write_text(text, "utf-8")
        (folder / f"{name}.zh.yaml").write_text(path.with_name(f"{path.stem}.zh.yaml").read_text("utf-8"), "utf-8")


def seconds(command: list[str], times: int = 3) -> float:
    """The shortest wall time of a command; bytecode is cached, as it is for users."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        best = min(best, time.perf_counter() - started)
        if done.returncode:
            sys.exit(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
    return best


def main() -> None:
    """Make the pairs and time both."""
    parser = argparse.ArgumentParser(description="Time grimoire lint.")
    parser.add_argument("--pairs", type=int, default=2000)
    pairs = parser.parse_args().pairs
    with tempfile.TemporaryDirectory() as name:
        make_pairs(Path(name), pairs)
        floor = seconds([sys.executable, "-c", FLOOR, name])
        took = seconds([sys.executable, "-m", "grimoire", "lint", "--json", name])
    print(f"{pairs} pairs: lint {took:.1f} s, parsing alone {floor:.1f} s, ratio {took / floor:.1f}")


if __name__ == "__main__":
    main()
