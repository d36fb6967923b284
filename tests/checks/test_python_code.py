from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grimoire.checks import build, python_code, yardstick
from grimoire.checks.own import BadCheck
from grimoire.judge import judge
from grimoire.ports import Check
from grimoire.spell import CheckSpec
from tests.checks.samples import exchange

Write = Callable[[str], None]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    folder.mkdir()
    python_code.allow(folder)
    yield folder
    python_code.allow(None)


@pytest.fixture
def write(project: Path) -> Write:
    def write_it(code: str) -> None:
        (project / "own.py").write_text(code, encoding="utf-8")

    return write_it


def check(wants: str = "own.py:f") -> Check:
    return build(CheckSpec(name="python", params=wants))


RETURNS: dict[str, tuple[str, str, str]] = {
    "true": ("True", "passed", "f: good"),
    "false": ("False", "failed", "f: not good"),
    "what-is-wrong": ("'第三行没有押韵'", "failed", "f: 第三行没有押韵"),
    "nothing-wrong": ("''", "passed", "f: good"),
    "blank": ("' \\n'", "passed", "f: good"),
    "both": ("(True, 'four lines')", "passed", "f: four lines"),
    "both-false": ("(False, '')", "failed", "f: not good"),
    "nothing": ("None", "crashed", "f returned NoneType, not a boolean, a text, or (boolean, text)"),
    "number": ("1", "crashed", "f returned int, not"),
    "three": ("(True, 'a', 'b')", "crashed", "f returned tuple, not"),
    "wrong-pair": ("('a', True)", "crashed", "f returned tuple, not"),
    "unsafe-text": ("'\\x1b[2J\\u202e'", "failed", "f: \\x1b[2J\\u202e"),
    "long-text": ("'x' * 10**6", "failed", "f: xxxx"),
    "raises": ("1 / 0", "crashed", "f: ZeroDivisionError division by zero"),
    "raises-unsafe-text": ("open('\\x1b[2J')", "crashed", "f: FileNotFoundError"),
    "exits": ("exit('bye')", "crashed", "f: SystemExit bye"),
    "endless-recursion": ("f(text, exchange)", "crashed", "f: RecursionError"),
}


@pytest.mark.parametrize(("code", "outcome", "said"), RETURNS.values(), ids=RETURNS)
def test_what_a_function_returns(write: Write, code: str, outcome: str, said: str) -> None:
    write(f"def f(text, exchange):\n    return {code}\n")
    result = check().judge(exchange("好"))
    assert (result.outcome, result.reason.startswith(said)) == (outcome, True), result.reason
    assert result.reason.isprintable()
    assert len(result.reason) <= 200


def test_it_sees_the_answer_without_thinking_and_the_exchange(write: Write) -> None:
    write("def f(text, exchange):\n    return f'{text}|{exchange.text}|{exchange.answer_in}|{exchange.incantation}'\n")
    given = exchange("<think>hm</think>好", text="茶", answer_in="zh", incantation="写茶")
    assert check().judge(given).reason == "f: 好|茶|zh|写茶"


def test_off_unless_it_is_allowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.py").write_text("def f(text, exchange): return True\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadCheck, match="python checks are off: set python_checks: true in the settings of the project"):
        check()
    python_code.allow(tmp_path)
    assert check().judge(exchange("好")).outcome == "passed"
    python_code.allow(None)
    with pytest.raises(BadCheck, match="python checks are off"):
        check()


def test_building_a_check_runs_nothing(project: Path, write: Write) -> None:
    write(f"open({str(project / 'ran')!r}, 'w').close()\n\ndef f(text, exchange):\n    return True\n")
    built = check()
    assert not (project / "ran").exists()
    assert built.judge(exchange("好")).outcome == "passed"
    assert (project / "ran").exists()


def test_a_file_is_run_once(write: Write) -> None:
    write("runs = []\n\ndef f(text, exchange):\n    runs.append(text)\n    return f'{len(runs)}'\n")
    assert [check().judge(exchange("好")).reason for _ in range(3)] == ["f: 1", "f: 2", "f: 3"]


def test_a_file_that_fails_when_run_crashes_the_check(write: Write) -> None:
    write("import no_such_module_at_all\n\ndef f(text, exchange):\n    return True\n")
    before = set(sys.modules)
    verdict = judge(exchange("好"), [check(), check()])
    assert [each.outcome for each in verdict.checks] == ["crashed", "crashed"]
    assert "ModuleNotFoundError No module named 'no_such_module_at_all'" in verdict.checks[0].reason
    assert set(sys.modules) == before
    assert verdict.kind == "error"


def test_it_hides_no_module_and_leaves_no_bytecode(project: Path) -> None:
    (project / "json.py").write_text("def f(text, exchange):\n    return True\n", encoding="utf-8")
    import json

    assert check("json.py:f").judge(exchange("好")).outcome == "passed"
    assert sys.modules["json"] is json
    assert str(project) not in sys.path
    assert [path.name for path in project.iterdir()] == ["json.py"]


def test_dataclasses_work(write: Write) -> None:
    write(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n@dataclass\nclass A:\n    b: int\n\n"
        "def f(text, exchange):\n    return A(1).b == 1\n"
    )
    assert check().judge(exchange("好")).outcome == "passed"


def test_a_changed_file_changes_the_yardstick_and_what_is_run(write: Write) -> None:
    write("def f(text, exchange):\n    return True\n")
    first = check()
    write("def f(text, exchange):\n    return False\n")
    second = check()
    assert yardstick([first]) != yardstick([second])
    assert (first.judge(exchange("好")).outcome, second.judge(exchange("好")).outcome) == ("passed", "failed")
    within = [build(CheckSpec(name="not", params={"python": "own.py:f"}))]
    before = yardstick(within)
    write("def f(text, exchange):\n    return True\n")
    assert yardstick([build(CheckSpec(name="not", params={"python": "own.py:f"}))]) != before


@pytest.mark.parametrize(
    ("wants", "said"),
    [
        pytest.param(None, "Expected `str`", id="nothing"),
        pytest.param("own.py", "matching regex", id="no-function"),
        pytest.param("own.txt:f", "matching regex", id="no-python"),
        pytest.param("own.py:f()", "matching regex", id="call"),
        pytest.param("none.py:f", "none.py cannot be read: No such file or directory", id="no-file"),
        pytest.param("folder.py:f", "folder.py cannot be read: Is a directory", id="folder"),
        pytest.param("broken.py:f", "broken.py is no Python: SyntaxError", id="syntax"),
        pytest.param("good.py:g", "good.py defines no function g", id="other-function"),
        pytest.param("good.py:later", "good.py defines no function later", id="asynchronous"),
        pytest.param("good.py:print", "good.py defines no function print", id="builtin"),
        pytest.param("../outside.py:f", "does not name a file below the project's folder", id="above"),
        pytest.param("sub/../good.py:f", "does not name a file below the project's folder", id="up-and-down"),
        pytest.param("{outside}:f", "does not name a file below the project's folder", id="absolute"),
        pytest.param("link.py:f", "link.py leads out of the project's folder", id="link"),
        pytest.param("linked/outside.py:f", "linked/outside.py leads out of the project's folder", id="linked-folder"),
        pytest.param("..\\outside.py:f", "does not name a file below the project's folder", id="backslash"),
        pytest.param("large.py:f", "large.py is larger than 1000000 bytes", id="large"),
    ],
)
def test_python_refuses(project: Path, wants: str, said: str) -> None:
    outside = project.parent / "outside.py"
    for path in (outside, project / "good.py"):
        path.write_text(
            "def f(text, exchange):\n    return True\n\nasync def later(text, exchange):\n    return True\n",
            encoding="utf-8",
        )
    (project / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (project / "large.py").write_text("def f(text, exchange): return True\n" + "#" * 1_000_001, encoding="utf-8")
    (project / "folder.py").mkdir()
    (project / "link.py").symlink_to(outside)
    (project / "linked").symlink_to(project.parent)
    with pytest.raises(BadCheck, match=r"check python: .*allowed: FILE.py:FUNCTION") as caught:
        build(CheckSpec(name="python", params=wants and wants.format(outside=outside)))
    assert said in str(caught.value)


def test_a_link_within_the_folder_will_do(project: Path) -> None:
    (project / "sub").mkdir()
    (project / "sub" / "own.py").write_text("def f(text, exchange):\n    return True\n", encoding="utf-8")
    (project / "link.py").symlink_to(project / "sub" / "own.py")
    assert check("link.py:f").judge(exchange("好")).outcome == "passed"
