"""A chat on a terminal: what is typed, and what stops what."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from grimoire.cli import chat, complete, output
from grimoire.cli.chat_commands import Leave, obey, read_command, unescaped
from grimoire.cli.chat_prompt import Offers, open_prompt
from grimoire.errors import GrimoireError
from grimoire.terminal import one_line

if TYPE_CHECKING:
    from grimoire.cli.chat_session import Session
    from grimoire.ledger import SqliteLedger

REMEMBERED, LONGEST = 500, 2000
"""Earlier inputs that the arrow keys bring back, and the characters of the longest."""
MARK = "> "
LEAVING = frozenset({"exit", "quit"})
"""What leaves without a slash too: the habit of other chats."""


def talk_on_terminal(session: Session, store: SqliteLedger, name: str | None, text: list[str]) -> None:
    """Until somebody leaves. What is wrong with the command line itself is raised, as `cast` raises it."""
    _greet(session, name)
    stopping(lambda: chat.begin(session, name, text))
    prompt = open_prompt(store.inputs(limit=REMEMBERED, longest=LONGEST), OFFERS)
    asked_to_leave = False
    while True:
        try:
            line = prompt.ask(MARK)
        except KeyboardInterrupt:
            if asked_to_leave:
                return
            asked_to_leave = not prompt.typed
            if asked_to_leave:
                output.note("Ctrl-C once more, or Ctrl-D, leaves")
            continue
        except EOFError:
            return
        asked_to_leave = False
        if line.strip().lower() in LEAVING:
            return
        if line.strip() and not _take(session, line):
            return


def _take(session: Session, line: str) -> bool:
    """A turn or a command; whether the chat goes on."""
    command = read_command(line)
    try:
        stopping(lambda: obey(session, *command) if command else session.say(unescaped(line)))
    except Leave:
        return False
    except GrimoireError as error:
        output.note_error("grimoire", error)
    return True


def stopping(work: Callable[[], object]) -> None:
    """Ctrl-C stops what is under way and not the chat; what had come is on record, and counts as said."""
    from grimoire.cli.cast_one import CutOff

    try:
        work()
    except CutOff:  # which has told of itself
        pass
    except KeyboardInterrupt:
        output.note("stopped")


def _greet(session: Session, name: str | None) -> None:
    """Who is talked with; of a conversation that is gone on with, what was said last."""
    talk = session.talk
    told = [one_line(part) for part in (name or session.spell, session.backend) if part]
    output.note(" · ".join([*told, "/help tells what can be said, Ctrl-D leaves"]))
    if talk and talk.messages:
        from grimoire.cli.markdown_stream import show_markdown

        output.note(f"going on after {output.count(len(talk.messages), 'message')}; the last:")
        show_markdown(talk.messages[-1].content)


OFFERS: dict[str, Offers] = {
    "model": complete.backends,
    "tone": complete.tones,
    "style": complete.styles,
    "answer-in": complete.any_language,
    "cast": complete.spells,
}
