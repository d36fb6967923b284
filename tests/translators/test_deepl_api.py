from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Iterator

import deepl
import pytest
from deepl import exceptions as sdk

from grimoire import errors
from grimoire.spell import Spell
from grimoire.translators.deepl_api import CharacterUsage, DeepL, sdk_errors, service_error_for
from grimoire.translators.spell_translation import translate_spell
from tests.servers.deepl_server import KEY, MAX_BYTES, DeepLServer


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


@pytest.fixture(autouse=True)
def no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    # The SDK's own switch, for the whole process; its pauses would make each failure take a quarter of a minute.
    monkeypatch.setattr(deepl.http_client, "max_network_retries", 0)


def translate(
    server: DeepLServer, pieces: list[str], *, target: str = "zh", source: str = "en", context: str = ""
) -> list[str]:
    return asyncio.run(DeepL(KEY, server.url).translate(pieces, source=source, target=target, context=context))


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
        asyncio.run(DeepL(KEY, url).translate(["Write it"], source="en", target="zh", context=""))


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
        asyncio.run(DeepL(KEY, "http://127.0.0.1:1").translate(["x y"], source="en", target="km", context=""))


def test_a_closed_client_can_be_used_again(server: DeepLServer) -> None:
    async def twice() -> list[str]:
        engine = DeepL(KEY, server.url)
        await engine.translate(["Title"], source="en", target="zh", context="")
        await engine.aclose()
        await engine.aclose()
        return await engine.translate(["Title"], source="en", target="zh", context="")

    assert asyncio.run(twice()) == ["标题"]


def test_a_whole_spell(server: DeepLServer) -> None:
    spell = Spell(name="ad", title="Title", prompt="Write 3 ads about [PROMPT] & <b>you</b>\n[TARGETLANGUAGE]")
    made = asyncio.run(translate_spell(spell, DeepL(KEY, server.url), "zh"))
    assert made.prompt.endswith("\n[TARGETLANGUAGE]")
    assert (made.title, made.prompt.count("[PROMPT]"), made.prompt.count("<b>")) == ("标题", 1, 1)
    assert server.requests == 1


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
