"""Spell files and translation files: YAML to values and back, and everything that can be wrong with one."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from grimoire import languages, placeholders, yamlfile
from grimoire.chainfile import MAX_STEPS, NAME, chain_problems
from grimoire.errors import InvalidFile, Problem, UnknownName
from grimoire.spell import (
    Case,
    CaseFields,
    CheckSpec,
    Spell,
    SpellFields,
    Template,
    Translation,
    TranslationFields,
    Variable,
)

MAX_VARIABLE = 6
MAX_PROBLEMS = 100
"""Problems told of one file; more would not be read, and a hostile file could make millions."""
SUPPLIED = ("TARGETLANGUAGE",)
PAGE_INPUTS = {"CRAWLEDTEXT": "crawled_text", "CRAWLEDSOURCE": "crawled_source"}

CheckValidator = Callable[[CheckSpec], str]
"""Says what is wrong with a check's name or parameters; empty when nothing is."""


class CaseFile(CaseFields, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A case as it stands in a file."""

    checks: tuple[dict[str, Any], ...] = ()


class SpellFile(SpellFields, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A spell as it stands in a file; the JSON Schema of `grimoire schema` is made from this."""

    cases: tuple[CaseFile, ...] = ()
    checks: tuple[dict[str, Any], ...] = ()


class TranslationFile(TranslationFields, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A translation as it stands in a file."""


def read_spell(path: Path, validate_check: CheckValidator) -> tuple[Spell, list[Problem]]:
    """A spell and the warnings about it.

    Raises:
        InvalidFile: with every error found, and the warnings after them.
    """
    return parse_spell(yamlfile.read(path), path, validate_check)


def parse_spell(
    document: yamlfile.Document, path: Path | None, validate_check: CheckValidator
) -> tuple[Spell, list[Problem]]:
    """As `read_spell`, of a document that was read already; `path` is None where it is in no file."""
    raw = yamlfile.convert(document, SpellFile)
    spell = _spell(raw, path)
    problems = chain(_check_problems(document, raw, validate_check), _spell_problems(document, spell))
    return spell, _raise_errors(problems)


def read_translation(path: Path, spell: Spell) -> tuple[Translation, list[Problem]]:
    """A spell's translation and the warnings about it, staleness among them.

    Raises:
        InvalidFile: with every error found, and the warnings after them.
    """
    translation, problems = parse_translation(path, spell)
    return translation, _raise_errors(iter(problems))


def parse_translation(path: Path, spell: Spell) -> tuple[Translation, list[Problem]]:
    """A spell's translation and everything wrong with it, errors too.

    Raises:
        InvalidFile: it is no translation file at all.
    """
    document = yamlfile.read(path)
    raw = yamlfile.convert(document, TranslationFile)
    fields = _fields(raw, TranslationFields) | {"variables": _variables(raw.variables)}
    translation = Translation(name=spell.name, path=path, **fields)
    return translation, _in_order(_translation_problems(document, translation, spell))


def dump_translation(translation: Translation) -> str:
    """The text of a translation file."""
    fields = ("language", "source", "translator", "status", "title", "teaser", "hint", "prompt")
    data: dict[str, object] = {key: value for key in fields if (value := getattr(translation, key))}
    if translation.variables:
        data["variables"] = [_plain(variable) for variable in translation.variables]
    if translation.review:
        data["review"] = list(translation.review)
    return yamlfile.dump(data)


def _plain(variable: Variable) -> dict[str, object]:
    data: dict[str, object] = {"id": variable.id, "label": variable.label}
    if variable.default:
        data["default"] = variable.default
    if variable.options:
        data["options"] = list(variable.options)
    return data


def _spell(raw: SpellFile, path: Path | None) -> Spell:
    fields = _fields(raw, SpellFields) | {"variables": _variables(raw.variables)}
    cases = tuple(Case(checks=_check_specs(case.checks), **_fields(case, CaseFields)) for case in raw.cases)
    return Spell(path=path, cases=cases, checks=_check_specs(raw.checks), **fields)


def _fields(raw: msgspec.Struct, shared: type[msgspec.Struct]) -> dict[str, Any]:
    """The fields that a value in a file shares with the one in memory."""
    return {name: getattr(raw, name) for name in shared.__struct_fields__}


def _variables(raw: tuple[Variable, ...]) -> tuple[Variable, ...]:
    return tuple(
        replace(v, label=v.label.strip(), default=v.default.strip(), options=tuple(o.strip() for o in v.options))
        for v in raw
    )


def _check_specs(items: tuple[dict[str, object], ...]) -> tuple[CheckSpec, ...]:
    return tuple(spec for item in items if isinstance(spec := check_spec(item), CheckSpec))


def check_spec(item: dict[str, object]) -> CheckSpec | str:
    """One item of a `checks:` list; a text says what is wrong with it."""
    named = [key for key in item if key != "should"]
    should = item.get("should", False)
    if len(named) > 1 and (near := difflib.get_close_matches("should", named, n=1)):
        return f"unknown key `{near[0]}`: did you mean `should`?"
    if len(named) != 1:
        return f"a check has one name, not {len(named)}: {', '.join(named) or 'nothing'}"
    if not isinstance(should, bool):
        return "`should` is true or false"
    return CheckSpec(name=named[0], params=item[named[0]], should=should)


def _raise_errors(found: Iterator[Problem]) -> list[Problem]:
    problems = _in_order(found)
    if any(problem.severity == "error" for problem in problems):
        raise InvalidFile(problems)
    return problems


def _in_order(found: Iterator[Problem]) -> list[Problem]:
    return sorted(islice(found, MAX_PROBLEMS), key=lambda p: (p.severity != "error", p.line, p.column))


def _check_problems(document: yamlfile.Document, raw: SpellFile, validate: CheckValidator) -> Iterator[Problem]:
    lists: list[tuple[tuple[yamlfile.Step, ...], tuple[dict[str, object], ...]]] = [(("checks",), raw.checks)]
    lists += [(("cases", index, "checks"), case.checks) for index, case in enumerate(raw.cases)]
    for path, items in lists:
        for index, item in enumerate(items):
            spec = check_spec(item)
            message = spec if isinstance(spec, str) else validate(spec)
            if message:
                yield document.problem((*path, index), "check", message)
    for index, name in enumerate(raw.skip_checks):
        message = validate(CheckSpec(name=f"skip:{name}"))
        if message:
            yield document.problem(("skip_checks", index), "check", message)


def _spell_problems(document: yamlfile.Document, spell: Spell) -> Iterator[Problem]:
    if not NAME.fullmatch(spell.name):
        hint = "lower-case letters and digits, joined by hyphens"
        yield document.problem(("name",), "name", f"`{spell.name}` is not a spell name", hint=hint)
    elif spell.path and spell.name != spell.path.stem:
        message = f"the name is `{spell.name}`, the file's is `{spell.path.stem}`"
        yield document.problem(("name",), "name", message, hint="they must be equal, so that a name finds its file")
    yield from _language_problems(document, ("language",), spell.language)
    if ("chain",) in document.places:
        yield from chain_problems(document, spell, _language_problems)
        return
    if ("prompt",) not in document.places:
        hint = "a spell has a `prompt`, or a `chain` of steps"
        yield document.problem((), "missing-key", "`prompt` is missing", hint=hint)
    elif not spell.prompt.strip():
        yield document.problem(("prompt",), "prompt", "the prompt is empty")
    yield from _template_problems(document, spell.template, part=spell.role != "task")
    yield from _case_problems(document, spell)
    yield from _part_problems(document, spell)
    yield from _survivor_problems(document, spell)


def _part_problems(document: yamlfile.Document, spell: Spell) -> Iterator[Problem]:
    """A voice or a format is cast with a task, whose cases and sample they are then."""
    for key in ("cases", "sample", "survivors"):
        if spell.role != "task" and (key,) in document.places:
            message = f"a {spell.role} has no `{key}`: it is cast with a task, and has those of the task"
            yield document.problem((key,), "role", message, hint="take them out, or leave `role` out")


def _survivor_problems(document: yamlfile.Document, spell: Spell) -> Iterator[Problem]:
    if not spell.survivors:
        return
    from grimoire import mutants

    known = mutants.names()
    for name, why in spell.survivors.items():
        path = ("survivors", name)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean `{near[0]}`?" if near else f"there are: {', '.join(known)}"
            yield document.problem(path, "survivors", f"no mutant `{name}`", hint=hint)
        elif not why.strip():
            yield document.problem(path, "survivors", f"mutant `{name}` may pass, but why is not said")


def _language_problems(document: yamlfile.Document, path: tuple[yamlfile.Step, ...], code: str) -> Iterator[Problem]:
    try:
        known = languages.resolve(code)
    except UnknownName as error:
        yield document.problem(path, "language", error.message, hint=error.hint)
    else:
        if known != code:
            yield document.problem(path, "language", f"`{code}` is not a language code", hint=f"write `{known}`")


def _template_problems(document: yamlfile.Document, template: Template, *, part: bool = False) -> Iterator[Problem]:
    """A voice or a format is `part` of a prompt, and need not take any input."""
    yield from _variable_problems(document, template)
    for miss in placeholders.near_misses(template.prompt):
        line, column = placeholders.line_of(template.prompt, miss.start)
        yield _in_prompt(
            document, line, column, "near-miss", f"{miss.text} is sent as it stands", f"did you mean {miss.suggestion}?"
        )
    used = placeholders.names(template.prompt)
    if template.prompt.strip() and used <= set(SUPPLIED) and not part:
        message = "the prompt takes no input: no [PROMPT], no variable"
        yield document.problem(
            ("prompt",), "no-input", message, hint="put [PROMPT] where the text goes", severity="warning"
        )


def _variable_problems(document: yamlfile.Document, template: Template) -> Iterator[Problem]:
    seen: dict[int, str] = {}
    used = placeholders.names(template.prompt)
    for variable, line, column in _located(document, template):
        spelled = f"[VARIABLE{variable.id}]"

        def problem(
            gate: str, message: str, hint: str = "", severity: str = "error", line: int = line, column: int = column
        ) -> Problem:
            return Problem(
                file=document.file, line=line, column=column, gate=gate, severity=severity, message=message, hint=hint
            )

        if not 1 <= variable.id <= MAX_VARIABLE:
            yield problem("variable", f"variable {variable.id}: numbers go from 1 to {MAX_VARIABLE}")
        elif variable.id in seen:
            yield problem("variable", f"{spelled} is defined twice, first as `{seen[variable.id]}`")
        elif f"VARIABLE{variable.id}" not in used:
            yield problem("variable", f"{spelled} `{variable.label}` is never used", f"write {spelled} in the prompt")
        seen.setdefault(variable.id, variable.label)
        if variable.options and variable.default and variable.default not in variable.options:
            message = f"{spelled}: the default `{variable.default}` is not among the options"
            yield problem("variable", message, f"`{variable.options[0]}` will be taken", "warning")
    for part in placeholders.parse(template.prompt):
        if isinstance(part, placeholders.Placeholder) and part.name.startswith("VARIABLE"):
            number = int(part.name.removeprefix("VARIABLE"))
            if number not in seen:
                seen[number] = ""
                line, column = placeholders.line_of(template.prompt, part.start)
                hint = f"add it under variables:, or write [{part.name}:Label]"
                yield _in_prompt(document, line, column, "variable", f"{part.text} is not defined", hint, "error")


def _located(document: yamlfile.Document, template: Template) -> Iterator[tuple[Variable, int, int]]:
    for index, variable in enumerate(template.variables):
        yield (variable, *document.place(("variables", index)))
    for definition in placeholders.definitions(template.prompt):
        line, column = placeholders.line_of(template.prompt, definition.start)
        yield (definition.variable, *document.place_in_text(("prompt",), line, column))


def _in_prompt(  # a place and a message
    document: yamlfile.Document, line: int, column: int, gate: str, message: str, hint: str, severity: str = "warning"
) -> Problem:
    at, col = document.place_in_text(("prompt",), line, column)
    return Problem(file=document.file, line=at, column=col, gate=gate, severity=severity, message=message, hint=hint)


def _case_problems(document: yamlfile.Document, spell: Spell) -> Iterator[Problem]:
    used = placeholders.names(spell.prompt)
    known = {str(variable.id): variable for variable in placeholders.variables(spell.template)}
    ids: set[str] = set()
    for index, case in enumerate(spell.cases):
        path = ("cases", index)
        if case.id in ids:
            yield document.problem((*path, "id"), "case", f"two cases have the id `{case.id}`")
        ids.add(case.id)
        if case.answer_in:
            yield from _language_problems(document, (*path, "answer_in"), case.answer_in)
        if used & {"PROMPT", "PROMPT1"} and not case.prompt.strip():
            yield document.problem(path, "case", f"case `{case.id}` has no prompt, but the spell uses [PROMPT]")
        for name, key in PAGE_INPUTS.items():
            if name in used and not getattr(case, key):
                yield document.problem(path, "case", f"case `{case.id}` has no {key}, but the spell uses [{name}]")
        for number, value in case.variables.items():
            message = _value_problem(known.get(number), number, value)
            if message:
                yield document.problem((*path, "variables", number), "case", f"case `{case.id}`: {message}")


def _value_problem(variable: Variable | None, number: str, value: str) -> str:
    if variable is None:
        return f"there is no variable {number}"
    if variable.options and value not in variable.options:
        return f"`{value}` is not an option of [VARIABLE{number}]: {' | '.join(variable.options)}"
    return ""


def _translation_problems(document: yamlfile.Document, translation: Translation, spell: Spell) -> Iterator[Problem]:
    if spell.chain and translation.prompt:
        message = f"{spell.name} is a chain, which has no prompt to translate"
        yield document.problem(("prompt",), "chain", message, hint="its steps are translated each by itself")
    elif not spell.chain and ("prompt",) not in document.places:
        yield document.problem((), "missing-key", "`prompt` is missing")
    elif not spell.chain and not translation.prompt.strip():
        yield document.problem(("prompt",), "prompt", "the prompt is empty")
    yield from _language_problems(document, ("language",), translation.language)
    if translation.path and translation.path.name != f"{spell.name}.{translation.language}.yaml":
        message = f"the language is `{translation.language}`, but the file is {translation.path.name}"
        yield document.problem(("language",), "language", message)
    for text, wanted, found in placeholder_differences(spell.prompt, translation.prompt):
        message = f"{text} stands {found} times, in {spell.name} {wanted} times"
        yield document.problem(("prompt",), "placeholders", message)
    yield from _variable_problems(document, translation.template)
    theirs = {v.id: len(v.options) for v in placeholders.variables(translation.template)}
    for variable in placeholders.variables(spell.template):
        if variable.id in theirs and theirs[variable.id] != len(variable.options):
            counts = f"{theirs[variable.id]} options, in {spell.name} {len(variable.options)}"
            yield document.problem(("variables",), "variable", f"[VARIABLE{variable.id}] has {counts}")
    if translation.source != spell.source_digest:
        yield document.problem(
            ("source",),
            "stale",
            f"made from another version of {spell.name} ({translation.source}, now {spell.source_digest})",
            hint="translate it anew, or check it by hand and write the new digest here",
            severity="warning",
        )


def placeholder_differences(source: str, target: str) -> list[tuple[str, int, int]]:
    """Each placeholder that does not stand as often in both texts: its spelling, and both counts."""
    wanted, found = (
        Counter(p.text for p in placeholders.parse(text) if isinstance(p, placeholders.Placeholder))
        for text in (source, target)
    )
    return [(key, wanted[key], found[key]) for key in sorted(wanted | found) if wanted[key] != found[key]]


def spell_schema(check: dict[str, object], standing: list[str]) -> dict[str, object]:
    """The JSON Schema (2020-12) of a spell file; `check` is the schema of one item of a `checks:` list."""
    from grimoire import mutants

    schema = msgspec.json.schema(SpellFile)
    definitions = schema["$defs"]
    own_definitions = check.pop("$defs", {})
    definitions |= own_definitions if isinstance(own_definitions, dict) else {}
    definitions["Check"] = check
    for name in ("SpellFile", "CaseFile"):
        definitions[name]["properties"]["checks"] = {"type": "array", "items": {"$ref": "#/$defs/Check"}}
    definitions["SpellFile"]["properties"]["skip_checks"] = {"type": "array", "items": {"enum": standing}}
    definitions["SpellFile"]["properties"]["survivors"]["propertyNames"] = {"enum": list(mutants.names())}
    definitions["SpellFile"]["properties"]["name"]["pattern"] = f"^{NAME.pattern}$"
    definitions["Variable"]["properties"]["id"] |= {"minimum": 1, "maximum": MAX_VARIABLE}
    definitions["SpellFile"]["properties"]["chain"] |= {"maxItems": MAX_STEPS}
    definitions["SpellFile"]["oneOf"] = [{"required": ["prompt"]}, {"required": ["chain"]}]
    for name in ("spell", "with"):
        words = definitions["Step"]["properties"][name]
        (words if name == "spell" else words["items"])["pattern"] = f"^{NAME.pattern}$"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Grimoire spell", **schema}
