"""`grimoire log export`: conversations, as Markdown to read or as JSON Lines to use again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from grimoire.chat import Message
from grimoire.cli import complete, options
from grimoire.cli import log_wanted as own
from grimoire.record import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from grimoire.conversation import Link, Wanted
    from grimoire.ledger import SqliteLedger

Format = Literal["md", "jsonl"]
_FENCE = re.compile(r"`{3,}")


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation from its beginning to one end; where it was gone on with twice from one answer, it has two.

    `last` is the cast at that end; `messages` are all, the answer last unless none came.
    """

    conversation: str
    last: Entry
    messages: tuple[Message, ...]


def export(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID",
            help="Conversations, by a number of the log or a run's id; without, all.",
            autocompletion=complete.conversations,
        ),
    ] = None,
    *,
    form: Annotated[
        Format, typer.Option("--format", help="md to read; jsonl: a line a conversation, for models and programs.")
    ] = "md",
    file: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write to a file, whole or not at all."),
    ] = None,
    search: own.Search = None,
    spell: own.Spell = "",
    model: own.Model = "",
    since: own.Since = "",
    failed: own.Failed = False,
    ledger: options.LedgerFile = None,
) -> None:
    """Export conversations, oldest first: those named, or those that hold a cast like the one described.

    Examples:
      grimoire log export last -o talk.md
      grimoire log export -q 夜班 --format jsonl | jq .messages
    """
    from grimoire import atomic, settings
    from grimoire.cli import output, wiring
    from grimoire.cli.known_names import unknown_to_log

    with wiring.open_ledger(settings.load(), ledger, reading=True) as store:
        wanted = own.build_wanted(
            store, search=search, spell=spell, model=model, since=since, failed=failed, conversation=""
        )
        talks = [talk for name in find_conversations(store, ids or [], wanted) for talk in talks_of(store, name)]
        told = "" if talks else unknown_to_log(store, wanted)
    text = "".join(_line(talk) for talk in talks) if form == "jsonl" else "\n".join(_page(talk) for talk in talks)
    if file:
        atomic.write_text(file, text)
        output.note(f"written: {file}, {output.count(len(talks), 'conversation')}")
    else:
        output.emit(text)
    if not talks:
        output.note(told or "nothing that was cast is like that")


def find_conversations(store: SqliteLedger, ids: Iterable[str], wanted: Wanted) -> list[str]:
    """The ids of conversations, oldest first. Raises UnknownName."""
    if named := [own.conversation_of(store, given) for given in ids]:
        return list(dict.fromkeys(named))
    runs = list(dict.fromkeys(entry.run for entry in store.casts(wanted)))
    links = store.links(runs)
    return list(dict.fromkeys(links[run].conversation for run in reversed(runs)))


def talks_of(store: SqliteLedger, conversation: str) -> Iterator[Talk]:
    """What was said in a conversation, once to each of its ends."""
    from grimoire.conversation import Wanted

    entries = list(store.casts(Wanted(conversation=conversation)))
    links: dict[str, Link] = store.links([entry.run for entry in entries])
    continued = {link.after for link in links.values()}
    for entry in reversed(entries):
        if entry.id not in continued:
            answer = (Message("assistant", entry.answer),) if entry.answer else ()
            said = (*store.said_before(entry.id), Message("user", entry.incantation), *answer)
            yield Talk(conversation=conversation, last=entry, messages=said)


def _line(talk: Talk) -> str:
    """One JSON object: the messages as every chat service takes them, and what they are."""
    last = talk.last
    value = {
        "messages": talk.messages,
        "conversation": talk.conversation,
        "id": last.id,
        "at": last.at,
        "spell": last.spell,
        "language": last.language,
        "backend": last.backend,
        "rehearsal": last.rehearsal,
        "verdict": last.verdict,
        "error": last.error or None,
    }
    return msgspec.json.encode(value).decode() + "\n"


def _page(talk: Talk) -> str:
    """A heading a message, and what it says in a fence that nothing in it can close, as it was said."""
    from grimoire.cli.log_entry import failure, local_time
    from grimoire.terminal import one_line, strip_controls

    last = talk.last
    name = one_line(last.spell) or "chat"
    facts = [local_time(last.at), last.language, one_line(last.backend), f"cast {last.id}", talk.conversation]
    lines = [f"# {name}", "", " · ".join(facts), ""]
    for message in talk.messages:
        text = strip_controls(message.content)
        fence = "`" * (1 + max((len(run) for run in _FENCE.findall(text)), default=2))
        lines += [f"## {message.role}", "", f"{fence}text", text.removesuffix("\n"), fence, ""]
    if why := failure(last):
        lines += [f"No whole answer came: {_plain(why)}", ""]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """A line in which Markdown sees nothing."""
    return re.sub(r"([\\`*_{}\[\]<>#!|])", r"\\\1", text)
