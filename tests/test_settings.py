from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from grimoire import settings
from grimoire.errors import InvalidFile, UsageError
from grimoire.settings import Settings, load, user_file

SECRET = "sk-do-not-show-me"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder two levels below where a project file would be."""
    folder = tmp_path / "project" / "deep" / "er"
    folder.mkdir(parents=True)
    return folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def origins(loaded: Settings) -> dict[str, tuple[object, str]]:
    return {origin.key: (origin.value, origin.source) for origin in loaded.origins}


def refused(project: Path, text: str) -> str:
    write(project / "grimoire.yaml", text)
    with pytest.raises(InvalidFile) as caught:
        load({}, project)
    [problem] = caught.value.problems
    return f"{problem.line} {problem.gate}: {problem.message} ({problem.hint})"


def test_with_no_file_and_no_variable_the_defaults_are_in_force(project: Path) -> None:
    loaded = load({}, project)
    assert loaded.values == settings.SettingsFile()
    assert loaded.files == []
    assert {source for _, source in origins(loaded).values()} == {"default"}
    assert origins(loaded)["timeout.read"] == (120, "default")
    assert loaded.ledger == settings.data_directory() / "ledger.sqlite"


def test_each_source_goes_before_the_one_below_it(project: Path) -> None:
    mine = write(user_file(), "jobs: 2\nsamples: 2\ncurrency: EUR\nbackend: mine\n")
    theirs = write(project.parents[1] / "grimoire.yaml", "jobs: 3\nbackend: theirs\nsamples: 3\n")
    loaded = load({"GRIMOIRE_JOBS": " 4 ", "GRIMOIRE_BACKEND": " "}, project)
    assert loaded.files == [mine, theirs]
    found = origins(loaded)
    assert found["jobs"] == (4, "$GRIMOIRE_JOBS")
    assert found["samples"] == (3, str(theirs))
    assert found["backend"] == ("theirs", str(theirs)), "an empty variable is none"
    assert found["currency"] == ("EUR", str(mine))
    assert found["retries"] == (4, "default")
    values = loaded.values
    assert (values.jobs, values.samples, values.backend, values.currency) == (4, 3, "theirs", "EUR")


def test_the_nearest_project_file_is_taken_alone(project: Path) -> None:
    write(project.parents[1] / "grimoire.yaml", "jobs: 3\nsamples: 3\n")
    near = write(project.parent / "grimoire.yaml", "jobs: 5\n")
    loaded = load({}, project)
    assert loaded.files == [near]
    assert (loaded.values.jobs, loaded.values.samples) == (5, "auto")


def test_backends_of_two_files_are_merged_key_by_key(project: Path) -> None:
    mine = write(
        user_file(),
        "backends:\n  qwen-2.5: {model: a, temperature: 0, extra_body: {x: 1}, prices: {a: {input: 1, output: 2}}}\n"
        "timeout: {read: 30}\n",
    )
    theirs = write(
        project / "grimoire.yaml",
        "backends:\n  qwen-2.5: {model: b, extra_body: {y: 2}}\n  local: {base_url: here, retries: 0}\n",
    )
    loaded = load({}, project)
    qwen, local = loaded.values.backends["qwen-2.5"], loaded.values.backends["local"]
    assert (qwen.model, qwen.temperature, qwen.extra_body) == ("b", 0, {"y": 2})
    assert qwen.prices == {"a": settings.Price(1, 2)}
    assert (local.base_url, local.retries, local.key_env) == ("here", 0, None)
    assert (loaded.values.timeout.read, loaded.values.timeout.connect) == (30, 10)
    found = origins(loaded)
    assert found["backends.qwen-2.5.model"] == ("b", str(theirs))
    assert found["backends.qwen-2.5.temperature"] == (0.0, str(mine)), "zero is a value"
    assert found["backends.local.retries"] == (0, str(theirs))
    assert found["timeout.read"] == (30, str(mine))
    assert "backends.local.model" not in found, "what is not set comes from the preset"


@pytest.mark.parametrize(
    ("name", "text", "key", "value"),
    [
        pytest.param("GRIMOIRE_LANGUAGES", "zh, ja ,", "languages", ("zh", "ja"), id="languages"),
        pytest.param("GRIMOIRE_SPELLS", "/a::b", "spells", ("/a", "b"), id="folders"),
        pytest.param("GRIMOIRE_SAMPLES", "3", "samples", 3, id="number"),
        pytest.param("GRIMOIRE_SAMPLES", "auto", "samples", "auto", id="as many as it takes"),
        pytest.param("GRIMOIRE_JUDGE", "office/m1", "judge", "office/m1", id="judge"),
        pytest.param("GRIMOIRE_TRANSLATOR", "deepl", "translator", "deepl", id="text"),
        pytest.param("GRIMOIRE_SECOND_TRANSLATOR", "qwen/max", "second_translator", "qwen/max", id="second text"),
        pytest.param("GRIMOIRE_GLOSSARY", "~/words.yaml", "glossary", "~/words.yaml", id="path"),
        pytest.param("DEEPL_SERVER_URL", "http://localhost:1", "deepl.server_url", "http://localhost:1", id="nested"),
    ],
)
def test_variables(project: Path, name: str, text: str, key: str, value: object) -> None:
    loaded = load({name: text}, project)
    assert origins(loaded)[key] == (value, f"${name}")
    assert loaded.values.deepl.key_env == "DEEPL_AUTH_KEY"


@pytest.mark.parametrize("name", ["GRIMOIRE_JOBS", "GRIMOIRE_SAMPLES"])
@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", "²", "1001", "9" * 5000, "true"])
def test_variables_that_are_wrong(project: Path, name: str, text: str) -> None:
    with pytest.raises(UsageError, match=f"{re.escape(f'${name}')} must be a whole number from 1 to 1000") as caught:
        load({name: text}, project)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("job: 3\n", "1 unknown-key: unknown key `job` (did you mean `jobs`?)", id="near key"),
        pytest.param(
            "jobs: 1\nbackends:\n  a: {modell: x}\n",
            "3 unknown-key: unknown key `modell` (did you mean `model`?)",
            id="deep",
        ),
        pytest.param("jobs: 0\n", "1 type: `jobs`: expected `int` >= 1 ()", id="no jobs"),
        pytest.param("jobs: 1000000\n", "1 type: `jobs`: expected `int` <= 1000 ()", id="too many jobs"),
        pytest.param("a: 1\n", "1 unknown-key: unknown key `a` (known keys: backend, ", id="no near key"),
        pytest.param("retries: -1\n", "1 type: `retries`: expected `int` >= 0 ()", id="negative"),
        pytest.param("repair_requests: -1\n", "1 type: `repair_requests`: expected `int` >= 0 ()", id="no requests"),
        pytest.param("repair_requests: 1001\n", "1 type: `repair_requests`: expected `int` <= 1000 ()", id="requests"),
        pytest.param("deepl: {price: -1}\n", "1 type: `deepl.price`: expected `float` >= 0.0 ()", id="a gift"),
        pytest.param("jobs: '3'\n", "1 type: `jobs`: expected `int`, got `str` ()", id="text for number"),
        pytest.param(
            "samples: some\n",
            "1 type: `samples`: not a value it can have (a number from 1 to 1000, or auto)",
            id="no number",
        ),
        pytest.param(
            "votes: 0\n", "1 type: `votes`: not a value it can have (an odd number from 1 to 15)", id="no votes"
        ),
        pytest.param(
            "backends: {one: {transport: skd}}\n",
            "1 type: `backends.one.transport`: not a value it can have (direct or sdk)",
            id="no transport",
        ),
        pytest.param(
            "backends: {one: {concurrency: 0}}\n",
            "1 type: `backends.one.concurrency`: not a value it can have (a number from 1 to 1000)",
            id="no concurrency",
        ),
        pytest.param("votes: 4\n", "1 type: `votes`: ", id="an even number of votes"),
        pytest.param("chance: {most: 0}\n", "1 type: `chance.most`: expected `int` >= 1 ()", id="no answers"),
        pytest.param("chance: {reliable: 1}\n", "1 type: `chance.reliable`: expected `float` < 1.0 ()", id="certain"),
        pytest.param(
            "jobs: 1\nchance: {changed: 0.97}\n",
            "2 type: `chance`: changed 0.97 is not below reliable 0.95 ()",
            id="no test tells these apart",
        ),
        pytest.param("timeout: {read: 0}\n", "1 type: `timeout.read`: expected `float` > 0.0 ()", id="no time"),
        pytest.param(
            "languages: zh\n",
            "1 type: `languages`: expected `array`, got `str` (write a list: [a, b])",
            id="text for list",
        ),
        pytest.param("- jobs\n", "1 type: expected `object`, got `array` ()", id="a list"),
        pytest.param("jobs: 1\njobs: 2\n", "2 duplicate-key: `jobs` stands twice", id="key twice"),
    ],
)
def test_files_that_are_wrong(project: Path, text: str, said: str) -> None:
    assert refused(project, text).startswith(said)


def test_an_empty_file_changes_nothing(project: Path) -> None:
    path = write(project / "grimoire.yaml", "# nothing yet\n")
    loaded = load({}, project)
    assert (loaded.values, loaded.files) == (settings.SettingsFile(), [path])


def test_folders_in_a_file_are_meant_from_the_file(project: Path, clean_environment: Path) -> None:
    root = project.parents[1]
    write(root / "grimoire.yaml", "spells: [mine, /srv/spells, ~/spells, ~nobody-here/x]\nledger: here.sqlite\n")
    loaded = load({}, project)
    assert loaded.ledger == root / "here.sqlite"
    assert loaded.spell_folders == [
        root / "mine",
        Path("/srv/spells"),
        clean_environment / "spells",
        root / "~nobody-here" / "x",
        Path("spells"),
        settings.data_directory() / "spells",
    ]


def test_folders_in_a_variable_are_meant_from_where_the_command_runs(project: Path, clean_environment: Path) -> None:
    loaded = load({"GRIMOIRE_SPELLS": "mine:~/x:~nobody-here", "GRIMOIRE_LEDGER": "~/l.sqlite"}, project)
    assert loaded.spell_folders[:3] == [Path("mine"), clean_environment / "x", Path("~nobody-here")]
    assert loaded.ledger == clean_environment / "l.sqlite"


def test_mending_and_deepl_are_set_in_a_file(project: Path) -> None:
    write(
        project / "grimoire.yaml",
        "second_translator: qwen\nrepair_requests: 0\ndeepl: {glossary: '', price: 20}\ncurrency: EUR\n",
    )
    values = load({}, project).values
    assert (values.second_translator, values.repair_requests) == ("qwen", 0)
    assert (values.deepl.glossary, values.deepl.price) == ("", 20)
    assert settings.DeepLSettings() == settings.DeepLSettings("DEEPL_AUTH_KEY", "", "grimoire", None)


@pytest.mark.parametrize(
    ("files", "environ", "found"),
    [
        pytest.param([], {}, None, id="none"),
        pytest.param(["here/glossary.yaml"], {}, "here/glossary.yaml", id="here"),
        pytest.param(["glossary.yaml"], {}, None, id="above, with no project file beside it"),
        pytest.param(["glossary.yaml", "here/glossary.yaml", "grimoire.yaml"], {}, "glossary.yaml", id="beside"),
        pytest.param(["here/glossary.yaml", "grimoire.yaml"], {}, "here/glossary.yaml", id="not beside"),
        pytest.param(["words.yaml", "glossary.yaml"], {"GRIMOIRE_GLOSSARY": "../words.yaml"}, "words.yaml", id="set"),
    ],
)
def test_the_glossary_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], environ: dict[str, str], found: str | None
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for name in files:
        write(tmp_path / name, "")
    path = load(environ, here).glossary_file
    assert (path and path.resolve()) == (found and tmp_path / found)


def test_a_glossary_in_a_file_is_meant_from_the_file(project: Path) -> None:
    root = project.parents[1]
    write(root / "grimoire.yaml", "glossary: words/ours.yaml\n")
    words = write(root / "words" / "ours.yaml", "")
    assert load({}, project).glossary_file == words


def test_a_glossary_that_is_set_and_not_there_is_told(project: Path) -> None:
    path = write(project / "grimoire.yaml", "glossary: lost.yaml\n")
    with pytest.raises(UsageError, match=r"there is no glossary .*lost\.yaml") as caught:
        _ = load({}, project).glossary_file
    assert caught.value.hint == f"it is set by {path}"


def test_keys_are_read_but_never_shown(project: Path) -> None:
    write(project / "grimoire.yaml", "backends: {local: {key_env: LOCAL_API_KEY}}\n")
    environ = {"OPENAI_API_KEY": f" {SECRET} \n", "DEEPL_AUTH_KEY": SECRET, "LOCAL_API_KEY": SECRET}
    loaded = load(environ, project)
    assert (loaded.variable("OPENAI_API_KEY"), loaded.variable("NONE")) == (SECRET, "")
    assert origins(loaded)["backends.local.key_env"][0] == "LOCAL_API_KEY"
    shown = [
        repr(loaded),
        str(loaded),
        repr(loaded.values),
        repr(loaded.origins),
        str(msgspec.json.encode(loaded.values)),
    ]
    assert not any(SECRET in text for text in shown)


@pytest.mark.parametrize(
    "where", ["deepl: {key_env: %s}", "backends: {openai: {key_env: %s}}", "backends: {a: {key: %s}}"]
)
def test_a_key_in_a_file_is_refused_and_not_shown(project: Path, where: str) -> None:
    assert SECRET not in refused(project, where % SECRET)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("gsk_SEKRET0123456789abcdef", id="small-letters-and-digits"),
        pytest.param("SEKRET_" + "A" * 60, id="longer-than-any-name"),
        pytest.param("SEKRETabcdefghijklmnopqrstuvwxyzabc", id="long-without-digits"),
    ],
)
def test_a_key_that_could_be_a_name_is_refused_and_not_shown(project: Path, key: str) -> None:
    said = refused(project, f"backends: {{a: {{key_env: {key}}}}}")
    assert "SEKRET" not in said
    assert said == (
        "1 type: `backends.a.key_env`: not the name of an environment variable "
        "(such as OFFICE_LLM_KEY; the key itself belongs in no file)"
    )


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "KEY2", "_k", "my_key", ""])
def test_names_of_variables_are_taken(project: Path, name: str) -> None:
    write(project / "grimoire.yaml", f"backends: {{a: {{key_env: '{name}'}}}}")
    assert load({}, project).values.backends["a"].key_env == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("rehearsal", "it is the offline stand-in", id="the-rehearsal"),
        pytest.param("a/b", "no slash in it", id="slash"),
        pytest.param("''", "no backend can be named ``", id="empty"),
    ],
)
def test_a_backend_nothing_could_reach_is_refused(project: Path, name: str, said: str) -> None:
    told = refused(project, f"jobs: 2\nbackends:\n  {name}: {{base_url: 'http://x/v1', model: m}}\n")
    assert told.startswith("3 name: ")
    assert said in told


def test_the_environment_itself_is_read_where_none_is_given(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project.parent / "grimoire.yaml", "samples: 7\n")
    monkeypatch.chdir(project)
    monkeypatch.setenv("GRIMOIRE_JOBS", "9")
    loaded = load()
    assert (loaded.values.jobs, loaded.values.samples) == (9, 7)


def test_directories_follow_the_environment(clean_environment: Path) -> None:
    folders = [settings.data_directory(), settings.state_directory(), user_file()]
    assert all(clean_environment in folder.parents for folder in folders)


def test_a_child_gets_of_the_environment_what_python_needs_and_no_key() -> None:
    given = {
        "PATH": "/bin",
        "SystemRoot": "C:",
        "LC_ALL": "C",
        "PYTHONUTF8": "1",
        "TMPDIR": "/t",
        "X_KEY": "k",
        "HOME": "/",
    }
    assert set(settings.child_environment(given)) == {"PATH", "SystemRoot", "LC_ALL", "PYTHONUTF8", "TMPDIR"}
