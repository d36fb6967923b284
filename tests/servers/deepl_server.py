"""A loopback server that speaks DeepL's v2 protocol as its SDK really calls it, limits and error codes included.

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
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

KEY = "loopback-key:fx"
MAX_TEXTS = 50
MAX_BYTES = 128 * 1024
_CODES = (
    "AR BG CS DA DE EL EN-GB EN-US ES ES-419 ET FA FI FR HE HI HU ID IT JA KO LT LV MS NB NL PL PT-BR PT-PT RO "
    "RU SK SL SV TH TR UK VI ZH ZH-HANS ZH-HANT"
)
TARGETS = frozenset(_CODES.split())

Engine = Callable[[str, dict[str, Any]], str]

_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?:'[a-z]+)?")
_COMMA = re.compile(r",(?![0-9])")
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
    return _COMMA.sub("，", re.sub(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])", "", turned)).strip()


def _chinese_for(word: str) -> str:
    if word in _KNOWN:
        return _KNOWN[word]
    seed = hashlib.sha256(word.encode()).digest()
    return "".join(_CHARACTERS[byte % len(_CHARACTERS)] for byte in seed[:2])


def default_engine(text: str, body: dict[str, Any]) -> str:
    return translate_words(text, body["target_lang"])


class DeepLServer:
    """Set `engine`, `faults` (statuses for the next requests, in turn), `hold` (an event each request waits for), `raw`
    (a body sent instead of the answer), `limit` (characters); read `bodies`, `headers`, `requests`, `characters`.
    """

    def __init__(self, engine: Engine = default_engine, port: int = 0) -> None:
        self.engine = engine
        self.limit = 500_000
        self.characters = 0
        self.requests = 0
        self.bodies: list[dict[str, Any]] = []
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

    def answer(self, path: str, headers: dict[str, str], payload: bytes) -> tuple[int, object]:
        with self._lock:
            self.requests += 1
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
        return self._translate(payload) if path == "/v2/translate" else (404, {"message": "Not found"})

    def _translate(self, payload: bytes) -> tuple[int, object]:
        if len(payload) > MAX_BYTES:
            return 413, {"message": "Request Entity Too Large"}
        body = json.loads(payload)
        texts = body["text"]
        if len(texts) > MAX_TEXTS or body.get("target_lang") not in TARGETS:
            wrong = "Too many texts" if len(texts) > MAX_TEXTS else "Value for 'target_lang' not supported."
            return 400, {"message": f"Bad request. Reason: {wrong}"}
        with self._lock:
            count = sum(len(text) for text in texts)
            if self.characters + count > self.limit:
                return 456, {"message": "Quota Exceeded"}
            self.characters += count
            self.bodies.append(body)
        return 200, {"translations": [self._result(text, body) for text in texts]}

    def _result(self, text: str, body: dict[str, Any]) -> dict[str, object]:
        return {
            "detected_source_language": body.get("source_lang", "EN"),
            "text": self.engine(text, body),
            "billed_characters": len(text),
        }


def _handler_for(server: DeepLServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Headers and body leave in two writes; without this each answer waits for the other side's delayed ACK.
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, answer = server.answer(self.path, dict(self.headers), payload)
            body = json.dumps(answer).encode() if server.raw is None else server.raw
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815  # the base class names it so

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
