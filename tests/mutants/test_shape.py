from __future__ import annotations

import json
import re

import pytest

from tests.mutants.samples import ARTICLE, CAPTIONS, NOTES, TITLES, ZH, captions, made


def test_cut_off_ends_within_a_word_and_says_so() -> None:
    cut, claimed = made("cut-off"), made("cut-mid-word")
    assert (cut.finish, claimed.finish) == ("length", "stop")
    assert cut.text == claimed.text
    assert ARTICLE.startswith(cut.text)
    assert abs(len(cut.text) - len(ARTICLE) / 2) < 20
    assert cut.text[-1].isalnum()
    assert ARTICLE[len(cut.text)].isalnum()


def test_stop_early_ends_with_a_sentence() -> None:
    mutant = made("stop-early")
    assert mutant.text.endswith("4. Water it daily for a month.")
    assert (mutant.finish, ARTICLE.startswith(mutant.text)) == ("stop", True)


@pytest.mark.parametrize(
    ("sample", "lost", "kept"),
    [
        pytest.param(ARTICLE, "Conclusion", "40)\n```\n", id="last-section"),
        pytest.param(NOTES, "Finally", "they need.\n", id="last-paragraph"),
    ],
)
def test_drop_ending_leaves_out_the_last_part(sample: str, lost: str, kept: str) -> None:
    text = made("drop-ending", sample).text
    assert lost not in text
    assert text.endswith(kept)


def test_first_sentence() -> None:
    assert made("first-sentence").text == "Willows are easy to grow, and they drink a lot."
    assert made("first-sentence", TITLES, **ZH).text == "垂杨柳为什么非要黛玉来拔？"


def test_one_word() -> None:
    assert (made("one-word").text, made("one-word", TITLES, **ZH).text) == ("Done.", "好的，已经完成。")


def test_drop_tables() -> None:
    text = made("drop-tables").text
    assert text == re.sub(r"\| Kind[^#]*(?=## How)", "", ARTICLE)


def test_halve_rows() -> None:
    mutant = made("halve-rows")
    assert "| Goat willow | 8 m | Bees |\n\n## How" in mutant.text
    assert mutant.what == "2 of 4 rows left"


def test_table_as_prose() -> None:
    text = made("table-as-prose").text
    assert "Goat willow: 8 m, Bees.\n" in text
    assert "|" not in text
    assert "Kind" not in text.replace("## Kinds", "")


def test_drop_column() -> None:
    mutant = made("drop-column")
    assert "| Kind | Height |\n| --- | --- |\n| Weeping willow | 12 m |\n" in mutant.text
    assert mutant.what == 'the column "Use" is missing'


def test_halve_list_takes_what_is_indented_under_an_item_too() -> None:
    mutant = made("halve-list")
    assert "2. Set the willow upright and hold it.\n## Kinds" in mutant.text.replace("\n\n", "\n")
    assert "Do it twice" not in mutant.text
    assert mutant.what == "2 of 4 items left"


def test_halve_list_halves_each_list() -> None:
    text = made("halve-list", "- a\n- b\n\nText.\n\n- c\n- d\n- e\n").text
    assert text == "- a\n\nText.\n\n- c\n- d\n"


def test_list_as_prose() -> None:
    text = made("list-as-prose").text
    assert "\nDig a hole twice as wide as the roots.\n\nSet the willow" in text


def test_drop_headings_leaves_their_words() -> None:
    text = made("drop-headings").text
    assert text.startswith("Growing Willows 🌳\n\nWillows")
    assert "## " not in text


def test_drop_code() -> None:
    text = made("drop-code").text
    assert "## How much water\n\n## Conclusion" in text


def test_break_code_leaves_no_python() -> None:
    text = made("break-code").text
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    with pytest.raises(SyntaxError):
        compile(code[1], "sample", "exec")


def test_break_json() -> None:
    with pytest.raises(json.JSONDecodeError):
        captions("break-json")
    assert made("break-json", "[1, 2]").text == "[1, 2,\n]\n"


def test_halve_json_keeps_the_text_around_it() -> None:
    assert len(captions("halve-json")) == 2
    assert made("halve-json", CAPTIONS).text.endswith("captions first.\n")


def test_drop_json_key() -> None:
    assert [list(item) for item in captions("drop-json-key")] == [["caption"]] * 3
    assert made("drop-json-key", '{"a": 1, "b": 2}').text == '{\n  "a": 1\n}\n'


def test_the_items_of_json_all_become_the_first() -> None:
    found = captions("same-items")
    assert found == [{"caption": "The willow keeps quiet about the flood.", "emoji": "🌳"}] * 3


def test_drop_hashtags_leaves_headings() -> None:
    mutant = made("drop-hashtags")
    assert "#willow" not in mutant.text
    assert "## Conclusion" in mutant.text
    assert mutant.what == "0 of 2 hashtags left"


def test_drop_emoji() -> None:
    mutant = made("drop-emoji")
    assert mutant.text.startswith("# Growing Willows \n")
    assert mutant.what == "0 of 2 emoji left"
    assert '"emoji": ""' in made("drop-emoji", CAPTIONS).text
