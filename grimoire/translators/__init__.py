"""Translation engines, and the guard that lets none of them break a spell.

Adding an engine is one file, one line here, one test table. The modules named here import their SDKs when first used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from grimoire.ports import Translator
from grimoire.segment import Segment
from grimoire.translators.chat_model import ChatTranslator
from grimoire.translators.deepl_api import DeepL


class Maker(Protocol):
    """A Translator's class: `deepl` is made from a key, `chat` from a ChatBackend; `version` and `cut` need neither."""

    version: str

    def __call__(self, *args: Any, **options: Any) -> Translator: ...  # noqa: ANN401  # each class's own

    @staticmethod
    def cut(segments: Sequence[Segment]) -> Iterator[list[Segment]]: ...


TRANSLATORS: dict[str, Maker] = {
    "deepl": DeepL,
    "chat": ChatTranslator,
}
