"""The server that commits faults commits those it is told to, and counts right."""

from __future__ import annotations

import asyncio
import gc
import http.client
import json
import socket
import warnings
from collections.abc import Iterator

import pytest

from tests.servers.fault_acts import GOOD, WHOLE
from tests.servers.fault_server import Exchange, FaultServer, Received
from tests.servers.faults import FAULTS


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        yield running


def post(server: FaultServer, **body: object) -> tuple[int, bytes]:
    """By another client than any of the adapters."""
    host, port = server.base_url.split("/")[2].split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Authorization": "Bearer k"})
        with connection.getresponse() as response:
            return response.status, response.read()
    finally:
        connection.close()


def test_a_list_is_gone_through_once_and_then_all_is_well(server: FaultServer) -> None:
    server.script = ["429", "truncated-json"]
    replies = [post(server), post(server), post(server), post(server, stream=True)]
    assert [status for status, _ in replies] == [429, 200, 200, 200]
    assert replies[1][1] == WHOLE[:60]
    assert json.loads(replies[2][1])["choices"][0]["message"]["content"] == GOOD
    assert replies[3][1].endswith(b"data: [DONE]\n\n")
    assert server.answered == 2
    assert [request.number for request in server.answers] == [2, 3]
    server.script = ["500"]
    assert post(server)[0] == 500


def test_a_function_says_what_is_done_with_each(server: FaultServer) -> None:
    async def teapot(exchange: Exchange) -> None:
        await exchange.reply(b"{}", status=418)

    def script(request: Received) -> object:
        return request.body["do"] if request.number else teapot

    server.script = script  # type: ignore[assignment]  # what a request says is anything
    assert [post(server)[0], post(server, do="503")[0], post(server, do="ok")[0]] == [418, 503, 200]
    assert server.answered == 1
    assert [request.body for request in server.requests] == [{}, {"do": "503"}, {"do": "ok"}]
    assert {request.key for request in server.requests} == {"k"}
    assert [request.connection for request in server.requests] == [1, 2, 3]


def test_replies_wait_and_times_are_kept(server: FaultServer) -> None:
    server.latency = 0.05
    post(server)
    post(server)
    assert server.requests[1].at - server.requests[0].at >= 0.05


def test_a_name_that_is_none_is_not_passed_over() -> None:
    server = FaultServer(script=["whistles"])
    with pytest.raises(KeyError, match="whistles"), server, pytest.raises(http.client.RemoteDisconnected):
        post(server)


def test_nobody_can_connect_where_the_queue_is_full() -> None:
    """The one fault that rests upon the system's own ways: Linux says nothing to who comes too late."""
    with FaultServer() as server:
        host, port = server.url("full").split("/")[2].split(":")
        with pytest.raises(TimeoutError), socket.create_connection((host, int(port)), timeout=0.2):
            pass
        server.mend("full")
        with socket.create_connection((host, int(port)), timeout=5):
            pass
    with warnings.catch_warnings():  # who filled the queue has hung up before anybody could take and close him
        warnings.simplefilter("ignore", ResourceWarning)
        del server
        gc.collect()


def test_many_at_once(server: FaultServer) -> None:
    """All of the table in one script, and nothing is in the way of what comes after."""

    async def ask_all() -> list[object]:
        calls = [asyncio.to_thread(post, server) for name in names]
        return await asyncio.gather(*calls, return_exceptions=True)

    endless = ("endless", "stall", "timeout", "silent", "comments")
    names = [name for name in FAULTS if not any(word in name for word in endless)]
    server.script = names
    asyncio.run(ask_all())
    assert len(server.requests) == len(names)
    assert server.answered == sum(FAULTS[name].answers(streamed=False) for name in names)
    assert post(server)[0] == 200
