"""What the torturing server sends: answers whole, and the ways in which services fail, as bytes with pauses between.

All of it is pure. A `Script` is one reply; `Faults` draws one for each request, by a seeded generator.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any, Literal, NamedTuple

Step = tuple[float, bytes]
"""Seconds to let pass, then bytes to send."""

FIRST, READ, TOTAL = 1.5, 1.0, 4.0
"""The time-outs, in seconds, that the tortured process is given; a machine under load must not reach them."""
SHORT, LONG = 0.06, 20.0
"""Stalls: one that is within every time-out, and one that is beyond all of them."""

_END = b"0\r\n\r\n"


class Script(NamedTuple):
    """One reply. `answers` says that its last step completes an answer, `retry_after` what it told of that, in s."""

    steps: tuple[Step, ...]
    end: Literal["keep", "close", "reset"] = "keep"
    answers: bool = False
    retry_after: float = 0.0


Write = Callable[[str, bool], Script]
"""From the text to answer with, and whether the request wants a stream."""


def whole(text: str, stream: bool, *, finish: str = "stop", usage: bool = True, pause: float = 0.0) -> Script:
    """An answer as it should be, with a pause before its first byte and one in the middle of it."""
    if not stream:
        body = _json(_completion(text, finish, usage=usage))
        head = _head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        return Script(((pause, head + body[:40]), (pause, body[40:])) if pause else ((0.0, head + body),), answers=True)
    events = [*_events(text, finish, usage=usage), b"data: [DONE]\n\n"]
    middle = len(events) // 2
    before, after = _chunked(*events[:middle]), _chunked(*events[middle:]) + _END
    return Script(((pause, _stream_head() + before), (pause, after)), answers=True)


def with_comments(text: str, stream: bool) -> Script:
    """Comments between the events of a stream, as services send to keep a connection alive."""
    if not stream:
        return whole(text, stream, usage=False)
    events = [b": still here\n\n" + event for event in _events(text, "stop", usage=True)]
    return Script(((0.0, _stream_head() + _chunked(*events, b"data: [DONE]\n\n") + _END),), answers=True)


def without_done(text: str, stream: bool) -> Script:
    """A stream that ends properly but for its last word."""
    if not stream:
        return whole(text, stream, finish="brilliance")
    return Script(((0.0, _stream_head() + _chunked(*_events(text, "stop", usage=True)) + _END),), answers=True)


def status(code: int, retry_after: float = 0.0, *, date: bool = False) -> Write:
    """An error with its object, and with Retry-After as a number or as a date where there is one."""

    def write(text: str, stream: bool) -> Script:
        body = _json({"error": {"message": f"torture: {code}", "type": "server_error", "code": None}})
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        wait = retry_after
        if date:
            until = int(time.time() + retry_after) + 1
            headers["Retry-After"], wait = formatdate(until, usegmt=True), until - time.time()
        elif wait:
            headers["Retry-After"] = f"{wait:g}"
        return Script(((0.0, _head(code, headers) + body),), retry_after=wait)

    return write


def redirect(text: str, stream: bool) -> Script:
    """To a host that must never see the key."""
    head = _head(307, {"Location": "http://127.0.0.2:9/v1/chat/completions", "Content-Length": "0"})
    return Script(((0.0, head),))


def page(text: str, stream: bool) -> Script:
    """HTML with status 200, as a proxy's sign-in page is."""
    body = b"<!doctype html><title>Sign in</title><p>" + text.encode()
    return Script(((0.0, _head(200, {"Content-Type": "text/html", "Content-Length": str(len(body))}) + body),))


def truncated(text: str, stream: bool) -> Script:
    """JSON that ends too early in a body that is as long as it says."""
    body = _json(_completion(text, "stop", usage=True))[:-25]
    head = _head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
    return Script(((0.0, head + body),))


def no_choices(text: str, stream: bool) -> Script:
    """An answer, or a stream, that holds none."""
    if stream:
        return Script(((0.0, _stream_head() + _chunked(b"data: [DONE]\n\n") + _END),))
    body = _json(_completion(text, "stop", usage=True) | {"choices": []})
    return Script(((0.0, _head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))}) + body),))


def error_inside(text: str, stream: bool) -> Script:
    """An error object with status 200; in a stream, after half of the answer."""
    error = {"error": {"message": "torture: overloaded", "type": "server_error", "code": 500}}
    if not stream:
        body = _json(error)
        head = _head(200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        return Script(((0.0, head + body),))
    events = _events(text, "stop", usage=True)
    sent = _chunked(*events[: len(events) // 2], b"data: " + _json(error) + b"\n\n")
    return Script(((0.0, _stream_head() + sent + _END),))


def broken_off(where: Literal["before", "head", "body"], end: Literal["close", "reset"]) -> Write:
    """The connection ends before the answer does."""

    def write(text: str, stream: bool) -> Script:
        sent = b"".join(data for _, data in whole(text, stream).steps)
        cut = {"before": 0, "head": 20, "body": sent.index(b"\r\n\r\n") + len(sent) // 3}[where]
        return Script(((0.0, sent[:cut]), (0.005, b"")), end=end)

    return write


def stalled(where: Literal["before", "body"]) -> Write:
    """Nothing more comes for longer than anybody waits."""

    def write(text: str, stream: bool) -> Script:
        sent = b"".join(data for _, data in whole(text, stream).steps)
        cut = 0 if where == "before" else sent.index(b"\r\n\r\n") + len(sent) // 3
        return Script(((0.0, sent[:cut]), (LONG, b"")), end="close")

    return write


GOOD: Mapping[str, Write] = {
    "whole": whole,
    "short stalls": lambda text, stream: whole(text, stream, pause=SHORT),
    "no usage": lambda text, stream: whole(text, stream, usage=False),
    "unknown finish reason": lambda text, stream: whole(text, stream, finish="brilliance"),
    "comments": with_comments,
    "no [DONE]": without_done,
}
"""Answers that are to be accepted; all but the first have something odd."""

# The numbers are weights: what costs a whole time-out, a pause or a cell's chance in this run comes less often.
BAD: Mapping[str, tuple[float, Write]] = {
    "429": (3, status(429)),
    "429 for 0.2 s": (1, status(429, 0.2)),
    "429 for 1 s": (0.4, status(429, 1)),
    "429 until a date": (0.2, status(429, 1, date=True)),
    "503 for 1 s": (0.2, status(503, 1)),
    "500": (3, status(500)),
    "502": (2, status(502)),
    "503": (2, status(503)),
    "504": (2, status(504)),
    "529": (2, status(529)),
    "408": (1, status(408)),
    "409": (0.3, status(409)),
    "422": (0.3, status(422)),
    "redirect": (0.3, redirect),
    "HTML": (2, page),
    "truncated JSON": (2, truncated),
    "no choices": (2, no_choices),
    "error inside": (2, error_inside),
    "reset before": (2, broken_off("before", "reset")),
    "closed before": (2, broken_off("before", "close")),
    "reset in the head": (2, broken_off("head", "reset")),
    "closed in the head": (2, broken_off("head", "close")),
    "reset in the body": (2, broken_off("body", "reset")),
    "closed in the body": (2, broken_off("body", "close")),
    "stall before": (0.3, stalled("before")),
    "stall in the body": (0.3, stalled("body")),
}
"""Ways to fail, by name; none of them is an answer."""
QUICK: Mapping[str, tuple[float, Write]] = {name: BAD[name] for name in ("429 for 0.2 s", "500", "reset in the body")}
"""Some that take no time of anybody's."""


class Faults:
    """Draws replies: of every request a share fails, in one of the ways there are."""

    def __init__(
        self, seed: int, share: float = 0.25, bad: Mapping[str, tuple[float, Write]] = BAD, slowest: float = 0.06
    ) -> None:
        self._random = random.Random(seed)
        self._share = share
        self._bad = bad
        self._slowest = slowest

    def draw(self) -> tuple[str, Write]:
        """The name of a reply, and the reply."""
        if self._random.random() < self._share:
            name = self._random.choices([*self._bad], [weight for weight, _ in self._bad.values()])[0]
            return name, self._bad[name][1]
        name = self._random.choices([*GOOD], [10, *[1] * (len(GOOD) - 1)])[0]
        return name, GOOD[name]

    def latency(self) -> float:
        """Seconds before a reply begins: mostly few, so that replies come while others are being recorded."""
        return self._slowest * self._random.random() ** 3


def _completion(text: str, finish: str, *, usage: bool) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    body = {"id": "c-1", "object": "chat.completion", "created": 1, "model": "served", "choices": [choice]}
    return body | ({"usage": _USAGE} if usage else {})


def _events(text: str, finish: str, *, usage: bool) -> list[bytes]:
    def chunk(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return {"id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "served", "choices": [choice]}

    third = len(text) // 3
    pieces = [text[:third], text[third : 2 * third], text[2 * third :]]
    chunks = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": piece}) for piece in pieces)]
    chunks.append(chunk({}, finish))
    if usage:
        chunks.append(chunk({}) | {"choices": [], "usage": _USAGE})
    return [b"data: " + _json(value) + b"\n\n" for value in chunks]


_USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def _head(code: int, headers: Mapping[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {code} Torture", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _stream_head() -> bytes:
    return _head(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})


def _chunked(*events: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events)


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
