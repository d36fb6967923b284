from __future__ import annotations

from pathlib import Path

import pytest

from grimoire.errors import ServiceFault
from grimoire.ledger import open_ledger, rescue
from grimoire.record import Outcome
from tests.cli.conftest import SECRETS
from tests.cli.process import call, run, run_on_terminal
from tests.ledger.samples import AN_ANSWER, a_cell
from tests.servers.openai_server import OpenAIServer, Reply

KEY = "sk-S3cr3t-4242"


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["backends"], id="backends"),
        pytest.param(["backends", "--json"], id="backends-json"),
        pytest.param(["doctor"], id="doctor"),
        pytest.param(["doctor", "--json"], id="doctor-json"),
    ],
)
def test_a_key_is_said_to_be_set_and_never_shown(args: list[str]) -> None:
    url = f"http://me:{KEY}@127.0.0.1/v1"
    keys = {"OPENAI_API_KEY": KEY, "DEEPL_AUTH_KEY": KEY}
    told = run(args, env={**keys, "OPENAI_BASE_URL": url, "DEEPL_SERVER_URL": url})
    assert (told.code, told.err) == (0, "")
    assert KEY not in told.out
    assert "OPENAI_API_KEY" in told.out
    assert "\x1b" not in told.out


@pytest.mark.parametrize("args", [["backends"], ["backends", "--json"], ["doctor"], ["doctor", "--json"]])
def test_a_key_that_was_put_into_settings_is_not_shown(folder: Path, args: list[str]) -> None:
    body = f"{{api_key: {KEY}, top_k: 7, deep: {{Authorization: {KEY}}}}}"
    one = f"{{base_url: 'http://127.0.0.1/v1?key={KEY}', key_env: '', model: m, extra_body: {body}}}"
    (folder / "grimoire.yaml").write_text(f"backends: {{one: {one}}}", encoding="utf-8")
    told = call(args)
    assert told.code == 0
    assert KEY not in told.out
    assert "http://127.0.0.1/v1?…" in told.out
    assert args[0] == "backends" or "7" in told.out


@pytest.mark.parametrize("args", [["backends"], ["doctor"]])
def test_settings_move_no_cursor(folder: Path, args: list[str]) -> None:
    evil = '"\\e]0;evil\\a\\e[2J\u202eseen"'
    one = f"{{base_url: {evil}, model: {evil}, key_env: ''}}"
    text = f"backend: {evil}\ncurrency: {evil}\nbackends: {{{evil}: {one}}}\n"
    (folder / "grimoire.yaml").write_text(text, encoding="utf-8")
    shown = run_on_terminal(args, env={"NO_COLOR": "1", "COLUMNS": "200"})
    assert shown.code == 0
    assert "seen" in shown.out
    assert not set("\x1b\x07\u202e") & set(shown.out)


def test_backends_lists_presets_those_of_the_settings_and_the_rehearsal(backends: OpenAIServer) -> None:
    listed = {entry["name"]: entry for entry in call(["backends", "--json"]).json}
    assert {"openai", "qianfan", "dashscope", "deepseek", "ollama", "rehearsal", "one", "two"} <= listed.keys()
    assert listed["one"] == {
        "name": "one",
        "title": "",
        "base_url": backends.base_url,
        "model": "m1",
        "key_env": "ONE_API_KEY",
        "key_set": True,
        "key_from": "environment",
        "source": "settings",
    }
    assert listed["openai"]["key_set"] is False
    assert listed["ollama"]["key_set"] is None
    assert backends.count == 0


def test_the_variable_of_the_sdk_moves_the_preset(server: OpenAIServer) -> None:
    (openai,) = call(["backends", "openai", "--json"], env={"OPENAI_BASE_URL": server.base_url}).json
    assert openai["base_url"] == server.base_url


def test_ping_asks_each_backend_that_could_answer(backends: OpenAIServer) -> None:
    backends.reply = lambda body: Reply(text="pong", model=body["model"])
    pinged = run(["backends", "--ping", "--json"])
    assert pinged.code == 0, pinged.err
    replies = {entry["name"]: entry["ping"] for entry in pinged.json if "ping" in entry}
    assert replies.keys() == {"one", "two"}
    assert replies["two"].startswith("'pong' from m2 in ")
    assert sorted(backends.keys) == sorted(SECRETS.values())


def test_ping_tells_what_failed_and_ends_with_3(backends: OpenAIServer) -> None:
    backends.reply = lambda body: Reply(status=401) if body["model"] == "m1" else Reply(text="pong")
    pinged = call(["backends", "one", "two/other", "--ping", "--json"])
    assert pinged.code == 3
    replies = {entry["name"]: entry["ping"] for entry in pinged.json}
    assert "one/m1" in replies["one"]
    assert "pong" in replies["two"]
    assert {body["model"] for body in backends.bodies} == {"m1", "other"}
    assert not any(secret in pinged.out + pinged.err for secret in SECRETS.values())


def test_a_hostile_reply_stays_on_its_line(backends: OpenAIServer) -> None:
    backends.reply = Reply(text="po\x1b[31mng\n\nfake row", model="m\x1b]0;x\x07")
    told = call(["backends", "one", "--ping"]).out
    assert "\x1b" not in told
    assert "'pong fake row' from m" in " ".join(told.split())


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        pytest.param(["oneself"], 2, "did you mean `one`", id="unknown"),
        pytest.param(["deepseek", "--ping"], 3, "", id="ping-without-a-key"),
    ],
)
def test_backends_refuses(backends: OpenAIServer, args: list[str], code: int, said: str) -> None:
    refused = call(["backends", *args])
    assert refused.code == code
    assert said in refused.err
    assert backends.count == 0


def test_doctor_tells_what_is_in_force_and_from_where(backends: OpenAIServer, folder: Path) -> None:
    (folder / "extra").mkdir()
    told = run(["doctor", "--json"], env={"GRIMOIRE_SPELLS": "extra", "GRIMOIRE_JOBS": "3", "GRIMOIRE_LEDGER": "l.db"})
    assert (told.code, told.err) == (0, "")
    settings = {entry["key"]: (entry["value"], entry["from"]) for entry in told.json["Settings"]}
    assert settings["jobs"] == (3, "$GRIMOIRE_JOBS")
    assert settings["retries"] == (0, str(folder / "grimoire.yaml"))
    assert settings["samples"] == ("auto", "default")
    assert told.json["Spells"][0]["folder"] == "extra"
    assert {"variable": "ONE_API_KEY", "for": "one", "set": True, "from": "environment"} in told.json["Keys"]
    assert told.json["Ledger"][0]["file"] == "l.db"
    assert not (folder / "l.db").exists()


def test_doctor_looks_into_the_ledger_and_changes_nothing(folder: Path) -> None:
    call(["trial", "tldr", "-l", "en", "--ledger", "l.db"])
    (ledger,) = call(["doctor", "--json", "--ledger", "l.db"]).json["Ledger"]
    assert (ledger["state"], ledger["runs"]) == ("ok", 1)
    (folder / "no.db").write_text("this is no database, and doctor must say so", encoding="utf-8")
    before = (folder / "no.db").read_bytes()
    broken = call(["doctor", "--ledger", "no.db"])
    assert broken.code == 0
    assert "no.db" in broken.out
    assert (folder / "no.db").read_bytes() == before


def test_doctor_finds_damage_that_opening_does_not(folder: Path) -> None:
    file = folder / "l.db"
    with open_ledger(file) as ledger:
        run = ledger.start("trial", {})
        for sample in range(1, 40):
            ledger.add_answer(run, a_cell(sample=sample), AN_ANSWER)
    pages = bytearray(file.read_bytes())
    pages[len(pages) // 2 : len(pages) // 2 + 4096] = b"\xff" * 4096
    file.write_bytes(pages)
    (told,) = call(["doctor", "--json", "--ledger", "l.db"]).json["Ledger"]
    assert "is damaged" in told["state"]
    assert "put back a copy" in told["state"]
    assert file.read_bytes() == pages


def test_doctor_says_that_a_large_ledger_takes_a_while(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ledger(folder / "l.db").close()
    assert "looking through" not in call(["doctor", "--ledger", "l.db"]).err
    monkeypatch.setattr("grimoire.cli.doctor.LARGE", 1000)
    told = call(["doctor", "--json", "--ledger", "l.db"])
    assert "looking through 0.0 GB of ledger" in told.err
    assert told.json["Ledger"][0]["state"] == "ok"


def save(folder: Path) -> Path:
    """Two answers and an error that the ledger could not take."""
    with open_ledger(folder / "l.db") as ledger:
        run = ledger.start("trial", {})
    answers = [Outcome(a_cell(sample=n), AN_ANSWER) for n in (1, 2)]
    return rescue.save(Path("l.db"), run, [*answers, Outcome(a_cell(sample=3), ServiceFault("500"))])


def test_doctor_lists_what_waits_and_takes_it_in(folder: Path) -> None:
    file = save(folder)
    told = call(["doctor", "--ledger", "l.db"])
    command = f"grimoire doctor --ledger l.db --take-in {file}"
    assert told.out.endswith(f"2 answers wait in {file}: {command}\n")
    taken = run(["doctor", "--ledger", "l.db", "--take-in", str(file)])
    assert (taken.code, taken.err) == (0, "")
    assert "taken in: 2 answers, 1 error; the file is now " in taken.out
    (ledger,) = call(["doctor", "--json", "--ledger", "l.db"]).json["Ledger"]
    assert (ledger["answers"], ledger["errors"]) == (2, 1)
    assert "wait in" not in call(["doctor", "--ledger", "l.db"]).out
    assert call(["doctor", "--ledger", "l.db", "--take-in", str(file)]).code == 2


def test_doctor_says_which_lines_it_cannot_use_and_shows_none_of_them(folder: Path) -> None:
    file = save(folder)
    head, first, *others = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([head, first.replace(b'"at"', b'"\\u001b[2J"'), *others, b"\x1b[2J\n" * 30]))
    taken = call(["doctor", "--json", "--ledger", "l.db", "--take-in", str(file)])
    assert taken.code == 0
    assert (taken.json["answers"], taken.json["errors"], taken.json["bad"]) == (1, 1, 31)
    assert "line 2: " in taken.err
    assert "11 lines more" in taken.err
    assert "\x1b" not in taken.out + taken.err


def test_doctor_takes_in_nothing_from_a_file_of_something_else(folder: Path) -> None:
    (folder / "notes.txt").write_text("my notes\n", encoding="utf-8")
    refused = call(["doctor", "--ledger", "l.db", "--take-in", "notes.txt"])
    assert refused.code == 2
    assert "nothing in notes.txt can be used" in refused.err
    assert (folder / "notes.txt").exists()


def test_settings_that_are_not_valid_end_with_2_and_show_no_value(folder: Path) -> None:
    (folder / "grimoire.yaml").write_text(f"backends:\n  one: {{key_env: {KEY}}}\n", encoding="utf-8")
    refused = call(["doctor"])
    assert (refused.code, refused.out) == (2, "")
    assert "grimoire.yaml:2" in refused.err
    assert KEY not in refused.err
