from __future__ import annotations

import subprocess
import sys

import pytest

from grimoire.backends.rehearsal import MISBEHAVIOURS, MODELS, Rehearsal
from grimoire.chat import Answer, Message, Request
from grimoire.errors import UnknownName
from tests.backends.conftest import ask

EXAMPLE = "# Willow care\n\nWillows like water. They grow fast.\n\n## Pruning\n\nCut in winter.\n"
CHINESE = "# 柳树养护\n\n柳树喜欢水，长得很快。\n"


def rehearse(model: str, *, example: str = EXAMPLE, answer_in: str = "en", said: tuple[str, ...] = ()) -> Answer:
    messages = [Message("system", "Be brief."), Message("user", "Write about willows.")]
    for part in said:
        messages += [Message("assistant", part), Message("user", "Go on.")]
    return ask(Rehearsal(model), Request(messages=tuple(messages), answer_in=answer_in, example=example))


def han_share(text: str) -> float:
    letters = [char for char in text if char.isalpha()]
    return sum("一" <= char <= "鿿" for char in letters) / len(letters)


def test_every_model_but_the_sample_misbehaves() -> None:
    assert set(MISBEHAVIOURS) == {
        "echo",
        "refusal",
        "wrong-language",
        "off-topic",
        "truncated",
        "empty",
        "leftover",
    }
    assert {"sample", *MISBEHAVIOURS} == set(MODELS)


@pytest.mark.parametrize("model", MODELS)
def test_it_is_labelled_and_claims_no_cost(model: str) -> None:
    backend, answer = Rehearsal(model), rehearse(model)
    assert backend.rehearsal
    assert backend.name == answer.model == f"rehearsal/{model}"
    assert answer.usage.prompt_tokens is answer.usage.completion_tokens is None
    assert (answer.seconds, answer.first_seconds) == (0.0, None)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("example", ["", "x", EXAMPLE, CHINESE, "{}", "\n\n", "| a |\n| --- |\n| 1 |"])
def test_any_example_will_do_and_the_answer_is_always_the_same(model: str, example: str) -> None:
    assert rehearse(model, example=example) == rehearse(model, example=example)


def test_sample_is_the_example() -> None:
    assert rehearse("sample").text == EXAMPLE
    assert rehearse("sample").finish_reason == "stop"


@pytest.mark.parametrize(
    ("language", "word"), [("en", "no sample"), ("zh-CN", "没有为这个输入准备样例"), ("de", "no sample")]
)
def test_a_spell_without_a_sample_gets_a_labelled_answer(language: str, word: str) -> None:
    assert word in rehearse("sample", example="", answer_in=language).text


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        pytest.param((EXAMPLE[:10],), EXAMPLE[10:], id="cut off once"),
        pytest.param((EXAMPLE[:10], EXAMPLE[10:20]), EXAMPLE[20:], id="cut off twice"),
        pytest.param((EXAMPLE,), "", id="nothing is left"),
        pytest.param(("Something else.",), EXAMPLE, id="another conversation"),
    ],
)
def test_sample_goes_on_where_it_was_cut_off(said: tuple[str, ...], rest: str) -> None:
    assert rehearse("sample", said=said).text == rest


def test_echo_says_the_last_user_message() -> None:
    assert rehearse("echo").text == "Write about willows."
    assert rehearse("echo", said=("Trees.",)).text == "Go on."


@pytest.mark.parametrize(("language", "word"), [("zh", "抱歉"), ("zh_Hans", "抱歉"), ("en", "sorry"), ("fr", "sorry")])
def test_refusal_speaks_the_language_asked_for(language: str, word: str) -> None:
    assert word in rehearse("refusal", answer_in=language).text


@pytest.mark.parametrize(
    ("asked", "chinese"), [("zh", False), ("zh-TW", False), ("ja", False), ("en", True), ("en-GB", True)]
)
def test_wrong_language_is_fluent_in_another(asked: str, chinese: bool) -> None:
    share = han_share(rehearse("wrong-language", answer_in=asked).text)
    assert share > 0.9 if chinese else share == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_off_topic_has_every_structure_and_the_right_language(language: str) -> None:
    text = rehearse("off-topic", answer_in=language).text
    lines = text.splitlines()
    assert sum(line.startswith("#") and "# " in line for line in lines) >= 15
    assert sum(line.startswith("| ---") for line in lines) >= 2
    assert sum(line.startswith(("- ", *(f"{n}. " for n in range(1, 10)))) for line in lines) >= 12
    assert "```python" in text
    assert sum(word.startswith("#") and len(word) > 1 for word in lines[-1].split()) >= 5
    assert sum(char in "🔦⚠📦📝🌊" for char in text) >= 3
    assert len("".join(text.split())) >= 1200
    assert (han_share(text) > 0.8) is (language == "zh")
    assert "illow" not in text


def test_off_topic_says_nothing_of_the_sample() -> None:
    assert EXAMPLE.split("\n", maxsplit=1)[0] not in rehearse("off-topic").text


def test_truncated_stops_halfway_and_never_gets_further() -> None:
    first = rehearse("truncated")
    assert EXAMPLE.startswith(first.text)
    assert 0 < len(first.text) < len(EXAMPLE)
    for said in ((first.text,), (first.text, "")):
        again = rehearse("truncated", said=said)
        assert (again.text, again.finish_reason) == ("", "length")
    assert first.finish_reason == "length"


def test_truncated_begins_anew_in_another_conversation() -> None:
    assert rehearse("truncated", said=("Something else.",)).text == rehearse("truncated").text


def test_empty_is_empty_and_calls_itself_complete() -> None:
    answer = rehearse("empty")
    assert (answer.text, answer.finish_reason) == ("", "stop")


@pytest.mark.parametrize(
    ("example", "language", "expected"),
    [
        pytest.param(EXAMPLE, "en", "# [PROMPT]\n\n[Your Brand] like water.", id="a heading and a subject"),
        pytest.param(CHINESE, "zh", "# [PROMPT]\n\n[你的品牌]，长得很快。", id="the same in Chinese"),
        pytest.param("Just words.\nMore words.", "en", "[PROMPT] words.\n[Your Brand] words.", id="no heading"),
        pytest.param("| 1 |", "en", "| 1 |\n\n[PROMPT] [Your Brand]", id="nothing to replace"),
    ],
)
def test_leftover_keeps_placeholders(example: str, language: str, expected: str) -> None:
    assert rehearse("leftover", example=example, answer_in=language).text.startswith(expected)


def test_an_unknown_model_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="'of-topic'") as caught:
        Rehearsal("of-topic")
    assert "off-topic" in caught.value.hint


def test_importing_the_family_imports_nothing_heavy() -> None:
    code = (
        "import sys, grimoire.backends, grimoire.backends.presets;"
        "print([m for m in ('openai', 'aiohttp', 'httpx2', 'asyncio', 'rich', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
