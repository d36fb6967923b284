from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grimoire.errors import AuthenticationFailed, RateLimited, ServiceError, UnknownName, UsageError
from grimoire.glossary import Glossary
from grimoire.segment import PERSON, Segment, Term
from grimoire.spell import Spell, Translation, Variable
from grimoire.translators.guard import NO_GLOSSARY
from grimoire.translators.orders import key_of
from grimoire.translators.pipeline import HOPELESS, Finished, Options, Tally, translate_spells
from tests.translators.engines import Engine, Notes, chinese

SPELL = Spell(
    name="ad",
    title="The Ad Writer",
    teaser="Ads for fans",
    hint="the product",
    prompt="Write an ad for [PROMPT] in [TARGETLANGUAGE].\nReaders: [VARIABLE1]\n\n[VARIABLE2:Tone:warm:warm|cold]",
    variables=(Variable(id=1, label="Readers", default="fans", options=("fans", "experts", "10")),),
    path=Path("spells/ad.yaml"),
)
FIRST = "Write an ad for ⟦0⟧ in ⟦1⟧."


def run(
    engines: Sequence[Engine],
    spells: Sequence[Spell] = (SPELL,),
    *,
    memory: Notes | None = None,
    glossary: Glossary = NO_GLOSSARY,
    extra: int = 30,
    target: str = "zh",
) -> tuple[dict[str, Finished], Tally]:
    done: dict[str, Finished] = {}
    options = Options(
        memory=memory,
        glossary=glossary,
        extra_requests=extra,
        on_finished=lambda finished: done.update({finished.spell.name: finished}),
    )
    tally = asyncio.run(translate_spells(spells, engines, target, options))
    return done, tally


def made(engine: Engine) -> Translation:
    translation = run([engine])[0]["ad"].translation
    assert translation is not None
    return translation


def lost(text: str) -> str:
    """The first token is lost."""
    return re.sub(r"⟦\d+⟧", "它", chinese(text), count=1)


def test_everything_is_translated_and_tied_to_its_source() -> None:
    engine = Engine(chinese)
    translation = made(engine)
    assert (translation.name, translation.language, translation.translator, translation.status) == (
        "ad",
        "zh",
        "engine",
        "machine",
    )
    assert (translation.source, translation.review) == (SPELL.source_digest, ())
    assert translation.title == chinese("The Ad Writer")
    first, second, _, fourth = translation.prompt.split("\n")
    assert first == chinese("Write an ad for [PROMPT] in [TARGETLANGUAGE].").replace(
        chinese("PROMPT"), "PROMPT"
    ).replace(chinese("TARGETLANGUAGE"), "TARGETLANGUAGE")
    assert "[VARIABLE1]" in second
    assert fourth == f"[VARIABLE2:语气:{chinese('warm')}:{chinese('warm')}|{chinese('cold')}]"
    (variable,) = translation.variables
    assert (variable.id, variable.default, variable.options) == (1, chinese("fans"), (chinese("fans"), "专家", "10"))
    assert engine.contexts[0] == "The Ad Writer. Ads for fans"


def test_no_segment_is_asked_for_twice_over_all_spells() -> None:
    engine = Engine(chinese)
    other = Spell(name="other", title="The Ad Writer", prompt="Readers are many\n[PROMPT]\nThe tone")
    _, tally = run([engine], [SPELL, other])
    asked = [text for batch in engine.asked for text in batch]
    assert len(asked) == len(set(asked)) == tally.asked
    assert not {"10", "[PROMPT]", "[VARIABLE1]"} & set(asked)
    assert tally.requests == -(-len(asked) // 5)


def test_tokens_are_numbered_through_a_request() -> None:
    sent: list[str] = []

    class Listening(Engine):
        async def translate(self, segments: Sequence[Segment], **about: object) -> list[str]:
            sent.extend("".join(re.findall(r"⟦\d+⟧", segment.text)) for segment in segments)
            return await super().translate(segments, **about)  # type: ignore[arg-type]  # passes all on

    run([Listening(chinese)])
    assert sent[:8] == ["⟦0⟧", "⟦1⟧", "⟦2⟧", "⟦3⟧⟦4⟧⟦5⟧", "⟦6⟧⟦7⟧", "⟦0⟧", "⟦1⟧", "⟦2⟧"]


@pytest.mark.parametrize("line", ["Write ", "Keep"])
def test_two_lines_in_each_others_place_are_found_out(line: str) -> None:
    class Swapping(Engine):
        async def translate(self, segments: Sequence[Segment], **about: object) -> list[str]:
            answers = await super().translate(segments, **about)  # type: ignore[arg-type]  # as above
            at = [i for i, segment in enumerate(segments) if line in segment.text]
            if len(at) == 2:
                answers[at[0]], answers[at[1]] = answers[at[1]], answers[at[0]]
            return answers

    spell = Spell(
        name="ad", prompt="Write an ad for [PROMPT]\nWrite what they like\nKeep it warm\nKeep it short and sweet"
    )
    done, _ = run([Swapping(chinese)], [spell])
    assert done["ad"].translation is not None
    assert done["ad"].translation.status == "machine"  # alone, each is translated right
    done, _ = run([Swapping(chinese)], [spell], extra=0)
    assert {defect.line for defect in done["ad"].defects} == ({1, 2} if line == "Write " else {3, 4})


def test_an_engine_that_drops_the_marks_is_taken_at_its_word() -> None:
    done, tally = run([Engine(lambda text: chinese(re.sub(r"^⟦\d+⟧ ", "", text)))])
    assert (done["ad"].defects, tally.extra) == ([], 0)


def test_a_mark_that_became_words_is_no_translation() -> None:
    def naming(text: str) -> str:
        return chinese(re.sub(r"(?<=fans) ⟦\d+⟧$", " 提示词", text))

    done, tally = run([Engine(naming)])
    assert done["ad"].translation is not None
    assert (done["ad"].defects, done["ad"].translation.teaser) == ([], chinese("Ads for fans"))
    assert tally.extra == 3  # two lines: once more together, then each alone, without a mark


def test_a_line_without_its_end_is_found_out_however_short() -> None:
    def cutting(text: str) -> str:
        return chinese(text)[:2] if "fans" in text or "Readers" in text else chinese(text)

    done, tally = run([Engine(cutting, chinese)])
    assert done["ad"].translation is not None
    assert (done["ad"].defects, done["ad"].translation.teaser) == ([], chinese("Ads for fans"))
    assert tally.mended == 4


def test_a_mark_with_spaces_inside_is_still_one() -> None:
    done, tally = run([Engine(lambda text: chinese(re.sub(r"⟦(\d+)⟧", r"⟦ \1 ⟧", text)))])
    assert (done["ad"].defects, tally.extra) == ([], 0)


def test_mending_asks_again_with_the_defect_named() -> None:
    engine = Engine(lost, chinese)
    done, tally = run([engine])
    assert done["ad"].defects == []
    again = engine.asked[tally.requests - tally.extra :]
    assert again == [[FIRST, "Readers: ⟦0⟧"]]
    assert "[PROMPT] 0 times" in engine.remarks[-1][0]
    assert (tally.extra, tally.mended) == (1, 2)


def test_then_each_line_alone() -> None:
    engine = Engine(lost, lost, chinese)
    done, tally = run([engine])
    assert done["ad"].defects == []
    assert engine.asked[-2:] == [[FIRST], ["Readers: ⟦0⟧"]]
    assert (tally.extra, tally.mended) == (3, 2)


def test_then_the_other_engine() -> None:
    first, second = Engine(lost), Engine(chinese)
    second.name = "second"
    done, tally = run([first, second])
    assert done["ad"].translation is not None
    assert (done["ad"].defects, done["ad"].translation.translator) == ([], "engine, second")
    assert second.asked == [[FIRST, "Readers: ⟦0⟧"]]
    assert tally.extra == 4


def test_then_the_source_is_kept_and_a_person_is_asked() -> None:
    engine = Engine(lost)
    done, tally = run([engine])
    finished = done["ad"]
    assert finished.translation is not None
    assert finished.translation.status == "needs-review"
    assert finished.translation.prompt.split("\n")[:2] == [
        "Write an ad for [PROMPT] in [TARGETLANGUAGE].",
        "Readers: [VARIABLE1]",
    ]
    assert [(defect.gate, defect.field, defect.line) for defect in finished.defects] == [
        ("placeholders", "prompt", 1),
        ("placeholders", "prompt", 2),
    ]
    assert finished.translation.review[0].startswith("prompt, line 1: ")
    assert tally.extra == 3


@pytest.mark.parametrize("extra", [0, 1, 2, 5])
def test_mending_stays_in_its_bound(extra: int) -> None:
    lines = "\n".join(f"Write line {word} of [PROMPT]" for word in ("one", "two", "six", "ten", "red", "blue", "green"))
    _, tally = run([Engine(lost), Engine(lost)], [Spell(name="ad", prompt=lines)], extra=extra)
    assert tally.extra <= extra


def test_an_engine_that_fails_line_after_line_is_not_asked_for_all_of_them() -> None:
    lines = "\n".join(f"Write about {'x' * n} of [PROMPT]" for n in range(2, 40))
    engine = Engine(lost)
    _, tally = run([engine], [Spell(name="ad", prompt=lines)], extra=1000)
    assert len([batch for batch in engine.asked if len(batch) == 1]) <= HOPELESS + 2
    assert tally.mended == 0


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(lambda text: text, id="echo"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "抱歉，我无法翻译这段文字", id="refusal"),
        pytest.param(lambda text: chinese(text) + "⟦9999⟧", id="invented-token"),
        pytest.param(lambda text: chinese(text) + "\n[PROMPT]", id="prompt-appended"),
        pytest.param(lambda text: chinese(text.replace("⟦", "[").replace("⟧", "]")), id="brackets-mangled"),
    ],
)
def test_a_misbehaving_engine_writes_nothing_as_good(function: Callable[[str], str]) -> None:
    finished = run([Engine(function)])[0]["ad"]
    assert finished.defects
    assert finished.translation is not None
    assert finished.translation.status == "needs-review"


def test_options_that_fall_together_are_asked_for_again() -> None:
    def merging(text: str) -> str:
        words, _, mark = text.partition(" ")
        return f"人 {mark}" if words in {"fans", "experts"} else chinese(text)

    engine = Engine(merging, chinese)
    done, _ = run([engine])
    assert done["ad"].defects == []
    assert engine.asked[-1] == ["experts"]
    assert "must differ" in engine.remarks[-1][0]


def test_a_spell_with_nothing_to_translate_asks_nothing() -> None:
    engine = Engine(chinese)
    done, tally = run([engine], [Spell(name="bare", prompt="[PROMPT]\n")])
    assert done["bare"].translation is not None
    assert (done["bare"].translation.prompt, engine.asked, tally.requests) == ("[PROMPT]\n", [], 0)


@pytest.mark.parametrize(("target", "error"), [("en", UsageError), ("English", UsageError), ("xx", UnknownName)])
def test_a_target_that_makes_no_sense(target: str, error: type[UsageError]) -> None:
    with pytest.raises(error):
        run([Engine(chinese)], target=target)


class TestMemory:
    def test_nothing_is_paid_for_twice(self) -> None:
        memory, engine = Notes(), Engine(chinese)
        first, _ = run([engine], memory=memory)
        asked = len(engine.asked)
        second, tally = run([engine], memory=memory)
        assert len(engine.asked) == asked
        assert (tally.requests, tally.asked, tally.remembered) == (0, 0, len(memory.known))
        assert second["ad"].translation == first["ad"].translation

    def test_one_changed_line_costs_one_line(self) -> None:
        memory, engine = Notes(), Engine(chinese)
        run([engine], memory=memory)
        changed = Spell(
            **{f: getattr(SPELL, f) for f in SPELL.__struct_fields__} | {"prompt": SPELL.prompt + "\nOne more line"}
        )
        _, tally = run([engine], [changed], memory=memory)
        assert (tally.requests, tally.asked, engine.asked[-1]) == (1, 1, ["One more line"])

    def test_what_is_good_is_remembered_although_the_run_fails(self) -> None:
        class Breaking(Engine):
            async def translate(self, segments: Sequence[Segment], **about: object) -> list[str]:
                if self.asked:
                    raise RateLimited("later")
                return await super().translate(segments, **about)  # type: ignore[arg-type]  # as above

        memory = Notes()
        done, _ = run([Breaking(chinese)], memory=memory, extra=0)
        assert isinstance(done["ad"].error, RateLimited)
        assert done["ad"].translation is None
        assert len(memory.known) == 5
        _, tally = run([Engine(chinese)], memory=memory)
        assert tally.remembered == 5

    def test_another_engine_another_version_another_target_is_asked(self) -> None:
        memory = Notes()
        run([Engine(chinese)], memory=memory)
        other, newer = Engine(chinese), Engine(chinese)
        other.name, newer.version = "other", "2"
        assert run([other], memory=memory)[1].remembered == 0
        assert run([newer], memory=memory)[1].remembered == 0
        assert run([Engine(lambda text: text[::-1])], memory=memory, target="de")[1].remembered == 0

    def test_a_persons_words_come_before_every_engine(self) -> None:
        memory, engine = Notes(), Engine(chinese)
        memory.remember({key_of(Segment("Ads for fans"), "en", "zh", PERSON, ""): "粉丝广告"})
        done, _ = run([engine], memory=memory)
        assert done["ad"].translation is not None
        assert done["ad"].translation.teaser == "粉丝广告"

    def test_what_no_longer_passes_is_not_taken_from_the_memory(self) -> None:
        memory, engine = Notes(), Engine(chinese)
        memory.remember({key_of(Segment("Ads for fans"), "en", "zh", "engine", "1"): "Ads for fans"})
        done, _ = run([engine], memory=memory)
        assert done["ad"].defects == []
        assert "Ads for fans" in engine.asked[0]

    def test_a_changed_glossary_asks_again_for_what_it_concerns(self) -> None:
        memory, engine = Notes(), Engine(chinese)
        run([engine], memory=memory)
        glossary = Glossary(keep=("Ad Writer",), terms={"zh": (Term("fans", (chinese("fans"),)),)})
        _, tally = run([engine], memory=memory, glossary=glossary)
        assert {text for batch in engine.asked[-tally.requests :] for text in batch} == {
            "The ⟦0⟧",
            "Ads for fans",
            "fans",
        }


class TestServices:
    def failing(self, error: ServiceError, times: int = 99) -> Engine:
        class Failing(Engine):
            left = times

            async def translate(self, segments: Sequence[Segment], **about: object) -> list[str]:
                answers = await super().translate(segments, **about)  # type: ignore[arg-type]  # as above
                if Failing.left:
                    Failing.left -= 1
                    raise error
                return answers

        return Failing(chinese)

    def test_no_answer_writes_nothing(self) -> None:
        done, _ = run([self.failing(RateLimited("later"))])
        assert done["ad"].translation is None
        assert isinstance(done["ad"].error, RateLimited)

    def test_a_wrong_key_is_tried_once(self) -> None:
        engine = self.failing(AuthenticationFailed("no"))
        spells = [
            Spell(name=f"s{n}", prompt="\n".join(f"Words {'x' * (n * 9 + i)}" for i in range(9))) for n in range(5)
        ]
        run([engine], spells)
        assert len(engine.asked) <= engine.concurrent

    def test_a_batch_without_an_answer_does_not_end_the_others(self) -> None:
        lines = [
            Spell(name=f"s{n}", prompt="\n".join(f"Words {'x' * (n * 9 + i)}" for i in range(5))) for n in range(5)
        ]
        done, _ = run([self.failing(RateLimited("later"), times=1)], lines)
        assert sorted(bool(finished.error) for finished in done.values()) == [False] * 4 + [True]

    def test_the_second_engine_answers_where_the_first_does_not(self) -> None:
        second = Engine(chinese)
        done, _ = run([self.failing(RateLimited("later")), second])
        assert done["ad"].defects == []
        assert done["ad"].error is None

    def test_an_engine_that_loses_count_is_a_fault_of_the_service(self) -> None:
        class Short(Engine):
            async def translate(self, segments: Sequence[Segment], **about: object) -> list[str]:
                return ["一"]

        assert "gave 1 back" in str(run([Short(chinese)])[0]["ad"].error)


def test_a_term_the_engine_ignores_is_asked_for_once_more_and_told() -> None:
    glossary, memory, engine = Glossary(terms={"zh": (Term("fans", ("粉丝",)),)}), Notes(), Engine(chinese)
    finished = run([engine], glossary=glossary, memory=memory)[0]["ad"]
    assert finished.translation is not None
    assert (finished.translation.status, finished.translation.teaser) == ("machine", chinese("Ads for fans"))
    assert finished.defects == []
    assert {defect.gate for defect in finished.warnings} == {"terms"}
    assert sorted(engine.asked[-1]) == ["Ads for fans", "fans"]
    again = len(engine.asked)
    _, tally = run([engine], glossary=glossary, memory=memory)
    assert (tally.requests, len(engine.asked)) == (0, again)


def test_where_every_word_is_a_persons_the_translation_is_reviewed() -> None:
    memory, spell = Notes(), Spell(name="ad", title="One title", prompt="One line\n[PROMPT]")
    texts = {"One title": "一个标题", "One line": "一行字"}
    memory.remember({key_of(Segment(text), "en", "zh", PERSON, ""): made for text, made in texts.items()})
    made = run([Engine(chinese)], [spell], memory=memory)[0]["ad"].translation
    assert made is not None
    assert (made.status, made.translator, made.prompt) == ("reviewed", PERSON, "一行字\n[PROMPT]")


def test_everything_can_be_asked_anew() -> None:
    memory, engine = Notes(), Engine(chinese)
    run([engine], memory=memory)
    asyncio.run(translate_spells([SPELL], [engine], "zh", Options(memory=memory, recalling=False)))
    assert len(engine.asked) == 2 * len(dict.fromkeys(map(tuple, engine.asked)))


def test_other_targets_work_the_same_way() -> None:
    translation = run([Engine(lambda text: re.sub(r"[A-Za-z]+", lambda m: m[0][::-1], text))], target="de")[0]["ad"]
    assert translation.translation is not None
    assert translation.defects == []
    assert "[PROMPT]" in translation.translation.prompt


def test_an_empty_answer_does_not_hide_what_was_wrong_before() -> None:
    finished = run([Engine(lost, lambda _: "")])[0]["ad"]
    assert {defect.gate for defect in finished.defects} == {"placeholders"}
    assert all(defect.target for defect in finished.defects)


def test_the_second_engine_gets_its_share_of_the_bound() -> None:
    lines = "\n".join(f"Write line {word} of [PROMPT]" for word in ("red", "blue", "green", "white", "black"))
    second = Engine(chinese)
    done, tally = run([Engine(lost), second], [Spell(name="ad", prompt=lines)], extra=3)
    assert (done["ad"].defects, len(second.asked), tally.extra) == ([], 1, 3)


def test_a_segment_is_judged_by_the_strictest_of_its_places() -> None:
    spell = Spell(name="ad", prompt="# Tone\nWrite [PROMPT] like [VARIABLE1]\n[VARIABLE1:Tone:warm]")
    done, tally = run([Engine(lambda text: chinese(text).replace("语气", "语气:"), chinese)], [spell])
    assert (done["ad"].defects, tally.mended) == ([], 1)


def test_one_remark_for_many_lines_is_a_translation_of_none() -> None:
    lines = "\n".join(f"Write about {word} now" for word in ("red", "blue", "green", "white"))
    remark = "Leider klappt das gerade nicht"

    def remarking(text: str) -> str:
        return " ".join([remark, *re.findall(r"⟦\d+⟧", text)])

    finished = run([Engine(remarking)], [Spell(name="ad", prompt=lines)], target="de")[0]["ad"]
    assert {defect.line for defect in finished.defects} == {1, 2, 3, 4}
    assert finished.translation is not None
    assert remark not in finished.translation.prompt
