"""From settings to real objects: the one place that knows every registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grimoire import cast
from grimoire.chat import Answer
from grimoire.errors import KeyMissing, LedgerError, UnknownName, UsageError
from grimoire.glossary import Glossary
from grimoire.library import Library, shipped
from grimoire.ports import AskingCheck, ChatBackend, Check, Exchange, Ledger, Translator
from grimoire.record import Cell
from grimoire.segment import Segment
from grimoire.settings import REHEARSAL, BackendSettings, Settings, data_directory
from grimoire.spell import CheckSpec, Spell
from grimoire.verdict import CheckResult, Verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from grimoire.backends.counting import CountingBackend
    from grimoire.ledger import SqliteLedger, SqliteMemory

DEEPL = "deepl"
"""The translator that is no chat backend."""


class BackendFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A backend as configured, before anything is asked of it. `key_set` is None where no key is needed."""

    name: str
    title: str = ""
    base_url: str = ""
    key_env: str = ""
    key_set: bool | None = None
    model: str = ""
    source: str
    settings: BackendSettings = BackendSettings()


def open_library(settings: Settings, *, judging: bool = True) -> Library:
    """The spells on the search path, the shipped ones last.

    Without `judging` the checks of spells are not looked into, which spares commands that only read them the imports.
    """
    own = data_directory() / "spells"
    if judging and settings.code_folder:
        from grimoire.checks.python_code import allow

        allow(settings.code_folder)
    return Library([*settings.spell_folders, shipped()], validate_check if judging else _any_check, own)


def validate_check(spec: CheckSpec) -> str:
    """What is wrong with a check as a file asks for it; empty when nothing is."""
    from grimoire import checks

    if spec.name.startswith("skip:"):
        name = spec.name.removeprefix("skip:")
        return "" if name in checks.STANDING else f"no standing check `{name}`: {', '.join(checks.STANDING)}"
    try:
        checks.build(spec)
    except UsageError as error:
        return f"{error.message} ({error.hint})" if error.hint else error.message
    return ""


def _any_check(_: CheckSpec) -> str:
    return ""


def build_checks(spell: Spell, case_id: str, *, expectations: bool = True) -> list[Check]:
    """The standing checks, the spell's own, the case's, and what the prompt itself expects, in that order.

    A spell's own replaces a standing one. Without `expectations` the prompt is not read.
    """
    from grimoire import checks
    from grimoire.checks.expected import Expected
    from grimoire.expectations import RULES, expected_of

    case = next((case for case in spell.cases if case.id == case_id), None)
    own = [checks.build(spec) for spec in (*spell.checks, *(case.checks if case else ()))]
    replaced = {check.name for check in own} & checks.STANDING.keys()
    read = expected_of(spell, case) if expectations else []
    derived = [Expected(checks.build(each.spec), each.words, RULES, each.given) for each in read]
    return [*checks.standing([*spell.skip_checks, *replaced]), *own, *derived]


class SpellJudge:
    """Judges answers to the cells of some spells; each spell's checks are built once.

    `backend` is the model that checks may ask, `votes` how often where a check does not say itself, and `original`
    finds what they compare a translation's answer with.
    """

    def __init__(
        self,
        spells: Sequence[Spell],
        *,
        expectations: bool = True,
        backend: ChatBackend | None = None,
        votes: int | None = None,
        original: Callable[[Spell, Cell], str] = lambda _spell, _cell: "",
    ) -> None:
        self._expectations = expectations
        self._votes = votes
        self._spells = {spell.name: spell for spell in spells}
        self._checks: dict[tuple[str, str], tuple[list[Check], str]] = {}
        self._backend = backend
        self._original = original

    def __call__(self, cell: Cell, answer: Answer, paid: float | None = None) -> Verdict:
        """The verdict of every check that asks no model."""
        from grimoire.judge import judge

        return judge(cast.exchange(cell, answer, paid), *self._checks_of(cell))

    def asks(self, cell: Cell) -> bool:
        """Whether a model has to be asked too; never about a rehearsal, which costs nothing."""
        from grimoire.judge import asks

        return not cell.rehearsal and asks(self._checks_of(cell)[0])

    async def ask(self, cell: Cell, answer: Answer, paid: float | None, verdict: Verdict) -> Verdict:
        """The verdict of all checks, from that of those that ask no model."""
        from grimoire.judge import ask

        return await ask(self._exchange(cell, answer, paid), self._checks_of(cell)[0], verdict, self._backend)

    def carry(self, cell: Cell, answer: Answer, verdict: Verdict, earlier: Sequence[CheckResult]) -> Verdict | None:
        """The verdict with what a model said before; None where it would have to be asked."""
        from grimoire.judge import carry

        return carry(self._exchange(cell, answer, None), self._checks_of(cell)[0], verdict, earlier)

    def _exchange(self, cell: Cell, answer: Answer, paid: float | None) -> Exchange:
        """What a model is shown: beside the rest, the answer to the original where this is one to a translation."""
        spell = self._spells[cell.spell]
        original = self._original(spell, cell) if cell.language != spell.language else ""
        return msgspec.structs.replace(cast.exchange(cell, answer, paid), original=original)

    def requests(self, cell: Cell) -> int:
        """How many requests asking about an answer may take."""
        return sum(check.requests for check in self._checks_of(cell)[0] if isinstance(check, AskingCheck))

    def yardstick(self, spell: str, case: str) -> str:
        """The digest of the checks that a case's answers meet."""
        return self._checks_for(spell, case)[1]

    def _checks_of(self, cell: Cell) -> tuple[list[Check], str]:
        return self._checks_for(cell.spell, cell.case)

    def _checks_for(self, spell: str, case: str) -> tuple[list[Check], str]:
        from grimoire.checks import yardstick
        from grimoire.checks.votes import Voting

        key = (spell, case)
        if key not in self._checks:
            built = build_checks(self._spells[spell], case, expectations=self._expectations)
            for check in built:
                if self._votes and isinstance(check, Voting):
                    check.votes = self._votes
            self._checks[key] = built, yardstick(built)
        return self._checks[key]


def open_judge(
    settings: Settings, spells: Sequence[Spell], ledger: Ledger | None = None, panel: ChatBackend | None = None
) -> SpellJudge:
    """The judge of some spells' answers, as the settings want it; `panel` is the model that checks may ask."""

    def original(spell: Spell, cell: Cell) -> str:
        if ledger is None:
            return ""
        return ledger.latest_answer(spell.name, spell.language, spell.template.digest, cell.case, cell.backend)

    values = settings.values
    return SpellJudge(spells, expectations=values.expectations, backend=panel, votes=values.votes, original=original)


def open_panel(settings: Settings, spells: Sequence[Spell]) -> CountingBackend | None:
    """The backend that checks of these spells ask; None where none is set or none asks. Raises as `open_backend`."""
    from grimoire.backends.counting import CountingBackend

    if not settings.values.judge or not any(_asking(spell) for spell in spells):
        return None
    return CountingBackend(open_backend(settings, settings.values.judge))


def panel_requests(settings: Settings, spells: Sequence[Spell], cells: Iterable[Cell]) -> int:
    """How many requests judging these cells may take, where every vote is needed."""
    by_case: dict[tuple[str, str], int] = {}
    judge = open_judge(settings, spells)
    asking = {spell.name for spell in spells if _asking(spell)}
    total = 0
    for cell in cells:
        if cell.spell in asking and not cell.rehearsal:
            key = (cell.spell, cell.case)
            if key not in by_case:
                by_case[key] = judge.requests(cell)
            total += by_case[key]
    return total


def _asking(spell: Spell) -> bool:
    """Whether a model has to be asked about a spell's answers."""
    from grimoire import checks

    specs = (*spell.checks, *(spec for case in spell.cases for spec in case.checks))
    return any(spec.name in checks.ASKING for spec in specs)


@contextmanager
def open_ledger(settings: Settings, file: Path | None, *, reading: bool = False) -> Iterator[SqliteLedger]:
    """The ledger to use, closed at the end; where it is only for reading, one that cannot be written will do."""
    from grimoire.ledger import open_ledger as open_file

    path = file or settings.ledger
    try:
        ledger = open_file(path)
    except LedgerError:
        if not reading:
            raise
        ledger = open_file(path, read_only=True)
    try:
        yield ledger
    finally:
        ledger.close()


def list_backends(settings: Settings) -> list[BackendFacts]:
    """Every backend that can be named: configured ones, then presets, then the rehearsal."""
    from grimoire.backends.presets import PRESETS

    names = [*settings.values.backends, *(name for name in PRESETS if name not in settings.values.backends)]
    return [
        *(_facts(settings, name) for name in names),
        BackendFacts(name=REHEARSAL, title="Rehearsal (offline, no model)", model="sample", source="built in"),
    ]


def open_backend(settings: Settings, name: str) -> ChatBackend:
    """The backend of BACKEND or BACKEND/MODEL.

    Raises:
        UnknownName: there is no such backend; the nearest is offered.
        UsageError: it has no model, or no base URL.
        KeyMissing: its key's variable is not set.
    """
    from grimoire.backends import ADAPTERS

    head, _, model = name.partition("/")
    if head == REHEARSAL:
        return ADAPTERS[REHEARSAL](model or "sample")
    facts = _facts(settings, head)
    model = model or facts.model
    if not model:
        raise UsageError(f"backend `{head}` needs a model", hint=f"name one: {head}/MODEL")
    if not facts.base_url:
        raise UsageError(f"backend `{head}` has no base_url", hint="set it under backends: in the settings")
    if facts.key_set is False:
        raise KeyMissing(f"{head}: ${facts.key_env} is not set", hint=f"export {facts.key_env}=… and try again")
    return _open_chat(settings, facts, f"{head}/{model}", model)


class TranslatorFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A translator before anything is asked of it, and with no need of its key: enough to plan with."""

    name: str
    version: str
    cut: Callable[[Sequence[Segment]], Iterator[list[Segment]]]
    chat: bool


def translator_facts(settings: Settings, name: str) -> TranslatorFacts:
    """What is known of DeepL, or of a chat backend as a translator. Raises UnknownName, UsageError."""
    from grimoire.translators import TRANSLATORS

    kind = DEEPL if name == DEEPL else "chat"
    engine = TRANSLATORS[kind]
    if kind == "chat":
        head, _, model = name.partition("/")
        name = f"{head}/{model or _facts(settings, head).model}" if head != REHEARSAL else name
    return TranslatorFacts(name=name, version=engine.version, cut=engine.cut, chat=kind == "chat")


@asynccontextmanager
async def open_translator(settings: Settings, name: str) -> AsyncIterator[Translator]:
    """DeepL by its name, or any chat backend; closed at the end. Raises as `open_backend` does."""
    from grimoire.translators import TRANSLATORS

    if name == DEEPL:
        async with aclosing(_open_deepl(settings)) as deepl:
            yield deepl
        return
    async with aclosing(open_backend(settings, name)) as backend:
        yield TRANSLATORS["chat"](backend, concurrent=settings.values.jobs)


def _open_deepl(settings: Settings) -> Translator:
    from grimoire.translators import TRANSLATORS

    deepl = settings.values.deepl
    key = settings.variable(deepl.key_env)
    if not key:
        raise KeyMissing(f"deepl: ${deepl.key_env} is not set", hint=f"export {deepl.key_env}=… and try again")
    terms = open_glossary(settings).terms if deepl.glossary else {}
    return TRANSLATORS[DEEPL](key, server_url=deepl.server_url or None, glossary=deepl.glossary, terms=terms)


def open_glossary(settings: Settings) -> Glossary:
    """The shipped glossary with the project's over it. Raises InvalidFile."""
    from grimoire import glossaryfile

    return glossaryfile.load(settings.glossary_file)


@contextmanager
def open_memory(settings: Settings) -> Iterator[SqliteMemory]:
    """The translation memory beside the ledger, closed at the end."""
    from grimoire.ledger import memory_path
    from grimoire.ledger import open_memory as open_file

    with closing(open_file(memory_path(settings.ledger))) as memory:
        yield memory


@contextmanager
def open_memory_to_read(settings: Settings) -> Iterator[SqliteMemory | None]:
    """The translation memory where there is one; what only looks makes none."""
    from grimoire.ledger import memory_path
    from grimoire.ledger import open_memory as open_file

    path = memory_path(settings.ledger)
    if not path.exists():
        yield None
        return
    with closing(open_file(path, read_only=True)) as memory:
        yield memory


def prices(settings: Settings, backends: Sequence[ChatBackend]) -> Mapping[str, tuple[float, float]]:
    """(input, output) per million tokens of those backends whose model has a price in the settings."""
    found: dict[str, tuple[float, float]] = {}
    for backend in backends:
        head, _, model = backend.name.partition("/")
        configured = settings.values.backends.get(head)
        price = configured.prices.get(model) if configured else None
        if price is not None:
            found[backend.name] = (price.input, price.output)
    return found


def ready_backends(settings: Settings) -> list[BackendFacts]:
    """Backends whose key was found, for telling a newcomer what could be fired at."""
    return [facts for facts in list_backends(settings) if facts.key_set]


def _facts(settings: Settings, name: str) -> BackendFacts:
    from grimoire.backends.presets import PRESETS

    own = settings.values.backends.get(name)
    if own and own.preset and own.preset not in PRESETS:
        raise UnknownName(f"backend `{name}`: no preset `{own.preset}`", hint=f"one of: {', '.join(PRESETS)}")
    preset = PRESETS.get(own.preset if own and own.preset else name)
    if own is None and preset is None:
        raise UnknownName(f"no backend `{name}`", hint=_nearest_backend(settings, name))
    own = own or BackendSettings()
    from_env = settings.variable(preset.base_url_env) if preset and preset.base_url_env else ""
    key_env = own.key_env if own.key_env is not None else preset.key_env if preset else ""
    return BackendFacts(
        name=name,
        title=preset.title if preset else "",
        base_url=own.base_url or from_env or (preset.base_url if preset else ""),
        key_env=key_env,
        key_set=bool(settings.variable(key_env)) if key_env else None,
        model=own.model or (preset.model if preset else ""),
        source="settings" if name in settings.values.backends else "preset",
        settings=own,
    )


def _open_chat(settings: Settings, facts: BackendFacts, name: str, model: str) -> ChatBackend:
    from grimoire.backends import ADAPTERS
    from grimoire.backends.http_limits import Timeouts

    own, values = facts.settings, settings.values
    timeout = own.timeout or values.timeout
    parameters = {key: value for key in ("temperature", "max_tokens") if (value := getattr(own, key)) is not None}
    return ADAPTERS["openai-chat"](
        name,
        base_url=facts.base_url,
        # Servers that need no key still get a header from the SDK; it must not be one meant for somebody else.
        api_key=settings.variable(facts.key_env) if facts.key_env else "none",
        model=model,
        parameters=parameters,
        extra_body=own.extra_body,
        timeout=Timeouts(connect=timeout.connect, read=timeout.read, total=timeout.total),
        stream=own.stream,
        retries=values.retries if own.retries is None else own.retries,
        key_env=facts.key_env,
        # OpenAI's organisation and project variables are for OpenAI alone; no other service is to see them.
        sdk_environment=facts.name == "openai",
    )


def _nearest_backend(settings: Settings, name: str) -> str:
    import difflib

    known = [facts.name for facts in list_backends(settings)]
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(known)}"
