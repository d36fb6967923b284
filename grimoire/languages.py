"""The languages a spell can be written in, translated into or answered in, and what each is called.

Codes are BCP 47 in their shortest form; `zh` is Chinese in Simplified characters. English names are the ones AIPRM puts
for `[TARGETLANGUAGE]`. DeepL's codes are those of its API's list of languages; where a target needs a variant, the one
with the most speakers is taken.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import msgspec

from grimoire.errors import UnknownName


class Language(msgspec.Struct, frozen=True):
    """One language: its code, its name in English, in Chinese and in itself, and DeepL's codes (None: not offered)."""

    code: str
    english: str
    chinese: str
    native: str
    deepl_source: str | None
    deepl_target: str | None


_ALL = (
    Language("en", "English", "英语", "English", "EN", "EN-US"),
    Language("zh", "Chinese", "中文", "简体中文", "ZH", "ZH-HANS"),
    Language("zh-Hant", "Traditional Chinese", "繁体中文", "繁體中文", "ZH", "ZH-HANT"),
    Language("ja", "Japanese", "日语", "日本語", "JA", "JA"),
    Language("ko", "Korean", "韩语", "한국어", "KO", "KO"),
    Language("de", "German", "德语", "Deutsch", "DE", "DE"),
    Language("fr", "French", "法语", "Français", "FR", "FR"),
    Language("es", "Spanish", "西班牙语", "Español", "ES", "ES"),
    Language("pt", "Portuguese", "葡萄牙语", "Português", "PT", "PT-BR"),
    Language("it", "Italian", "意大利语", "Italiano", "IT", "IT"),
    Language("nl", "Dutch", "荷兰语", "Nederlands", "NL", "NL"),
    Language("ru", "Russian", "俄语", "Русский", "RU", "RU"),
    Language("uk", "Ukrainian", "乌克兰语", "Українська", "UK", "UK"),
    Language("pl", "Polish", "波兰语", "Polski", "PL", "PL"),
    Language("sv", "Swedish", "瑞典语", "Svenska", "SV", "SV"),
    Language("da", "Danish", "丹麦语", "Dansk", "DA", "DA"),
    Language("nb", "Norwegian", "挪威语", "Norsk", "NB", "NB"),
    Language("fi", "Finnish", "芬兰语", "Suomi", "FI", "FI"),
    Language("cs", "Czech", "捷克语", "Čeština", "CS", "CS"),
    Language("hu", "Hungarian", "匈牙利语", "Magyar", "HU", "HU"),
    Language("ro", "Romanian", "罗马尼亚语", "Română", "RO", "RO"),
    Language("el", "Greek", "希腊语", "Ελληνικά", "EL", "EL"),
    Language("tr", "Turkish", "土耳其语", "Türkçe", "TR", "TR"),
    Language("ar", "Arabic", "阿拉伯语", "العربية", "AR", "AR"),
    Language("he", "Hebrew", "希伯来语", "עברית", "HE", "HE"),
    Language("fa", "Persian", "波斯语", "فارسی", "FA", "FA"),
    Language("hi", "Hindi", "印地语", "हिन्दी", "HI", "HI"),
    Language("id", "Indonesian", "印度尼西亚语", "Bahasa Indonesia", "ID", "ID"),
    Language("ms", "Malay", "马来语", "Bahasa Melayu", "MS", "MS"),
    Language("vi", "Vietnamese", "越南语", "Tiếng Việt", "VI", "VI"),
    Language("th", "Thai", "泰语", "ไทย", "TH", "TH"),
    Language("km", "Khmer", "高棉语", "ខ្មែរ", None, None),
)

LANGUAGES: dict[str, Language] = {language.code: language for language in _ALL}

# Other names in use; regions that write Chinese in one script are names of that script.
_ALIASES = {
    "zh-cn": "zh",
    "zh-sg": "zh",
    "zh-hans": "zh",
    "zh-hans-cn": "zh",
    "cmn": "zh",
    "simplified chinese": "zh",
    "chinese (simplified)": "zh",
    "汉语": "zh",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh-hant-tw": "zh-Hant",
    "zh-hant-hk": "zh-Hant",
    "chinese (traditional)": "zh-Hant",
    "no": "nb",
    "iw": "he",
    "英文": "en",
    "日文": "ja",
    "韩文": "ko",
    "印尼语": "id",
}


def resolve(text: str) -> str:
    """The code of a language given by its code or by any of its names; case and `_` for `-` do not matter.

    A region that makes no difference here (`en-GB`, `pt_BR`) is dropped.

    Raises:
        UnknownName: nothing is called so; the hint offers the nearest.
    """
    wanted = text.strip().casefold().replace("_", "-")
    code = _NAMES.get(wanted) or _NAMES.get(_without_region(wanted))
    if code is None:
        raise UnknownName(f"no language is called {text!r}", hint=_suggest(wanted))
    return code


def name_in(code: str, language: str) -> str:
    """What to put for `[TARGETLANGUAGE]` in a template written in `language`: Chinese in Chinese, else English.

    Both are codes (or names) as `resolve` takes them.
    """
    named = LANGUAGES[resolve(code)]
    return named.chinese if resolve(language) == "zh" else named.english


def _without_region(wanted: str) -> str:
    head, _, region = wanted.partition("-")
    # Two letters or three digits are a region, four letters a script, which does make a difference.
    return head if (len(region) == 2 and region.isalpha()) or (len(region) == 3 and region.isdigit()) else wanted  # noqa: PLR2004  # BCP 47 says so


def _suggest(wanted: str) -> str:
    near = difflib.get_close_matches(wanted, _NAMES, n=1)
    known = f"codes are {', '.join(LANGUAGES)}"
    return f"did you mean {near[0]!r}? {known}" if near else known


def _every_name() -> Iterator[tuple[str, str]]:
    for language in _ALL:
        for name in (language.code, language.english, language.chinese, language.native):
            yield name.casefold(), language.code
    yield from _ALIASES.items()


_NAMES = dict(_every_name())
