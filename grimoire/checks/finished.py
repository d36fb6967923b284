"""Standing check: the answer is whole.

A service that says `length` or `content_filter` is believed. One that says `stop`, or nothing, is not: services report
`stop` for answers they cut, and an answer copied from a web page has no reason at all. So the text's own end is read,
whatever the service says:

- the model's own words that it left the rest out: "(to be continued)", "未完待续", "the rest of the table is omitted",
  "回复“继续”获取剩余部分", a row or item of dots. A cliffhanger that the prompt asked for is none;
- a code block, or a JSON value, that is never closed;
- an end on which no text ends (see `ending`): a broken row, a bare number, a colon that announces something, a heading
  with nothing under it, an open bracket, a comma or a conjunction, a sentence without its end in a text of sentences.

What makes it precise: lists, titles, verse, forms and slogans need no full stop, so the last sentence counts only where
three sentences before it (`ENOUGH`) were ended, every other paragraph of several sentences ends in a mark, and the rest
has five words or seven Chinese characters (`WORDS`); a sign-off, an address or a hashtag is no sentence. A single line
of 90 characters (30 Chinese ones) is taken for running text. Where the service says `stop`, a code block that is never
closed counts only if its code is open too or others were closed, and a comma only in a text of sentences. Dots after a
whole sentence end stories. Of cuts at random places, tables and code included, this finds a little under half.
"""

from __future__ import annotations

from grimoire.checks.ending import SIGNS, Ending, ending
from grimoire.checks.left_out import left_out
from grimoire.checks.prose import open_fence, spoken
from grimoire.checks.reason import quote, result
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

_JSON = Expression(r"\s*[\[{]\s*[\"\[{]")
_OPEN_CODE = Expression(r"(?:[,(\[{=:+*/\\]|->|&&|\|\||\b(?:and|or|in|return|import|def|class))\s*\Z")
_STRINGS = Expression(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')


class Finished:
    """Not cut off, by the service or by the model."""

    name = "finished"
    version = 2
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        reason, text = exchange.answer.finish_reason, exchange.answer.text
        if reason == "length":
            return result(self, "failed", f"cut off by length after {len(text)} characters, at {quote(text[-30:])}")
        if reason == "content_filter":
            return result(self, "failed", f"cut off by the service's content filter after {len(text)} characters")
        if why := left_open(spoken(text), exchange.incantation, sure=reason == "unknown"):
            return result(self, "failed", f"{why}: {quote(text.rstrip()[-60:])}")
        said = "not said why it stopped" if reason == "unknown" else f"finish reason {reason}"
        return result(self, "passed", f"{said}, nothing is left open, {len(text)} characters")


def left_open(text: str, incantation: str, *, sure: bool) -> str:
    """How the text is left open, or what the model left out; empty for neither. `sure`: no service says it ended."""
    if why := _open_code(text, sure=sure):
        return why
    end = ending(text, sure=sure)
    return _open_text(end, incantation) if end else ""


def _open_text(end: Ending, incantation: str) -> str:
    """What is left open at the end, or left out by the model; empty for nothing."""
    if end.last.startswith(("```", "~~~")):
        return ""
    if left_out(end.lines, incantation):
        return "the model left the rest out"
    return next((why for why, sign in SIGNS.items() if sign(end)), "")


def _open_code(text: str, *, sure: bool) -> str:
    """What of a code block or a JSON value is never closed; where it is not `sure`, another sign of it is needed."""
    if ("```" in text or "~~~" in text) and (line := open_fence(text)):
        code = text[text.rfind(line) + len(line) :]
        another = text.count("```") > 2 or open_brackets(code) or _OPEN_CODE.search(code[-40:])  # noqa: PLR2004  # one block
        return "a code block is never closed" if sure or another else ""
    return "JSON that is never closed" if _JSON.match(text) and open_brackets(text) else ""


def open_brackets(code: str) -> bool:
    """Whether more brackets are opened than closed, those within quotation marks on one line left out."""
    bare = _STRINGS.sub("", code)
    return any(bare.count(opener) > bare.count(closer) for opener, closer in ("()", "[]", "{}"))
