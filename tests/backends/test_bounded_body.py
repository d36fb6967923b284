from __future__ import annotations

import gzip
import tracemalloc
import zlib

import pytest

from grimoire.backends.bounded_body import BoundedBody
from grimoire.errors import ServiceFault


def take(packing: str, *parts: bytes, limit: int = 1000) -> bytes:
    body = BoundedBody("test/m", packing, limit)
    return b"".join(data for part in parts for data in body.take(part))


TEXT = b"willow " * 100


@pytest.mark.parametrize(
    ("packing", "sent"),
    [
        ("", TEXT),
        ("identity", TEXT),
        (" GZIP ", gzip.compress(TEXT, mtime=0)),
        ("x-gzip", gzip.compress(TEXT, mtime=0)),
        ("deflate", zlib.compress(TEXT)),
    ],
)
def test_what_was_sent_is_read_in_whatever_parts_it_comes(packing: str, sent: bytes) -> None:
    assert take(packing, sent) == take(packing, *(sent[at : at + 3] for at in range(0, len(sent), 3))) == TEXT


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_it_stops_at_its_limit(packing: str) -> None:
    sent = gzip.compress(b"x" * 1000) if packing else b"x" * 1000
    assert len(take(packing, sent)) == 1000
    with pytest.raises(ServiceFault, match="more than any answer"):
        take(packing, sent, limit=999)


def test_a_bomb_takes_no_more_memory_than_it_may() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(ServiceFault, match="more than any answer"):
        take("gzip", bomb, limit=1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("packing", ["zstd", "br", "gzip, gzip", "\x1b[31m"])
def test_a_packing_nobody_asked_for_is_refused(packing: str) -> None:
    with pytest.raises(ServiceFault, match="not asked to"):
        take(packing)


def test_what_cannot_be_unpacked_is_said_so() -> None:
    with pytest.raises(ServiceFault, match="cannot be unpacked"):
        take("gzip", b"not gzip")
