"""A loopback server that speaks DeepL's protocol as its SDK really calls it: v2 for texts and usage, v3 for glossaries,
limits and error codes included.

In a test:      with DeepLServer() as server: DeepL("key", server.url)
As a program:   python -m tests.servers.deepl_server --port 0
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import threading
from collections.abc import Callable
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

KEY = "loopback-key:fx"
MAX_TEXTS = 50
MAX_BYTES = 128 * 1024
_CODES = (
    "AR BG CS DA DE EL EN-GB EN-US ES ES-419 ET FA FI FR HE HI HU ID IT JA KO LT LV MS NB NL PL PT-BR PT-PT RO "
    "RU SK SL SV TH TR UK VI ZH ZH-HANS ZH-HANT"
)
TARGETS = frozenset(_CODES.split())

Body = dict[str, Any]
Engine = Callable[[str, Body], str]
BatchEngine = Callable[[list[str], Body], list[str]]

_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?:'[a-z]+)?")
_COMMA = re.compile(r",(?![0-9])")
_BETWEEN_CHARACTERS = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
_KNOWN = {"a": "", "an": "", "the": "", "write": "写", "article": "文章", "about": "关于", "in": "用", "for": "为"}
_KNOWN |= {"title": "标题", "topic": "主题", "audience": "读者", "beginners": "新手", "experts": "专家", "tone": "语气"}
_CHARACTERS = (
    "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜金生丽水玉出昆冈剑号巨阙珠称夜光"
)


def translate_words(text: str, target: str) -> str:
    """Stands in for an engine: each English word becomes Chinese (for Chinese targets) or is turned around, always the
    same way; tokens, digits and other scripts stay.
    """
    if not target.startswith("ZH"):
        return _WORD.sub(lambda match: match.group()[::-1].lower(), text)
    turned = _WORD.sub(lambda match: _chinese_for(match.group().lower()), text)
    return _COMMA.sub("，", _BETWEEN_CHARACTERS.sub("", turned)).strip()


@lru_cache(maxsize=100_000)
def _chinese_for(word: str) -> str:
    if word in _KNOWN:
        return _KNOWN[word]
    seed = hashlib.sha256(word.encode()).digest()
    return "".join(_CHARACTERS[byte % len(_CHARACTERS)] for byte in seed[:2])


def default_engine(text: str, body: Body) -> str:
    return translate_words(text, body["target_lang"])


class Glossaries:
    """The v3 glossaries of an account. `status` is what every call to them is refused with, 0 for none.

    `stored` maps ids to names and to entries by pair of languages; entries go over the wire as tab-separated lines.
    """

    def __init__(self) -> None:
        self.status = 0
        self.names: dict[str, str] = {}
        self.stored: dict[str, dict[tuple[str, str], str]] = {}

    def answer(self, method: str, path: str, body: Body) -> tuple[int, object]:
        if self.status:
            return self.status, {"message": "Glossaries are not for you"}
        url = urlsplit(path)
        match method, url.path.removeprefix("/v3/glossaries").strip("/").split("/"):
            case "GET", [""]:
                return 200, {"glossaries": [self._info(number) for number in self.names]}
            case "POST", [""]:
                return self._create(body)
            case "GET", [number, "entries"] if number in self.stored:
                query = parse_qs(url.query)
                return self._entries(number, (query["source_lang"][0], query["target_lang"][0]))
            case "PUT", [number, "dictionaries"] if number in self.stored:
                return self._put(number, body)
        return 404, {"message": "Not found"}

    def add(self, name: str, source: str, target: str, entries: str) -> str:
        number = f"g{len(self.names)}"
        self.names[number] = name
        self.stored[number] = {(source.upper(), target.upper()): entries}
        return number

    def _create(self, body: Body) -> tuple[int, object]:
        (only,) = body["dictionaries"]
        number = self.add(body["name"], only["source_lang"], only["target_lang"], only["entries"])
        return 201, self._info(number)

    def _put(self, number: str, body: Body) -> tuple[int, object]:
        pair = body["source_lang"].upper(), body["target_lang"].upper()
        self.stored[number][pair] = body["entries"]
        return 200, _dictionary(pair, body["entries"])

    def _entries(self, number: str, pair: tuple[str, str]) -> tuple[int, object]:
        if pair not in self.stored[number]:
            return 404, {"message": "No such dictionary"}
        found = {"source_lang": pair[0].lower(), "target_lang": pair[1].lower(), "entries_format": "tsv"}
        return 200, {"dictionaries": [{**found, "entries": self.stored[number][pair]}]}

    def _info(self, number: str) -> Body:
        return {
            "glossary_id": number,
            "name": self.names[number],
            "creation_time": "2025-08-03T14:16:18.329Z",
            "dictionaries": [_dictionary(pair, entries) for pair, entries in self.stored[number].items()],
        }


def _dictionary(pair: tuple[str, str], entries: str) -> Body:
    count = len(entries.splitlines())
    return {"source_lang": pair[0].lower(), "target_lang": pair[1].lower(), "entry_count": count}


class DeepLServer:
    """Set `engine` (for each text) and `batch_engine` (for all results of a request), `faults` (statuses for the next
    requests, in turn), `hold` (an event each request waits for), `raw` (a body sent instead of the answer), `limit`
    (characters), `glossaries`; read `bodies` (of translations), `calls`, `headers`, `requests`, `characters`.
    """

    def __init__(self, engine: Engine = default_engine, port: int = 0) -> None:
        self.engine = engine
        self.batch_engine: BatchEngine | None = None
        self.glossaries = Glossaries()
        self.calls: list[str] = []
        self.limit = 500_000
        self.characters = 0
        self.requests = 0
        self.bodies: list[Body] = []
        self.headers: list[dict[str, str]] = []
        self.faults: list[int] = []
        self.hold: threading.Event | None = None
        self.raw: bytes | None = None
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), _handler_for(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()

    def serve(self) -> None:
        self._http.serve_forever(poll_interval=0.02)

    def answer(self, method: str, path: str, headers: dict[str, str], payload: bytes) -> tuple[int, object]:
        with self._lock:
            self.requests += 1
            self.calls.append(f"{method} {path}")
            self.headers.append(headers)
            fault = self.faults.pop(0) if self.faults else 0
        if self.hold is not None:
            self.hold.wait(timeout=30)
        if fault:
            return fault, {"message": f"fault {fault}"}
        if headers.get("Authorization") != f"DeepL-Auth-Key {KEY}":
            return 403, {"message": "Forbidden"}
        if path == "/v2/usage":
            return 200, {"character_count": self.characters, "character_limit": self.limit}
        if path.startswith("/v3/glossaries"):
            with self._lock:
                return self.glossaries.answer(method, path, json.loads(payload or b"{}"))
        return self._translate(payload) if path == "/v2/translate" else (404, {"message": "Not found"})

    def _translate(self, payload: bytes) -> tuple[int, object]:
        if len(payload) > MAX_BYTES:
            return 413, {"message": "Request Entity Too Large"}
        body = json.loads(payload)
        texts = body["text"]
        if len(texts) > MAX_TEXTS or body.get("target_lang") not in TARGETS:
            wrong = "Too many texts" if len(texts) > MAX_TEXTS else "Value for 'target_lang' not supported."
            return 400, {"message": f"Bad request. Reason: {wrong}"}
        if (glossary := body.get("glossary_id")) and glossary not in self.glossaries.stored:
            return 404, {"message": "Glossary not found"}
        with self._lock:
            count = sum(len(text) for text in texts)
            if self.characters + count > self.limit:
                return 456, {"message": "Quota Exceeded"}
            self.characters += count
            self.bodies.append(body)
        results = [self.engine(text, body) for text in texts]
        if self.batch_engine is not None:
            results = self.batch_engine(results, body)
        return 200, {"translations": [_translation(*pair, body) for pair in zip(texts, results, strict=True)]}


def _translation(text: str, result: str, body: Body) -> Body:
    source = body.get("source_lang", "EN")
    return {"detected_source_language": source, "text": result, "billed_characters": len(text)}


def _handler_for(server: DeepLServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes; without this each answer waits for the other side's delayed ACK.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, answer = server.answer(self.command, self.path, dict(self.headers), payload)
            body = json.dumps(answer).encode() if server.raw is None else server.raw
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_POST  # noqa: N815  # the base class names them so

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
            pass

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--port", type=int, default=0)
    server = DeepLServer(port=parser.parse_args().port)
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    server.serve()


if __name__ == "__main__":
    main()
