"""What the Tab key offers: as the program says it, and in the real shells, which are on their own terminals here."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grimoire.cli.shells import Line, glued, paired, quoted
from tests.cli.process import PATIENCE, call, environment, run
from tests.cli.real_shells import GO, need, printed, put_on_path, type_in


def offered(line: str, **env: str) -> dict[str, str]:
    """Values and what is said of them, as fish is told, with the cursor at the end of the line."""
    asking = {"_GRIMOIRE_COMPLETE": "complete_fish", "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    told = call([], env={**asking, "_TYPER_COMPLETE_ARGS": f"grimoire {line}", **env})
    assert (told.code, told.err) == (0, "")
    return {(parts := shown.partition("\t"))[0]: parts[2] for shown in told.out.splitlines() if shown}


def in_bash(*words: str) -> list[str]:
    """What bash is told, which takes words apart itself; the last is the one the cursor is in."""
    asking = {"_GRIMOIRE_COMPLETE": "complete_bash", "COMP_CWORD": str(len(words))}
    told = call([], env={**asking, "COMP_WORDS": "\n".join(["grimoire", *words])})
    assert (told.code, told.err) == (0, "")
    return told.out.split("\n")[:-1]


@pytest.mark.parametrize(
    ("line", "values"),
    [
        pytest.param("se", ["search"], id="a command"),
        pytest.param("cast tl", ["tldr"], id="a spell"),
        pytest.param("show tl", ["tldr"], id="a spell to show"),
        pytest.param("trial tldr blog-t", ["blog-title"], id="another spell"),
        pytest.param("export po tl", ["tldr"], id="a spell below a group"),
        pytest.param("cast spells/tl", [], id="a path, left to the shell"),
        pytest.param("cast mine -p ", ["1=", "Audience=", "2=", "Tone=", "prompt="], id="variables"),
        pytest.param("cast min -p A", ["Audience="], id="of a spell by the beginning of its name"),
        pytest.param("cast mine -p 1=", ["1=beginners", "1=experts"], id="options"),
        pytest.param("cast mine -p Audience=e", ["Audience=experts"], id="options by label"),
        pytest.param("cast mine -p VARIABLE1=e", ["VARIABLE1=experts"], id="options by placeholder"),
        pytest.param("cast mine -p 2=", ["2=friendly"], id="a default"),
        pytest.param("cast mine -p 9=", [], id="no such variable"),
        pytest.param("cast mine -p 1 ", ["beginners", "experts"], id="key and value apart"),
        pytest.param("cast mine -p 1 x -p 2 ", ["friendly"], id="the second pair apart"),
        pytest.param("cast mine -p 1 x -l e", ["en"], id="after a pair apart"),
        pytest.param("cast blog-title -l zh -p 语", ["语气="], id="labels of a translation"),
        pytest.param("judge mine -p A", ["Audience="], id="variables to judge"),
        pytest.param("cast mine --stdin-as A", ["Audience"], id="a variable for what is piped in"),
        pytest.param("cast mine --with as-t", ["as-table"], id="a voice or format to join"),
        pytest.param("cast mine --with tld", [], id="no task to join"),
        pytest.param("cast mine --case ", ["willow"], id="cases"),
        pytest.param("cast blog-title -l ", ["en", "zh"], id="languages a spell has"),
        pytest.param("cast blog-title -l en,", ["en,zh"], id="another language"),
        pytest.param("cast blog-title --answer-in ja", ["ja"], id="any language"),
        pytest.param("cast tldr -m openr", ["openrouter"], id="a backend"),
        pytest.param("cast tldr --model=openr", ["--model=openrouter"], id="a backend after an equals sign"),
        pytest.param("cast tldr -m rehearsal/of", ["rehearsal/off-topic"], id="a rehearsal"),
        pytest.param("cast tldr -m deepseek", ["deepseek", "deepseek/deepseek-flash"], id="a backend and its model"),
        pytest.param("backends openr", ["openrouter"], id="a backend to look at"),
        pytest.param("keys set openr", ["openrouter"], id="a backend whose key is kept"),
        pytest.param("list --role v", ["voice"], id="a choice"),
        pytest.param("translate --with dee", ["deepl", "deepseek"], id="an engine"),
        pytest.param("list --topic S", ["SEO", "Social"], id="topics"),
        pytest.param("cast tldr --tone frie", ["friendly"], id="tones"),
        pytest.param("cast tldr --tone 友", ["友好"], id="tones in Chinese"),
        pytest.param("cast tldr --style acad", ["academic"], id="styles"),
        pytest.param("cast tldr --answer", ["--answer-in"], id="options"),
        pytest.param("cast tldr -o ", [], id="a file, left to the shell"),
        pytest.param("cast tldr --ledger x", [], id="a file that Typer would offer back"),
        pytest.param("cast nosuchspell -p ", [], id="no such spell"),
        pytest.param("cast -p ", [], id="no spell yet"),
        pytest.param("nosuch ", [], id="no such command"),
        pytest.param("--install-completion z", ["zsh"], id="a shell"),
        pytest.param("--show-completion=f", ["--show-completion=fish"], id="a shell after an equals sign"),
        pytest.param("--install-completion zsh ", [], id="no second shell, and nothing installed"),
    ],
)
def test_what_is_offered(line: str, values: list[str], write_spell: Callable[..., Path]) -> None:
    write_spell()
    found = list(offered(line))
    assert found == values
    assert not (Path.home() / ".zfunc").exists()


def test_powershell_keeps_typers_own_way() -> None:
    asking = {"_GRIMOIRE_COMPLETE": "complete_powershell", "_TYPER_COMPLETE_ARGS": "grimoire sear"}
    told = call([], env={**asking, "_TYPER_COMPLETE_WORD_TO_COMPLETE": "sear"})
    assert (told.code, told.out, told.err) == (0, "search:::find spells by words\n", "")
    assert "Register-ArgumentCompleter" in run(["--show-completion", "powershell"]).out


def test_what_is_offered_says_what_it_is() -> None:
    assert offered("cast blog-title")["blog-title"] == "Ten Blog Titles, Three Finalists"
    assert offered("cast tldr -m openr") == {"openrouter": "OpenRouter"}
    assert offered("cast blog-title -l ")["zh"] == "Chinese · 简体中文"
    assert offered("cast blog-title -p 1").popitem()[1].startswith("Tone (witty | matter-of-fact")
    assert offered("sea") == {"search": "find spells by words"}
    assert offered("cast --tone form") == {"formal": "正式"}


def test_backends_of_ones_own_and_their_models_are_offered(backends: object) -> None:
    assert offered("cast tldr -m one") == {"one": "yours", "one/m1": ""}
    assert offered("cast tldr -m two/") == {"two/m2": ""}
    assert list(offered("cast tldr -m rehearsal"))[:2] == ["rehearsal", "rehearsal/sample"]


def test_files_are_offered_after_an_at_sign(folder: Path, write_spell: Callable[..., Path]) -> None:
    write_spell()
    (folder / "notes").mkdir()
    (folder / ".hidden").touch()
    (folder / "notes" / "a b.txt").touch()
    assert list(offered("cast mine -p prompt=@no")) == ["prompt=@notes/"]
    assert not [path for path in offered("cast mine -p prompt=@") if "hidden" in path]
    assert list(offered("cast mine -p prompt=@.h")) == ["prompt=@.hidden"]
    assert list(offered("cast mine -p prompt=@notes/")) == ["prompt=@notes/a b.txt"]
    assert list(offered("cast mine -p prompt=@nowhere/")) == []


def test_runs_and_conversations_are_offered_newest_first() -> None:
    assert offered("trial --resume ") == {"last": "the latest"}
    assert offered("cast --cid ") == {}
    for text in ("first", "second"):
        assert call(["cast", "tldr", text, "-m", "rehearsal"]).code == 0
    found = list(offered("cast --cid ").items())
    assert [told for _, told in found] == ["tldr: second", "tldr: first"]
    assert call(["cast", "--cid", found[1][0], "shorter", "-m", "rehearsal"]).code == 0
    assert list(offered("cast --cid ").items()) == [(found[1][0], "tldr: shorter"), found[0]]
    assert call(["trial", "tldr", "--rehearse", "--yes", "-l", "en"]).code == 0
    (trial,) = [run for run in offered("trial --resume ") if run != "last"]
    assert trial in offered(f"diff {trial[:9]}")
    assert offered("diff last ").keys() >= {"last", trial, *(run for run, _ in found)}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("grimoire.yaml", "nonsense: [", id="settings that are no YAML"),
        pytest.param("grimoire.yaml", "nonsense: 1", id="settings with an unknown key"),
        pytest.param("spells/broken.yaml", "name: [", id="a spell that is no YAML"),
        pytest.param("spells/empty.yaml", "", id="an empty file"),
    ],
)
def test_what_is_broken_neither_shows_nor_stops_anything(folder: Path, name: str, text: str) -> None:
    (folder / "spells").mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    assert "tldr" in offered("cast tl")
    assert offered("cast broken -p ") == {}
    told = run([], env={"_GRIMOIRE_COMPLETE": "complete_bash", "COMP_WORDS": "grimoire\ncast\ntl", "COMP_CWORD": "2"})
    assert (told.code, told.out, told.err) == (0, "tldr\n", "")


def test_a_ledger_that_is_none_neither_shows_nor_stops_anything(folder: Path) -> None:
    (folder / "junk").write_text("no ledger", encoding="utf-8")
    assert offered("cast --cid ", GRIMOIRE_LEDGER=str(folder / "junk")) == {}


HEAVY = {"openai", "aiohttp", "deepl", "httpx2", "jsonschema", "requests", "asyncio", "rich", "pydantic", "sqlite3"}
PROGRAM = """
import json, sys
sys.argv[1:] = []
from grimoire.cli.app import main
try:
    main()
except SystemExit as stop:
    assert stop.code == 0
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})), file=sys.stderr)
"""


@pytest.mark.parametrize("line", ["cast tl", "cast tldr -m o", "cast blog-title -p 1=", "cast --tone f", "se"])
def test_nothing_heavy_is_imported_to_complete(line: str) -> None:
    asking = {"_GRIMOIRE_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": f"grimoire {line}"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={name: value for name, value in environment(asking).items() if not name.startswith("COV")},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert done.stdout.strip()
    assert set(json.loads(done.stderr.splitlines()[-1])) & HEAVY == set()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param(["cast", "tl"], Line(["cast"], "tl", 0), id="nothing to put together"),
        pytest.param(["-p", "1", "=", ""], Line(["-p"], "1=", 2), id="a value, empty"),
        pytest.param(["-p", "1", "="], Line(["-p"], "1=", 2), id="a value not begun"),
        pytest.param(["-p", "1", "=", "fu"], Line(["-p"], "1=fu", 2), id="a value"),
        pytest.param(["-m", "ollama/qwen", ":", "7"], Line(["-m"], "ollama/qwen:7", 12), id="a colon"),
        pytest.param(["--model", "=", "o"], Line([], "--model=o", 8), id="a long option"),
        pytest.param(["-p", "a", "=", "b", "x", ""], Line(["-p", "a=b", "x"], "", 0), id="words after it"),
        pytest.param(["-p", "text", "=@"], Line(["-p"], "text=@", 5), id="a file not begun"),
        pytest.param(["-p", "text", "=@", "re"], Line(["-p"], "text=@re", 5), id="a file"),
        pytest.param(["-p", "text", "=@", "a", "@", "2"], Line(["-p"], "text=@a@2", 7), id="a file with an at sign"),
        pytest.param(["-p", "text", "@", "re"], Line(["-p", "text"], "@re", 0), id="a file, key and value apart"),
        pytest.param(["-m", "a/b", "@", "2"], Line(["-m"], "a/b@2", 3), id="an at sign anywhere else"),
        pytest.param([], Line([], "", 0), id="nothing"),
    ],
)
def test_what_bash_took_apart_is_put_together(words: list[str], line: Line) -> None:
    assert glued(words) == line


@pytest.mark.parametrize(
    ("line", "read"),
    [
        pytest.param(Line(["-p", "1"], "fu"), Line(["-p"], "1=fu", 2), id="being typed"),
        pytest.param(Line(["-p", "1=a"], "fu"), Line(["-p", "1=a"], "fu", 0), id="a whole pair"),
        pytest.param(Line(["-p", "1", "a", "-l"], ""), Line(["-p", "1=a", "-l"], "", 0), id="typed before"),
        pytest.param(Line(["-p", "-l"], ""), Line(["-p", "-l"], "", 0), id="an option instead"),
        pytest.param(Line(["trial", "--resume"], "l"), Line(["trial", "--resume"], "l", 0), id="a run being typed"),
        pytest.param(Line(["trial", "--resume", "x"], ""), Line(["trial", "--resume=", "x"], "", 0), id="no run"),
    ],
)
def test_a_pair_in_two_words_is_read_as_one(line: Line, read: Line) -> None:
    assert paired(line) == read


def test_bash_gets_what_follows_where_it_took_a_word_apart(write_spell: Callable[..., Path]) -> None:
    write_spell(**{"[beginners, experts]": "[beginners, 'old $(hands)']"})
    assert in_bash("cast", "mine", "-p", "1", "=") == ["beginners", "old\\ \\$\\(hands\\)"]
    assert in_bash("cast", "mine", "-p", "1", "=", "b") == ["beginners"]
    assert in_bash("cast", "mine", "-p", "1", "b") == ["beginners"]
    assert in_bash("cast", "tldr", "--model", "=", "openr") == ["openrouter"]
    Path("some file.txt").touch()
    for words in (["prompt", "=@", "so"], ["text", "@", "so"], ["1", "=@", "so"]):
        assert in_bash("cast", "mine", "-p", *words) == ["@some\\ file.txt"]


@pytest.mark.parametrize(
    "value",
    ["plain-1", "a b", "$(x)", "`x`", "it's", '"q"', "a;b|c&d", "~", "*?[x]", "中文 é", "a\\b", "!x#", "1=a:b/c"],
)
def test_a_word_of_bash_is_that_very_value(value: str) -> None:
    said = subprocess.run(["bash", "-c", f"printf %s {quoted(value)}"], capture_output=True, check=True, cwd="/")
    assert said.stdout.decode() == value


@pytest.fixture
def on_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`grimoire` is a program on the search path; gives where the shells' scripts are, as the program shows them."""
    put_on_path(folder, monkeypatch)
    for shell in ("bash", "zsh", "fish"):
        shown = run(["--show-completion", shell])
        assert shown.code == 0
        (folder / f"complete.{shell}").write_text(shown.out, encoding="utf-8")
    return folder


LINES = [
    pytest.param("cast tl\t", "<cast><tldr>", id="a spell"),
    pytest.param("cast blog-title -p 1=wi\t", "<cast><blog-title><-p><1=witty>", id="an option of a variable"),
    pytest.param("cast blog-title -p 1=\tma\t", "<cast><blog-title><-p><1=matter-of-fact>", id="one of several"),
    pytest.param("cast blog-title -p Key\t词", "<cast><blog-title><-p><Keyword=词>", id="no space after a key"),
    pytest.param("cast blog-title -p 1 wi\t", "<cast><blog-title><-p><1><witty>", id="key and value apart"),
    pytest.param("cast blog-title -l zh -p 语\t俏\t", "<cast><blog-title><-l><zh><-p><语气=俏皮>", id="Chinese"),
    pytest.param("cast odd -p 1=o\t", "<cast><odd><-p><1=old $(touch pwned) hands>", id="an option to quote"),
    pytest.param("cast x -m openr\t", "<cast><x><-m><openrouter>", id="a backend"),
    pytest.param("cast x --model=openr\t", "<cast><x><--model=openrouter>", id="a backend after an equals sign"),
    pytest.param("cast x -m mine/q\t", "<cast><x><-m><mine/qwen:7b>", id="a model with a colon"),
    pytest.param("cast x -m mine/qwen:\t", "<cast><x><-m><mine/qwen:7b>", id="what follows a colon"),
    pytest.param("cast some-f\t", "<cast><some-file.txt>", id="a file where no spell is"),
    pytest.param("cast x -p text=@so\t", "<cast><x><-p><text=@some-file.txt>", id="a file for a variable"),
    pytest.param("cast x -p 1=@fol\tno\t", "<cast><x><-p><1=@folder/notes.md>", id="a file in a folder"),
    pytest.param("cast x -p prompt=@icon@\t", "<cast><x><-p><prompt=@icon@2x.txt>", id="a file with an at sign"),
    pytest.param("cast x -p text @so\t", "<cast><x><-p><text><@some-file.txt>", id="a file, key and value apart"),
    pytest.param("sear\t", "<search>", id="a command"),
]


@pytest.fixture
def odd(write_spell: Callable[..., Path], folder: Path) -> None:
    """A spell whose title and options would be commands, if a shell took them for such; and a file."""
    write_spell(
        "odd",
        **{
            "The Title": "'\\$(touch pwned) `touch pwned` \"; touch pwned'",
            "[beginners, experts]": "['old $(touch pwned) hands', new]",
        },
    )
    (folder / "folder").mkdir()
    for name in ("some-file.txt", "icon@2x.txt", "folder/notes.md"):
        (folder / name).touch()
    own = "backends: {mine: {base_url: 'http://127.0.0.1:9', key_env: '', model: 'qwen:7b'}}"
    (folder / "grimoire.yaml").write_text(own, encoding="utf-8")


@pytest.mark.parametrize(("typed", "line"), LINES)
def test_bash_completes(typed: str, line: str, on_path: Path, odd: None) -> None:
    rc = on_path / "bashrc"
    rc.write_text(
        f"PS1='{GO}'\nbind 'set bell-style none'\nbind 'set enable-bracketed-paste off'\n"
        f"source {on_path}/complete.bash\nshow() {{ printf '<%s>' \"$@\"; echo .; }}\n",
        encoding="utf-8",
    )
    # `show` in place of `grimoire`, once the line is complete, says what words it is of.
    answers = [(GO, f"grimoire {typed}\x01\x1bdshow\n"), (">.", "exit\n")]
    shown = type_in([need("bash"), "--noprofile", "--rcfile", str(rc), "-i"], answers)
    assert f"{line}." in printed(shown)
    assert not (on_path / "pwned").exists()


@pytest.mark.parametrize(("typed", "line"), LINES)
def test_zsh_completes(typed: str, line: str, on_path: Path, odd: None) -> None:
    (on_path / ".zshrc").write_text(
        f"PS1='{GO}'\nunsetopt beep prompt_sp zle_bracketed_paste 2>/dev/null\nautoload -Uz compinit\n"
        f"compinit -u -d {on_path}/dump\nbindkey -e\nsource {on_path}/complete.zsh\n"
        "show() { printf '<%s>' \"$@\"; echo . }\n",
        encoding="utf-8",
    )
    answers = [(GO, f"grimoire {typed}\x01\x1bdshow\n"), (">.", "exit\n")]
    shown = type_in([need("zsh"), "-d", "-i"], answers, ZDOTDIR=str(on_path))
    assert f"{line}." in printed(shown)
    assert not (on_path / "pwned").exists()


def test_zsh_shows_titles_and_takes_none_for_a_command(on_path: Path, odd: None) -> None:
    (on_path / ".zshrc").write_text(
        f"PS1='{GO}'\nunsetopt beep\nautoload -Uz compinit\ncompinit -u -d {on_path}/dump\nbindkey -e\n"
        f"source {on_path}/complete.zsh\n",
        encoding="utf-8",
    )
    answers = [(GO, "grimoire cast \t"), ("Ten Blog Titles", "\x15exit\n")]
    shown = type_in([need("zsh"), "-d", "-i"], answers, ZDOTDIR=str(on_path), COLUMNS="120")
    assert "touch pwned" in shown
    assert not (on_path / "pwned").exists()


def in_fish(script: Path, line: str) -> list[str]:
    done = subprocess.run(
        [need("fish"), "--no-config", "-c", f"source {script}; complete -C $argv[1]", "--", line],
        env=environment({"LC_ALL": "C.UTF-8"}),
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("line", "values"),
    [
        pytest.param("cast tl", ["tldr\tTLDR"], id="a spell"),
        pytest.param("cast blog-title -p 1=wi", ["1=witty\tTone"], id="an option of a variable"),
        pytest.param("cast blog-title -l zh -p 语气=俏", ["语气=俏皮\t语气"], id="Chinese"),
        pytest.param("cast odd -p 1=o", ["1=old $(touch pwned) hands\tAudience"], id="an option to quote"),
        pytest.param("cast x -m openr", ["openrouter\tOpenRouter"], id="a backend"),
        pytest.param("cast some-f", ["some-file.txt"], id="a file where no spell is"),
        pytest.param("sear", ["search\tfind spells by words"], id="a command"),
    ],
)
def test_fish_completes(line: str, values: list[str], on_path: Path, odd: None) -> None:
    assert in_fish(on_path / "complete.fish", f"grimoire {line}") == values
    assert not (on_path / "pwned").exists()
