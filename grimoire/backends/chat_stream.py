"""A streamed answer of the OpenAI protocol: the bytes of its body in, pieces out. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from grimoire.backends.chat_request import decode, read_json
from grimoire.backends.openai_errors import Origin, from_body, make
from grimoire.backends.openai_wire import Piece, read_piece
from grimoire.backends.sse import Event, EventReader, EventTooLong
from grimoire.errors import ServiceFault, ServiceUnreachable

_DONE = b"[DONE]"


class ChatStream:
    """Reads one stream; once `done`, whatever follows is none of it."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._reader = EventReader()
        self._begun = self._finished = False
        self.done = False

    def feed(self, received: bytes) -> Iterator[Piece]:
        """The pieces that `received` completes. Raises the ServiceError of an error among them, and ServiceFault."""
        try:
            for event in self._reader.feed(received):
                if event.data.startswith(_DONE):
                    self.done = True
                    return
                yield self._read(event)
        except EventTooLong:
            raise make(ServiceFault, self._origin, "the service sends more than any answer can be") from None

    def end(self) -> Iterator[Piece]:
        """What the end of the body leaves. Raises ServiceUnreachable for a stream that had not come to its own end."""
        for event in () if self.done else self._reader.end():
            if event.data.startswith(_DONE):
                self.done = True
            elif _is_whole(event.data):
                yield self._read(event)
        if self._begun and not (self.done or self._finished):
            raise make(ServiceUnreachable, self._origin, "the answer broke off before its end")

    def _read(self, event: Event) -> Piece:
        data = read_json(event.data, self._origin)
        error = data.get("error") if isinstance(data, dict) else None
        if error or event.name == b"error":
            raise from_body(error or data, self._origin)
        piece = read_piece(data)
        self._begun |= piece.answered
        self._finished |= bool(piece.finish)
        return piece


def _is_whole(data: bytes) -> bool:
    """Whether data that nothing ended is JSON all the same, and not cut off in the middle of it."""
    try:
        decode(data)
    except (ValueError, RecursionError):
        return False
    return True
