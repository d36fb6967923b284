"""What the shell completes: spells, variables, backends, languages, topics, tones and styles, cases, runs.

Each is asked while somebody waits for the Tab key: spells are known by the names of their files, and of those only the
first lines are read; settings that are not valid count as none. What fails offers nothing; `shells` sees to that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from grimoire.dials import Dial
    from grimoire.library import Library
    from grimoire.record import RunKind
    from grimoire.settings import Settings
    from grimoire.spell import Spell, Template

Offer = tuple[str, str]
"""A value, and what it is, for shells that show it."""
SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
MOST_TITLES = 200
"""Spells of which the titles are read; with more, reading them takes longer than anybody waits."""
RECENT = 30
"""Runs and conversations that are offered."""
_PARTS = frozenset({"voice", "format"})
_HEAD = 1500
"""Bytes of a spell's file in which its title, topic and language are looked for."""


def shells() -> list[str]:
    """The shells that complete."""
    return list(SHELLS)


def spells(incomplete: str) -> list[Offer]:
    """Names of spells, with their titles; nothing for a path, so that the shell completes files."""
    paths = {name: path for name, path in _library().paths().items() if name.startswith(incomplete)}
    titled = len(paths) <= MOST_TITLES
    return [(name, _head(path, "title") if titled else "") for name, path in paths.items()]


def parts(incomplete: str) -> list[Offer]:
    """Voices and formats, with their titles: what is joined to a task."""
    paths = {name: path for name, path in _library().paths().items() if name.startswith(incomplete)}
    return [(name, _head(path, "title")) for name, path in paths.items() if _head(path, "role") in _PARTS]


def variables(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """`KEY=` for each variable of the spell on the line, and after it the options; after `=@` files."""
    key, equals, value = incomplete.partition("=")
    if equals and value.startswith("@"):
        return [(f"{key}=@{path}", "") for path in _files(value[1:])]
    spell, text = _text(ctx)
    if spell is None or text is None:
        return []
    return list(_values(text, key) if equals else _keys(text))


def keys(ctx: typer.Context) -> list[Offer]:
    """Variables of the spell on the line, without `=`."""
    return [(key.removesuffix("="), told) for key, told in variables(ctx, "")]


def cases(ctx: typer.Context) -> list[Offer]:
    """The cases of the spell on the line."""
    spell, _ = _text(ctx)
    return [(case.id, case.prompt) for case in spell.cases] if spell else []


def backends(incomplete: str) -> list[Offer]:
    """Backends; and once one is typed, its models that the settings know."""
    from grimoire.backends.presets import PRESETS
    from grimoire.backends.rehearsal import MODELS
    from grimoire.settings import REHEARSAL, BackendSettings

    settings = _settings()
    own = settings.values.backends
    head, slash, _ = incomplete.partition("/")
    if head == REHEARSAL:
        kinds = [f"{REHEARSAL}/{kind}" for kind in MODELS]
        return [(name, "offline, no model") for name in (kinds if slash else [REHEARSAL, *kinds])]
    if not slash and head not in {*own, *PRESETS}:
        titles = {name: preset.title for name, preset in PRESETS.items()}
        titles |= {name: titles.get(each.preset or name, "yours") for name, each in own.items()}
        return [*titles.items(), (REHEARSAL, "offline, no model")]
    configured = own.get(head, BackendSettings())
    preset = PRESETS.get(configured.preset or head)
    models = [configured.model, *configured.prices, preset.model if preset else ""]
    offered = [(f"{head}/{model}", "") for model in dict.fromkeys(models) if model]
    return offered if slash else [(head, preset.title if preset else "yours"), *offered]


def engines(incomplete: str) -> list[Offer]:
    """What translates: DeepL, or any backend."""
    return [("deepl", "DeepL"), *backends(incomplete)]


def languages(ctx: typer.Context, incomplete: str) -> list[Offer]:
    """The languages of the spell on the line, or all of them; after a comma another."""
    from grimoire.languages import LANGUAGES

    before, comma, _ = incomplete.rpartition(",")
    codes = _languages_of(ctx) or list(LANGUAGES)
    return [(f"{before}{comma}{code}", _language(code)) for code in codes if code not in before.split(",")]


def any_language(incomplete: str) -> list[Offer]:
    """All languages, in several of which a text may be wanted."""
    from grimoire.languages import LANGUAGES

    before, comma, _ = incomplete.rpartition(",")
    return [(f"{before}{comma}{code}", _language(code)) for code in LANGUAGES if code not in before.split(",")]


def topics() -> list[str]:
    """The topics that spells have."""
    return sorted({topic for path in _library().paths().values() if (topic := _head(path, "topic"))})


def tones(incomplete: str) -> list[Offer]:
    """Tones, in Chinese where one begins to type Chinese."""
    from grimoire.dials import TONES

    return _dial(TONES, incomplete)


def styles(incomplete: str) -> list[Offer]:
    """Writing styles, in Chinese where one begins to type Chinese."""
    from grimoire.dials import STYLES

    return _dial(STYLES, incomplete)


def conversations() -> list[Offer]:
    """The ids of the latest conversations, the latest first, with the spell and what was said last."""
    from grimoire.cli import wiring
    from grimoire.conversation import Wanted

    settings = _settings()
    if not settings.ledger.exists():
        return []
    with wiring.open_ledger(settings, None, reading=True) as store:
        entries = list(store.casts(Wanted(), limit=RECENT))
        links = store.links([entry.run for entry in entries])
    found: dict[str, str] = {}
    for entry in entries:
        found.setdefault(links[entry.run].conversation, f"{entry.spell}: {entry.text}")
    return list(found.items())


def trials() -> list[Offer]:
    """The ids of the latest trials, those that are not finished first."""
    return [("last", "the latest"), *_runs({"trial"})]


def runs() -> list[Offer]:
    """The ids of the latest runs of every kind."""
    return [("last", "the latest trial"), *_runs(set())]


def _runs(kinds: set[RunKind]) -> list[Offer]:
    from grimoire.cli import wiring

    settings = _settings()
    if not settings.ledger.exists():
        return []
    with wiring.open_ledger(settings, None, reading=True) as store:
        found = [run for run in store.runs(limit=RECENT * 4) if not kinds or run.kind in kinds][:RECENT]
    told = [(run.id, f"{run.kind}, {run.started[:16]}{'' if run.finished else ', not finished'}") for run in found]
    return sorted(told, key=lambda offer: not offer[1].endswith("not finished"))


def _settings() -> Settings:
    """The settings in force; where they are not valid, as if there were none."""
    from grimoire import settings
    from grimoire.errors import GrimoireError

    try:
        return settings.load()
    except GrimoireError:
        return settings.Settings(settings.SettingsFile(), [], [], {})


def _library() -> Library:
    from grimoire.cli import wiring

    return wiring.open_library(_settings(), judging=False)


def _text(ctx: typer.Context) -> tuple[Spell | None, Template | None]:
    """The spell on the line, and the text of it in the language on the line, if it has one."""
    name = ctx.params.get("name")
    if not name or name == "-":
        return None, None
    library = _library()
    codes = _codes(ctx)
    if joined := ctx.params.get("joined"):
        from grimoire.cli.join_parts import join_spells

        spell, texts = join_spells(library, [library.get(part) for part in (str(name), *joined)], codes)
        return spell, texts[0]
    spell = library.get(str(name), begins=True)
    translation = library.translation(spell, codes[0]) if codes else None
    return spell, translation.template if translation else spell.template


def _codes(ctx: typer.Context) -> list[str]:
    from grimoire.cli.options import split_codes

    given = ctx.params.get("languages") or ctx.params.get("language") or []
    return split_codes([given] if isinstance(given, str) else list(given))


def _keys(text: Template) -> Iterator[Offer]:
    from grimoire import placeholders

    for variable in placeholders.variables(text):
        told = f" ({' | '.join(variable.options)})" if variable.options else ""
        yield f"{variable.id}=", f"{variable.label}{told}"
        yield f"{variable.label}=", f"variable {variable.id}{told}"
    for name in sorted(placeholders.names(text.prompt) & {"PROMPT", "CRAWLEDTEXT"}):
        yield f"{name.lower()}=", f"[{name}]"


def _values(text: Template, key: str) -> Iterator[Offer]:
    from grimoire import placeholders
    from grimoire.search import fold

    for variable in placeholders.variables(text):
        if fold(key) in {str(variable.id), f"variable{variable.id}", fold(variable.label)}:
            yield from ((f"{key}={option}", variable.label) for option in variable.options or (variable.default,))


def _languages_of(ctx: typer.Context) -> list[str]:
    """Those in which the one spell on the line can be read: its own, and those of the files beside it."""
    name = ctx.params.get("name")
    if not name or not isinstance(name, str) or name == "-":
        return []
    from grimoire.settings import data_directory

    path = _library().find(name, begins=True)
    sidecars = [
        each for folder in (path.parent, data_directory() / "spells") for each in folder.glob(f"{path.stem}.*.yaml")
    ]
    return list(dict.fromkeys([_head(path, "language") or "en", *(each.name.split(".")[1] for each in sidecars)]))


def _language(code: str) -> str:
    from grimoire.languages import LANGUAGES

    known = LANGUAGES.get(code)
    return f"{known.english} · {known.native}" if known else ""


def _dial(dials: Iterable[Dial], incomplete: str) -> list[Offer]:
    chinese = bool(incomplete) and not incomplete.isascii()
    return [(dial.chinese, dial.english) if chinese else (dial.english, dial.chinese) for dial in dials]


def _head(path: Path, key: str) -> str:
    """A key's value where it stands on one line near the beginning of a YAML file; it is only shown."""
    try:
        with path.open("rb") as stream:
            lines = stream.read(_HEAD).decode("utf-8", "ignore").splitlines()
    except OSError:
        return ""
    found = next((line for line in lines if line.startswith(f"{key}:")), "")
    return found.partition(":")[2].strip().strip("'\"")


def _files(begun: str) -> Sequence[str]:
    """Files and folders whose path begins so; a folder ends with a slash."""
    folder, slash, name = begun.rpartition("/")
    place = Path(folder + slash or ".").expanduser()
    try:
        found = sorted(place.iterdir())
    except OSError:
        return []
    shown = [path for path in found if path.name.startswith(name) and (name or not path.name.startswith("."))]
    return [f"{folder}{slash}{path.name}{'/' if path.is_dir() else ''}" for path in shown]
