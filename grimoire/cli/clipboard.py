"""The clipboard of whoever sits at the terminal: by a tool of this machine, else by the terminal itself."""

from __future__ import annotations

from grimoire.terminal import strip_controls

MOST = 74_994
"""Bytes a terminal is asked to take; many take no more."""
PATIENCE = 5.0
"""Seconds a tool has."""
TOOLS = (
    ("pbcopy",),
    ("wl-copy",),
    ("xclip", "-selection", "clipboard"),
    ("xsel", "--clipboard", "--input"),
    ("clip.exe",),
    ("termux-clipboard-set",),
)
"""Each reads from standard input, and ends with 0 only where there is a clipboard that took it."""


def copy(text: str) -> str:
    """Copy a text, without control sequences and its last line's end; what a person should know of it, if anything.

    Where no tool does it, a terminal is asked (OSC 52), which may be at the other end of a connection.
    """
    text = strip_controls(text).removesuffix("\n")
    if any(_is_taken(tool, text) for tool in TOOLS):
        return ""
    data = text.encode("utf-8", "replace")
    if len(data) > MOST:
        return f"not copied: no clipboard tool, and {len(data):,} bytes are more than a terminal takes"
    if not _tell_terminal(data):
        return "not copied: there is no clipboard tool (pbcopy, wl-copy, xclip, xsel), and no terminal"
    return "copied by way of the terminal (OSC 52), if it lets itself be told"


def _is_taken(tool: tuple[str, ...], text: str) -> bool:
    """Whether a tool is there and took the text. Those that stay to hold it must not hold our output open."""
    import shutil
    import subprocess

    if (path := shutil.which(tool[0])) is None:
        return False
    data = text.encode("utf-16-le" if tool[0] == "clip.exe" else "utf-8", "replace")
    try:
        done = subprocess.run(  # noqa: S603  # one of TOOLS, and no shell
            [path, *tool[1:]],
            input=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
            start_new_session=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _tell_terminal(data: bytes) -> bool:
    """Whether there is a terminal to tell, whatever standard output is."""
    import base64

    try:
        with open("/dev/tty", "wb", buffering=0) as terminal:  # noqa: PTH123  # no file
            terminal.write(b"\x1b]52;c;" + base64.b64encode(data) + b"\x07")
    except OSError:
        return False
    return True
