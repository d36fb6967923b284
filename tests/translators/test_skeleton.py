from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.glossary import Glossary
from grimoire.segment import Segment
from grimoire.translators.brackets import choose
from grimoire.translators.guard import Field, protect, verify
from grimoire.translators.skeleton import Line, Slot, Wording, build, slots

GLOSSARY = Glossary(keep=("Midjourney", "Stable Diffusion", "SEO", "H1"))

HOSTILE = [
    *("[", "]", "[[PROMPT]]", "[PROMPT]", "[VARIABLE1:Tone:a:a|b|]", "[VARIABLE2:", ":", "|", "⟦0⟧", "⟦", "⦃", "⟪1⟫"),
    *(
        "{{x}}",
        "{",
        "}",
        "${y}",
        "`",
        "```",
        "```\n",
        "~~~",
        "https://a.b/c?d=1",
        "me@x.org",
        "--ar 16:9",
        "<b>",
        "<!--",
        "-->",
    ),
    *("\r\n", "\n", "\r", "\ufeff", "\x00", "\udc80", "\u200f", "\u202e", "\u2028", "\x0b", "\x85", " ", "\t"),
    *("| a | b |", "|---|", "# ", "- ", "1. ", "> ", "[x] ", "/imagine ", "write words", "3", "１２", "中文", "é", "𝔸"),
    *("\\1", "\\g<0>", "%s"),
]
hostile_texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), max_size=30).map("".join)


def all_slots(lines: tuple[Line, ...]) -> list[Slot]:
    return [slot for line in lines for slot in slots(line.parts)]


def segments(text: str, glossary: Glossary = GLOSSARY) -> list[Segment]:
    return [slot.segment for slot in all_slots(build(text, Wording(choose([text]), glossary)))]


def pieces(text: str) -> list[str]:
    return [segment.text for segment in segments(text)]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        pytest.param("Write about it", ["Write about it"], id="prose"),
        pytest.param("  - Write it  \r\n", ["Write it"], id="indent-marker-line-end"),
        pytest.param("## Heading here", ["Heading here"], id="heading"),
        pytest.param("12. Step twelve", ["Step twelve"], id="numbered"),
        pytest.param("- [ ] Check this", ["Check this"], id="checkbox"),
        pytest.param("> quoted words", ["quoted words"], id="quote"),
        pytest.param("\ufeffWords first", ["Words first"], id="bom"),
        pytest.param("\ufeff- Words first", ["Words first"], id="bom-and-marker"),
        pytest.param("\ufeff| Words first | Tone |", ["Words first", "Tone"], id="bom-and-table"),
        pytest.param("| Name | Price |\n|---|:-:|\n| 10 | low |", ["Name", "Price", "low"], id="table"),
        pytest.param("About [PROMPT] in [TARGETLANGUAGE]", ["About ⟦0⟧ in ⟦1⟧"], id="placeholders"),
        pytest.param("[PROMPT] or [PROMPT] again", ["⟦0⟧ or ⟦1⟧ again"], id="each-occurrence-its-own"),
        pytest.param("See https://x.org/?q=[PROMPT] now", ["See ⟦0⟧ now"], id="touching-spans-are-one"),
        pytest.param("See (https://x.org/a). Now", ["See (⟦0⟧). Now"], id="url-without-punctuation"),
        pytest.param("Mail me@x.org or", ["Mail ⟦0⟧ or"], id="e-mail"),
        pytest.param("use `code --x` and --ar 16:9.", ["use ⟦0⟧ and ⟦1⟧."], id="code-and-flag"),
        pytest.param("<b>bold</b> {x} {{y}} ${z}", ["⟦0⟧bold⟦1⟧ ⟦2⟧ ⟦3⟧ ⟦4⟧"], id="tags-and-slots"),
        pytest.param("start with /imagine prompt: then", ["start with ⟦0⟧ then"], id="imagine-inside"),
        pytest.param("the [Business Name] goes", ["the [Business Name] goes"], id="slot-for-the-model-is-prose"),
        pytest.param("[VARIABLE1:Who: fans :fans|10|pros]", ["Who", "fans", "fans", "pros"], id="definition"),
        pytest.param("for [VARIABLE1:Who] now", ["for ⟦0⟧ now", "Who"], id="definition-in-prose"),
        pytest.param("[VARIABLE1:Who::fans|pros]", ["Who", "fans", "pros"], id="empty-default"),
        pytest.param("the ⟦0⟧ of [PROMPT]", ["the ⟦0⟧ of ⦃0⦄"], id="other-brackets"),
        pytest.param("well-known half--time", ["well-known half--time"], id="no-flag-inside-a-word"),
        pytest.param("用Midjourney画 SEO-friendly Midjourneys", ["用⟦0⟧画 ⟦1⟧-friendly Midjourneys"], id="names"),
        pytest.param("```\nopen for ever", ["open for ever"], id="fence-never-closed"),
    ],
)  # fmt: skip
def test_what_is_sent(text: str, sent: list[str]) -> None:
    assert pieces(text) == sent


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("[PROMPT]", id="placeholder-alone"),
        pytest.param("- [VARIABLE1]: [PROMPT], [TARGETLANGUAGE]!", id="placeholders-and-punctuation"),
        pytest.param("https://example.com/words/and/words", id="url"),
        pytest.param("---\n***\n|---|---|\n=====", id="rules"),
        pytest.param("```python\nprint('words here')\n```", id="fence"),
        pytest.param("~~~~\nwords\n~~~\nwords\n~~~~~", id="longer-fence"),
        pytest.param("/imagine prompt: a cat in the rain", id="imagine"),
        pytest.param('- "/imagine a cat in the rain"', id="imagine-in-a-list"),
        pytest.param("1. 2. 3. 4,000 × 5", id="numbers"),
        pytest.param("A", id="one-letter"),
        pytest.param("Midjourney + Stable Diffusion", id="names-alone"),
    ],
)
def test_nothing_is_sent(text: str) -> None:
    assert pieces(text) == []


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("of [PROMPT] or [PROMPT1]", ("prompt", "prompt"), id="prompt"),
        pytest.param("in [TARGETLANGUAGE] of", ("language",), id="language"),
        pytest.param("as [VARIABLE3] or [CRAWLEDTEXT]", ("variable", "page"), id="variable-and-page"),
        pytest.param("for [VARIABLE1:Who] now", ("definition",), id="definition"),
        pytest.param("see https://x.org/?q=[PROMPT] now", ("url+prompt",), id="touching"),
        pytest.param(
            "with `b` {c} me@x.org --ar 1:2 <i>e</i>", ("code", "slot", "email", "flag", "tag", "tag"), id="other"
        ),
        pytest.param("use Midjourney now", ("name",), id="name"),
    ],
)
def test_a_segment_knows_what_its_tokens_stand_for(text: str, kinds: tuple[str, ...]) -> None:
    assert segments(text)[0].kinds == kinds


def test_the_brackets_suit_every_text() -> None:
    protected = protect([Field("title", "about [PROMPT]"), Field("hint", "⟦0⟧ ⦃ and more")], beside=["⟪"])
    assert protected.own[0] == "about ⧼0⧽"


def test_options_of_one_variable_are_a_group() -> None:
    found = all_slots(build("[VARIABLE3:Tone:warm:warm|cold]", Wording(choose([]))))
    assert [(s.segment.text, s.group, s.closed) for s in found] == [
        ("Tone", "", ":|]"),
        ("warm", "", ":|]"),
        ("warm", "VARIABLE3", ":|]"),
        ("cold", "VARIABLE3", ":|]"),
    ]


@given(hostile_texts)
def test_an_engine_that_changes_nothing_gives_the_text_back(text: str) -> None:
    protected = protect([Field("prompt", text), Field("option", text, ":|]", "g")], GLOSSARY, "zh")
    assert protected.restore(protected.own) == (text, text)


@given(hostile_texts)
def test_and_the_guard_finds_nothing_wrong_with_it(text: str) -> None:
    protected = protect([Field("prompt", text), Field("option", text, ":|]", "g")], GLOSSARY, "en")
    assert verify(protected, protected.own, "en", "en") == []


@pytest.mark.parametrize(
    "unit", ["[PROMPT] words ", "Midjourney ", "x", "中", "[[PROMPT]", "`a` ", "https://a.b/c ", "\u200f"]
)
def test_a_line_of_a_megabyte_comes_back_as_it_went(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    protected = protect([Field("prompt", text)], GLOSSARY, "zh")
    assert protected.restore(protected.own) == (text,)


@given(hostile_texts)
def test_no_protected_thing_is_sent(text: str) -> None:
    for piece in pieces(text):
        assert "[PROMPT]" not in piece
        assert "\n" not in piece
        assert "\r" not in piece


@pytest.mark.parametrize(
    "unit",
    [
        *("[", "]", "`", "``a", "{", "{{", "${", "<a", "<!--", "www.", "http://)", "a@", "a.", "--a", "|", "| `", "#"),
        *("# ", "> ", " ", "\t", "a ", "1.", "[x] ", "/imagine", "[VARIABLE1:a|", "⟦", "1,", "中", "\x00", "\ufeff"),
    ],
)
def test_a_long_hostile_line_is_taken_apart_quickly(unit: str) -> None:
    text = unit * (20_000 // len(unit)) + " end of it"
    before = time.process_time()
    assert pieces(text) is not None
    assert time.process_time() - before < 2
