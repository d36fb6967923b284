"""Every way a chat service has been seen or is feared to fail, by name: what it does, and what is to come of it.

One table for every adapter, and for whatever is built upon them: `FaultServer.script` takes these names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

from grimoire.backends.http_limits import Timeouts
from grimoire.chat import Allowance, Usage
from grimoire.errors import (
    AuthenticationFailed,
    QuotaExceeded,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
)
from tests.servers.fault_acts import (
    BODY_HEAD,
    BROKEN_TEXT,
    DONE,
    GOOD,
    MANY,
    MESSAGE,
    PARTS,
    STREAM_HEAD,
    WHOLE,
    answering,
    chunk,
    delta,
    ending,
    event,
    redirect,
    refuse_by_halves,
    refusing,
    replying,
    send_20_megabytes,
    send_bomb,
    send_broken_utf8,
    send_half,
    send_half_head,
    send_head,
    send_nothing,
    send_packed,
    send_without_end,
    streaming,
    throttle_until_a_date,
)
from tests.servers.fault_server import Serve, Way

LENIENT = Timeouts(connect=20, first=20, read=20, total=20)

Mode = Literal["whole", "streamed"]
BOTH: tuple[Mode, ...] = ("whole", "streamed")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the server does with a request, and what the client is to make of it.

    Either an Answer with the fields of `answer`, or an `error` of exactly that class, whose message matches `says`,
    with that `status`, `retryable` as said, and a wait within the bounds of `retry_after`. `modes` are the ways of
    asking it can happen to, `way` is where it happens if not in the answer, `timeouts` are what ends it.
    """

    serve: Serve
    answer: Mapping[str, object] | None = None
    error: type[ServiceError] | None = None
    says: str = ""
    retryable: bool = False
    status: int | None = None
    retry_after: tuple[float, float] | None = None
    allowance: Allowance | None = None
    modes: tuple[Mode, ...] = BOTH
    way: Way = "http"
    timeouts: Timeouts = field(default=LENIENT)

    def answers(self, streamed: bool) -> bool:
        """That a real service would have been paid for it: what was sent is a whole answer, as it was asked for."""
        return self.answer is not None and ("streamed" if streamed else "whole") in self.modes


ANSWERED: dict[str, Any] = {"text": GOOD, "finish_reason": "stop", "usage": Usage(11, 7), "model": "served-model"}
BROKE: dict[str, Any] = {"error": ServiceUnreachable, "retryable": True}
# Each impatient in one stage alone: the same backend is to answer the next request, on a busy machine too.
LATE: dict[str, Any] = {"error": ServiceTimeout, "retryable": True}
IN_A_BODY = Timeouts(connect=20, first=20, read=0.4, total=20)
LATE_TO_CONNECT: dict[str, Any] = {
    **LATE,
    "says": r"no connection within 0\.4 seconds",
    "timeouts": Timeouts(connect=0.4, first=20, read=20, total=20),
}
LATE_TO_BEGIN: dict[str, Any] = {
    **LATE,
    "says": r"no answer began within 0\.4 seconds",
    "timeouts": Timeouts(connect=20, first=0.4, read=20, total=20),
}
LATE_TO_GO_ON: dict[str, Any] = {
    **LATE,
    "says": r"nothing came for 0\.4 seconds in the middle of an answer",
    "timeouts": IN_A_BODY,
}
WRONG: dict[str, Any] = {"error": ServiceFault, "retryable": True}
# What a script gets that asks for a fault of the way to the server.
HANG_UP = ending(send_nothing, "reset")
SAY_NOTHING = ending(send_nothing, "stall")
LIMITS: dict[str, Any] = {
    "X_RateLimit_Remaining_Requests": 3,
    "X_RateLimit_Reset_Requests": "1s",
    "x_ratelimit_remaining_tokens": 0,
    "x_ratelimit_reset_tokens": "6m0s",
}
LEFT = Allowance(requests_left=3, requests_reset=1.0, tokens_left=0, tokens_reset=360.0)
TOOL: dict[str, Any] = {
    "tool_calls": [{"index": 0, "id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
}


def at(status: int, error: type[ServiceError], *, retryable: bool = False, **more: Any) -> Fault:
    """A refusal with a status, in the protocol's own words unless `serve` says otherwise."""
    serve = more.pop("serve", None) or refusing(status)
    return Fault(serve=serve, error=error, status=status, retryable=retryable, says=f"HTTP {status}", **more)


FAULTS: dict[str, Fault] = {
    "ok": Fault(serve=answering(MESSAGE), answer=ANSWERED),
    "ok-limits": Fault(serve=answering(MESSAGE, **LIMITS), answer={**ANSWERED, "allowance": LEFT}),
    "ok-gzip": Fault(serve=send_packed, answer={"text": GOOD}),
    # The way to the server
    "refused": Fault(serve=HANG_UP, way="refused", says="the connection is refused", **BROKE),
    "connect-timeout": Fault(serve=SAY_NOTHING, way="full", **LATE_TO_CONNECT),
    "tls-timeout": Fault(serve=SAY_NOTHING, way="tls-silent", **LATE_TO_CONNECT),
    "tls-untrusted": Fault(
        serve=HANG_UP, way="https", error=ServiceUnreachable, says="certificate is not to be trusted"
    ),
    "tls-at-an-http-port": Fault(serve=HANG_UP, way="no-tls", error=ServiceUnreachable, says="no TLS"),
    "http-at-a-tls-port": Fault(serve=HANG_UP, way="not-tls", says="the connection broke", **BROKE),
    "silent-server": Fault(serve=SAY_NOTHING, way="not-http", **LATE_TO_BEGIN),
    # The connection
    "reset-before-head": Fault(serve=ending(send_nothing, "reset"), says="the connection broke", **BROKE),
    "reset-in-head": Fault(serve=ending(send_half_head, "reset"), says="the connection broke", **BROKE),
    "reset-mid-body": Fault(serve=ending(send_half, "reset"), says="broke in the middle of an answer", **BROKE),
    "closed-before-head": Fault(
        serve=ending(send_nothing, "close"), says="the connection broke before an answer began", **BROKE
    ),
    "closed-in-head": Fault(serve=ending(send_half_head, "close"), says="the connection broke before", **BROKE),
    "closed-mid-body": Fault(serve=ending(send_half, "close"), says="broke in the middle of an answer", **BROKE),
    "stall-before-head": Fault(
        serve=ending(send_nothing, "stall"), **LATE_TO_BEGIN
    ),
    "stall-in-head": Fault(serve=ending(send_half_head, "stall"), **LATE_TO_BEGIN),
    "stall-after-head": Fault(serve=ending(send_head, "stall"), **LATE_TO_GO_ON),
    "stall-mid-body": Fault(serve=ending(send_half, "stall"), **LATE_TO_GO_ON),
    # The status
    "400": at(400, RequestRejected),
    "401": at(401, AuthenticationFailed),
    "402": at(402, QuotaExceeded),
    "403": at(403, AuthenticationFailed),
    "404": at(404, RequestRejected),
    "408": at(408, ServiceTimeout, retryable=True),
    "409": at(409, RequestRejected, retryable=True),
    "413": at(413, RequestRejected),
    "422": at(422, RequestRejected),
    "425": at(425, RequestRejected, retryable=True),
    "429": at(429, RateLimited, retryable=True),
    "429-seconds": at(429, RateLimited, retryable=True, retry_after=(7, 7), serve=refusing(429, Retry_After="7")),
    "429-date": at(429, RateLimited, retryable=True, retry_after=(25, 31), serve=throttle_until_a_date),
    "429-limits": at(429, RateLimited, retryable=True, allowance=LEFT, serve=refusing(429, **LIMITS)),
    "429-quota": at(429, QuotaExceeded, serve=refusing(429, code="insufficient_quota")),
    "429-cut": at(429, RateLimited, retryable=True, serve=ending(refuse_by_halves, "close")),
    "500": at(500, ServiceFault, retryable=True),
    "502": at(502, ServiceFault, retryable=True),
    "502-html": at(
        502, ServiceFault, retryable=True, serve=replying(b"<html><title>Bad</title>", "text/html", status=502)
    ),
    "503": at(503, ServiceFault, retryable=True),
    "503-seconds": at(503, ServiceFault, retryable=True, retry_after=(2, 2), serve=refusing(503, Retry_After="2")),
    "504": at(504, ServiceTimeout, retryable=True),
    "529": at(529, ServiceFault, retryable=True),
    "redirect": at(307, RequestRejected, serve=redirect),
    # What is no answer
    "error-in-200": Fault(
        serve=replying(b'{"error":{"message":"slow down","code":429}}'),
        error=RateLimited, says="slow down", status=429, retryable=True, modes=("whole",),
    ),
    "html": Fault(serve=replying(b"<html><title>Log in</title></html>", "text/html"), **WRONG),
    "empty-body": Fault(serve=replying(b""), **WRONG),
    "truncated-json": Fault(serve=replying(WHOLE[:60]), says="not JSON", **WRONG),
    "truncated-body": Fault(
        serve=ending(send_half, "close"), says="broke in the middle of an answer", **BROKE, modes=("whole",)
    ),
    "no-choices": Fault(serve=replying(b'{"choices":[]}'), says="no answer", **WRONG),
    "sse-for-whole": Fault(serve=streaming(*PARTS), says="not JSON", modes=("whole",), **WRONG),
    # What is one all the same
    "json-as-text": Fault(serve=replying(WHOLE, "text/plain"), answer=ANSWERED, modes=("whole",)),
    "sse-as-text": Fault(
        serve=replying(b"".join(PARTS), "text/plain"), answer={"text": GOOD}, modes=("streamed",)
    ),
    "json-for-stream": Fault(serve=replying(WHOLE), answer=ANSWERED, modes=("streamed",)),
    "null-content": Fault(serve=answering({"content": None}), answer={**ANSWERED, "text": ""}),
    "no-usage": Fault(serve=answering(MESSAGE, usage=None), answer={**ANSWERED, "usage": Usage()}),
    "unknown-finish": Fault(
        serve=answering(MESSAGE, "moon-phase"), answer={**ANSWERED, "finish_reason": "unknown"}
    ),
    "no-finish": Fault(serve=answering(MESSAGE, None), answer={**ANSWERED, "finish_reason": "unknown"}),
    "content-filter": Fault(
        serve=answering({"content": "I"}, "content_filter"),
        answer={"text": "I", "finish_reason": "content_filter"},
    ),
    "content-filter-400": at(400, RequestRejected, serve=refusing(400, code="content_filter")),
    "reasoning-only": Fault(
        serve=answering({"content": None, "reasoning_content": GOOD}),
        answer={"text": "", "reasoning": GOOD, "finish_reason": "stop"},
    ),
    "tool-calls": Fault(
        serve=answering({"content": None, **TOOL}, "tool_calls"),
        answer={"text": "", "finish_reason": "tool_calls"},
    ),
    "broken-utf8": Fault(serve=send_broken_utf8, answer={"text": BROKEN_TEXT, "finish_reason": "stop"}),
    # Streams
    "sse-cut": Fault(
        serve=streaming(*PARTS[:3], PARTS[3][:20], ended=False),
        says="broke in the middle of an answer", modes=("streamed",), **BROKE,
    ),
    "sse-cut-quietly": Fault(
        serve=streaming(*PARTS[:3], PARTS[3][:20]), says="broke", modes=("streamed",), **BROKE
    ),
    "sse-cut-between-events": Fault(serve=streaming(*PARTS[:3]), says="broke", modes=("streamed",), **BROKE),
    "sse-comments": Fault(
        serve=streaming(b": ping\n\n", *PARTS[:2], b": ping\n", *PARTS[2:]), answer=ANSWERED, modes=("streamed",)
    ),
    "sse-error": Fault(
        serve=streaming(*PARTS[:3], event({"error": {"message": "overloaded"}}), DONE),
        says="overloaded", modes=("streamed",), **WRONG,
    ),
    "sse-error-429": Fault(
        serve=streaming(event({"error": {"message": "slow down", "code": 429}}), DONE),
        error=RateLimited, says="slow down", status=429, retryable=True, modes=("streamed",),
    ),
    "sse-no-done": Fault(serve=streaming(*PARTS[:-1]), answer=ANSWERED, modes=("streamed",)),
    "sse-no-last-line": Fault(
        serve=streaming(*PARTS[:-2], PARTS[-2].rstrip()), answer=ANSWERED, modes=("streamed",)
    ),
    "sse-reset-after-end": Fault(
        serve=ending(streaming(*PARTS[:-2], ended=None), "reset"), answer={**ANSWERED, "usage": Usage()},
        modes=("streamed",),
    ),
    "sse-stall-after-end": Fault(
        serve=ending(streaming(*PARTS[:-2], ended=None), "stall"), answer={**ANSWERED, "usage": Usage()},
        modes=("streamed",), timeouts=IN_A_BODY,
    ),
    "sse-crlf": Fault(
        serve=streaming(*(part.replace(b"\n", b"\r\n") for part in PARTS)), answer=ANSWERED, modes=("streamed",)
    ),
    "sse-not-json": Fault(serve=streaming(b"data: {nonsense\n\n", DONE), says="not JSON", modes=("streamed",), **WRONG),
    # Too much
    "20-megabytes": Fault(serve=send_20_megabytes, error=ServiceFault, says="any answer can be"),
    "endless-body": Fault(
        serve=partial(send_without_end, head=BODY_HEAD, part=chunk(b" " * 500_000)),
        error=ServiceFault, says="more than any answer",
    ),
    "endless-stream": Fault(
        serve=partial(send_without_end, head=STREAM_HEAD, part=chunk(event(delta({"content": MANY})))),
        error=ServiceFault, says="any answer can be", modes=("streamed",),
    ),
    "endless-event": Fault(
        serve=partial(send_without_end, head=STREAM_HEAD, part=chunk(b"data: " + b"w" * 500_000)),
        error=ServiceFault, says="more than any answer", modes=("streamed",),
    ),
    "endless-comments": Fault(
        serve=partial(send_without_end, head=STREAM_HEAD, part=chunk(b": ping\n\n"), pause=0.02),
        error=ServiceTimeout, says=r"no whole answer in 0\.8 seconds", retryable=True, modes=("streamed",),
        timeouts=Timeouts(connect=20, first=20, read=20, total=0.8),
    ),
    "endless-head": Fault(
        serve=partial(send_without_end, head=b"HTTP/1.1 200 OK\r\n", part=b"X-Pad: " + b"w" * 4000 + b"\r\n"), **WRONG
    ),
    "gzip-bomb": Fault(serve=send_bomb, error=ServiceFault, says="more than any answer"),
    "zstd": Fault(serve=replying(WHOLE, Content_Encoding="zstd"), says="not asked", **WRONG),
}  # fmt: skip
