from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grimoire.cli.judge import LARGEST_IMAGE
from grimoire.cli.why import check_lines
from grimoire.verdict import CheckResult, Outcome
from tests.cli.conftest import GOOD
from tests.cli.process import call, run, run_on_terminal, shell

BAD = "Of elms only, and of the wind that bends them in the evening when nobody looks."
PICTURE = b"\x89PNG\r\n\x1a\n and the rest"


@pytest.fixture
def mine(write_spell: Callable[..., Path]) -> Path:
    return write_spell()


@pytest.fixture
def answer(folder: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        (folder / "answer.txt").write_text(text, encoding="utf-8")
        return "answer.txt"

    return write


def test_a_good_answer_works(mine: Path, answer: Callable[[str], str]) -> None:
    judged = run(["judge", "mine", answer(GOOD)])
    assert (judged.code, judged.err) == (0, "")
    assert judged.out.startswith("works: mine (en), case willow\n")
    assert 'passed   contains    contains "willow"' in judged.out


def test_the_check_that_decided_stands_first_with_its_evidence(mine: Path, answer: Callable[[str], str]) -> None:
    judged = run(["judge", "mine", answer(BAD)])
    assert judged.code == 1
    first, second, third, *_ = judged.out.splitlines()
    assert first == "broken: mine (en), case willow"
    assert second.split() == ["failed", "contains", "1", "of", "1", "missing:", '"willow"']
    assert third.startswith("  passed   answered")


def test_json_has_the_verdict_and_every_check(mine: Path, answer: Callable[[str], str]) -> None:
    judged = call(["judge", "mine", answer(BAD), "--json"])
    assert judged.code == 1
    assert {key: judged.json[key] for key in ("spell", "language", "case", "answer_in", "verdict")} == {
        "spell": "mine",
        "language": "en",
        "case": "willow",
        "answer_in": "en",
        "verdict": "broken",
    }
    outcomes = {check["check"]: check["outcome"] for check in judged.json["checks"]}
    assert outcomes["contains"] == "failed"
    assert outcomes["answered"] == "passed"
    assert "answer" not in judged.json


def test_a_shipped_spell_in_chinese_from_a_pipe() -> None:
    judged = shell("printf '林黛玉倒拔垂杨柳：大观园里的一场力气活\n' | grimoire judge blog-title -l zh --json")
    assert '"language": "zh"' in judged.out
    assert '"verdict": "broken"' in judged.out  # one title is not the list that the spell asks for
    assert judged.code == 1


def test_which_case_is_said_where_there_are_several(answer: Callable[[str], str]) -> None:
    judged = call(["judge", "blog-title", answer("x")])
    assert "judged as an answer to case " in judged.err
    assert "judged as" not in call(["judge", "blog-title", answer("x"), "--text", "oaks"]).err


def test_a_text_of_ones_own(mine: Path, answer: Callable[[str], str]) -> None:
    oaks = (
        "The oak stands on the hill, and no willow is near. An oak grows slowly, as oaks do, for three hundred years, "
        "and for three hundred more it stands. Its bark is deep and grey, its leaves come late in spring, and what "
        "falls from it in autumn feeds the boar and the jay. Whoever plants an oak plants it for others, since no one "
        "who put an acorn into the ground has ever sat in the shade of the tree."
    )
    judged = call(["judge", "mine", answer(oaks), "--text", "oaks", "--json"])
    assert (judged.code, judged.json["case"], judged.json["verdict"]) == (0, "", "works")
    echoed = call(["judge", "mine", answer(oaks), "--text", oaks, "--json"])
    assert (echoed.code, echoed.json["verdict"]) == (1, "broken")
    assert [check["check"] for check in echoed.json["checks"] if check["outcome"] == "failed"] == ["echo"]


@pytest.mark.parametrize(
    ("fail_on", "code"), [pytest.param("broken", 1), pytest.param("never", 0), pytest.param("partial", 1)]
)
def test_what_fails_can_be_chosen(mine: Path, answer: Callable[[str], str], fail_on: str, code: int) -> None:
    assert call(["judge", "mine", answer(BAD), "--fail-on", fail_on]).code == code


def test_how_it_ended_is_looked_at_where_it_is_said(mine: Path, answer: Callable[[str], str]) -> None:
    judged = call(["judge", "mine", answer(GOOD), "--finish", "length"])
    assert judged.code == 1
    assert "failed   finished" in judged.out


def test_an_answer_goes_on_record_with_what_a_person_says(
    mine: Path, answer: Callable[[str], str], folder: Path
) -> None:
    (folder / "shot.png").write_bytes(PICTURE)
    keep = ["--record", "--backend", "ernie-web/4.0", "--note", "网页版，第二次问", "--verdict", "works"]
    judged = call(["judge", "mine", answer(BAD), *keep, "--image", "shot.png", "--json"])
    assert judged.code == 1
    assert judged.json["verdict"] == "broken"
    (entry,) = call(["history", "mine", "--json"]).json
    assert (entry["id"], entry["run"]) == (judged.json["answer"], judged.json["run"])
    assert (entry["kind"], entry["backend"], entry["verdict"]) == ("judge", "ernie-web/4.0", "broken")
    assert [(o["verdict"], o["note"]) for o in entry["opinions"]] == [("works", "网页版，第二次问")]
    assert entry["images"] == ["shot.png"]
    (row,) = call(["status", "--json"]).json
    assert (row["backend"], row["standing"]) == ("ernie-web/4.0", "broken"), "a person's verdict is not the checks'"
    shown = call(["history", "mine", "--why", "--images", "out"])
    assert "a person: works: 网页版，第二次问" in shown.out
    assert "failed   contains" in shown.out
    assert (folder / "out" / f"{entry['id']}-1.png").read_bytes() == PICTURE


def test_evidence_from_a_web_page_counts_with_the_trials(mine: Path, answer: Callable[[str], str]) -> None:
    for text in (GOOD, BAD, BAD, BAD):
        call(["judge", "mine", answer(text), "--record", "--backend", "web"])
    (row,) = call(["status", "--json"]).json
    assert (row["standing"], row["change"], row["answers"]) == ("broken", "regressed", 3)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["mine", "answer.txt", "--record"], "--record needs --backend", id="record-without-backend"),
        pytest.param(["mine", "answer.txt", "--note", "x"], "add --record", id="note-without-record"),
        pytest.param(
            ["mine", "answer.txt", "--record", "--backend", "rehearsal/sample"],
            "cannot be put on record",
            id="rehearsal",
        ),
        pytest.param(
            ["mine", "answer.txt", "--record", "--backend", "a\nb"],
            "cannot be put on record",
            id="line-break-in-backend",
        ),
        pytest.param(
            ["mine", "answer.txt", "--record", "--backend", "w", "--image", "answer.txt"], "no picture", id="no-picture"
        ),
        pytest.param(["mine", "nothing.txt"], "nothing.txt", id="no-such-file"),
        pytest.param(["mine", "spells"], "spells", id="a-folder"),
        pytest.param(["mine", "answer.txt", "--case", "oak"], "there are: willow", id="no-such-case"),
        pytest.param(
            ["mine", "answer.txt", "--case", "willow", "--text", "x"], "exclude each other", id="case-and-text"
        ),
        pytest.param(["mnie", "answer.txt"], "did you mean `mine`", id="mistyped"),
        pytest.param(["mine", "answer.txt", "-l", "zh"], "no translation into zh", id="no-translation"),
        pytest.param(["mine", "bytes.txt"], "not UTF-8", id="not-utf-8"),
    ],
)
def test_a_wrong_call_is_told_in_a_line_and_records_nothing(
    mine: Path, answer: Callable[[str], str], folder: Path, args: list[str], said: str
) -> None:
    answer(GOOD)
    (folder / "bytes.txt").write_bytes(b"\xff\xfe\x00x")
    refused = call(["judge", *args])
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert call(["history", "mine", "--json"]).json == []


def test_an_answer_on_which_there_is_no_verdict_does_not_pass(
    write_spell: Callable[..., Path], answer: Callable[[str], str]
) -> None:
    write_spell(**{"- contains: willow": "- contains: willow\n  - judge: It names a tree."})
    for fail_on, code in (("partial", 1), ("broken", 1), ("never", 0)):
        judged = call(["judge", "mine", answer(GOOD), "--fail-on", fail_on])
        assert (judged.code, judged.out.partition(":")[0]) == (code, "error")
    assert "crashed  judge       no judge is set" in judged.out


def test_what_decided_stands_first_and_musts_before_wishes() -> None:
    def check(name: str, outcome: Outcome, *, should: bool = False) -> CheckResult:
        return CheckResult(check=name, version=1, outcome=outcome, reason="so", should=should)

    lines = check_lines(
        [
            check("skipped", "skipped"),
            check("passed", "passed"),
            check("wished", "failed", should=True),
            check("crashed", "crashed"),
            check("wanted", "failed"),
        ]
    )
    assert [line.split()[1] for line in lines] == ["wanted", "wished", "crashed", "passed", "skipped"]


def test_what_is_no_file_is_no_picture(mine: Path, answer: Callable[[str], str], folder: Path) -> None:
    """A device never ends, and a pipe may never begin."""
    os.mkfifo(folder / "pipe.png")
    (folder / "large.png").write_bytes(PICTURE.ljust(LARGEST_IMAGE + 1))
    (folder / "film.webp").write_bytes(b"RIFF\x00\x00\x00\x00AVI LIST")
    for image in ("/dev/zero", "pipe.png", "large.png", "film.webp"):
        refused = call(["judge", "mine", answer(GOOD), "--record", "--backend", "web", "--image", image])
        assert (refused.code, refused.out) == (2, "")
        assert f"{image} is no picture that can be kept" in refused.err
    (folder / "large.png").write_bytes(PICTURE.ljust(LARGEST_IMAGE))
    assert call(["judge", "mine", "answer.txt", "--record", "--backend", "web", "--image", "large.png"]).code == 0


def test_a_backend_is_the_same_with_spaces_around_its_name(mine: Path, answer: Callable[[str], str]) -> None:
    for name in ("web/1", " web/1 "):
        call(["judge", "mine", answer(GOOD), "--record", "--backend", name])
    assert [(row["backend"], row["answers"]) for row in call(["status", "--json"]).json] == [("web/1", 2)]


def test_the_mark_that_some_editors_put_first_is_no_part_of_the_answer(
    mine: Path, answer: Callable[[str], str]
) -> None:
    piped = run(["judge", "mine", "--json"], stdin="\ufeff" + GOOD)
    assert piped.json == call(["judge", "mine", answer("\ufeff" + GOOD), "--json"]).json
    assert piped.json == call(["judge", "mine", answer(GOOD), "--json"]).json


def test_a_terminal_is_not_read_for_an_answer(mine: Path) -> None:
    refused = run_on_terminal(["judge", "mine"])
    assert refused.code == 2
    assert "no answer to judge" in refused.out


def test_control_characters_of_an_answer_reach_no_terminal(mine: Path, answer: Callable[[str], str]) -> None:
    judged = call(["judge", "mine", answer("\x1b[31mI'm sorry, but I can't help with that.\x1b[0m")])
    assert "\x1b" not in judged.out
