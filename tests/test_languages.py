from __future__ import annotations

import pytest

from grimoire.errors import UnknownName
from grimoire.languages import LANGUAGES, Language, name_in, resolve


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("de", "de", id="code"),
        pytest.param("DE", "de", id="code-upper"),
        pytest.param("German", "de", id="english"),
        pytest.param(" german ", "de", id="spaces"),
        pytest.param("德语", "de", id="chinese"),
        pytest.param("DEUTSCH", "de", id="native"),
        pytest.param("zh", "zh", id="zh"),
        pytest.param("zh-CN", "zh", id="mainland"),
        pytest.param("zh_CN", "zh", id="underscore"),
        pytest.param("zh-Hans", "zh", id="hans"),
        pytest.param("简体中文", "zh", id="simplified"),
        pytest.param("zh-TW", "zh-Hant", id="taiwan"),
        pytest.param("zh-HK", "zh-Hant", id="hong-kong"),
        pytest.param("ZH_HANT", "zh-Hant", id="hant"),
        pytest.param("繁体中文", "zh-Hant", id="traditional-in-simplified"),
        pytest.param("繁體中文", "zh-Hant", id="traditional"),
        pytest.param("pt-BR", "pt", id="region-dropped"),
        pytest.param("es-419", "es", id="numeric-region-dropped"),
    ],
)
def test_resolve(text: str, code: str) -> None:
    assert resolve(text) == code


@pytest.mark.parametrize("text", ["", "Klingon", "zz", "en-Brai", "zh-Latn", "e", "-", "en-"])
def test_resolve_refuses(text: str) -> None:
    with pytest.raises(UnknownName):
        resolve(text)


def test_the_nearest_is_offered() -> None:
    with pytest.raises(UnknownName) as caught:
        resolve("Germann")
    assert "german" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        pytest.param("zh", "zh", "中文", id="zh-in-zh"),
        pytest.param("de", "zh", "德语", id="de-in-zh"),
        pytest.param("zh", "en", "Chinese", id="zh-in-en"),
        pytest.param("zh-Hant", "en", "Traditional Chinese", id="hant-in-en"),
        pytest.param("en", "de", "English", id="en-in-de"),
    ],
)
def test_name_in(code: str, language: str, name: str) -> None:
    assert name_in(code, language) == name


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_every_name_leads_back(language: Language) -> None:
    assert {resolve(n) for n in (language.code, language.english, language.chinese, language.native)} == {language.code}


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
def test_deepl_codes_are_those_of_its_sdk(language: Language) -> None:
    from deepl import Language as Known

    known = {value.upper() for name, value in vars(Known).items() if name.isupper() and isinstance(value, str)}
    assert {language.deepl_source, language.deepl_target} <= known | {None}
