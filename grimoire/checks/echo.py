"""Standing check: the answer is not the incantation, a piece of it, or the input, given back.

Texts are compared by their letters and digits alone, case ignored:

- likeness is the normalised Indel similarity (2·LCS / total length) of `rapidfuzz`, of at most 3,000 characters each.
  0.9 (`NEAR`) is an echo: of the incantation, of an input of 40 letters or more, and of an input that was to be changed
  and comes back among headings, lists and tables about it. A shorter input counts only when it is the whole answer. A
  source that stands whole in the answer, once or more, with a quarter of its length around it, is an echo too;
- a piece of the template of 24 letters, or of 12 Chinese characters, is no answer, nor is its last line, from 8 letters
  on; words taken out of the user's text (a quotation, a key sentence) are one, and so is what the prompt says to choose
  or to reply;
- where the prompt asks for a rewrite, a summary or a translation (`job`), an input of 150 letters (66 Chinese
  characters) must come back changed: a likeness of 0.8 is too much (honest light rewrites have 0.6), and so are windows
  of 16 letters (7 characters), wherever they stand, of which 45 % of the input's are in the answer, and half of the
  answer's in the input (honest rewrites and summaries: up to 20 % of the input's). An answer that quotes all of the
  input and goes on for more than a quarter of it is none;
- where the prompt asks for corrections, layout or word-for-word copies, and for no rewrite, the input may come back.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from grimoire.checks.echo_jobs import job, may_repeat
from grimoire.checks.in_lines import ByLine
from grimoire.checks.prose import outside_code, spoken
from grimoire.checks.reason import quote, result
from grimoire.checks.width import is_wide
from grimoire.expression import Expression
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

NEAR = 0.9
NEAR_CHANGED = 0.8
AROUND = 1.25
ROUNDING = 1e-6
LONGEST = 3_000
LONG_INPUT = 40
PIECE = 24
SENTENCE_ZH = 12
LAST_LINE = 8
TINY = 4
A_TEXT = 100
TO_CHANGE = 150
COPIED_IN, COPIED_OUT = 0.45, 0.5
SHORT_ANSWER = 600
PROBES = 16
ENOUGH_PROBES = 3
WINDOWS = 40
WINDOW, WINDOW_WIDE = 16, 7

_LABEL = Expression(r"\A\W*\w{1,10}[ \t*_]{0,3}[:：]")
_NO_PARAGRAPH = Expression(r"^[ \t]*(?:#{1,6}[ \t]|[|>]|[-*+•][ \t]|\d{1,3}[.、)]).*$", re.MULTILINE)
_NO_TEXT = Expression(r"^[ \t]*(?:#{1,6}[ \t]|[|>]).*$", re.MULTILINE)
_NOISE = Expression(r"[\W_]+")
_NOISE_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())
_RUN = Expression(r"[^\W_](?:[^\W_]| (?! )){4,}")


class Echo:
    """The answer says something that was not sent."""

    name = "echo"
    version = 2
    should = False

    def judge(self, exchange: Exchange) -> CheckResult:
        answer = spoken(exchange.answer.text)
        if not _worth_comparing(answer, exchange.incantation, exchange.text):
            return result(self, "passed", f"{len(answer)} characters, which share little with what was sent")
        letters, sent, given = bare(answer), bare(exchange.incantation), bare(exchange.text)
        if len(letters) < TINY:
            return result(self, "passed", f"{len(letters)} letters, too few to be an echo")
        work = job(exchange.incantation, exchange.text)
        whole = work == "keep" or len(sent) < LONG_INPUT  # a text to be kept may be nearly all of the incantation
        if (likeness := alike(letters, sent, 1.0 if whole else NEAR)) > 0:
            return result(self, "failed", f"{likeness:.0%} the same as the incantation: {quote(answer)}")
        if work != "keep" and (why := _repeats_input(answer, letters, given, changed=work == "change")):
            return result(self, "failed", why)
        piece = (
            are_pieces(answer, sent, given)
            or is_piece(letters, sent, given, keeps=work == "keep")
            or is_last_line(letters, exchange.incantation, given)
        )
        if piece and not all(may_repeat(exchange.incantation, line) for line in answer.strip().split("\n")):
            return result(self, "failed", f"a piece of the incantation: {quote(answer)}")
        return result(self, "passed", f"{len(letters)} letters, neither the {len(sent)} sent nor a piece of them")


@lru_cache(maxsize=256)
def bare(text: str) -> str:
    """Letters and digits alone, case ignored."""
    if text.isascii():
        return text.lower().encode().translate(None, _NOISE_ASCII).decode()
    return _NOISE.sub("", text.casefold())


def alike(answer: str, source: str, near: float = NEAR) -> float:
    """How much of both texts is the same, from 0 to 1; 0 where it is less than `near`.

    A source that stands whole in the answer, once or more, with a quarter of its length around it counts as the same.
    """
    if len(source) < TINY:
        return 0.0
    if len(source) >= LONG_INPUT and source in answer and len(answer.replace(source, "")) <= len(source) * (AROUND - 1):
        return 1.0
    if not near / (2 - near) <= len(answer) / len(source) <= (2 - near) / near:  # beyond these it cannot be near
        return 0.0
    if _most_alike(answer[:LONGEST], source[:LONGEST]) < near - ROUNDING:
        return 0.0
    from rapidfuzz.distance import Indel

    head = Indel.normalized_similarity(answer[:LONGEST], source[:LONGEST], score_cutoff=near)
    if len(answer) <= LONGEST:
        return head
    return min(head, Indel.normalized_similarity(answer[-LONGEST:], source[-LONGEST:], score_cutoff=near))


def _most_alike(one: str, other: str) -> float:
    """As much of both texts as could be the same if their letters were in the same order."""
    return 2 * (Counter(one) & Counter(other)).total() / (len(one) + len(other))


def paragraphs(text: str) -> str:
    """The text without headings, tables, lists, quotations and code."""
    return _NO_PARAGRAPH.sub("", outside_code(text)).strip()


def is_copy(answer: str, given: str) -> bool:
    """Whether nine tenths of a text of some length stand in the answer, in order, with hardly anything else."""
    if len(given) < A_TEXT or not 1 / AROUND < len(answer) / len(given) < AROUND:  # as above
        return False
    from rapidfuzz.distance import LCSseq

    return LCSseq.similarity(answer[:LONGEST], given[:LONGEST]) >= NEAR * min(len(given), LONGEST)


def copied(answer: str, given: str) -> tuple[float, float]:
    """How much of the input stands word for word in the answer, and how much of the answer in the input, from 0 to 1.

    Measured on at most 40 windows of each, of 16 letters or 7 Chinese characters, wherever they stand in the other.
    """
    size = WINDOW_WIDE if is_wide(given) else WINDOW
    return _share(_windows(given, size), answer), _share(_windows(answer, size), given)


def is_piece(answer: str, sent: str, given: str, *, keeps: bool = False) -> bool:
    """Whether the answer was cut out of the incantation, or is nearly its end, and not cut out of the user's text."""
    if answer in given:
        return False
    if len(answer) < PIECE:
        return len(answer) >= SENTENCE_ZH and is_wide(answer) and answer in sent
    return answer in sent or (not keeps and alike(answer, sent[-len(answer) :]) >= NEAR)


def are_pieces(answer: str, sent: str, given: str) -> bool:
    """Whether each of several different lines of the answer stands in the incantation, and not all in the input."""
    if len(answer) > SHORT_ANSWER:
        return False
    lines: set[str] = set()
    for part in answer.split("\n"):
        if (line := bare(part)) not in sent:
            return False
        lines.add(line)
    lines.discard("")
    if len(lines) < 2 or sum(map(len, lines)) < SENTENCE_ZH:  # noqa: PLR2004  # one line is a piece
        return False
    return not all(line in given for line in lines)


def is_last_line(answer: str, incantation: str, given: str) -> bool:
    """Whether the answer is the last line of the incantation, which is not the user's."""
    *_, last = incantation.rstrip().rsplit("\n", 1)
    return len(answer) >= LAST_LINE and answer not in given and answer == bare(last)


def _repeats_input(answer: str, letters: str, given: str, *, changed: bool) -> str:
    """Why the answer is the input, given back; empty where it is not. `changed`: the prompt asks to change it."""
    long = changed and len(given) * (WINDOW / WINDOW_WIDE if is_wide(given) else 1) >= TO_CHANGE
    if likeness := alike(letters, given, 1.0 if len(given) < LONG_INPUT else NEAR_CHANGED if long else NEAR):
        return f"{likeness:.0%} the same as the input: {quote(answer)}"
    if len(given) >= TINY and bare(_LABEL.sub("", answer)) == given:
        return f"the input with a label: {quote(answer)}"
    if is_copy(bare(paragraphs(answer)), given):
        return f"the input, nearly unchanged: {quote(paragraphs(answer))}"
    if long:
        within, out = copied(bare(_NO_TEXT.sub("", outside_code(answer))), given)
        if within >= COPIED_IN and out >= (1 / AROUND if within > NEAR else COPIED_OUT):
            return f"{within:.0%} of the input word for word, though it was to be changed: {quote(answer)}"
    return ""


def _worth_comparing(answer: str, incantation: str, text: str) -> bool:
    """Whether the answer is short, or shares a few of the probes taken from what was sent, or they share its own."""
    if len(answer) <= SHORT_ANSWER:
        return True
    low = answer.lower()
    if any(sum(probe in low for probe in _probes(source)) >= ENOUGH_PROBES for source in (incantation, text)):
        return True
    sent = incantation.lower()
    return any(
        run[0].lower()[:WINDOW] in sent for at in (0.2, 0.5, 0.8) if (run := _RUN.search(answer, int(at * len(answer))))
    )


@lru_cache(maxsize=256)
def _probes(source: str) -> tuple[str, ...]:
    """Up to 16 short runs of words, evenly taken from the text, in lower case."""
    size = WINDOW_WIDE if is_wide(source) else WINDOW
    runs = list(chain.from_iterable(_RUNS.of(source)))
    return tuple([run[:size].lower() for run in runs[:: max(1, len(runs) // PROBES)][:PROBES]])


def _read_runs(line: str) -> tuple[str, ...]:
    """The beginning of each run of words of a line; none goes beyond its end."""
    return tuple([run[:WINDOW] for run in _RUN.findall(line)])


_RUNS = ByLine(_read_runs)


def _windows(text: str, size: int) -> list[str]:
    step = max(size, len(text) // WINDOWS)
    return [text[at : at + size] for at in range(0, len(text) - size + 1, step)]


def _share(windows: Sequence[str], text: str) -> float:
    return sum(window in text for window in windows) / len(windows) if windows else 0.0
