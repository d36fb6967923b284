"""Settings: defaults < user file < project file < environment < flags. The only reader of the environment.

The user file is `settings.yaml` in the user's configuration directory, the project file `grimoire.yaml` in the working
directory or the nearest one above it. `docs/settings.md` documents every key.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from grimoire import yamlfile
from grimoire.chance import Chance
from grimoire.errors import InvalidFile, Problem, UsageError

PROJECT_FILE = "grimoire.yaml"
USER_FILE = "settings.yaml"
GLOSSARY_FILE = "glossary.yaml"
AUTO = "auto"
"""As many samples as it takes: one, and more where it does not fit what is known."""
REHEARSAL = "rehearsal"
"""The backend that is always there and asks no model; the name is not to be had for one that does."""

Seconds = Annotated[float, msgspec.Meta(gt=0)]
Money = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1000)]
Times = Annotated[int, msgspec.Meta(ge=0, le=100)]
Requests = Annotated[int, msgspec.Meta(ge=0, le=1000)]
Rate = Annotated[int, msgspec.Meta(ge=1)]
Votes = Literal[1, 3, 5, 7, 9, 11, 13, 15]
"""An odd number, so that one side always has more."""
# A key put where its variable's name belongs does not look like a name: it is long, or it has small letters and digits.
VariableName = Annotated[str, msgspec.Meta(pattern=r"^([A-Z_][A-Z0-9_]{0,63}|[A-Za-z_]{1,32})?$")]


class Timeout(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds: to connect, until an answer begins, between two pieces of it, and for a whole answer."""

    connect: Seconds = 10
    first: Seconds = 300
    read: Seconds = 120
    total: Seconds = 600


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a million tokens cost, in `currency`."""

    input: Money
    output: Money


class BackendSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One backend. Unset fields come from the preset of the same name, or of `preset`, where there is one.

    `transport` chooses what carries the requests: `direct`, or the OpenAI SDK. `concurrency` is how many requests may
    be under way at once, `jobs` where it is not set; the two rates are those the service allows, none where not set.
    """

    preset: str = ""
    transport: Literal["direct", "sdk"] = "direct"
    concurrency: Count | None = None
    requests_per_minute: Rate | None = None
    tokens_per_minute: Rate | None = None
    base_url: str = ""
    key_env: VariableName | None = None
    model: str = ""
    temperature: float | None = None
    max_tokens: int | None = None
    extra_body: dict[str, object] = {}
    stream: bool = False
    retries: Times | None = None
    timeout: Timeout | None = None
    prices: dict[str, Price] = {}


class DeepLSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """DeepL. An empty server_url lets the SDK choose by the key.

    `glossary` names the one kept at DeepL, none when it is empty; `price` is what a million characters cost, in
    `currency`.
    """

    key_env: VariableName = "DEEPL_AUTH_KEY"
    server_url: str = ""
    glossary: str = "grimoire"
    price: Money | None = None


class SettingsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Every key a settings file may hold, with its default."""

    backend: str = ""
    translator: str = ""
    second_translator: str = ""
    repair_requests: Requests = 100
    glossary: str = ""
    languages: tuple[str, ...] = ("en", "zh")
    spells: tuple[str, ...] = ()
    ledger: str = ""
    jobs: Count = 8
    samples: Count | Literal["auto"] = "auto"
    chance: Chance = Chance()
    expectations: bool = True
    judge: str = ""
    votes: Votes = 3
    python_checks: bool = False
    continue_limit: Times = 3
    retries: Times = 4
    retry_seconds: Seconds = 600
    currency: str = "USD"
    timeout: Timeout = Timeout()
    deepl: DeepLSettings = DeepLSettings()
    backends: dict[str, BackendSettings] = {}


class Origin(msgspec.Struct, frozen=True):
    """A key in force, its value, and where it comes from: "default", a file, or "$VARIABLE"."""

    key: str
    value: object
    source: str


# Variable -> settings key. Lists are separated as PATH is, languages by commas.
VARIABLES = {
    "GRIMOIRE_BACKEND": "backend",
    "GRIMOIRE_TRANSLATOR": "translator",
    "GRIMOIRE_SECOND_TRANSLATOR": "second_translator",
    "GRIMOIRE_GLOSSARY": "glossary",
    "GRIMOIRE_LANGUAGES": "languages",
    "GRIMOIRE_SPELLS": "spells",
    "GRIMOIRE_LEDGER": "ledger",
    "GRIMOIRE_JOBS": "jobs",
    "GRIMOIRE_SAMPLES": "samples",
    "GRIMOIRE_JUDGE": "judge",
    "DEEPL_SERVER_URL": "deepl.server_url",
}


_FOR_PYTHON = frozenset({"PATH", "LANG", "SYSTEMROOT", "TEMP", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"})
_FOR_PYTHON_BEGIN = ("LC_", "PYTHON", "TMP")
_HINTS = {"votes": "an odd number from 1 to 15", "samples": "a number from 1 to 1000, or auto"}
_BACKEND_HINTS = {
    "transport": "direct or sdk",
    "concurrency": "a number from 1 to 1000",
    "requests_per_minute": "a number from 1",
    "tokens_per_minute": "a number from 1",
}


class Settings:
    """The settings in force, where each comes from, and the directories that go with them."""

    def __init__(
        self, values: SettingsFile, origins: list[Origin], files: list[Path], environ: Mapping[str, str]
    ) -> None:
        self.values = values
        self.origins = origins
        self.files = files
        self._environ = environ

    def variable(self, name: str) -> str:
        """An environment variable's value, stripped; empty when it is not set. For keys and the SDK's own variables."""
        return self._environ.get(name, "").strip()

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return _expanded(self.values.ledger) if self.values.ledger else data_directory() / "ledger.sqlite"

    @property
    def glossary_file(self) -> Path | None:
        """The project's glossary: the file that is set, else the one beside the project file, else the one here.

        Raises:
            UsageError: the file that is set is not there.
        """
        if self.values.glossary:
            return self._set_glossary()
        beside = [path.parent / GLOSSARY_FILE for path in self.files if path.name == PROJECT_FILE]
        return next((path for path in [*beside, Path(GLOSSARY_FILE)] if path.is_file()), None)

    @property
    def code_folder(self) -> Path | None:
        """Where checks in Python may be read from: the project's folder, if its own file allows them; else nowhere."""
        source = next(origin.source for origin in self.origins if origin.key == "python_checks")
        allowed = self.values.python_checks and Path(source).name == PROJECT_FILE
        return Path(source).parent if allowed else None

    def _set_glossary(self) -> Path:
        path = _expanded(self.values.glossary)
        if not path.is_file():
            source = next(origin.source for origin in self.origins if origin.key == "glossary")
            raise UsageError(f"there is no glossary {path}", hint=f"it is set by {source}")
        return path

    @property
    def spell_folders(self) -> list[Path]:
        """The user's folders on the search path, first to last; the shipped library comes after them."""
        return [*(_expanded(folder) for folder in self.values.spells), Path("spells"), data_directory() / "spells"]


def load(environ: Mapping[str, str] | None = None, directory: Path | None = None) -> Settings:
    """Read the files and the environment.

    Raises:
        InvalidFile: a settings file is not valid, or has an unknown key.
        UsageError: a variable's value does not fit its key.
    """
    environ = os.environ if environ is None else environ
    merged: dict[str, object] = {}
    sources: dict[str, str] = {}
    files = [p for p in (user_file(), _project_file(directory or Path.cwd())) if p is not None and p.is_file()]
    for path in files:
        _merge(merged, _read(path), sources, str(path))
    for name, key in VARIABLES.items():
        if environ.get(name, "").strip():
            _merge(merged, _nested(key, _parse_variable(name, key, environ[name])), sources, f"${name}")
    values = msgspec.convert(merged, SettingsFile)
    return Settings(values, _origins(values, sources), files, environ)


def child_environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a Python of our own needs of the environment to run, and nothing that it should not see, such as a key."""
    environ = os.environ if environ is None else environ
    return {name: value for name, value in environ.items() if _is_for_python(name.upper())}


def _is_for_python(name: str) -> bool:
    return name in _FOR_PYTHON or name.startswith(_FOR_PYTHON_BEGIN)


def user_file() -> Path:
    """The user's settings file, whether or not it is there."""
    from platformdirs import user_config_path

    return user_config_path("grimoire", appauthor=False) / USER_FILE


def data_directory() -> Path:
    """Where the ledger and the user's own spells live."""
    from platformdirs import user_data_path

    return user_data_path("grimoire", appauthor=False)


def state_directory() -> Path:
    """Where the traceback of a crash is written."""
    from platformdirs import user_state_path

    return user_state_path("grimoire", appauthor=False)


def cache_directory() -> Path:
    """Where what can be made again at any time is kept, such as what spell files held."""
    from platformdirs import user_cache_path

    return user_cache_path("grimoire", appauthor=False)


def _project_file(directory: Path) -> Path | None:
    folders = [directory, *directory.parents]
    return next((path for folder in folders if (path := folder / PROJECT_FILE).is_file()), None)


def _read(path: Path) -> dict[str, object]:
    document = yamlfile.read(path)
    if document.data is None:
        return {}
    values = _convert(document)
    data = dict(document.data) if isinstance(document.data, dict) else {}
    # A path in a file is meant from where the file is, not from where the command runs.
    if values.spells:
        data["spells"] = [str(path.parent / _expanded(folder)) for folder in values.spells]
    for key in ("ledger", "glossary"):
        if value := getattr(values, key):
            data[key] = str(path.parent / _expanded(value))
    return data


def _convert(document: yamlfile.Document) -> SettingsFile:
    try:
        values = yamlfile.convert(document, SettingsFile)
    except InvalidFile as error:
        raise InvalidFile([_explain(problem) for problem in error.problems]) from None
    for name in values.backends:
        if name == REHEARSAL or not name.strip() or "/" in name:
            hint = "no slash in it, since BACKEND/MODEL has one" if name != REHEARSAL else "it is the offline stand-in"
            problem = document.problem(("backends", name), "name", f"no backend can be named `{name}`", hint=hint)
            raise InvalidFile([problem])
    return values


def _explain(problem: Problem) -> Problem:
    for key, hint in _HINTS.items():
        if problem.message.startswith(f"`{key}`"):
            return msgspec.structs.replace(problem, message=f"`{key}`: not a value it can have", hint=hint)
    for key, hint in _BACKEND_HINTS.items():
        name, found, _ = problem.message.partition(f".{key}`")
        if found:
            return msgspec.structs.replace(problem, message=f"{name}{found}: not a value it can have", hint=hint)
    if "key_env`" not in problem.message:
        return problem
    message = problem.message.partition(": ")[0] + ": not the name of an environment variable"
    hint = "such as OFFICE_LLM_KEY; the key itself belongs in no file"
    return msgspec.structs.replace(problem, message=message, hint=hint)


def _expanded(folder: str) -> Path:
    """The path, `~` replaced; a `~name` that is nobody's stands for itself."""
    with contextlib.suppress(RuntimeError):
        return Path(folder).expanduser()
    return Path(folder)


def _merge(
    target: dict[str, object], new: Mapping[str, object], sources: dict[str, str], source: str, prefix: str = ""
) -> None:
    for key, value in new.items():
        name = f"{prefix}{key}"
        below = target.get(key)
        if isinstance(value, dict) and prefix.count(".") < 2 and key != "extra_body":  # noqa: PLR2004  # backends.NAME.FIELD
            below = dict(below) if isinstance(below, dict) else {}
            target[key] = below
            _merge(below, value, sources, source, f"{name}.")
        else:
            target[key] = value
            sources[name] = source


def _parse_variable(name: str, key: str, text: str) -> object:
    text = text.strip()
    if key == "spells":
        return [folder for folder in text.split(os.pathsep) if folder]
    if key == "languages":
        return [code.strip() for code in text.split(",") if code.strip()]
    if key in {"jobs", "samples"} and not (key == "samples" and text == AUTO):
        try:
            return msgspec.convert(text, Count, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"${name} must be a whole number from 1 to 1000, not {text[:40]!r}") from error
    return text


def _nested(key: str, value: object) -> dict[str, object]:
    first, _, rest = key.partition(".")
    return {first: _nested(rest, value) if rest else value}


def _origins(values: SettingsFile, sources: Mapping[str, str]) -> list[Origin]:
    """Every key, but of a backend only those that are set: what is not comes from its preset."""
    flat = _flatten(msgspec.to_builtins(values)).items()
    shown = [(key, value) for key, value in flat if key in sources or not key.startswith("backends.")]
    return [Origin(key, value, sources.get(key, "default")) for key, value in shown]


def _flatten(data: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and value and prefix.count(".") < 2 and key != "extra_body":  # noqa: PLR2004  # as in _merge
            flat |= _flatten(value, f"{name}.")
        else:
            flat[name] = value
    return flat
