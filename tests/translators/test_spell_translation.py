from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grimoire.errors import ServiceFault, TranslationRefused, UnknownName, UsageError
from grimoire.spell import Spell, Variable
from grimoire.translators.spell_translation import translate_spell
from tests.translators.engines import Engine, chinese

SPELL = Spell(
    name="ad",
    title="The Ad Writer",
    teaser="Ads for fans",
    hint="the product",
    prompt="Write an ad for [PROMPT] in [TARGETLANGUAGE].\nReaders: [VARIABLE1]\n\n[VARIABLE2:Tone:warm:warm|cold]",
    variables=(Variable(id=1, label="Readers", default="fans", options=("fans", "experts", "10")),),
    path=Path("spells/ad.yaml"),
)


def translate(engine: Engine, target: str = "zh") -> None:
    asyncio.run(translate_spell(SPELL, engine, target))


def test_everything_is_translated_and_tied_to_its_source() -> None:
    engine = Engine(chinese)
    made = asyncio.run(translate_spell(SPELL, engine, "Chinese"))
    assert (made.name, made.language, made.translator, made.status) == ("ad", "zh", "engine", "machine")
    assert made.source == SPELL.source_digest
    assert made.title == chinese("The Ad Writer")
    assert made.prompt.splitlines()[0] == chinese("Write an ad for ⟦0⟧ in ⟦1⟧.").replace("⟦0⟧", "[PROMPT]").replace(
        "⟦1⟧", "[TARGETLANGUAGE]"
    )
    assert made.prompt.splitlines()[3] == f"[VARIABLE2:语气:{chinese('warm')}:{chinese('warm')}|{chinese('cold')}]"
    (variable,) = made.variables
    assert (variable.id, variable.default, variable.options) == (1, chinese("fans"), (chinese("fans"), "专家", "10"))
    assert engine.contexts == ["The Ad Writer. Ads for fans"]


def test_no_piece_is_sent_twice() -> None:
    engine = Engine(chinese)
    translate(engine)
    (asked,) = engine.asked
    assert len(asked) == len(set(asked))
    assert {"fans", "warm", "Tone"} <= set(asked)
    assert not {"10", "[PROMPT]", "[VARIABLE1]"} & set(asked)


def test_a_defective_piece_is_asked_for_once_more_alone() -> None:
    engine = Engine(lambda piece: chinese(piece).replace("⟦0⟧", "它"), chinese)
    translate(engine)
    assert engine.asked[1] == ["Write an ad for ⟦0⟧ in ⟦1⟧.", "Readers: ⟦0⟧"]
    assert "⟦0⟧ 0 times" in engine.contexts[1]


def test_options_that_fall_together_are_asked_for_again() -> None:
    engine = Engine(lambda piece: "人" if piece in {"fans", "experts"} else chinese(piece), chinese)
    translate(engine)
    assert engine.asked[1] == ["experts"]


def test_a_piece_still_defective_refuses_the_spell() -> None:
    engine = Engine(lambda piece: "" if piece.startswith("Readers: ") else chinese(piece))
    with pytest.raises(TranslationRefused) as caught:
        translate(engine)
    for part in (str(SPELL.path), "ad into zh by engine", "prompt, line 2", "[empty]"):
        assert part in caught.value.message
    assert len(engine.asked) == 2
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(lambda piece: piece, id="echo"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "抱歉，我无法翻译这段文字", id="refusal"),
        pytest.param(lambda piece: chinese(piece) + "⟦9⟧", id="invented-token"),
        pytest.param(lambda piece: chinese(piece) + "\n[PROMPT]", id="prompt-appended"),
        pytest.param(lambda piece: chinese(piece.replace("⟦", "[").replace("⟧", "]")), id="brackets-mangled"),
    ],
)
def test_a_misbehaving_engine_is_refused(function: Callable[[str], str]) -> None:
    with pytest.raises(TranslationRefused):
        translate(Engine(function))


def test_an_engine_that_loses_count_is_a_fault_of_the_service() -> None:
    class Short(Engine):
        async def translate(self, pieces: Sequence[str], *, source: str, target: str, context: str) -> list[str]:
            return ["一"]

    with pytest.raises(ServiceFault):
        translate(Short(chinese))


def test_a_spell_with_nothing_to_translate_asks_nothing() -> None:
    engine = Engine(chinese)
    made = asyncio.run(translate_spell(Spell(name="bare", prompt="[PROMPT]\n"), engine, "zh"))
    assert (made.prompt, engine.asked) == ("[PROMPT]\n", [])


@pytest.mark.parametrize(("target", "error"), [("en", UsageError), ("English", UsageError), ("xx", UnknownName)])
def test_a_target_that_makes_no_sense(target: str, error: type[UsageError]) -> None:
    with pytest.raises(error):
        translate(Engine(chinese), target=target)
