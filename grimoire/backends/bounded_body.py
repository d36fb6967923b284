"""A body that is read no further than its limit, unpacked or not."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from grimoire.errors import ServiceFault

_AT_ONCE = 65_536
_PLAIN = {"", "identity"}
_PACKED = {"gzip", "x-gzip", "deflate"}


def too_much(name: str) -> ServiceFault:
    """The error of a body without end. Who asks again is sent as much again: it is not retryable."""
    error = ServiceFault(f"{name}: the service sends more than any answer can be; reading was stopped")
    error.retryable = False
    return error


class BoundedBody:
    """Unpacks what comes, piece by piece, and only as far as `limit` bytes: a few of gzip can stand for gigabytes.

    `packing` is the body's Content-Encoding, `name` who sends it, for messages. Raises ServiceFault for a packing
    that nobody asked for.
    """

    def __init__(self, name: str, packing: str, limit: int) -> None:
        self._name, self._left = name, limit
        packing = packing.strip().lower()
        if packing not in _PLAIN | _PACKED:
            raise ServiceFault(f"{name}: the service packed its answer in a way it was not asked to")
        # 32: gzip or zlib, whichever the body begins as.
        self._unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing in _PACKED else None

    def take(self, received: bytes) -> Iterator[bytes]:
        """The bytes that `received` stands for. Raises ServiceFault at the limit, and for what cannot be unpacked."""
        for data in (received,) if self._unpacker is None else self._unpack(received, self._unpacker):
            self._left -= len(data)
            if self._left < 0:
                raise too_much(self._name)
            yield data

    def _unpack(self, received: bytes, unpacker: zlib._Decompress) -> Iterator[bytes]:
        try:
            while received:
                yield unpacker.decompress(received, _AT_ONCE)
                received = unpacker.unconsumed_tail
        except zlib.error:
            raise ServiceFault(f"{self._name}: the service's answer cannot be unpacked") from None
