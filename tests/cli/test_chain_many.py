"""Many inputs through a chain: in their order, failures apart, and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest

from grimoire.ledger import open_ledger
from grimoire.ledger.hold import hold
from tests.cli.chains import CHAIN, answer, entries, unfinished, write_all
from tests.cli.conftest import asked
from tests.cli.process import call
from tests.servers.openai_server import Body, OpenAIServer, Reply


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    write_all(folder)
    backends.reply = answer
    return backends


def of_line(body: Body) -> str:
    return asked(body).partition(" of ")[2].partition(" at ")[0].partition(" in ")[0]


def each_line(body: Body) -> Reply:
    """The first step of a line that is bad brings nothing; any other answer names its line."""
    step = "first" if "FIRST" in asked(body) else "second"
    if "broken" in of_line(body):
        return Reply(status=400)
    if "bad" in of_line(body):
        return Reply(text="")
    words = f"{of_line(body)} and an oak" if step == "second" else f"The {of_line(body)}"
    return Reply(text=f"{words} stand by the river and touch the water.")


LINES = ("cast", "both", "--each-line", "-m", "one", "--ledger", "l.db")


def test_many_inputs_go_through_a_chain_in_their_order(service: OpenAIServer, folder: Path) -> None:
    service.reply = each_line
    done = call(LINES, stdin="ash\nelm\nash\n")
    assert done.code == 0
    ash, elm = (
        f"The {tree} stand by the river and touch the water. and an oak stand by the river and touch the water.\n"
        for tree in ("ash", "elm")
    )
    assert done.out == ash + elm + ash
    assert done.err.splitlines()[:2] == ["line 1: 1/2 first: works, 18 tokens", "line 1: 2/2 second: works, 18 tokens"]
    assert (service.count, len(entries(folder)), unfinished(folder)) == (6, 6, [False])


def test_one_file_is_an_input_like_any_other_and_a_line_of_json(service: OpenAIServer, folder: Path) -> None:
    (folder / "ash.md").write_text("ash", encoding="utf-8")
    done = call(["cast", "both", "ash.md", "-m", "one"])
    assert (done.out[:6], done.err.splitlines()[0]) == ("An oak", "1/2 first: works, 18 tokens")
    (line,) = call(["cast", "both", "ash.md", "-m", "one", "--json"]).lines
    assert (line["input"], len(line["steps"])) == ("ash.md", 2)


def test_files_through_a_chain_have_headings_and_go_to_one_file(service: OpenAIServer, folder: Path) -> None:
    service.reply = each_line
    for name in ("ash", "elm"):
        (folder / f"{name}.md").write_text(name, encoding="utf-8")
    done = call(["cast", "both", "ash.md", "elm.md", "-m", "one", "-o", "out.md"])
    assert (done.code, done.out) == (0, "")
    written = (folder / "out.md").read_text(encoding="utf-8").splitlines()
    assert (written[0], written[2], written[3]) == ("==> ash.md <==", "", "==> elm.md <==")


@pytest.mark.parametrize(
    ("line", "code"), [pytest.param("bad", 1, id="nothing-to-go-on-from"), pytest.param("broken", 3, id="no-answer")]
)
def test_failures_are_told_apart_the_rest_is_handed_over_and_what_failed_is_gone_on_with(
    service: OpenAIServer, folder: Path, line: str, code: int
) -> None:
    service.reply = each_line
    failed = call([*LINES, "--json"], stdin=f"ash\n{line}\nelm\n")
    assert failed.code == code
    assert [(each["input"], each["error"] is None, len(each["steps"])) for each in failed.lines] == [
        ("line 1", True, 2),
        ("line 2", False, 0 if line == "broken" else 1),
        ("line 3", True, 2),
    ]
    assert "2 of 3 answers, 1 failed; go on" in failed.err
    before = service.count
    service.reply = answer
    done = call([*LINES, "--resume"], stdin=f"ash\n{line}\nelm\n")
    assert (done.code, len(done.out.splitlines()), service.count - before) == (0, 3, 2)
    assert unfinished(folder) == [False]


def test_code_alone_and_what_it_took(service: OpenAIServer, folder: Path) -> None:
    (folder / "out.md").write_text("before", encoding="utf-8")
    done = call([*LINES, "-x", "-u", "-o", "out.md"], stdin="ash\nelm\n")
    assert (done.code, (folder / "out.md").read_text(encoding="utf-8")) == (1, "before")
    assert "no code block in 2 answers: line 1, line 2\n" in done.err
    assert "in all 44 tokens in, 28 out" in done.err
    assert "nothing for out.md, which stays as it was" in done.err


def test_a_key_that_is_refused_is_tried_once(service: OpenAIServer) -> None:
    service.reply = Reply(status=401)
    refused = call(LINES, stdin="ash\nelm\n")
    assert (refused.code, refused.out, service.count) == (3, "", 1)
    assert refused.err.index("HTTP 401") < refused.err.index("stopped after 0 inputs; go on")
    assert refused.err.count("HTTP 401") == 1


def test_which_of_many_answers_to_go_on_from_has_to_be_said(service: OpenAIServer) -> None:
    service.reply = each_line
    call(LINES, stdin="ash\nelm\n")
    made = call([*LINES, "--json"], stdin="ash\nelm\n").lines[0]["run"]
    refused = call(["cast", "--cid", made, "shorter", "-m", "one", "--ledger", "l.db"])
    assert refused.code == 2
    assert "several questions were asked at once" in refused.err


def test_a_chain_that_is_under_way_is_not_gone_on_with_by_another(service: OpenAIServer, folder: Path) -> None:
    service.reply = Reply(status=400)
    assert call(CHAIN).code == 3
    with open_ledger(folder / "l.db") as ledger:
        (begun,) = ledger.runs()
    before = service.count
    with hold(folder / "l.db", begun):
        refused = call([*CHAIN, "--resume"])
    assert (refused.code, service.count) == (2, before)
    assert f"the cast {begun.id} is under way in another process" in refused.err
