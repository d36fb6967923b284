from __future__ import annotations

import pytest

from grimoire.cli.argv import join_resume

ID = "20261123T214501-3f9a"


@pytest.mark.parametrize(
    ("after", "joined"),
    [
        pytest.param([], ["--resume="], id="alone"),
        pytest.param(["mine"], ["--resume=", "mine"], id="before-a-spell"),
        pytest.param(["-m", "one"], ["--resume=", "-m", "one"], id="before-an-option"),
        pytest.param([ID, "--yes"], [f"--resume={ID}", "--yes"], id="an-id"),
        pytest.param(["20261123"], ["--resume=20261123"], id="a-day"),
        pytest.param(["20261123T2145"], ["--resume=20261123T2145"], id="a-minute"),
        pytest.param(["20261123T214501-"], ["--resume=20261123T214501-"], id="a-second"),
        pytest.param(["2026112"], ["--resume=", "2026112"], id="seven-digits"),
        pytest.param(["last"], ["--resume=last"], id="last"),
        pytest.param(["last~12"], ["--resume=last~12"], id="one-before"),
        pytest.param(["last-will"], ["--resume=", "last-will"], id="a-spell-that-begins-with-last"),
        pytest.param(["./last"], ["--resume=", "./last"], id="a-file"),
        pytest.param(["--resume", "last"], ["--resume=", "--resume=last"], id="twice"),
    ],
)
def test_a_run_after_resume(after: list[str], joined: list[str]) -> None:
    assert join_resume(["trial", "-n", "1", "--resume", *after]) == ["trial", "-n", "1", *joined]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["trial", "--resume=last"], id="joined-already"),
        pytest.param(["trial", "--", "--resume", "last"], id="after-the-end-of-options"),
        pytest.param(["cast", "tldr", "--resume", "last"], id="another-command"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_stays_as_it_is(arguments: list[str]) -> None:
    assert join_resume(arguments) == arguments
