from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.translators.brackets import choose
from grimoire.translators.guard import Text, protect, verify
from grimoire.translators.skeleton import Part, Slot, build, render, slots

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


def pieces(text: str) -> list[str]:
    return [slot.piece for slot in slots(build(text, choose([text])))]


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
    ],
)
def test_nothing_is_sent(text: str) -> None:
    assert pieces(text) == []


def test_equal_pieces_are_sent_once_and_across_texts() -> None:
    protected = protect([Text("title", "Tone"), Text("prompt", "Tone\n[VARIABLE1:Tone:Tone:Tone|cold]\n# Tone")])
    assert protected.pieces == ("Tone", "cold")


def test_the_brackets_suit_every_text() -> None:
    protected = protect([Text("title", "about [PROMPT]"), Text("hint", "⟦0⟧ ⦃ and more")])
    assert protected.pieces[0] == "about ⟪0⟫"


def test_options_of_one_variable_are_a_group() -> None:
    parts: tuple[Part, ...] = build("[VARIABLE3:Tone:warm:warm|cold]", choose([]))
    assert [(s.piece, s.group, s.closed) for s in parts if isinstance(s, Slot)] == [
        ("Tone", "", ":|]"),
        ("warm", "", ":|]"),
        ("warm", "VARIABLE3", ":|]"),
        ("cold", "VARIABLE3", ":|]"),
    ]


@given(hostile_texts)
def test_an_engine_that_changes_nothing_gives_the_text_back(text: str) -> None:
    brackets = choose([text])
    assert render(build(text, brackets), lambda piece: piece, brackets) == text


@given(hostile_texts)
def test_and_the_guard_finds_nothing_wrong_with_it(text: str) -> None:
    protected = protect([Text("prompt", text), Text("option", text, ":|]", "g")])
    results = {piece: piece for piece in protected.pieces}
    assert verify(protected, results, "en", "en") == ()
    assert protected.restore(results) == (text, text)


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
