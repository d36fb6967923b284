"""A cast's inputs: the argument, what is piped in, `-p` pairs, or one of the spell's cases."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import msgspec

from grimoire import yamlfile
from grimoire.cast import variable_values
from grimoire.cli.questions import Input
from grimoire.errors import UnknownName, UsageError
from grimoire.placeholders import names
from grimoire.spell import Case, Spell, Template

_OPTION = re.compile("--?[A-Za-z]|--$")
_RUN = re.compile(r"[0-9]{8}(T[0-9]{0,6}(-[0-9a-f]*)?)?|last(~.*)?")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What a call of `cast` gives as input, unread.

    `arguments` is a text, or files; `each` says that every line or JSON object is an input of its own; `page` is the
    text of a web page, fenced as data.
    """

    arguments: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    case: str = ""
    stdin_as: str = ""
    each: str = ""
    page: str = ""


def read_inputs(given: Given, spell: Spell, texts: Sequence[Template], stdin: TextIO | None) -> list[Input]:
    """The inputs a call gives, one or many."""
    text = given.arguments[0] if given.arguments else None
    return [Input(case=build_case(spell, texts[0], case_id=given.case, text=text, pairs=given.pairs, stdin=stdin))]


def read_text(given: Given, stdin: TextIO | None) -> Input:
    """The text of a follow-up."""
    text = given.arguments[0] if given.arguments else None
    return Input(case=Case(id="", prompt=_joined(text, stdin)))


TEXTS = {"prompt", "crawledtext", "crawledsource"}
"""Inputs that are no variables; `-p` gives them too."""


def build_case(
    spell: Spell, template: Template, *, case_id: str, text: str | None, pairs: Sequence[str], stdin: TextIO | None
) -> Case:
    """The case to cast with; its id is empty where the user's own text is cast.

    Raises:
        UsageError: a pair is not KEY=VALUE, names nothing, or two ways of input contradict each other.
    """
    given = [_pair(pair) for pair in pairs]
    own = {key.lower(): value for key, value in given if key.lower() in TEXTS}
    variables = variable_values(template, [pair for pair in given if pair[0].lower() not in own])
    if case_id:
        return _named_case(spell, case_id, variables, alone=text is None and not own)
    prompt = "\n\n".join(part for part in (own.get("prompt"), _joined(text, stdin)) if part)
    if prompt and not names(template.prompt) & {"PROMPT", "PROMPT1"}:
        raise UsageError(f"`{spell.name}` takes no text", hint="its inputs are variables: grimoire show " + spell.name)
    return Case(
        id="",
        prompt=prompt,
        variables=variables,
        crawled_text=own.get("crawledtext", ""),
        crawled_source=own.get("crawledsource", ""),
    )


def parse_parameters(pairs: Sequence[str]) -> dict[str, object]:
    """`--option` pairs: a value that reads as a number, true, false or null is one."""
    return {key: yamlfile.parse(value, "--option").data for key, value in map(_split, pairs)}


def join_pairs(arguments: Sequence[str], flags: Sequence[str] = ("-p", "--param", "-O", "--option")) -> list[str]:
    """`-p KEY VALUE` as `-p KEY=VALUE`, so that both spellings work; everything after `--` stays as it is."""
    joined: list[str] = []
    rest = list(arguments)
    while rest and rest[0] != "--":
        joined.append(rest.pop(0))
        if joined[-1] in flags and rest:
            pair = rest.pop(0)
            if "=" not in pair and rest and not _OPTION.match(rest[0]):
                pair += f"={rest.pop(0)}"
            joined.append(pair)
    return joined + rest


def join_resume(arguments: Sequence[str]) -> list[str]:
    """A trial's `--resume RUN` as `--resume=RUN`, and `--resume` alone as `--resume=`: an option has a value or none.

    What follows it is a run where it looks like one: an id, at least eight digits of one, `last`, `last~1`.
    """
    joined, rest = list(arguments[:1]), list(arguments[1:])
    if joined != ["trial"]:
        return joined + rest
    while rest and rest[0] != "--":
        joined.append(rest.pop(0))
        if joined[-1] == "--resume":
            joined[-1] += f"={rest.pop(0) if rest and _RUN.fullmatch(rest[0]) else ''}"
    return joined + rest


def _named_case(spell: Spell, case_id: str, variables: dict[str, str], *, alone: bool) -> Case:
    case = next((case for case in spell.cases if case.id == case_id), None)
    if case is None:
        there = ", ".join(case.id for case in spell.cases)
        raise UnknownName(f"`{spell.name}` has no case `{case_id}`", hint=f"there are: {there}" if there else "")
    if not alone:
        raise UsageError("a text and --case exclude each other", hint="leave one of them out")
    return msgspec.structs.replace(case, variables=case.variables | variables)


def _joined(text: str | None, stdin: TextIO | None) -> str:
    """The argument, a blank line, what is piped in. A terminal is never read unless `-` asks for it."""
    piped = "" if stdin is None or (text != "-" and stdin.isatty()) else read_stdin(stdin)
    given = "" if text is None or text == "-" else _clean(text)
    return "\n\n".join(part for part in (given, piped.rstrip("\r\n")) if part.strip())


def read_stdin(stdin: TextIO) -> str:
    """All of standard input. Raises UsageError where it is not UTF-8."""
    try:
        text = stdin.read()
        text.encode("utf-8")  # in the C locale bytes that are not UTF-8 get through as lone surrogates
    except UnicodeError as error:
        raise UsageError("standard input is not UTF-8 text") from error
    return text


def _clean(text: str) -> str:
    """Bytes of an argument that are not UTF-8 reach Python as lone surrogates, which nothing can send."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _pair(text: str) -> tuple[str, str]:
    key, value = _split(_clean(text))
    if value.startswith("@@"):
        return key, value[1:]
    if not value.startswith("@"):
        return key, value
    try:
        return key, Path(value[1:]).read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        hint = f"write {key}=@{value} if the text itself begins with @"
        raise UsageError(f"cannot read {value[1:]} for {key}", hint=hint) from error


def _split(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"`{text}` is not KEY=VALUE")
    return key.strip(), value
