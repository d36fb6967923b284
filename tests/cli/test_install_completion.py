"""Completion is installed for the shell that is named, else for the one it is called from, and works from then on."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.process import PATIENCE, call, environment, run
from tests.cli.real_shells import GO, need, printed, put_on_path, type_in

PLACES = {
    "bash": ".bash_completions/grimoire.sh",
    "zsh": ".zfunc/_grimoire",
    "fish": ".config/fish/completions/grimoire.fish",
}


@pytest.fixture
def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    put_on_path(folder, monkeypatch)
    return folder


@pytest.mark.parametrize("shell", PLACES)
def test_completion_is_installed_where_the_shell_reads_it(shell: str, clean_environment: Path) -> None:
    done = run(["--install-completion", shell])
    assert (done.code, done.out.splitlines()[0]) == (
        0,
        f"{shell} completion installed in {clean_environment / PLACES[shell]}",
    )
    assert [other for other in PLACES if (clean_environment / PLACES[other]).exists()] == [shell]
    script = (clean_environment / PLACES[shell]).read_text(encoding="utf-8")
    assert script.strip() == run([f"--show-completion={shell}"]).out.strip()


@pytest.mark.parametrize("caller", PLACES)
@pytest.mark.parametrize("named", PLACES)
def test_the_shell_that_is_named_counts_not_the_one_it_is_typed_in(
    caller: str, named: str, on_path: Path, clean_environment: Path
) -> None:
    line = f"grimoire --install-completion {named}; grimoire --show-completion {named}"
    subprocess.run(
        [need(caller), "-c", f"{line}; true"], env=environment(), capture_output=True, check=True, timeout=PATIENCE
    )
    assert [each for each in PLACES if (clean_environment / PLACES[each]).exists()] == [named]


@pytest.mark.parametrize("caller", PLACES)
def test_with_no_name_it_is_the_shell_it_is_typed_in(caller: str, on_path: Path, clean_environment: Path) -> None:
    line = "grimoire --install-completion; grimoire --show-completion; true"
    done = subprocess.run(
        [need(caller), "-c", line], env=environment(), capture_output=True, check=True, text=True, timeout=PATIENCE
    )
    assert [each for each in PLACES if (clean_environment / PLACES[each]).exists()] == [caller]
    assert done.stdout.startswith(f"{caller} completion installed in ")
    assert run(["--show-completion", caller]).out in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["tcsh"], " tcsh: no shell Grimoire completes in", id="an unknown shell"),
        pytest.param(["zsh", "fish"], " takes one shell and nothing else, not 'fish'", id="two shells"),
        pytest.param(["zsh", "--version"], " takes one shell and nothing else, not '--version'", id="another option"),
    ],
)
@pytest.mark.parametrize("option", ["--install-completion", "--show-completion"])
def test_what_is_no_shell_is_refused(option: str, arguments: list[str], said: str, clean_environment: Path) -> None:
    for line in ([option, *arguments], [f"{option}={arguments[0]}", *arguments[1:]]):
        told = call(line)
        assert (told.code, told.out, told.err.splitlines()[0]) == (2, "", f"grimoire: {option}{said}")
    assert not list(clean_environment.glob(".z*"))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param("dash", "dash is no shell Grimoire completes in", id="another shell"),
        pytest.param(None, "cannot make out what shell this is", id="none"),
    ],
)
def test_where_no_shell_is_made_out_it_asks_for_a_name(
    found: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grimoire.cli.shells._get_shell_name", lambda: found)
    told = call(["--install-completion"])
    names = "bash | zsh | fish | powershell | pwsh"
    said = f"grimoire: --install-completion: {said}\n  name one: --install-completion {names}\n"
    assert (told.code, told.out, told.err) == (2, "", said)


def test_help_is_shown_also_after_a_shell() -> None:
    assert call(["--install-completion", "zsh", "--help"]).out == call(["--help"]).out


def test_zsh_completes_from_the_first_tab_on_with_what_was_installed(on_path: Path) -> None:
    (on_path / ".zshrc").write_text(f"PS1='{GO}'\nunsetopt beep\nbindkey -e\n", encoding="utf-8")
    home = {"HOME": str(on_path), "ZDOTDIR": str(on_path)}
    assert run(["--install-completion", "zsh"], env=home).code == 0
    with (on_path / ".zshrc").open("a", encoding="utf-8") as rc:
        rc.write("show() { printf '<%s>' \"$@\"; echo . }\n")
    # The next Tab comes only where the one before has completed: one that only rings would leave the line as it is.
    answers = [
        (GO, "grimoire cast tl\t"),
        ("tldr", "-l e\t"),
        ("en", "\x01\x1bdshow\n"),
        (">.", "exit\n"),
    ]
    shown = type_in([need("zsh"), "-d", "-i"], answers, **home)
    assert "<cast><tldr><-l><en>." in printed(shown)
