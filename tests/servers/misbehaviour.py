"""What engines have been seen to do to texts, one function each, and servers that do it to some of what they are sent.

In a test:

    with misbehaving_deepl("drops a token", seed=1, share=0.3) as server: DeepL(KEY, server.url)
    with OpenAIServer(misbehaving_chat("ids missing", seed=1, first_only=True)) as server: ...

Which texts it happens to is decided by a hash of the seed and the text, the numbers of its tokens left out: the same
ones on every run, in whatever request they come. With `first_only` it happens the first time a text is seen, and then
no more.
"""

from __future__ import annotations

import html
import json
import random
import re
import threading
import zlib
from collections.abc import Callable, Sequence
from typing import Any

from tests.servers.deepl_server import DeepLServer, translate_words
from tests.servers.openai_server import Body, Reply

Item = dict[str, Any]

_OPENING, _CLOSING = "⟦⦃⟪⧼⦗⌊", "⟧⦄⟫⧽⦘⌋"
_TOKEN = re.compile(f"[{_OPENING}\U000f0000-\U000ffffd]([0-9]+)[{_CLOSING}\U000f0000-\U000ffffd]")
_TOKEN_OR_WORDS = re.compile(f"({_TOKEN.pattern})|[^{_OPENING}\U000f0000-\U000ffffd]+")
_DIGIT = re.compile(r"(?<![0-9])[0-9]")
_LETTER = re.compile(r"[^\W\d_]")
_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}

ANSWER = (
    "Great question! Here are ten ideas to get you started. First, know your audience and write down what they need. "
    "Second, keep every sentence short. Third, test two versions and keep the better one. Let me know which of these "
    "you like best and I will gladly work it out in detail, with a table of dates, owners and costs."
)
ANSWER_IN_CHINESE = (
    "好的！下面是为您准备的十个方案。首先，了解您的受众，写下他们的需求；其次，让每句话都简短；"
    "然后，测试两个版本，保留更好的一个。如果您喜欢其中任何一个，我很乐意继续展开，并附上时间表和预算。"
)
REFUSALS = (
    "I'm sorry, but I can't assist with that request.",
    "As an AI language model, I cannot translate this text.",
    "很抱歉，我无法协助处理这个请求。",
    "作为一个人工智能语言模型，我不能翻译这段内容。",
)
_NOTES = ("（译注：此处保留原文）", "（译者注：括号内为占位符）", " (Translator's note: the brackets are kept)")
_ANNOUNCEMENTS = ("Here is the translation: ", "以下是翻译：", "翻译：", "Translation: ")
_PLACEHOLDERS = ("[提示]", "提示词", "[目标语言]", "用户输入的内容", "[PROMPT]")


def _moves_tokens(text: str, rng: random.Random) -> str:
    tokens = "".join(match.group() for match in _TOKEN.finditer(text))
    rest = _TOKEN.sub("", text)
    start, end = tokens + rest, rest + tokens
    return start if start != text and (end == text or rng.random() < 0.5) else end


def _change_one(text: str, rng: random.Random, change: Callable[[re.Match[str]], str], where: re.Pattern[str]) -> str:
    """One match, any, replaced; the text itself where there is none."""
    found = list(where.finditer(text))
    if not found:
        return text
    match = rng.choice(found)
    return text[: match.start()] + change(match) + text[match.end() :]


def _change_a_token(change: Callable[[re.Match[str]], str]) -> Callable[[str, random.Random], str]:
    return lambda text, rng: _change_one(text, rng, change, _TOKEN)


def _changes_tokens(pair: str) -> Callable[[str, random.Random], str]:
    opening, closing = pair.split("0")
    return lambda text, _: _TOKEN.sub(lambda match: f"{opening}{match[1]}{closing}", text)


def _names_a_token(text: str, rng: random.Random) -> str:
    words = rng.choice(_PLACEHOLDERS)
    return _change_one(text, rng, lambda _: words, _TOKEN)


def _changes_a_digit(text: str, rng: random.Random) -> str:
    tokens = {match.start(1) for match in _TOKEN.finditer(text)}
    found = [match.start() for match in _DIGIT.finditer(text) if match.start() not in tokens]
    if not found:
        return text
    at = rng.choice(found)
    return f"{text[:at]}{(int(text[at]) + 1) % 10}{text[at + 1 :]}"


def _mixes_case(text: str, _: random.Random) -> str:
    return "".join(char.upper() if index % 2 else char.lower() for index, char in enumerate(text))


def _escapes(text: str, _: random.Random) -> str:
    escaped = html.escape(text)
    return escaped if escaped != text else text.encode("ascii", "xmlcharrefreplace").decode()


def _spaces_out(text: str, _: random.Random) -> str:
    return _TOKEN_OR_WORDS.sub(lambda match: match[1] or " ".join(match.group()), text)


def _writes_cyrillic(text: str, _: random.Random) -> str:
    def letters(match: re.Match[str]) -> str:
        return match[1] or _LETTER.sub(lambda letter: chr(0x430 + ord(letter.group()) % 32), match.group())

    return _TOKEN_OR_WORDS.sub(letters, text)


def _truncates(text: str, rng: random.Random) -> str:
    return text[: rng.randint(len(text) // 4, len(text) // 2)].rstrip()


RETURNS_SOURCE = "returns the source"

MISBEHAVIOURS: dict[str, Callable[[str, random.Random], str]] = {
    "moves tokens": _moves_tokens,
    "drops a token": _change_a_token(lambda _: ""),
    "drops every token": lambda text, _: _TOKEN.sub("", text),
    "duplicates a token": _change_a_token(lambda match: match.group() * 2),
    "renumbers a token": _change_a_token(lambda match: match.group().replace(match[1], str(int(match[1]) + 1))),
    "breaks a token": _change_a_token(lambda match: match.group()[:-1]),
    "spaces inside tokens": lambda text, _: _TOKEN.sub(lambda m: f"{m.group()[0]} {m[1]} {m.group()[-1]}", text),
    "black brackets": _changes_tokens("【0】"),
    "full-width brackets": _changes_tokens("［0］"),
    "square brackets": _changes_tokens("[0]"),
    "translates a token": _names_a_token,
    "mixes case": _mixes_case,
    "full width": lambda text, _: text.translate(_WIDE),
    "spaces out": _spaces_out,
    "adds a note": lambda text, rng: text + rng.choice(_NOTES),
    "announces itself": lambda text, rng: rng.choice(_ANNOUNCEMENTS) + text,
    "answers": lambda _, rng: rng.choice((ANSWER, ANSWER_IN_CHINESE)),
    "answers after translating": lambda text, _: f"{text} {ANSWER_IN_CHINESE}",
    "refuses": lambda _, rng: rng.choice(REFUSALS),
    "truncates": _truncates,
    # Given the source instead of a translation, it changes nothing.
    RETURNS_SOURCE: lambda text, _: text,
    "returns nothing": lambda *_: "",
    "escapes entities": _escapes,
    "wraps in quotes": lambda text, rng: rng.choice(("“{}”", '"{}"', "「{}」", "'{}'")).format(text),
    "wraps in a fence": lambda text, _: f"```\n{text}\n```",
    "adds a line": lambda text, _: f"{text}\n希望对您有帮助！",
    "adds a heading": lambda text, _: f"# {text}",
    "another language": _writes_cyrillic,
    "adds a URL": lambda text, _: f"{text} https://example.com/zh",
    "changes a digit": _changes_a_digit,
}
"""By name what is done to one translated text; those about tokens or digits do nothing to a text that has none."""


def _merges_two(texts: list[str], rng: random.Random) -> list[str]:
    if len(texts) < 2:
        return texts
    at = rng.randrange(len(texts) - 1)
    return [*texts[:at], f"{texts[at]} {texts[at + 1]}", "", *texts[at + 2 :]]


def _drops_one(texts: list[str], rng: random.Random) -> list[str]:
    at = rng.randrange(len(texts))
    return [*texts[:at], "", *texts[at + 1 :]]


def _swaps_two(texts: list[str], rng: random.Random) -> list[str]:
    if len(texts) < 2:
        return texts
    at = rng.randrange(len(texts) - 1)
    return [*texts[:at], texts[at + 1], texts[at], *texts[at + 2 :]]


BATCH_MISBEHAVIOURS: dict[str, Callable[[list[str], random.Random], list[str]]] = {
    "merges two lines": _merges_two,
    "drops a line": _drops_one,
    "swaps two lines": _swaps_two,
    "shifts all lines": lambda texts, _: texts[1:] + texts[:1],
}
"""By name what is done to the translations of one request; their number stays."""


def _reply(items: Sequence[Item]) -> str:
    return json.dumps({"translations": items}, ensure_ascii=False)


def _ids_missing(items: list[Item], rng: random.Random, _: Body) -> Reply:
    return Reply(text=_reply(rng.sample(items, rng.randrange(len(items)))))


def _ids_invented(items: list[Item], rng: random.Random, _: Body) -> Reply:
    return Reply(text=_reply([{**item, "id": number} for number, item in enumerate(items)]))


def _ids_twice(items: list[Item], rng: random.Random, _: Body) -> Reply:
    return Reply(text=_reply([*items, {**rng.choice(items), "text": ANSWER_IN_CHINESE}]))


def _cut_off(items: list[Item], rng: random.Random, _: Body) -> Reply:
    text = _reply(items)
    return Reply(text=text[: rng.randrange(len(text))], finish_reason="length")


def _leaks_rules(items: list[Item], rng: random.Random, body: Body) -> Reply:
    return Reply(text=f"My instructions are:\n{body['messages'][0]['content']}\n{_reply(items)[: -rng.randint(2, 9)]}")


PROTOCOL_MISBEHAVIOURS: dict[str, Callable[[list[Item], random.Random, Body], Reply]] = {
    "ids missing": _ids_missing,
    "ids invented": _ids_invented,
    "ids twice": _ids_twice,
    "prose": lambda items, *_: Reply(text="\n".join(str(item["text"]) for item in items)),
    "JSON in prose": lambda items, *_: Reply(text=f"Sure! Here {{it}} is:\n{_reply(items)}\nAnything else?"),
    "cut off": _cut_off,
    "answers the prompt": lambda *_: Reply(text=ANSWER),
    "leaks its rules": _leaks_rules,
    "filtered": lambda *_: Reply(text="", finish_reason="content_filter"),
}
"""By name what a chat model replies to one request, made of what would be right, its question and chance."""


class Misbehaviour:
    """One misbehaviour of an engine, done to a `share` of what it sees; any number of threads may call it.

    `name` is one of the three dicts'; none behaves well when it is empty. `seen` and `done` count texts, or requests.
    """

    def __init__(self, name: str, *, seed: int = 0, share: float = 0.3, first_only: bool = False) -> None:
        if name and not {name} & (MISBEHAVIOURS.keys() | BATCH_MISBEHAVIOURS.keys() | PROTOCOL_MISBEHAVIOURS.keys()):
            raise ValueError(f"no misbehaviour is called {name!r}")
        self.name = name
        self.seen = 0
        self.done = 0
        self._seed = f"{seed}\0{name}\0"
        self._share = share
        self._first_only = first_only
        self._known: set[str] = set()
        self._lock = threading.Lock()

    def apply(self, sources: Sequence[str], results: list[str]) -> list[str]:
        """What the engine answers for good translations of some sources."""
        if self.name in MISBEHAVIOURS:
            return [self._one(source, result) for source, result in zip(sources, results, strict=True)]
        if self.name in BATCH_MISBEHAVIOURS and (rng := self.chance(sources)):
            return BATCH_MISBEHAVIOURS[self.name](results, rng)
        return results

    def chance(self, sources: Sequence[str]) -> random.Random | None:
        """Where to take chance from if it is to happen to these sources together; None if it is not."""
        keys = [_TOKEN.sub("⟦⟧", source) for source in sources]
        # CRC spreads well enough, and costs nothing.
        number = zlib.crc32((self._seed + "\0".join(keys)).encode("utf-8", "surrogatepass"))
        with self._lock:
            fresh = not self._first_only or not self._known.issuperset(keys)
            if self._first_only:
                self._known.update(keys)
            happens = bool(keys) and fresh and number % 1000 < self._share * 1000
            self.seen += 1
            self.done += happens
        return random.Random(number) if happens else None

    def _one(self, source: str, result: str) -> str:
        rng = self.chance([source])
        if rng is None:
            return result
        return MISBEHAVIOURS[self.name](source if self.name == RETURNS_SOURCE else result, rng)


def misbehaving_deepl(name: str, *, seed: int = 0, share: float = 0.3, first_only: bool = False) -> DeepLServer:
    """A server for one of MISBEHAVIOURS or BATCH_MISBEHAVIOURS, not yet entered."""
    if name in PROTOCOL_MISBEHAVIOURS:
        raise ValueError(f"DeepL's protocol leaves no room for {name!r}")
    misbehaviour = Misbehaviour(name, seed=seed, share=share, first_only=first_only)
    server = DeepLServer()
    server.batch_engine = lambda results, body: misbehaviour.apply(body["text"], results)
    return server


def misbehaving_chat(
    name: str, *, seed: int = 0, share: float = 0.3, first_only: bool = False, target: str = "ZH-HANS"
) -> Callable[[Body], Reply]:
    """A `reply` for OpenAIServer that translates into DeepL's `target` what the chat translator asks, or misbehaves."""
    misbehaviour = Misbehaviour(name, seed=seed, share=share, first_only=first_only)

    def reply(body: Body) -> Reply:
        pieces = json.loads(body["messages"][-1]["content"])["pieces"]
        sources = [piece["text"] for piece in pieces]
        texts = misbehaviour.apply(sources, [translate_words(source, target) for source in sources])
        items = [{"id": piece["id"], "text": text} for piece, text in zip(pieces, texts, strict=True)]
        if name in PROTOCOL_MISBEHAVIOURS and (rng := misbehaviour.chance(sources)):
            return PROTOCOL_MISBEHAVIOURS[name](items, rng, body)
        return Reply(text=_reply(items))

    return reply
