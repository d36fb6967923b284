"""Chat backends: the adapters behind `ports.ChatBackend`, by the name a configuration file calls them.

Importing this package imports no SDK and no HTTP client; the adapter that needs one imports it when it first asks.
"""

from __future__ import annotations

from collections.abc import Callable

from grimoire.backends.direct_chat import DirectChat
from grimoire.backends.openai_chat import OpenAIChat
from grimoire.backends.rehearsal import Rehearsal
from grimoire.ports import ChatBackend

ADAPTERS: dict[str, Callable[..., ChatBackend]] = {
    "direct-chat": DirectChat,
    "openai-chat": OpenAIChat,
    "rehearsal": Rehearsal,
}
