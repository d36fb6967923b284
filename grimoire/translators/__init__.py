"""Translation engines, and the guard that lets none of them break a spell.

Adding an engine is one file, one line here, one test table. The modules named here import their SDKs when first used.
"""

from __future__ import annotations

from collections.abc import Callable

from grimoire.ports import Translator
from grimoire.translators.chat_model import ChatTranslator
from grimoire.translators.deepl_api import DeepL

# `deepl` is made from a key, `chat` from a ChatBackend; anything else about them is the Protocol's.
TRANSLATORS: dict[str, Callable[..., Translator]] = {
    "deepl": DeepL,
    "chat": ChatTranslator,
}
