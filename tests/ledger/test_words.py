from __future__ import annotations

import sys
import unicodedata

import pytest

from grimoire.ledger.words import _SIMPLE, _VARIANTS, fold, occurs


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        pytest.param("夜班", "值夜班的人", True, id="chinese"),
        pytest.param("夜班", "夜里上班", False, id="not-together"),
        pytest.param("readme", "README.md", True, id="case"),
        pytest.param("readme", "ＲｅａｄＭｅ：", True, id="width"),
        pytest.param("2026", "２０２６年", True, id="digits"),
        pytest.param("金", "⾦", True, id="radical"),
        pytest.param("祝", "㊗", True, id="in-a-circle"),
        pytest.param("strasse", "Straße 5", True, id="sharp-s"),
        pytest.param("office", "the oﬃce", True, id="ligature"),
        pytest.param("cafe", "cafe\u0301", False, id="an-accent-put-after-its-letter"),
        pytest.param("café", "cafe\u0301", True, id="the-accented-letter"),
        pytest.param("wait...", "wait…", True, id="ellipsis"),
        pytest.param("a,b", "a，b", True, id="chinese-comma"),
        pytest.param("σας", "ΣΑΣ", False, id="not-folded-by-whoever-asks"),
        pytest.param("σασ", "ΣΑΣ", True, id="greek"),
        pytest.param("ガ", "ｶﾞ", True, id="half-width-kana"),
        pytest.param("x", "", False, id="nothing"),
    ],
)
def test_a_word_is_found_however_it_is_written(word: str, text: str, found: bool) -> None:
    assert occurs(word, ["", text]) is found
    assert occurs(word, [f"。{text}，"]) is found


def test_no_character_that_folds_to_one_of_a_simple_word_is_overlooked() -> None:
    overlooked = [
        char
        for char in map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)])
        if (folded := fold(char)) != char.lower() and any(map(_SIMPLE.fullmatch, folded)) and not _VARIANTS.match(char)
    ]
    assert overlooked == []


def test_what_is_common_in_answers_is_no_variant() -> None:
    common = "，。！？：；（）“”‘’—…·《》「」、　é→✓😀\ufe0f½"
    found = [unicodedata.name(char) for char in common if _VARIANTS.match(char)]
    assert found == ["VULGAR FRACTION ONE HALF"]
