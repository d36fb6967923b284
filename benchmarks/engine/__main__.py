"""The trial engine against floors and against its aims, on a loopback service that is never the bottleneck.

    python -m benchmarks.engine                       # all of it, some twelve minutes
    python -m benchmarks.engine --quick               # a hint in two minutes; the aims are meant for the full sizes
    python -m benchmarks.engine --only memory,faults  # parts: calls, memory, wide, resume, faults
    python -m benchmarks.engine --before PATH         # another checkout's engine beside this one's

Every row is a whole process: `grimoire trial` in a project of its own, with every answer judged and committed, or a
floor. Python's bytecode cache is on and warm. Wall and CPU are the least of `--repeat` runs. `ideal` is calls ×
latency / concurrency. Run it on a machine that does nothing else; the load is printed beside each figure.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks import stub_server
from benchmarks.engine.measures import PARTS, Bench, Sizes

FULL = Sizes(calls=2_000, streamed=500, many=8_000, most=50_000, wide=4_000, faults=2_000)
QUICK = Sizes(calls=500, streamed=100, many=1_000, most=5_000, wide=1_000, faults=500)


def main() -> None:
    """Measure what is wanted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description="Time the trial engine.")
    parser.add_argument("--quick", action="store_true", help="a quarter of the calls and less")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the least counts (3; 1 with --quick)")
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--before", type=Path, help="another checkout, to be measured beside this one")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that no server is left behind
    wanted = arguments.only.split(",")
    if unknown := set(wanted) - PARTS.keys():
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    print(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python's bytecode cache is on and warmed", flush=True
    )
    print(f"the stub server carries {stub_server.ceiling():,.0f} calls a second", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        sizes, repeat = (QUICK, 1) if arguments.quick else (FULL, arguments.repeat)
        bench = Bench(Path(folder), sizes, repeat, arguments.before and arguments.before.absolute())
        bench.warm()
        for name in wanted:
            PARTS[name](bench)
    print(f"{bench.missed} aims missed" + (": these sizes are too small for them" if arguments.quick else ""))


if __name__ == "__main__":
    main()
