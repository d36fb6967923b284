"""A conversation, as far as going on with it needs (a value)."""

from __future__ import annotations

import msgspec

from grimoire.chat import Message
from grimoire.dials import Dials


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What a follow-up needs of what was said before.

    `id` is that of the run it began with. `spell` and `language` are those of the latest cast in it, `backend` is who
    was asked last (BACKEND/MODEL), `answer_in` the language that was answered in. `messages` are all so far, a system
    message first where there is one, the last answer last; `after` is that answer's number in the ledger. `parameters`
    are those the user gave for the model. `dials` hold until they are set anew.
    """

    id: str
    spell: str
    language: str
    backend: str
    messages: tuple[Message, ...]
    parameters: dict[str, object] = {}
    dials: Dials = Dials()
    answer_in: str = ""
    after: int = 0


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which casts are looked for; what is empty asks for nothing.

    `words` must all occur in what was given, sent or answered, however they are written (case, width). `spell` is a
    name, or one of those that were joined; `backend` is BACKEND or BACKEND/MODEL; `since` a time as the ledger has it;
    `failed` leaves those that brought no answer, or a broken one; `conversation` is the id of the run it began with.
    """

    words: tuple[str, ...] = ()
    spell: str = ""
    backend: str = ""
    since: str = ""
    failed: bool = False
    conversation: str = ""


class Link(msgspec.Struct, frozen=True):
    """Where a run stands in its conversation: the conversation's id, and the answer it went on from (0: from none)."""

    conversation: str
    after: int = 0
