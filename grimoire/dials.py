"""AIPRM's dials: the tone, the writing style and the language an answer is asked for in (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from grimoire import languages
from grimoire.errors import UnknownName, UsageError
from grimoire.expression import Expression
from grimoire.terminal import one_line, strip_controls

LONGEST = 80
"""Characters that a tone or a style in the user's own words may have."""
OFF = frozenset({"none", "default", "off", "无", "默认", "不限", "無", "默認", "預設"})
"""What turns a dial back that was set earlier in a conversation."""


class Dial(msgspec.Struct, frozen=True):
    """One position of a dial, by its name in English and in Chinese; both are adjectives."""

    english: str
    chinese: str


TONES = (
    Dial("authoritative", "权威"),
    Dial("calm", "平静"),
    Dial("casual", "随意"),
    Dial("cautious", "谨慎"),
    Dial("cheerful", "欢快"),
    Dial("confident", "自信"),
    Dial("critical", "批判"),
    Dial("curious", "好奇"),
    Dial("diplomatic", "委婉"),
    Dial("direct", "直率"),
    Dial("dramatic", "戏剧化"),
    Dial("empathetic", "体谅"),
    Dial("encouraging", "鼓励"),
    Dial("enthusiastic", "热情"),
    Dial("formal", "正式"),
    Dial("friendly", "友好"),
    Dial("humorous", "幽默"),
    Dial("modest", "谦虚"),
    Dial("neutral", "中立"),
    Dial("nostalgic", "怀旧"),
    Dial("optimistic", "乐观"),
    Dial("playful", "俏皮"),
    Dial("polite", "礼貌"),
    Dial("professional", "专业"),
    Dial("sarcastic", "讽刺"),
    Dial("serious", "严肃"),
    Dial("urgent", "紧迫"),
    Dial("warm", "温暖"),
)
STYLES = (
    Dial("academic", "学术性"),
    Dial("analytical", "分析性"),
    Dial("argumentative", "论辩性"),
    Dial("business", "商务"),
    Dial("concise", "简洁"),
    Dial("conversational", "口语化"),
    Dial("creative", "创意"),
    Dial("descriptive", "描写性"),
    Dial("detailed", "详尽"),
    Dial("dialogue", "对话式"),
    Dial("explanatory", "说明性"),
    Dial("instructional", "教学式"),
    Dial("journalistic", "新闻式"),
    Dial("legal", "法律文书式"),
    Dial("literary", "文学性"),
    Dial("marketing", "营销"),
    Dial("narrative", "叙事性"),
    Dial("persuasive", "说服性"),
    Dial("plain", "平实"),
    Dial("poetic", "诗意"),
    Dial("question-and-answer", "问答式"),
    Dial("reflective", "思辨性"),
    Dial("satirical", "讽喻"),
    Dial("scientific", "科学性"),
    Dial("social-media", "社交媒体式"),
    Dial("step-by-step", "分步式"),
    Dial("storytelling", "讲故事式"),
    Dial("technical", "技术性"),
)

_HAN = Expression("[\u3400-\u9fff]")
_QUOTES = {('"', '"'), ("'", "'"), ("“", "”"), ("「", "」"), ("‘", "’"), ("«", "»")}
_ALSO = str.maketrans("气体腊怀采", "氣體臘懷採")
"""Characters of names here and of languages that both scripts write, each otherwise in such a name."""


class Dials(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of every answer of a conversation; empty where nothing is.

    `tone` and `style` are English names of the lists here, or the user's own words; `answer_in` is a language code.
    """

    tone: str = ""
    style: str = ""
    answer_in: str = ""


def with_dials(text: str, dials: Dials, language: str, *, speaks: bool) -> str:
    """A text with what the dials ask for after it, a blank line between, as AIPRM appends it.

    `language` is the text's. The language of the answer is named only where `speaks` says that the text does not.
    """
    answer_in = dials.answer_in if speaks else ""
    if not (dials.tone or dials.style or answer_in):
        return text
    code = languages.resolve(language)
    write = _in_chinese if code in {"zh", "zh-Hant"} else _in_english
    sentence = write(dials.tone, dials.style, answer_in)
    return f"{text.rstrip()}\n\n{_to_traditional(sentence, dials) if code == 'zh-Hant' else sentence}".lstrip()


def resolve_dials(tone: str, style: str, answer_in: str, before: Dials) -> Dials:
    """What is asked for now, over what was asked for `before`; one of `OFF` asks for nothing any more.

    A tone or a style is one of the lists by its English or Chinese name or the beginning of it, or words of the user's
    own: several, or one in quotes, or one that is like no name.

    Raises:
        UnknownName: there is no such language; or a word is nearly a name, or begins several.
        UsageError: the user's own words are too long.
    """
    return Dials(
        tone=_resolve(tone, TONES, "tone", before.tone),
        style=_resolve(style, STYLES, "style", before.style),
        answer_in=_resolve_language(answer_in, before.answer_in),
    )


def _to_traditional(sentence: str, dials: Dials) -> str:
    """A sentence of ours in Traditional characters; the user's own words in it stay as they are."""
    from grimoire.hanzi import SIMPLIFIED, TRADITIONAL

    table = str.maketrans(SIMPLIFIED, TRADITIONAL[: len(SIMPLIFIED)]) | _ALSO
    own = [word for word in (dials.tone, dials.style) if word and not _chinese_of(word)]
    pieces = re.split(f"({'|'.join(map(re.escape, own))})", sentence) if own else [sentence]
    return "".join(piece if piece in own else piece.translate(table) for piece in pieces)


def _resolve(given: str, known: Sequence[Dial], kind: str, before: str) -> str:
    words = one_line(given, width=LONGEST + 1)
    if not words:
        return before
    key = _key(words)
    if key in OFF:
        return ""
    if (words[0], words[-1]) in _QUOTES and len(words) > 2:  # noqa: PLR2004  # two quotes and something between
        return _own(words[1:-1].strip(), kind)
    names = _names(tuple(known))
    if key in names:
        return names[key]
    begun = sorted({name for each, name in names.items() if each.startswith(key)})
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UnknownName(f"`{words}` could be several {kind}s", hint=f"one of: {', '.join(begun)}")
    near = _nearest(key, list(names))
    if near:
        hint = f"did you mean `{near}`? a word of your own goes in quotes: --{kind} '\"{words}\"'"
        raise UnknownName(f"no {kind} is called `{words}`", hint=hint)
    return _own(words, kind)


def _own(words: str, kind: str) -> str:
    if len(words) > LONGEST:
        raise UsageError(f"a {kind} of your own has at most {LONGEST} characters", hint="put more into the prompt")
    return re.sub('["“”]', "'", words)


def _resolve_language(given: str, before: str) -> str:
    if not given.strip():
        return before
    return "" if _key(given) in OFF else languages.resolve(strip_controls(given))


def _key(words: str) -> str:
    """What names are compared by: width, case, hyphens and a last 的 make no difference."""
    folded = unicodedata.normalize("NFKC", words).casefold()
    return " ".join(re.split(r"[\s_-]+", folded.strip())).removesuffix("的")


@lru_cache(maxsize=4)
def _names(known: tuple[Dial, ...]) -> dict[str, str]:
    """The English name, by every name as `_key` has it."""
    from grimoire.hanzi import SIMPLIFIED, TRADITIONAL

    table = str.maketrans(SIMPLIFIED, TRADITIONAL[: len(SIMPLIFIED)]) | _ALSO
    every = [(name, dial.english) for dial in known for name in (dial.english, dial.chinese)]
    every += [(dial.chinese.translate(table), dial.english) for dial in known]
    return {_key(name): english for name, english in every}


def _nearest(key: str, names: Sequence[str]) -> str:
    """The name that a single word is a slip of the hand away from, or "".

    One edit, two from seven letters on; of Chinese one from three characters on, since those of two are alike anyway.
    `informal` is no slip of `formal`.
    """
    from rapidfuzz.distance import OSA

    if " " in key:
        return ""
    allowed = len(key) // 3 if _HAN.search(key) else 1 + (len(key) > 6)  # noqa: PLR2004  # see above
    measured = [(OSA.distance(key, name, score_cutoff=2), name) for name in names]
    slips = [(far, name) for far, name in measured if far <= min(allowed, 2) and not key.endswith(name)]
    return min(slips, default=(0, ""))[1]


def _chinese_of(name: str) -> str:
    return next((dial.chinese for dial in (*TONES, *STYLES) if dial.english == name), "")


def _in_english(tone: str, style: str, answer_in: str) -> str:
    asked = [f"{_quoted(tone)} tone"] if tone else []
    asked += [f"{_quoted(style)} writing style"] if style else []
    asked += [f"{languages.name_in(answer_in, 'en')} language"] if answer_in else []
    return f"Please write in {', '.join(asked)}."


def _quoted(name: str) -> str:
    """One word stands as it is; more of them, or Chinese, would not read as one adjective."""
    return name if _chinese_of(name) or (name.isascii() and " " not in name) else f'"{name}"'


def _in_chinese(tone: str, style: str, answer_in: str) -> str:
    asked = [f"{_adjective(tone)}语气"] if tone else []
    asked += [f"{_adjective(style)}写作风格"] if style else []
    manner = "、".join(asked)
    if not answer_in:
        return f"请用{manner}作答。"
    spoken = f"请用{languages.name_in(answer_in, 'zh')}作答"
    return f"{spoken}，采用{manner}。" if manner else f"{spoken}。"


def _adjective(name: str) -> str:
    """As an attribute in Chinese; words of another script are set off."""
    chinese = _chinese_of(name) or name
    return f"{chinese.removesuffix('的')}的" if _HAN.search(chinese) else f"“{chinese}”的"
