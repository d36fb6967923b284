"""`cast --with` and `lint --with`: spells of other roles joined, and what contradicts each other refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from grimoire.ledger import open_ledger
from tests.cli.chains import write
from tests.cli.conftest import asked
from tests.cli.process import call, run
from tests.servers.openai_server import OpenAIServer, Reply

TALE = "[VARIABLE1:Size:short:short|long]Tell a [VARIABLE1] tale of [PROMPT] in [TARGETLANGUAGE]."
SPELLS = {
    "tale": f"title: A Tale\nprompt: '{TALE}'\nchecks:\n  - contains: willow\n  - matches: tale",
    "tale.zh": "prompt: '[VARIABLE1:篇幅:短:短|长]用[TARGETLANGUAGE]讲一个[VARIABLE1]故事：[PROMPT]'",
    "talk-as": "role: voice\nprompt: '[VARIABLE1:Who:a pirate]Talk as [VARIABLE1].'",
    "rows": "role: format\nprompt: Return only JSON.\nchecks: [{json: }]",
    "heads": "prompt: 'Write about [PROMPT] with 3 headings.'",
}


@pytest.fixture(autouse=True)
def service(folder: Path, backends: OpenAIServer) -> OpenAIServer:
    for name, text in SPELLS.items():
        write(folder, name, text)
    backends.reply = Reply(text='{"tale": "of a willow"}')
    return backends


def dry(*args: str) -> str:
    shown = call(["cast", "--dry-run", *args])
    assert (shown.code, shown.err) == (0, "")
    return shown.out


def test_the_joined_spell_is_sent_judged_by_all_its_checks_and_recorded_under_the_joined_name(
    service: OpenAIServer, folder: Path
) -> None:
    command = [
        "cast",
        "tale",
        "willows",
        "--with",
        "rows",
        "--with",
        "talk-as",
        "-m",
        "one",
        "--ledger",
        "l.db",
        "--json",
    ]
    done = run(command)
    assert asked(service.bodies[0]) == (
        "Talk as a pirate.\n\nTell a short tale of willows in English.\n\nReturn only JSON.\n"
    )
    checks = {check["check"]: check["outcome"] for check in done.json["checks"]}
    assert (checks["json"], checks["contains"]) == ("passed", "passed")
    assert "matches" not in checks
    with open_ledger(folder / "l.db") as ledger:
        assert ledger.spells() == ["tale+rows+talk-as"]


def test_variables_of_all_parts_are_given_by_number_and_by_label() -> None:
    by_label = dry("tale", "willows", "--with", "talk-as", "-p", "Who=a cook", "-p", "Size=long")
    assert by_label == "Talk as a cook.\n\nTell a long tale of willows in English.\n"
    assert dry("tale", "willows", "--with", "talk-as", "-p", "2=a cook", "-p", "1=long") == by_label


def test_each_part_is_sent_in_the_language_asked_for_and_one_without_it_is_named(folder: Path) -> None:
    refused = call(["cast", "tale", "willows", "--with", "talk-as", "-l", "zh", "--dry-run"])
    assert refused.code == 2
    assert "`talk-as` has no translation into zh" in refused.err
    assert "grimoire translate talk-as --to zh" in refused.err
    write(folder, "talk-as.zh", "prompt: '[VARIABLE1:谁:海盗]像[VARIABLE1]那样说话。'")
    shown = dry("tale", "柳树", "--with", "talk-as", "-l", "zh", "-p", "谁=厨子", "-p", "篇幅=长")
    assert shown == "像厨子那样说话。\n\n用中文讲一个长故事：柳树\n"


def test_a_stale_part_is_told_as_ever(folder: Path) -> None:
    path = write(folder, "talk-as.zh", "prompt: '[VARIABLE1:谁:海盗]像[VARIABLE1]那样说话。'")
    path.write_text(path.read_text(encoding="utf-8").replace("source: '", "source: 'x"), encoding="utf-8")
    told = call(["cast", "tale", "柳树", "--with", "talk-as", "-l", "zh", "--dry-run"])
    assert told.code == 0
    assert "the translation of talk-as into zh is stale" in told.err


def test_a_contradiction_is_refused_with_both_places_unless_forced(service: OpenAIServer) -> None:
    command = ["cast", "heads", "willows", "--with", "rows", "-m", "one"]
    refused = call(command)
    assert (refused.code, refused.out, service.count) == (2, "", 0)
    assert refused.err == (
        "spells/heads.yaml:2:1: error: two output formats: `heads` has “3 headings”, "
        "`rows` has “Return only JSON” (spells/rows.yaml:3) "
        "(leave one of them out, or cast them all the same with --force)\n"
    )
    forced = call([*command, "--force"])
    assert (forced.code, service.count) == (0, 1)
    assert "warning: two output formats" in forced.err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["talk-as", "x"], "nothing says what to do: `talk-as` (voice)", id="a-voice-alone"),
        pytest.param(["talk-as", "x", "--with", "rows"], "nothing says what to do", id="no-task"),
        pytest.param(
            ["tale", "x", "--with", "heads"], "two tasks cannot be joined: `tale` and `heads`", id="two-tasks"
        ),
        pytest.param(["tale", "x", "--with", "rows", "--with", "rows"], "two formats", id="two-formats"),
        pytest.param(["tale", "x", "--with", "rovs"], "did you mean `rows`", id="mistyped"),
        pytest.param(["tale", "x", "--with", "translated-tldr"], "is a chain, which cannot be joined", id="a-chain"),
    ],
)
def test_what_is_not_joined(service: OpenAIServer, args: list[str], said: str) -> None:
    refused = call(["cast", *args, "-m", "one"])
    assert (refused.code, refused.out, service.count) == (2, "", 0)
    assert said in refused.err


def test_lint_finds_in_every_shared_language_what_cast_would_refuse() -> None:
    found = call(["lint", "social-posts-table", "--with", "as-json"])
    assert found.code == 2
    first, second = found.out.splitlines()
    assert "social-posts-table.yaml:13:" in first
    assert "social-posts-table.zh.yaml:14:" in second
    assert "two output formats" in second
    assert "as-json.zh.yaml:8" in second
    told = call(["lint", "social-posts-table", "--with", "as-json", "--json"]).lines
    assert [each["gate"] for each in told] == ["contradiction", "contradiction"]
    fine = call(["lint", "tldr", "--with", "in-plain-words", "--with", "as-bullets"])
    assert (fine.code, fine.out, fine.err) == (0, "", "0 errors, 0 warnings\n")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["--with", "as-json"], "--with is for one spell", id="no-spell"),
        pytest.param(["tldr", "lines-of", "--with", "as-json"], "--with is for one spell", id="two"),
        pytest.param(["tldr", "--with", "as-json", "--strength"], "without --strength", id="strength"),
        pytest.param(["tldr", "--with", "lines-of"], "two tasks", id="tasks"),
        pytest.param(["tldr", "--with", "as-jsn"], "did you mean `as-json`", id="mistyped"),
    ],
)
def test_what_lint_with_is_not_for(args: list[str], said: str) -> None:
    refused = call(["lint", *args])
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err


def test_the_dream_of_the_book() -> None:
    """用灼眼的夏娜的语气说林黛玉的台词."""
    shown = dry(
        *("lines-of", "-l", "zh", "--with", "in-the-voice-of", "-p", "说话人=林黛玉", "-p", "角色=灼眼的夏娜"),
        "宝玉又送来一方旧帕子",
    )
    assert shown.startswith("你写下的一切，都用灼眼的夏娜的语气。\n")
    assert "说话人：林黛玉\n" in shown
    assert "场景：宝玉又送来一方旧帕子\n" in shown
    assert shown.index("夏娜") < shown.index("林黛玉")


def test_the_sample_is_rehearsed_in_a_voice_and_not_in_a_format() -> None:
    voiced = call(["cast", "lines-of", "--case", "willow", "--with", "with-dry-wit", "-m", "rehearsal/sample"])
    assert (voiced.code, voiced.out.startswith("林黛玉：")) == (0, True)
    formed = call(["cast", "lines-of", "--case", "willow", "--with", "as-json", "-m", "rehearsal/sample"])
    assert (formed.code, "林黛玉：" in formed.out) == (0, False)
