"""A conversation, as far as going on with it needs (a value)."""

from __future__ import annotations

import msgspec

from grimoire.chat import Message
from grimoire.dials import Dials


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """What a follow-up needs of what was said before.

    `id` is that of the run it began with. `spell` and `language` are those of the latest cast in it, `backend` is who
    was asked last (BACKEND/MODEL). `messages` are all so far, a system message first where there is one, the last
    answer last; `parameters` those the user gave for the model. `dials` hold until they are set anew.
    """

    id: str
    spell: str
    language: str
    backend: str
    messages: tuple[Message, ...]
    parameters: dict[str, object] = {}
    dials: Dials = Dials()
