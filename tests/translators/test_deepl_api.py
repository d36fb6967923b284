from __future__ import annotations

import asyncio
import math
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from types import MappingProxyType
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import deepl
import pytest
from deepl import exceptions as sdk

from grimoire import errors
from grimoire.ports import CharacterUsage
from grimoire.segment import Segment
from grimoire.translators.brackets import Brackets
from grimoire.translators.deepl_api import DeepL, sdk_errors, service_error_for
from tests.servers.deepl_server import KEY, MAX_BYTES, DeepLServer


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


@pytest.fixture(autouse=True)
def no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    # The SDK's own switch, for the whole process; its pauses would make each failure take a quarter of a minute.
    monkeypatch.setattr(deepl.http_client, "max_network_retries", 0)


def ask(
    engine: DeepL,
    texts: list[str],
    *,
    target: str = "zh",
    source: str = "en",
    context: str = "",
    remarks: Mapping[int, str] = MappingProxyType({}),
) -> list[str]:
    """As the pipeline does: every batch that `cut` makes in a request of its own, the remarks with the first."""

    async def run() -> list[str]:
        results: list[str] = []
        told = remarks
        for batch in engine.cut([Segment(text) for text in texts]):
            results += await engine.translate(batch, source=source, target=target, context=context, remarks=told)
            told = {}
        return results

    return asyncio.run(run())


def translate(server: DeepLServer, texts: list[str], **options: Any) -> list[str]:
    return ask(DeepL(KEY, server.url), texts, **options)


def test_one_request_says_what_we_mean(server: DeepLServer) -> None:
    assert translate(server, ["Title ⟦0⟧"], context="about ads") == ["标题 ⟦0⟧"]
    assert server.bodies == [
        {
            "text": ["Title ⟦0⟧"],
            "source_lang": "EN",
            "target_lang": "ZH-HANS",
            "context": "about ads",
            "split_sentences": "nonewlines",
            "preserve_formatting": True,
            "show_billed_characters": True,
        }
    ]
    assert server.headers[0]["User-Agent"].startswith("deepl-python/")
    assert server.calls == ["POST /v2/translate"]


def test_nothing_to_translate_is_no_request(server: DeepLServer) -> None:
    engine = DeepL(KEY, server.url)
    assert asyncio.run(engine.translate([], source="en", target="zh", context="")) == []
    assert list(engine.cut([])) == []
    assert server.requests == 0


def test_remarks_join_the_context_once_each_and_short(server: DeepLServer) -> None:
    remarks = {0: "⟦0⟧ is missing", 1: "⟦0⟧ is missing", 2: "numbers changed: " + "9" * 999}
    translate(server, ["a word"] * 3, context="about ads", remarks=remarks)
    context = server.bodies[0]["context"]
    assert context.startswith("about ads\nAn earlier translation was wrong: ⟦0⟧ is missing; numbers changed: 9")
    assert (context.count("missing"), len(context)) == (1, 210)


@pytest.mark.parametrize("count", [0, 1, 50])
def test_the_context_is_cut_and_the_remarks_are_not(server: DeepLServer, count: int) -> None:
    translate(server, ["a word"] * 50, context="c" * 5000, remarks=dict.fromkeys(range(count), "lost ⟦0⟧"))
    context = server.bodies[0]["context"]
    assert len(context) == 2000
    assert context.endswith("lost ⟦0⟧" if count else "c")


@pytest.mark.parametrize(
    ("target", "code"),
    [("zh", "ZH-HANS"), ("zh-TW", "ZH-HANT"), ("pt", "PT-BR"), ("de", "DE")],
)
def test_target_codes(server: DeepLServer, target: str, code: str) -> None:
    translate(server, ["one two"], target=target)
    assert server.bodies[0]["target_lang"] == code


def test_many_texts_go_in_requests_of_fifty(server: DeepLServer) -> None:
    pieces = [f"text {'x' * i}" for i in range(120)]
    assert len(translate(server, pieces)) == 120
    assert [len(body["text"]) for body in server.bodies] == [50, 50, 20]
    assert [text for body in server.bodies for text in body["text"]] == pieces


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("words " * 1000, id="plain"),
        pytest.param("文字" * 2000, id="six-bytes-each"),
        pytest.param('"\\' * 3000, id="escaped"),
        pytest.param("\x00\udc80" * 1500, id="control"),
    ],
)
def test_large_texts_go_in_requests_of_128_kib(server: DeepLServer, text: str) -> None:
    results = translate(server, [text] * 40, source="zh", target="en", context="上下文" * 9000)
    assert len(results) == 40
    assert 1 < server.requests < 40


@pytest.mark.parametrize("count", [1, 49, 50, 51, 999, 5000])
def test_ordinary_texts_fill_their_requests(count: int) -> None:
    segments = [Segment(f"{number}. {'a sentence of a prompt, ' * (number % 12)}") for number in range(count)]
    batches = list(DeepL.cut(segments))
    assert [segment for batch in batches for segment in batch] == segments
    assert len(batches) <= 1.1 * math.ceil(count / 50)


def test_a_text_larger_than_a_request_goes_alone() -> None:
    segments = [Segment("short"), Segment("x" * MAX_BYTES), Segment("short")]
    assert [len(batch) for batch in DeepL.cut(segments)] == [1, 1, 1]


def test_a_text_larger_than_a_request_is_rejected_by_the_service(server: DeepLServer) -> None:
    with pytest.raises(errors.RequestRejected) as caught:
        translate(server, ["x" * MAX_BYTES])
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("status", "error"),
    [
        pytest.param(400, errors.RequestRejected, id="400"),
        pytest.param(401, errors.AuthenticationFailed, id="401"),
        pytest.param(403, errors.AuthenticationFailed, id="403"),
        pytest.param(404, errors.RequestRejected, id="404"),
        pytest.param(413, errors.RequestRejected, id="413"),
        pytest.param(429, errors.RateLimited, id="429"),
        pytest.param(456, errors.QuotaExceeded, id="456"),
        pytest.param(500, errors.ServiceFault, id="500"),
        pytest.param(503, errors.ServiceFault, id="503"),
        pytest.param(529, errors.ServiceFault, id="529"),
    ],
)
def test_statuses(server: DeepLServer, status: int, error: type[errors.ServiceError]) -> None:
    server.faults = [status]
    with pytest.raises(errors.ServiceError) as caught:
        translate(server, ["Write it"])
    assert type(caught.value) is error
    assert caught.value.status == status
    assert caught.value.hint


def test_the_sdk_retries_by_itself(server: DeepLServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepl.http_client, "max_network_retries", 1)
    server.faults = [503]
    assert translate(server, ["Title"]) == ["标题"]
    assert server.requests == 2


def test_a_quota_that_ends_half_way(server: DeepLServer) -> None:
    server.limit = 100
    with pytest.raises(errors.QuotaExceeded):
        translate(server, ["x" * 1] * 60 + ["word " * 20])


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(errors.ServiceUnreachable):
        ask(DeepL(KEY, url), ["Write it"])


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html>", id="no-json"),
        pytest.param(b"[]", id="a-list"),
        pytest.param(b'{"translations": []}', id="none"),
        pytest.param(b'{"translations": [{"text": "x"}]}', id="no-count"),
        pytest.param(b'{"translations": [{"text": 5, "billed_characters": 1}]}', id="no-text"),
        pytest.param(b'{"translations": {"text": "x"}}', id="no-list"),
    ],
)
def test_an_answer_that_is_not_of_the_protocol(server: DeepLServer, raw: bytes) -> None:
    server.raw = raw
    with pytest.raises(errors.ServiceFault):
        translate(server, ["Write it"])


def test_every_exception_of_the_sdk_is_mapped() -> None:
    def walk(kind: type[sdk.DeepLException]) -> set[type[sdk.DeepLException]]:
        return {kind}.union(*(walk(below) for below in kind.__subclasses__()))

    assert set(sdk_errors()) == walk(sdk.DeepLException)


def test_a_time_out_is_told_from_a_refused_connection() -> None:
    from requests.exceptions import ConnectionError as Refused
    from requests.exceptions import ReadTimeout

    late, refused = deepl.ConnectionException("late"), deepl.ConnectionException("refused")
    late.__cause__, refused.__cause__ = ReadTimeout(), Refused()
    assert service_error_for(late) is errors.ServiceTimeout
    assert service_error_for(refused) is errors.ServiceUnreachable


def test_usage(server: DeepLServer) -> None:
    translate(server, ["12345"])
    assert asyncio.run(DeepL(KEY, server.url).usage()) == CharacterUsage(5, 500_000)


@pytest.mark.parametrize("secret", ["very-secret", "very-secret\nx", "very-secrét", " "], ids=ascii)
def test_the_key_is_nowhere(server: DeepLServer, secret: str) -> None:
    server.raw = b'{"message": "very-secret is not a key"}'
    server.faults = [403]
    with pytest.raises(errors.ServiceError) as caught:
        asyncio.run(DeepL(secret, server.url).usage())
    seen: BaseException | None = caught.value
    while seen is not None:
        assert "very-secr" not in f"{seen!r} {getattr(seen, 'hint', '')}"
        seen = seen.__cause__ or seen.__context__
    assert "very-secret" not in repr(DeepL("very-secret"))


def test_a_language_deepl_does_not_have() -> None:
    with pytest.raises(errors.RequestRejected):
        ask(DeepL(KEY, "http://127.0.0.1:1"), ["x y"], target="km")


def test_a_closed_client_can_be_used_again(server: DeepLServer) -> None:
    async def twice() -> list[str]:
        engine = DeepL(KEY, server.url)
        await engine.translate([Segment("Title")], source="en", target="zh", context="")
        await engine.aclose()
        await engine.aclose()
        return await engine.translate([Segment("Title")], source="en", target="zh", context="")

    assert asyncio.run(twice()) == ["标题"]


TAG = re.compile(r'<x id="[0-9]+"/>|⟦[0-9]+⟧')
SPACED = re.compile(rf" (?:{TAG.pattern})")

# What DeepL's users report (deepl-python 93, 35, 136, 68, 143; deepl-node 48), done to tags and to tokens alike.
REPORTED: dict[str, Callable[[str], str]] = {
    "moved to the start": lambda text: "".join(TAG.findall(text)) + TAG.sub("", text),
    "space before it gone": lambda text: SPACED.sub(lambda match: match.group()[1:], text),
    "entities unescaped": unescape,
    "written as a pair": lambda text: text.replace("/>", "></x>"),
    "a newline pulled in": lambda text: text.replace("/>", ">\n</x>").replace("⟧", "\n⟧"),
    "a comma pulled in": lambda text: text.replace("/>,", ">,</x>"),
}
LINE = "If R&D says a < b, tell [PROMPT], then stop"


def as_tags(text: str) -> str | None:
    """What an XML parser makes of it, with the placeholder back; None if it is no XML."""
    try:
        root = ET.fromstring(f"<r>{text}</r>")
    except ET.ParseError:
        return None
    return "".join([root.text or "", *(f"[PROMPT]{mark.text or ''}{mark.tail or ''}" for mark in root)])


def as_tokens(text: str) -> str:
    return Brackets("⟦", "⟧").replace(text, lambda _: "[PROMPT]")


@pytest.mark.parametrize(
    ("misbehaviour", "tags", "tokens"),
    [
        pytest.param("moved to the start", "[PROMPT]If R&D says a < b, tell , then stop", None, id="moved"),
        pytest.param("space before it gone", "If R&D says a < b, tell[PROMPT], then stop", None, id="space"),
        pytest.param("entities unescaped", "", LINE, id="entities"),
        pytest.param("written as a pair", LINE, LINE, id="pair"),
        pytest.param("a newline pulled in", LINE.replace("]", "]\n"), LINE, id="newline"),
        pytest.param("a comma pulled in", LINE, LINE, id="comma"),
    ],
)
def test_tags_and_tokens_under_what_users_report(
    server: DeepLServer, misbehaviour: str, tags: str, tokens: str | None
) -> None:
    """What comes back of a line with an engine that changes nothing else; "" is no XML, None the same as with tags."""
    server.engine = lambda text, _: REPORTED[misbehaviour](text)
    client = deepl.DeepLClient(KEY, server_url=server.url)
    sent = escape(LINE).replace("[PROMPT]", '<x id="0"/>')
    answer = client.translate_text([sent], source_lang="EN", target_lang="ZH-HANS", tag_handling="xml")
    client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it so
    assert isinstance(answer, list)
    assert (as_tags(answer[0].text) or "") == tags
    (back,) = translate(server, [LINE.replace("[PROMPT]", "⟦0⟧")])
    assert as_tokens(back) == (tags if tokens is None else tokens)


def test_the_server_is_a_program_too() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.servers.deepl_server", "--port", "0"], stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None
        try:
            url = run.stdout.readline().decode().strip()
            assert asyncio.run(DeepL(KEY, url).usage()).used == 0
        finally:
            run.terminate()
