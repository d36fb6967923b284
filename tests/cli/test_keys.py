from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import GOOD
from tests.cli.process import CTRL_C, Result, run, run_on_terminal
from tests.servers.openai_server import OpenAIServer, Reply

KEY = "sk-from-the-keyring-4711"
Keyring = Callable[..., dict[str, str]]


@pytest.fixture
def keyring(folder: Path) -> Keyring:
    """The environment of a process with one of our keyrings, and what it keeps for the backend `one`."""

    def prepare(name: str = "Kept", *, kept: str | None = None) -> dict[str, str]:
        file = folder / "kept.json"
        if kept is not None:
            file.write_text(json.dumps({"grimoire/ONE_API_KEY": kept}), encoding="utf-8")
            remember("ONE_API_KEY")
        return {
            "PYTHON_KEYRING_BACKEND": f"tests.cli.keyrings.{name}",
            "KEYRING_FILE": str(file),
            "KEYRING_LOG": str(folder / "keyring.log"),
            "ONE_API_KEY": "",
        }

    return prepare


def names_file() -> Path:
    return Path(os.environ["XDG_DATA_HOME"], "grimoire", "keyring.json")


def remember(*names: str) -> None:
    names_file().parent.mkdir(parents=True, exist_ok=True)
    names_file().write_text(json.dumps(names), encoding="utf-8")


def opened(folder: Path) -> list[str]:
    log = folder / "keyring.log"
    return log.read_text(encoding="utf-8").splitlines() if log.exists() else []


def everything_below(*folders: Path) -> bytes:
    return b"".join(path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file())


def cast(env: Mapping[str, str], *more: str) -> Result:
    return run(["cast", "mine", "willows", "-m", "one", *more], env=env)


@pytest.mark.parametrize("whose", [pytest.param("one", id="backend"), pytest.param("ONE_API_KEY", id="variable")])
@pytest.mark.parametrize("piped", [pytest.param(f"{KEY}\n", id="a line"), pytest.param(f" {KEY}\r\n", id="of windows")])
def test_a_key_that_was_piped_in_is_what_the_service_is_sent(
    backends: OpenAIServer, write_spell: Callable[..., Path], keyring: Keyring, whose: str, piped: str
) -> None:
    write_spell()
    done = run(["keys", "set", whose], stdin=piped, env=keyring())
    assert (done.code, done.out) == (0, "")
    assert KEY not in done.err
    answered = cast(keyring())
    assert (answered.code, answered.out) == (0, GOOD + "\n")
    assert backends.received[-1].key == KEY


def test_the_environment_comes_first_and_the_keyring_is_not_opened(
    backends: OpenAIServer, write_spell: Callable[..., Path], keyring: Keyring, folder: Path
) -> None:
    write_spell()
    env = {**keyring(kept=KEY), "ONE_API_KEY": "sk-of-the-environment"}
    assert cast(env).code == 0
    assert backends.received[-1].key == "sk-of-the-environment"
    assert opened(folder) == []
    told = run(["keys", "set", "one"], stdin="sk-new", env=env)
    assert "$ONE_API_KEY is set too, and comes first" in told.err


@pytest.mark.usefixtures("backends")
def test_nobody_opens_the_keyring_but_who_uses_a_key_in_it(
    write_spell: Callable[..., Path], keyring: Keyring, folder: Path
) -> None:
    write_spell()
    env = {**keyring(kept=KEY), "TWO_API_KEY": ""}
    for args in (["backends"], ["doctor"], ["keys", "list"], ["cast", "mine", "x", "-m", "one", "--dry-run"], ["list"]):
        assert run(args, env=env).code == 0
    assert cast(env, "-m", "two").code == 3
    assert run(["cast", "mine", "x", "-m", "two"], env=env).code == 3
    assert run(["cast", "mine", "x", "-m", "rehearsal"], env=env).code == 0
    assert opened(folder).count("get ONE_API_KEY") <= 1, "the cast at both"
    before = len(opened(folder))
    assert run(["cast", "mine", "x", "-m", "two"], env=env).code == 3
    assert len(opened(folder)) == before


@pytest.mark.usefixtures("backends")
def test_where_no_key_was_put_into_the_keyring_it_is_not_even_imported(
    write_spell: Callable[..., Path], keyring: Keyring
) -> None:
    write_spell()
    env = {**keyring("No.Such"), "TWO_API_KEY": ""}
    missing = run(["cast", "mine", "x", "-m", "one"], env=env)
    assert (missing.code, missing.out) == (3, "")
    assert missing.err == (
        "grimoire: one: $ONE_API_KEY is not set\n"
        "  export ONE_API_KEY=… or keep it in the keyring, grimoire keys set one; and try again\n"
    )
    missing = run(["translate", "mine", "--to", "zh", "--with", "deepl"], env={**env, "DEEPL_AUTH_KEY": ""})
    assert (missing.code, "$DEEPL_AUTH_KEY is not set" in missing.err) == (3, True)


@pytest.mark.parametrize(
    ("name", "kept", "said"),
    [
        pytest.param("Locked", KEY, "KeyringLocked: Failed to unlock the collection!", id="locked"),
        pytest.param("Raising", KEY, "ZeroDivisionError: org.freedesktop.DBus Error", id="raises"),
        pytest.param("Broken", KEY, "no keyring can be opened", id="broken"),
        pytest.param("No.Such", KEY, "no keyring can be opened", id="not there"),
        pytest.param("Odd", KEY, "no key: it is no text", id="no text"),
        pytest.param("Lines", KEY, "no key: it has several lines", id="several lines"),
        pytest.param("Kept", "", "no key: it is empty", id="empty"),
        pytest.param("PlaintextKeyring", KEY, "keeps keys in a plain file", id="plain file"),
        pytest.param("PlainChain", KEY, "keeps keys in a plain file", id="chain of plain files"),
    ],
)
@pytest.mark.usefixtures("backends")
def test_a_keyring_that_gives_no_key_is_one_clear_line(
    write_spell: Callable[..., Path], keyring: Keyring, name: str, kept: str, said: str
) -> None:
    write_spell()
    failed = cast(keyring(name, kept=kept))
    assert (failed.code, failed.out) == (3, "")
    assert said in failed.err
    assert "$ONE_API_KEY" in failed.err
    assert len(failed.err.splitlines()) == 2, failed.err
    assert "sk-" not in failed.err


@pytest.mark.usefixtures("backends")
def test_a_key_that_somebody_else_took_out_of_the_keyring_is_missing(
    write_spell: Callable[..., Path], keyring: Keyring
) -> None:
    write_spell()
    env = keyring()
    remember("ONE_API_KEY")
    failed = cast(env)
    assert failed.code == 3
    assert "the keyring has it no more" in failed.err
    assert run(["keys", "delete", "one"], env=env).code == 0
    assert json.loads(names_file().read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", ["keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"])
@pytest.mark.usefixtures("backends")
def test_a_keyring_that_is_none_is_refused(keyring: Keyring, name: str) -> None:
    refused = run(["keys", "set", "one"], stdin=KEY, env={**keyring(), "PYTHON_KEYRING_BACKEND": name})
    assert refused.code == 2
    assert "there is no keyring on this system" in refused.err
    assert not names_file().exists()


@pytest.mark.usefixtures("backends")
def test_of_a_chain_the_one_that_is_no_plain_file_is_taken(keyring: Keyring) -> None:
    assert run(["keys", "set", "one"], stdin=KEY, env=keyring("Chain")).code == 0
    assert json.loads(names_file().read_text(encoding="utf-8")) == ["ONE_API_KEY"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("Locked", "KeyringLocked: Failed to unlock", id="locked"),
        pytest.param("Quoting", "PasswordSetError: cannot store …", id="quotes the key"),
        pytest.param("Forgetting", "it does not give back what it was given", id="forgets"),
        pytest.param("PlaintextKeyring", "keeps keys in a plain file", id="plain file"),
        pytest.param("Broken", "no keyring can be opened", id="broken"),
    ],
)
@pytest.mark.usefixtures("backends")
def test_a_keyring_that_does_not_take_a_key_is_one_clear_line(
    keyring: Keyring, folder: Path, name: str, said: str
) -> None:
    refused = run(["keys", "set", "one"], stdin=KEY, env=keyring(name))
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert len(refused.err.splitlines()) == 2
    assert KEY not in refused.err
    assert "\x1b" not in refused.err
    assert not names_file().exists()
    assert KEY.encode() not in everything_below(folder)


@pytest.mark.parametrize(
    ("piped", "said"),
    [
        pytest.param(b"", "it is empty", id="empty"),
        pytest.param(b" \n\n", "it is empty", id="blank"),
        pytest.param(b"sk-one\nsk-two\n", "several lines", id="two lines"),
        pytest.param(b"sk-\x1b[31m", "cannot be printed", id="controls"),
        pytest.param(b"k" * 5000, "longer than 4096", id="long"),
        pytest.param(b"\xff\xfe\x00", "cannot be read as text", id="no text"),
    ],
)
@pytest.mark.usefixtures("backends")
def test_what_is_no_key_is_refused(keyring: Keyring, folder: Path, piped: bytes, said: str) -> None:
    refused = run(["keys", "set", "one"], stdin=piped, env={**keyring(), "PYTHONIOENCODING": "utf-8"})
    assert refused.code == 2
    assert said in refused.err
    assert "sk-" not in refused.err
    assert not (folder / "kept.json").exists()


@pytest.mark.parametrize(
    ("args", "said"),
    [
        pytest.param(["one", KEY], "a key is never an argument", id="beside the backend"),
        pytest.param([KEY], "that is no backend", id="in its place"),
        pytest.param(["OTHER_API_KEY"], "that is no backend", id="a variable nobody asks for"),
        pytest.param(["ollama"], "ollama needs no key", id="needs none"),
    ],
)
@pytest.mark.usefixtures("backends")
def test_whose_key_it_is_has_to_be_known_and_a_key_in_the_wrong_place_is_not_repeated(
    keyring: Keyring, args: list[str], said: str
) -> None:
    refused = run(["keys", "set", *args], stdin=KEY, env=keyring())
    assert refused.code == 2
    assert said in refused.err
    assert KEY not in refused.err + refused.out


@pytest.mark.usefixtures("backends")
def test_on_a_terminal_the_key_is_asked_for_and_not_shown(keyring: Keyring, folder: Path) -> None:
    asked = run_on_terminal(
        ["keys", "set", "one"], answers=[("key for $ONE_API_KEY (not shown): ", f"{KEY}\n")], env=keyring()
    )
    assert asked.code == 0
    assert KEY not in asked.out
    assert json.loads((folder / "kept.json").read_text(encoding="utf-8")) == {"grimoire/ONE_API_KEY": KEY}


@pytest.mark.parametrize(
    ("typed", "code"), [pytest.param(CTRL_C, 130, id="ctrl-c"), pytest.param("\x04", 2, id="ctrl-d")]
)
@pytest.mark.usefixtures("backends")
def test_who_gives_no_key_after_all_keeps_none(keyring: Keyring, folder: Path, typed: str, code: int) -> None:
    asked = run_on_terminal(["keys", "set", "one"], answers=[("(not shown): ", typed)], env=keyring())
    assert asked.code == code
    assert "Traceback" not in asked.out
    assert not (folder / "kept.json").exists()


@pytest.mark.usefixtures("backends")
def test_nobody_is_asked_for_a_key_that_no_keyring_would_take(keyring: Keyring) -> None:
    asked = run_on_terminal(["keys", "set", "one"], env=keyring("PlaintextKeyring"))
    assert asked.code == 2
    assert "not shown" not in asked.out


@pytest.mark.usefixtures("backends")
def test_keys_are_listed_by_where_they_come_from_and_never_shown(keyring: Keyring) -> None:
    env = {**keyring(kept=KEY), "DEEPL_AUTH_KEY": KEY}
    listed = run(["keys", "list"], env=env)
    assert listed.code == 0
    assert listed.out.splitlines() == [
        "ONE_API_KEY     keyring  (one)",
        "TWO_API_KEY     environment  (two)",
        "DEEPL_AUTH_KEY  environment  (deepl)",
    ]
    one, *_ = run(["keys", "list", "--json"], env=env).json
    assert one == {"variable": "ONE_API_KEY", "for": "one", "set": True, "from": "keyring"}
    for args in (["backends"], ["backends", "--json"], ["doctor"], ["doctor", "--json"]):
        told = run(args, env=env)
        assert "keyring" in told.out
        assert KEY not in told.out + told.err
    facts = {facts["name"]: facts for facts in run(["backends", "--json"], env=env).json}
    assert (facts["one"]["key_set"], facts["one"]["key_from"]) == (True, "keyring")
    assert (facts["openai"]["key_set"], facts["openai"]["key_from"]) == (False, "")


@pytest.mark.usefixtures("backends")
def test_a_deleted_key_is_gone(write_spell: Callable[..., Path], keyring: Keyring, folder: Path) -> None:
    write_spell()
    env = keyring(kept=KEY)
    assert run(["keys", "delete", "ONE_API_KEY"], env=env).code == 0
    assert KEY.encode() not in everything_below(folder)
    assert cast(env).code == 3
    again = run(["keys", "delete", "one"], env=env)
    assert (again.code, "no key of $ONE_API_KEY is in the keyring" in again.err) == (2, True)


@pytest.mark.usefixtures("backends")
def test_a_key_that_the_keyring_does_not_let_go_of_stays_in_the_list(keyring: Keyring) -> None:
    refused = run(["keys", "delete", "one"], env=keyring("Locked", kept=KEY))
    assert refused.code == 2
    assert "the keyring did not remove the key of $ONE_API_KEY" in refused.err
    assert json.loads(names_file().read_text(encoding="utf-8")) == ["ONE_API_KEY"]


def test_a_key_from_the_keyring_is_in_no_message_no_log_and_no_file(
    backends: OpenAIServer,
    write_spell: Callable[..., Path],
    keyring: Keyring,
    clean_environment: Path,
    folder: Path,
) -> None:
    write_spell()
    env = keyring(kept=KEY)
    backends.reply = Reply(status=401, error={"message": f"Incorrect API key provided: {KEY}"})
    refused = cast(env)
    assert refused.code == 3
    assert KEY not in refused.out + refused.err
    kept = folder / "kept.json"
    kept.rename(clean_environment / "aside")
    (clean_environment / "aside").unlink()
    assert KEY.encode() not in everything_below(clean_environment, folder)


def test_what_we_write_down_names_variables_and_what_is_no_name_is_left_out(keyring: Keyring) -> None:
    run(["keys", "set", "deepl"], stdin=KEY, env={**keyring(), "DEEPL_AUTH_KEY": ""})
    assert json.loads(names_file().read_text(encoding="utf-8")) == ["DEEPL_AUTH_KEY"]
    assert KEY not in names_file().read_text(encoding="utf-8")
    names_file().write_text('["\\u001b[31mX", "A B", "DEEPL_AUTH_KEY"]', encoding="utf-8")
    listed = run(["keys", "list"], env={**keyring(), "DEEPL_AUTH_KEY": ""})
    assert listed.out == "DEEPL_AUTH_KEY  keyring  (deepl)\n"
    names_file().write_text("{", encoding="utf-8")
    assert run(["keys", "list"], env={**keyring(), "DEEPL_AUTH_KEY": ""}).out == ""
    assert stat.S_ISREG(names_file().stat().st_mode)


@pytest.mark.usefixtures("backends")
def test_where_the_library_is_not_installed_that_is_one_clear_line(
    write_spell: Callable[..., Path], keyring: Keyring, folder: Path
) -> None:
    write_spell()
    (folder / "hidden").mkdir()
    (folder / "hidden" / "keyring.py").write_text("raise ImportError('no keyring here')", encoding="utf-8")
    path = os.pathsep.join([str(folder / "hidden"), str(Path(__file__).parents[2])])
    env = {**keyring(kept=KEY), "PYTHONPATH": path}
    failed = cast(env)
    assert failed.code == 3
    assert "pip install 'grimoire-prompts[keys]'" in failed.err
    assert len(failed.err.splitlines()) == 2
    assert run(["keys", "set", "one"], stdin=KEY, env=env).code == 2


def test_deepl_has_its_key_from_the_keyring(
    write_spell: Callable[..., Path], keyring: Keyring, deepl: object, folder: Path
) -> None:
    from tests.servers.deepl_server import KEY as DEEPL_KEY

    write_spell()
    env = {**keyring(), "DEEPL_AUTH_KEY": ""}
    assert run(["translate", "mine", "--to", "zh", "--with", "deepl"], env=env).code == 3
    assert run(["keys", "set", "deepl"], stdin=DEEPL_KEY, env=env).code == 0
    done = run(["translate", "mine", "--to", "zh", "--with", "deepl"], env=env)
    assert done.code == 0, done.err
