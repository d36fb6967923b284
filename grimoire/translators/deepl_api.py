"""The DeepL API, over its own SDK.

Segments go as plain text with opaque tokens, not as XML. What DeepL's users report of tags was done to both, on a line
sent through the SDK (tests/translators/test_deepl_api.py): moved to the start of the sentence, or without the space
before them, tokens fare no better than tags; with its entities unescaped the XML could not be read any more, and a
newline pulled into a tag ended up in the text, while the line with tokens came back as it went.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from grimoire.errors import (
    AuthenticationFailed,
    KeyMissing,
    QuotaExceeded,
    RateLimited,
    RequestRejected,
    ServiceError,
    ServiceFault,
    ServiceTimeout,
    ServiceUnreachable,
)
from grimoire.languages import LANGUAGES, resolve
from grimoire.ports import CharacterUsage
from grimoire.segment import Segment, Term
from grimoire.translators.batches import cut_batches
from grimoire.translators.deepl_glossary import Glossaries

if TYPE_CHECKING:
    from deepl import DeepLClient, DeepLException, TextResult

T = TypeVar("T")

TEXTS_A_REQUEST = 50
BYTES_A_REQUEST = 128 * 1024
_CONTEXT = 2000
_REMARK = 150
# For the JSON around the texts: names, codes, options, and the context with every character escaped, as two if need be.
_OVERHEAD = 1024 + 12 * _CONTEXT

_HINTS: dict[type[ServiceError], str] = {
    AuthenticationFailed: "check the key; one that ends in :fx belongs to the free API and its own server",
    QuotaExceeded: "this billing period's characters are used up; see the account's usage, or use another translator",
    RateLimited: "DeepL asks for fewer requests; try again in a minute",
    RequestRejected: "asking again changes nothing; translate the rest with another translator",
    ServiceTimeout: "try again; DeepL took too long",
    ServiceUnreachable: "check the network, the proxy, and the server's address",
    ServiceFault: "DeepL has a problem; try again later",
}
_STATUSES: dict[int, type[ServiceError]] = {
    401: AuthenticationFailed,
    402: QuotaExceeded,
    403: AuthenticationFailed,
    408: ServiceTimeout,
    429: RateLimited,
    456: QuotaExceeded,
}
# With these a translation is refused when its glossary was deleted meanwhile, or does not fit the languages.
_BAD_GLOSSARY = frozenset({400, 404})


class DeepL:
    """A Translator over DeepL. `server_url` is the API's address without `/v2`; by default the key decides.

    `terms` are the project's, by target code; with a name in `glossary` they are kept in the account under it and used.
    `notes` says why a glossary could not be.
    """

    name = "deepl"
    version = "1"
    # The SDK's HTTP session is not made for several threads.
    concurrent = 1

    def __init__(
        self,
        auth_key: str,
        server_url: str | None = None,
        *,
        glossary: str = "",
        terms: Mapping[str, tuple[Term, ...]] = MappingProxyType({}),
    ) -> None:
        key = auth_key.strip()
        if not key:
            raise KeyMissing("DeepL needs a key", hint="set DEEPL_AUTH_KEY")
        if not (key.isascii() and key.isprintable()):
            # An HTTP header cannot carry it, and the error that says so would quote it.
            raise AuthenticationFailed(
                "the DeepL key holds characters that no key has", hint=_HINTS[AuthenticationFailed]
            )
        self._key = key
        self._server_url = server_url
        self._client: DeepLClient | None = None
        self._glossaries = Glossaries(glossary, terms, key)

    def __repr__(self) -> str:
        return f"DeepL(server_url={self._server_url!r})"

    @property
    def notes(self) -> list[str]:
        return self._glossaries.notes

    @staticmethod
    def cut(segments: Sequence[Segment]) -> Iterator[list[Segment]]:
        room = BYTES_A_REQUEST - _OVERHEAD
        return cut_batches(segments, count=TEXTS_A_REQUEST, size=room, measure=_json_bytes)

    async def translate(
        self,
        segments: Sequence[Segment],
        *,
        source: str,
        target: str,
        context: str,
        remarks: Mapping[int, str] = MappingProxyType({}),
    ) -> list[str]:
        import asyncio

        pair = resolve(source), resolve(target)
        codes = _codes(*pair)
        if not segments:
            return []
        texts = [segment.text for segment in segments]
        ask = functools.partial(_request, texts=texts, codes=codes, context=_context(context, remarks))
        return await asyncio.to_thread(self._call, functools.partial(self._with_glossary, ask, pair))

    async def usage(self) -> CharacterUsage:
        """What the key has used and may use. Raises ServiceError."""
        import asyncio

        usage = await asyncio.to_thread(self._call, lambda client: client.get_usage())
        return CharacterUsage(usage.character.count, usage.character.limit)

    async def aclose(self) -> None:
        if self._client is not None:
            self._client.close()  # type: ignore[no-untyped-call]  # the SDK leaves it so
            self._client = None

    def _with_glossary(self, ask: Callable[..., list[str]], pair: tuple[str, str], client: DeepLClient) -> list[str]:
        """One request, or a second without the glossary where the first was refused because of it."""
        from deepl import DeepLException

        glossary = self._glossaries.find(client, *pair)
        try:
            return ask(client, glossary=glossary)
        except DeepLException as error:
            if not glossary or error.http_status_code not in _BAD_GLOSSARY:
                raise
            texts, reason = ask(client, glossary=None), error
        self._glossaries.give_up(*pair, reason)
        return texts

    def _call(self, ask: Callable[[DeepLClient], T]) -> T:
        """Ask in a thread: the SDK blocks, and while it waits to retry it sleeps."""
        from deepl import DeepLClient, DeepLException

        status = None
        try:
            if self._client is None:
                self._client = DeepLClient(self._key, server_url=self._server_url)
            return ask(self._client)
        except DeepLException as error:
            failure, message, status = service_error_for(error), str(error), error.http_status_code
        except (TypeError, ValueError, AttributeError, KeyError, IndexError, RecursionError):
            # The SDK reads the answer's JSON without looking at its shape.
            failure, message = ServiceFault, "the answer is not of DeepL's protocol"
        # Outside the handler, so that no original error, whose text may quote the key, hangs on ours.
        raise failure(f"DeepL: {message.replace(self._key, '…')}", hint=_HINTS[failure], status=status)


def service_error_for(error: DeepLException) -> type[ServiceError]:
    """Which of our errors one of the SDK's is. The base class stands for every status without a class of its own."""
    from deepl import ConnectionException
    from requests.exceptions import Timeout

    if isinstance(error, ConnectionException) and isinstance(error.__cause__, Timeout):
        return ServiceTimeout
    mapped = sdk_errors().get(type(error))
    return mapped or _by_status(error.http_status_code)


def sdk_errors() -> dict[type[DeepLException], type[ServiceError] | None]:
    """Every exception class of the SDK; None where the HTTP status decides."""
    from deepl import exceptions as sdk

    return {
        sdk.DeepLException: None,
        sdk.AuthorizationException: AuthenticationFailed,
        sdk.QuotaExceededException: QuotaExceeded,
        sdk.TooManyRequestsException: RateLimited,
        sdk.ConnectionException: ServiceUnreachable,
        sdk.DocumentTranslationException: ServiceFault,
        sdk.GlossaryNotFoundException: RequestRejected,
        sdk.DocumentNotReadyException: ServiceFault,
    }


def _by_status(status: int | None) -> type[ServiceError]:
    if status in _STATUSES:
        return _STATUSES[status]
    return RequestRejected if status and 400 <= status < 500 else ServiceFault  # noqa: PLR2004  # HTTP's classes


def check_languages(source: str, target: str) -> None:
    """Raises RequestRejected where DeepL does not translate from one language (code or name) into the other."""
    _codes(source, target)


def _codes(source: str, target: str) -> tuple[str, str]:
    source_code, target_code = LANGUAGES[source].deepl_source, LANGUAGES[target].deepl_target
    if not source_code or not target_code:
        raise RequestRejected(f"DeepL does not translate from {source} into {target}", hint="use a chat model")
    return source_code, target_code


def _context(context: str, remarks: Mapping[int, str]) -> str:
    """What DeepL is told beside the texts; it takes no orders, so each remark is there once and shortened."""
    said = "; ".join(dict.fromkeys(remark[:_REMARK] for remark in remarks.values()))[: _CONTEXT // 2]
    told = f"\nAn earlier translation was wrong: {said}" if said else ""
    return f"{context[: _CONTEXT - len(told)]}{told}"


def _request(
    client: DeepLClient, *, texts: list[str], codes: tuple[str, str], context: str, glossary: str | None
) -> list[str]:
    answer = client.translate_text(
        texts,
        source_lang=codes[0],
        target_lang=codes[1],
        context=context or None,
        glossary=glossary,
        # A line holds whole sentences, often several: taken as one sentence, the end of a long one gets lost.
        split_sentences="nonewlines",
        # Labels and list items are no sentences: DeepL would give them capitals and full stops.
        preserve_formatting=True,
    )
    results: list[TextResult] = answer if isinstance(answer, list) else [answer]
    if len(results) != len(texts) or not all(isinstance(result.text, str) for result in results):
        raise ValueError(f"{len(texts)} texts were sent, {len(results)} came back")
    return [result.text for result in results]


def _json_bytes(segment: Segment) -> int:
    return len(json.dumps(segment.text)) + 2
