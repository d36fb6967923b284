from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import placeholders
from grimoire.cast import answer_language, ask, build_cell, exchange, incantation
from grimoire.chat import Answer, FinishReason, Message, Request, Usage
from grimoire.errors import MissingInput, ServiceTimeout
from grimoire.record import Cell
from grimoire.spell import Case, Spell, Template, Variable

TONES = Variable(id=1, label="Tone", default="warm", options=("warm", "cold"))
SPELL = Spell(
    name="tea",
    hint="a kind of tea",
    prompt="[VARIABLE2:Reader:people]Praise [PROMPT] in [TARGETLANGUAGE], [VARIABLE1], for [VARIABLE2].",
    variables=(TONES,),
    cases=(Case(id="green", prompt="green tea"), Case(id="black", prompt="black tea")),
    sample="Green tea is good.",
)
CHINESE = Template(
    language="zh",
    prompt="用[TARGETLANGUAGE]夸[PROMPT]，[VARIABLE1]，写给[VARIABLE2]。",
    variables=(
        Variable(id=1, label="语气", default="温暖", options=("温暖", "冷淡")),
        Variable(id=2, label="读者", default="大家"),
    ),
)


SEAMS = ("one two three four", " three four", "five", "\n", "林黛玉倒拔垂杨柳", "```python\n", "Sure, continuing:\n")


class Broken(ServiceTimeout):
    """What ends a stream after some text."""

    def __init__(self, text: str) -> None:
        super().__init__("slow")
        self.text = text


class Script:
    """A backend that plays answers or errors in their order and keeps what it was asked; it streams by `sizes`."""

    name = "script/one"
    rehearsal = False

    def __init__(self, replies: Sequence[Answer | Exception] = (), sizes: Sequence[int] = ()) -> None:
        self.parameters: dict[str, object] = {"temperature": 0.5}
        self.replies = list(replies)
        self.asked: list[Request] = []
        self._sizes = sizes

    async def ask(self, request: Request, on_text: Callable[[str], None] | None = None) -> Answer:
        self.asked.append(request)
        reply = self.replies.pop(0)
        text = reply.text if isinstance(reply, Answer | Broken) else ""
        if on_text and text:
            for cut in self._cut(text):
                on_text(cut)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _cut(self, text: str) -> Iterator[str]:
        at = 0
        for size in (*self._sizes, len(text)):
            yield text[at : at + size]
            at += size

    async def aclose(self) -> None:
        """Nothing is open."""


def piece(text: str, reason: FinishReason = "length", tokens: int | None = 10) -> Answer:
    return Answer(
        text=text, finish_reason=reason, usage=Usage(tokens, tokens), seconds=1.0, model="m", first_seconds=0.5
    )


@pytest.mark.parametrize(
    ("template", "case", "answer_in", "sent"),
    [
        pytest.param(SPELL.template, {}, "en", "Praise x in English, warm, for people.", id="presets"),
        pytest.param(
            SPELL.template, {"1": "cold", "2": "me"}, "zh", "Praise x in Chinese, cold, for me.", id="values, Chinese"
        ),
        pytest.param(
            SPELL.template, {"2": ""}, "zh-Hant", "Praise x in Traditional Chinese, warm, for .", id="empty value"
        ),
        pytest.param(CHINESE, {}, "zh", "用中文夸x，温暖，写给大家。", id="translation, presets"),
        pytest.param(
            CHINESE, {"1": "cold", "2": "me"}, "en", "用英语夸x，冷淡，写给me。", id="translation, option exchanged"
        ),
        pytest.param(CHINESE, {"1": "冷淡"}, "zh", "用中文夸x，冷淡，写给大家。", id="translation, its own option"),
        pytest.param(CHINESE, {"1": "other"}, "zh", "用中文夸x，other，写给大家。", id="no option of either"),
    ],
)
def test_incantations(template: Template, case: dict[str, str], answer_in: str, sent: str) -> None:
    filled = Case(id="a", prompt="x", variables=case)
    assert incantation(template, filled, answer_in=answer_in, source=SPELL.template) == sent


def test_options_are_exchanged_only_one_for_one() -> None:
    short = Template(language="zh", prompt="[VARIABLE1]", variables=(Variable(id=1, label="语气", options=("温暖",)),))
    case = Case(id="a", variables={"1": "cold"})
    assert incantation(short, case, answer_in="zh", source=SPELL.template) == "cold"
    assert incantation(short, case, answer_in="zh") == "cold", "without a source nothing is exchanged"


def test_a_page_and_a_prompt_on_one_line() -> None:
    template = Template(language="en", prompt="[PROMPT1]|[PROMPT]|[CRAWLEDTEXT]|[CRAWLEDSOURCE]")
    case = Case(id="a", prompt="a\nb", crawled_text="[PROMPT] page", crawled_source="<p>[CRAWLEDTEXT]</p>")
    assert incantation(template, case, answer_in="en") == "a b|a\nb|[PROMPT] page|<p>[CRAWLEDTEXT]</p>"


def test_all_that_is_missing_is_named() -> None:
    template = Template(language="en", prompt="[PROMPT] [PROMPT1] [CRAWLEDTEXT] [CRAWLEDSOURCE] [VARIABLE3]")
    with pytest.raises(MissingInput) as caught:
        incantation(template, Case(id="a"), answer_in="en")
    assert caught.value.message.endswith("[CRAWLEDSOURCE], [CRAWLEDTEXT], [PROMPT], [PROMPT1], [VARIABLE3]")


# What a user, or a page someone else wrote, may hold: the grammar itself, replacement syntax, other template languages.
HOSTILE = st.lists(
    st.sampled_from([f"[{name}]" for name in placeholders.NAMES])
    | st.sampled_from(
        ["[VARIABLE1:A:b:c|d]", "$&", "\\1", "\\g<0>", "{0}", "%s", "{{x}}", "[", "]", "\n", "\ud800", "\0"]
    )
    | st.text(max_size=4),
    max_size=8,
).map("".join)
GIVEN = HOSTILE.filter(bool)  # an empty input is a missing one; an empty variable is not


@given(text=GIVEN, one=HOSTILE, two=HOSTILE, page=GIVEN)
def test_what_a_user_gives_is_never_read_as_template(text: str, one: str, two: str, page: str) -> None:
    template = Template(
        language="en", prompt="<[PROMPT]|[VARIABLE1]|[VARIABLE2:B:c][VARIABLE2]|[CRAWLEDTEXT]|[PROMPT]>"
    )
    free = Template(language="en", prompt=template.prompt, variables=(Variable(id=1, label="A"),))
    case = Case(id="a", prompt=text, variables={"1": one, "2": two}, crawled_text=page)
    assert incantation(free, case, answer_in="en") == f"<{text}|{one}|{two}|{page}|{text}>"


def test_answer_language() -> None:
    assert answer_language(Case(id="a"), CHINESE) == "zh"
    assert answer_language(Case(id="a", answer_in="ja"), CHINESE) == "ja"
    assert answer_language(Case(id="a", answer_in="ja"), CHINESE, "en") == "en"


def test_a_cell_says_what_will_be_sent() -> None:
    backend = Script()
    case = Case(id="green", prompt="green tea", variables={"1": "cold"}, answer_in="zh", subject=("茶",))
    cell = build_cell(
        SPELL, CHINESE, case, backend, sample=2, earlier=[Message("system", "Be brief.")], parameters={"max_tokens": 5}
    )
    assert (cell.spell, cell.language, cell.case, cell.backend, cell.sample) == ("tea", "zh", "green", "script/one", 2)
    assert cell.template == CHINESE.digest
    assert cell.request == Request(
        messages=(Message("system", "Be brief."), Message("user", "用中文夸green tea，冷淡，写给大家。")),
        parameters={"max_tokens": 5},
        answer_in="zh",
        example="Green tea is good.",
    )
    assert (cell.incantation, cell.text, cell.subject) == ("用中文夸green tea，冷淡，写给大家。", "green tea", ("茶",))
    assert cell.parameters == {"temperature": 0.5}
    seen = exchange(cell, piece("茶"))
    assert (seen.incantation, seen.text, seen.answer_in, seen.subject) == (cell.incantation, "green tea", "zh", ("茶",))


def test_the_sample_is_an_example_for_the_first_case_alone() -> None:
    cells = [build_cell(SPELL, SPELL.template, case, Script()) for case in SPELL.cases]
    assert [cell.request.example for cell in cells] == ["Green tea is good.", ""]
    assert cells[0].key != cells[1].key


def test_a_cell_that_misses_its_input_says_what_to_give() -> None:
    spell = Spell(name="page", prompt="[PROMPT] [CRAWLEDTEXT]", hint="a question", cases=(Case(id="one", prompt="x"),))
    with pytest.raises(MissingInput) as caught:
        build_cell(spell, spell.template, Case(id=""), Script())
    assert caught.value.message == "page: no value for [CRAWLEDTEXT], [PROMPT]"
    assert caught.value.hint == (
        "give a question as an argument or on standard input, -p crawledtext=@FILE, or take its own: --case one"
    )


REQUEST = Request(messages=(Message("user", "Write."),), answer_in="zh")


def asked(backend: Script, limit: int, on_text: Callable[[str], None] | None = None) -> Answer:
    return asyncio.run(ask(backend, REQUEST, continue_limit=limit, on_text=on_text))


def test_a_whole_answer_is_asked_for_once() -> None:
    backend = Script([piece("all", "stop")])
    assert asked(backend, 3) == piece("all", "stop")
    assert backend.asked == [REQUEST]


def test_an_answer_that_is_cut_off_goes_on_and_is_stitched() -> None:
    heard: list[str] = []
    backend = Script([piece("one two three four"), piece(" three four five"), piece(" six", "stop")])
    answer = asked(backend, 3, heard.append)
    assert answer.text == "one two three four five six"
    assert answer.parts == ("one two three four", " three four five", " six")
    assert answer.finish_reason == "stop"
    assert (answer.usage, answer.seconds, answer.first_seconds) == (Usage(30, 30), 3.0, 0.5)
    assert "".join(heard) == answer.text
    assert [m.content for m in backend.asked[2].messages] == ["Write.", "one two three four five", "继续"]
    assert [m.role for m in backend.asked[2].messages] == ["user", "assistant", "user"]


@pytest.mark.parametrize(("limit", "calls"), [(0, 1), (1, 2), (2, 3)])
def test_the_limit_is_kept_and_the_answer_still_counts_as_cut_off(limit: int, calls: int) -> None:
    backend = Script([piece("a"), piece("b"), piece("c"), piece("d")])
    answer = asked(backend, limit)
    assert len(backend.asked) == calls
    assert (answer.text, answer.finish_reason) == ("abcd"[:calls], "length")
    assert answer.parts == (tuple("abcd"[:calls]) if limit else ())


@pytest.mark.parametrize("reason", ["stop", "content_filter", "tool_calls", "unknown"])
def test_only_length_is_a_reason_to_go_on(reason: FinishReason) -> None:
    backend = Script([piece("a", reason)])
    assert asked(backend, 3).text == "a"


def test_a_continuation_without_text_ends_it_but_was_paid_for() -> None:
    backend = Script([piece("a"), piece(" \n", "stop")])
    answer = asked(backend, 3)
    assert (answer.text, answer.parts, answer.finish_reason, answer.usage) == ("a", (), "length", Usage(20, 20))
    backend = Script([piece("a"), piece("b"), piece("", "stop")])
    answer = asked(backend, 3)
    assert (answer.text, answer.parts, answer.finish_reason) == ("ab", ("a", "b"), "length")


def test_with_no_text_at_all_there_is_nothing_to_continue() -> None:
    backend = Script([piece("")])
    assert asked(backend, 3).text == ""
    assert len(backend.asked) == 1


def test_a_continuation_that_fails_is_an_error_that_keeps_what_had_come() -> None:
    with pytest.raises(ServiceTimeout) as caught:
        asked(Script([piece("a"), piece("b"), ServiceTimeout("slow")]), 3)
    assert caught.value.partial is not None
    assert (caught.value.partial.text, caught.value.partial.parts) == ("ab", ("a", "b"))


def test_an_error_before_anything_came_keeps_nothing() -> None:
    with pytest.raises(ServiceTimeout) as caught:
        asked(Script([ServiceTimeout("slow")]), 3)
    assert caught.value.partial is None


def test_what_was_heard_of_a_piece_that_broke_off_is_kept_too() -> None:
    heard: list[str] = []
    with pytest.raises(ServiceTimeout) as caught:
        asked(Script([piece("one two three four"), Broken("two three four fi")]), 3, heard.append)
    assert caught.value.partial is not None
    assert caught.value.partial.text == "".join(heard) == "one two three four fi"
    assert caught.value.partial.parts == ("one two three four", "two three four fi")
    with pytest.raises(ServiceTimeout) as caught:
        asked(Script([Broken("the beg")]), 3, heard.append)
    assert caught.value.partial == Answer(text="the beg")


def test_of_a_piece_that_broke_off_unheard_nothing_is_kept() -> None:
    with pytest.raises(ServiceTimeout) as caught:
        asked(Script([Broken("the beg")]), 3)
    assert caught.value.partial is None


CUT_OFF = st.lists(st.lists(st.sampled_from(SEAMS), min_size=1, max_size=6).map("".join), min_size=1, max_size=4)


@given(texts=CUT_OFF, sizes=st.lists(st.integers(1, 9)))
def test_what_is_heard_is_the_answer_and_nothing_twice(texts: list[str], sizes: list[int]) -> None:
    heard: list[str] = []
    backend = Script([*(piece(text) for text in texts), piece("", "stop")], sizes)
    answer = asked(backend, len(texts), heard.append)
    assert "".join(heard) == answer.text


def test_a_question_has_a_key_though_its_text_is_no_text() -> None:
    """Arguments that are no UTF-8 come with halves of surrogate pairs."""
    request = Request(messages=(Message("user", "half \udc80"),))
    cell = Cell(spell="tea", language="en", template="t", case="c", backend="b/m", request=request, text="x", sample=2)
    assert cell.key != msgspec.structs.replace(cell, case="d").key
    assert msgspec.structs.replace(cell, question=cell.asks).key == cell.key == f"{cell.asks}-2"


@pytest.mark.parametrize(
    ("usage", "total"),
    [
        pytest.param(Usage(30, 12), 42, id="both"),
        pytest.param(Usage(30, None), 30, id="what was counted"),
        pytest.param(Usage(0, 0), 0, id="none were needed"),
        pytest.param(Usage(), None, id="nobody counted"),
    ],
)
def test_tokens_are_summed_where_they_were_counted(usage: Usage, total: int | None) -> None:
    assert usage.total == total
