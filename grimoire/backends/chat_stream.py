"""A streamed answer of the OpenAI protocol: the bytes of its body in, pieces out. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from grimoire.backends.bounded_body import too_much
from grimoire.backends.chat_request import decode, read_json
from grimoire.backends.openai_errors import Origin, from_body
from grimoire.backends.openai_wire import Piece, read_piece
from grimoire.backends.sse import Event, EventReader, EventTooLong

_DONE = b"[DONE]"


class ChatStream:
    """Reads one stream; once it is `done`, whatever follows is none of it."""

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._reader = EventReader()
        self.done = False

    def feed(self, received: bytes) -> Iterator[Piece]:
        """The pieces that `received` completes. Raises ServiceFault, or the ServiceError of an error among them."""
        try:
            for event in self._reader.feed(received):
                yield self._read(event)
                if self.done:
                    return
        except EventTooLong:
            raise too_much(self._origin.name) from None

    def end(self) -> Iterator[Piece]:
        """What the body's end leaves: an event that nothing ended counts if it is whole all the same."""
        yield from (self._read(event) for event in self._reader.end() if _is_whole(event.data))

    def _read(self, event: Event) -> Piece:
        if event.data.startswith(_DONE):
            self.done = True
            return Piece(ended=True)
        data = read_json(event.data, self._origin)
        error = data.get("error") if isinstance(data, dict) else None
        if error or event.name == b"error":
            raise from_body(error or data, self._origin)
        return read_piece(data)


def _is_whole(data: bytes) -> bool:
    try:
        decode(data)
    except (ValueError, RecursionError):
        return data.startswith(_DONE)
    return True
