"""Draw the pictures of the READMEs: real commands, run now, their output exported by rich as SVG."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import tempfile
from itertools import groupby
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
WIDTH = 104
CHARACTER_WIDTH = 12.2
FONTS = '"Fira Code", "Cascadia Code", "Noto Sans Mono CJK SC", "Sarasa Mono SC", "PingFang SC", monospace'

PICTURES = {
    "trial.svg": "grimoire trial seo-article blog-title tldr rewriter youtube-script python-expert -l zh",
}


def run(command: str, home: str) -> str:
    """What a command shows on a terminal, both streams, in a home of its own."""
    arguments = [sys.executable, "-m", *command.split()]
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment |= {"HOME": home, "XDG_DATA_HOME": home, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)}
    done = subprocess.run(
        arguments,
        cwd=HERE.parent,
        env=environment,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    return done.stdout


def draw(command: str, output: str) -> str:
    """The SVG of a terminal that shows a command and its output; nothing in it is fetched from anywhere."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=WIDTH, file=nowhere, force_terminal=True)
        console.print(Text.assemble(("$ ", "dim"), (command, "bold")))
        console.print(Text.from_ansi(output))
        form = re.sub(r"@font-face \{\{.*?\n    \}\}\n", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
        form = form.replace("Fira Code, monospace", FONTS)
        svg = console.export_svg(title="Grimoire", code_format=form, unique_id="g")
    svg = re.sub(r'<text ([^>]*?)x="([\d.]+)"([^>]*?)textLength="[\d.]+"([^>]*)>([^<]*)</text>', _by_width, svg)
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


def _by_width(match: re.Match[str]) -> str:
    """One text as runs of wide and of narrow characters: rich gives both the same width, which bends Chinese."""
    before, x, between, after, content = match.groups()
    place, drawn = float(x), []
    for wide, run_of in groupby(html.unescape(content), key=lambda char: cell_len(char) > 1):
        text = "".join(run_of)
        length = CHARACTER_WIDTH * len(text) * (2 if wide else 1)
        escaped = html.escape(text).replace("\xa0", "&#160;")
        attributes = f'{before}x="{place:.1f}"{between}textLength="{length:.1f}"{after}'
        drawn.append(f"<text {attributes}>{escaped}</text>")
        place += length
    return "".join(drawn)


def main() -> None:
    """Draw them all."""
    for name, command in PICTURES.items():
        with tempfile.TemporaryDirectory() as home:
            (HERE / name).write_text(draw(command, run(command, home)), encoding="utf-8")
        print(HERE / name)


if __name__ == "__main__":
    main()
