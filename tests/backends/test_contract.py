"""What every backend keeps to, whoever answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grimoire.backends import ADAPTERS
from grimoire.backends.rehearsal import MODELS, Rehearsal
from grimoire.chat import Answer, Message, Request
from grimoire.ports import ChatBackend
from tests.backends.conftest import ADAPTER_OF, ask, maker
from tests.servers.openai_server import OpenAIServer

SAMPLE = "# 林黛玉倒拔垂杨柳\n\n这是一篇关于林黛玉的文章。🌿 她走到柳树跟前，挽起了袖子。\n"
REQUEST = Request(messages=(Message("user", "写一篇关于林黛玉的文章。"),), answer_in="zh", example=SAMPLE)

Make = Callable[[], ChatBackend]


CHATS = [f"{transport}{how}" for transport in ADAPTER_OF for how in ("", "/streaming")]


@pytest.fixture(params=[*CHATS, *(f"rehearsal/{name}" for name in MODELS)])
def make(request: pytest.FixtureRequest, server: OpenAIServer) -> Make:
    kind, _, rest = str(request.param).partition("/")
    if kind == "rehearsal":
        return lambda: Rehearsal(rest)
    return lambda: maker(server, kind)(stream=bool(rest))


def test_it_has_the_names_and_marks_the_engine_reads(make: Make) -> None:
    backend = make()
    assert "/" in backend.name
    assert backend.rehearsal is isinstance(backend, Rehearsal)
    assert isinstance(backend.parameters, dict)


def test_the_pieces_a_listener_gets_are_the_answer(make: Make) -> None:
    pieces: list[str] = []
    answer = ask(make(), REQUEST, pieces.append)
    assert "".join(pieces) == answer.text
    assert all(pieces)
    assert (answer.first_seconds is None) is not bool(answer.text)


def test_listening_changes_nothing_about_the_answer(make: Make) -> None:
    quiet, heard = ask(make(), REQUEST), ask(make(), REQUEST, lambda _: None)
    assert (quiet.text, quiet.finish_reason, quiet.model) == (heard.text, heard.finish_reason, heard.model)
    assert quiet.usage == heard.usage


def test_times_are_in_order(make: Make) -> None:
    answer = ask(make(), REQUEST, lambda _: None)
    assert 0.0 <= (answer.first_seconds or 0.0) <= answer.seconds


def test_answers_are_values_and_end_in_a_known_way(make: Make) -> None:
    answer = ask(make(), REQUEST)
    assert isinstance(answer, Answer)
    assert answer.finish_reason in {"stop", "length"}
    assert answer.parts == ()


def test_a_listener_that_fails_is_heard(make: Make) -> None:
    def fail(_: str) -> None:
        raise ValueError("the terminal is gone")

    if ask(make(), REQUEST).text:
        with pytest.raises(ValueError, match="the terminal is gone"):
            ask(make(), REQUEST, fail)


def test_closing_twice_and_closing_unused_is_fine(make: Make) -> None:
    backend = make()
    ask(backend, REQUEST)
    ask(backend, REQUEST)


def test_the_registry_names_every_adapter() -> None:
    assert set(ADAPTERS) == {"direct-chat", "openai-chat", "rehearsal"}
