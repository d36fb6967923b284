from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire.errors import MissingInput
from grimoire.placeholders import (
    NAMES,
    Definition,
    Literal,
    Placeholder,
    definitions,
    fill,
    line_of,
    names,
    near_misses,
    one_line,
    parse,
    render,
    variables,
)
from grimoire.spell import Template, Variable

# Text that is likely to trip a template reader: pieces of the grammar, of regex replacements, of other languages.
PIECES = st.sampled_from(
    [
        *(f"[{name}]" for name in NAMES),
        *("[VARIABLE1:A:b:b|c]", "[VARIABLE2:标题::甲|乙:丙]", "[VARIABLE7]", "{PROMPT}", "[[PROMPT]]", "[PROMPT1:x]"),
        *("[", "]", ":", "|", "$&", "\\1", "\n", "\r\n", "\0", "{{x}}", "林黛玉", "text ", "\u202e"),
    ]
)
TEMPLATES = st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join)
VALUES = st.fixed_dictionaries(dict.fromkeys(NAMES, TEMPLATES))


@given(TEMPLATES)
def test_the_parts_joined_are_the_template(text: str) -> None:
    parts = parse(text)
    assert render(parts) == text
    assert parse(render(parts)) == parts
    assert all(text[part.start :].startswith(part.text) for part in parts)


@given(TEMPLATES, VALUES)
def test_filling_loses_nothing_and_reads_no_value(text: str, values: dict[str, str]) -> None:
    filled = fill(text, values)
    for part in parse(text):
        expected = values[part.name] if isinstance(part, Placeholder) else part.text
        expected = "" if isinstance(part, Definition) else expected
        assert filled.startswith(expected)
        filled = filled[len(expected) :]
    assert filled == ""


@given(TEMPLATES)
def test_near_misses_never_fail_and_never_name_a_placeholder(text: str) -> None:
    for miss in near_misses(text):
        assert text[miss.start :].startswith(miss.text)
        assert miss.text not in {f"[{name}]" for name in NAMES}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[VARIABLE1:Tone]", Variable(id=1, label="Tone"), id="label"),
        pytest.param("[VARIABLE2:Tone:warm]", Variable(id=2, label="Tone", default="warm"), id="default"),
        pytest.param(
            "[VARIABLE6:Tone:warm:warm|dry]",
            Variable(id=6, label="Tone", default="warm", options=("warm", "dry")),
            id="options",
        ),
        pytest.param("[VARIABLE1:T::a|b]", Variable(id=1, label="T", options=("a", "b")), id="empty default"),
        pytest.param(
            "[VARIABLE1:T:x:a:1|b:2]",
            Variable(id=1, label="T", default="x", options=("a:1", "b:2")),
            id="options keep colons",
        ),
        pytest.param(
            "[VARIABLE1: T : a : a | b ]",
            Variable(id=1, label="T", default="a", options=("a", "b")),
            id="stray spaces are trimmed",
        ),
        pytest.param("[VARIABLE3:语气:亲切]", Variable(id=3, label="语气", default="亲切"), id="chinese"),
    ],
)
def test_a_definition(text: str, expected: Variable) -> None:
    (part,) = parse(text)
    assert isinstance(part, Definition)
    assert part.variable == expected


@pytest.mark.parametrize(
    "text",
    [
        "[VARIABLE7]",
        "[VARIABLE0:x]",
        "[VARIABLE1:]",
        "[VARIABLE1::x]",
        "[VARIABLE1:a\nb]",
        "[prompt]",
        "[Prompt]",
        "[ PROMPT ]",
        "{PROMPT}",
        "[PROMPT2]",
        "［PROMPT］",
        "[Business Name]",
        "PROMPT",
    ],
)
def test_what_is_no_placeholder_stays_text(text: str) -> None:
    assert parse(text) == (Literal(text, 0),)
    assert fill(text, {}) == text


def test_every_occurrence_is_filled_and_definitions_vanish() -> None:
    text = "[VARIABLE1:T:a:a|b]Say [PROMPT] twice, [PROMPT], in [TARGETLANGUAGE], [VARIABLE1]."
    filled = fill(text, {"PROMPT": "[VARIABLE1] $& \\1", "TARGETLANGUAGE": "Chinese", "VARIABLE1": "[PROMPT]"})
    assert filled == "Say [VARIABLE1] $& \\1 twice, [VARIABLE1] $& \\1, in Chinese, [PROMPT]."


def test_all_missing_values_are_named() -> None:
    with pytest.raises(MissingInput, match=r"\[PROMPT\], \[VARIABLE2\]"):
        fill("[VARIABLE2] [PROMPT] [TARGETLANGUAGE]", {"TARGETLANGUAGE": "x"})


def test_the_first_definition_of_a_number_wins() -> None:
    template = Template(
        language="en",
        prompt="[VARIABLE2:B] [VARIABLE1:Inline] [VARIABLE2:C]",
        variables=(Variable(id=1, label="Listed"),),
    )
    assert [v.label for v in variables(template)] == ["Listed", "B"]
    assert len(definitions(template.prompt)) == 3
    assert names(template.prompt) == set()


def test_one_line() -> None:
    assert one_line("a\r\nb\nc\rd") == "a b c d"


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("[Prompt]", "[PROMPT]"),
        ("[prompt]", "[PROMPT]"),
        ("[ PROMPT ]", "[PROMPT]"),
        ("{PROMPT}", "[PROMPT]"),
        ("[PROMPT}", "[PROMPT]"),
        ("[PROMTP]", "[PROMPT]"),
        ("[Keyword]", "[PROMPT]"),
        ("[KEYWORDS]", "[PROMPT]"),
        ("[TARGET LANGUAGE]", "[TARGETLANGUAGE]"),
        ("[TARGETLANGUGAGE]", "[TARGETLANGUAGE]"),
        ("[target_language]", "[TARGETLANGUAGE]"),
        ("[VARIABLE 1]", "[VARIABLE1]"),
        ("[VARIABEL1:Tone:warm]", "[VARIABLE1:…]"),
        ("[VARIABLE9]", "[VARIABLE1] to [VARIABLE6]"),
        ("[CRAWLED TEXT]", "[CRAWLEDTEXT]"),
        ("【PROMPT】", "[PROMPT]"),
        ("［ＰＲＯＭＰＴ］", "[PROMPT]"),
        ("［VARIABLE1］", "[VARIABLE1]"),
        ("[VARIABLE2：读者：新手]", "[VARIABLE2:…]"),
        ("【VARIABLE1：读者】", "[VARIABLE1:…]"),
    ],
)
def test_a_near_miss_is_suggested(text: str, suggestion: str) -> None:
    (miss,) = near_misses(f"write about {text} now")
    assert (miss.text, miss.start, miss.suggestion) == (text, 12, suggestion)


@pytest.mark.parametrize(
    "text",
    [
        *("[Business Name]", "[x]", "[ ]", "[1]", "{x}", "[关键词]", "【标题】", "[Language]"),
        *("{{PROMPT}}", "${PROMPT}", "[PROMPT]", "[PRODUCT]", "[PROJECT]", "[PROMO]"),
        *("[Prompt](https://example.com)", "[VARIABLE1:Tone]"),
    ],
)
def test_what_is_no_near_miss(text: str) -> None:
    assert list(near_misses(f"write about {text} now")) == []


def test_many_brackets_take_no_age() -> None:
    started = time.monotonic()
    assert list(near_misses("[a] [Business Name] " * 100_000)) == []
    assert time.monotonic() - started < 10


def test_line_of() -> None:
    assert line_of("ab\ncd", 0) == (1, 1)
    assert line_of("ab\ncd", 4) == (2, 2)
