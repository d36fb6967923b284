from __future__ import annotations

import asyncio
from collections.abc import Iterator

import deepl
import pytest

from grimoire import errors
from grimoire.segment import Segment, Term
from grimoire.translators.deepl_api import DeepL
from tests.servers.deepl_server import KEY, DeepLServer

TERMS = {"zh": (Term("meta title", ("元标题", "标题")), Term("Reader ", ("读者",)), Term("none", ()))}


@pytest.fixture
def server() -> Iterator[DeepLServer]:
    with DeepLServer() as running:
        yield running


@pytest.fixture(autouse=True)
def no_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deepl.http_client, "max_network_retries", 0)


def ask(engine: DeepL, texts: list[str], *, target: str = "zh") -> list[str]:
    segments = [Segment(text) for text in texts]
    return asyncio.run(engine.translate(segments, source="en", target=target, context=""))


def with_glossary(server: DeepLServer, target: str = "zh", texts: tuple[str, ...] = ("The meta title",)) -> DeepL:
    """An engine that has translated a request for each text."""
    terms = {**TERMS, "de": (Term("reader", ("Leser",)),), "zh-Hant": (Term("reader", ("讀者",)),)}
    engine = DeepL(KEY, server.url, glossary="prompts", terms=terms)
    for text in texts:
        assert ask(engine, [text], target=target) != [""]
    return engine


def test_a_glossary_is_made_where_there_is_none_and_then_used(server: DeepLServer) -> None:
    engine = with_glossary(server, texts=("The meta title", "Another one"))
    assert server.glossaries.names == {"g0": "prompts en-zh"}
    assert server.glossaries.stored == {"g0": {("EN", "ZH"): "meta title\t元标题\nReader\t读者"}}
    assert [body["glossary_id"] for body in server.bodies] == ["g0", "g0"]
    assert server.calls == ["GET /v3/glossaries", "POST /v3/glossaries", *["POST /v2/translate"] * 2]
    assert engine.notes == []


def test_each_target_has_its_own_glossary(server: DeepLServer) -> None:
    for target in ("zh", "zh-Hant", "de"):
        with_glossary(server, target)
    assert list(server.glossaries.names.values()) == ["prompts en-zh", "prompts en-zh-Hant", "prompts en-de"]
    assert [body["glossary_id"] for body in server.bodies] == ["g0", "g1", "g2"]


@pytest.mark.parametrize(
    ("source", "entries", "replaced"),
    [
        pytest.param("EN", "Reader\t读者\nmeta title\t元标题", False, id="the-same-in-another-order"),
        pytest.param("EN", "Reader\t读者", True, id="one-is-missing"),
        pytest.param("EN", "Reader\t读者\nmeta title\t标题", True, id="another-translation"),
        pytest.param("EN", "Reader\t读者\nmeta title\t元标题\nads\t广告", True, id="one-more"),
        pytest.param("DE", "Leser\t读者", True, id="no-dictionary-for-the-pair"),
    ],
)
def test_a_glossary_is_replaced_where_it_differs(
    server: DeepLServer, source: str, entries: str, *, replaced: bool
) -> None:
    server.glossaries.add("another", "EN", "ZH", "x\ty")
    server.glossaries.add("prompts en-zh", source, "ZH", entries)
    assert with_glossary(server).notes == []
    assert ("PUT /v3/glossaries/g1/dictionaries" in server.calls) is replaced
    made = dict(line.split("\t") for line in server.glossaries.stored["g1"]["EN", "ZH"].splitlines())
    assert made == {"Reader": "读者", "meta title": "元标题"}
    assert server.bodies[0]["glossary_id"] == "g1"
    assert len(server.glossaries.names) == 2


def test_where_there_are_no_terms_nobody_asks_for_glossaries(server: DeepLServer) -> None:
    for engine in (
        DeepL(KEY, server.url, terms=TERMS),
        DeepL(KEY, server.url, glossary="prompts"),
        DeepL(KEY, server.url, glossary="prompts", terms={"de": TERMS["zh"], "zh": TERMS["zh"][2:]}),
    ):
        ask(engine, ["The meta title"])
    assert server.calls == ["POST /v2/translate"] * 3
    assert not any("glossary_id" in body for body in server.bodies)


@pytest.mark.parametrize("status", [400, 403, 404, 456])
def test_without_glossaries_it_goes_on_and_says_so_once(server: DeepLServer, status: int) -> None:
    server.glossaries.status = status
    (note,) = with_glossary(server, texts=("one two", "three four")).notes
    assert note.startswith("DeepL translates en-zh without the glossary 'prompts': ")
    assert "Glossaries are not for you" in note
    assert [call for call in server.calls if "v3" in call] == ["GET /v3/glossaries"]
    assert not any("glossary_id" in body for body in server.bodies)


@pytest.mark.parametrize(("status", "error"), [(429, errors.RateLimited), (503, errors.ServiceFault)])
def test_a_busy_service_is_no_lack_of_glossaries(
    server: DeepLServer, status: int, error: type[errors.ServiceError]
) -> None:
    server.glossaries.status = status
    with pytest.raises(error):
        with_glossary(server)


def test_an_answer_about_glossaries_that_is_not_of_the_protocol(server: DeepLServer) -> None:
    server.raw = b'{"glossaries": [5]}'
    engine = DeepL(KEY, server.url, glossary="prompts", terms=TERMS)
    with pytest.raises(errors.ServiceFault):
        ask(engine, ["Title"])
    assert "not of DeepL's protocol" in engine.notes[0]
    server.raw = None
    assert ask(engine, ["Title"]) == ["标题"]


def test_a_term_no_glossary_can_hold(server: DeepLServer) -> None:
    engine = DeepL(KEY, server.url, glossary="prompts", terms={"zh": (Term("bad\x01 term", ("坏",)),)})
    assert ask(engine, ["Title"]) == ["标题"]
    assert "invalid character" in engine.notes[0]


def test_a_glossary_deleted_meanwhile(server: DeepLServer) -> None:
    engine = with_glossary(server)
    server.glossaries.stored.clear()
    assert ask(engine, ["Title"]) == ["标题"]
    assert ask(engine, ["Title"]) == ["标题"]
    assert server.calls[-3:] == ["POST /v2/translate"] * 3
    (note,) = engine.notes
    assert "lossary not found" in note


def test_a_refusal_that_is_not_the_glossarys(server: DeepLServer) -> None:
    engine = with_glossary(server)
    server.faults = [400, 400]
    with pytest.raises(errors.RequestRejected):
        ask(engine, ["Title"])
    assert engine.notes == []


def test_the_key_is_in_no_note(server: DeepLServer) -> None:
    engine = DeepL("Glossaries:fx", server.url, glossary="prompts", terms=TERMS)
    with pytest.raises(errors.AuthenticationFailed):
        ask(engine, ["Title"])
    server.faults = [403]
    server.raw = b'{"message": "who is Glossaries:fx?"}'
    with pytest.raises(errors.ServiceError):
        ask(DeepL("Glossaries:fx", server.url, glossary="prompts", terms=TERMS), ["Title"])
    assert "Glossaries:fx" not in "".join(engine.notes)
    assert engine.notes
