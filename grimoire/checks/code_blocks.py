"""The check that counts code blocks, and whether they parse. No code is ever run.

Python is parsed by `ast`, XML by expat with entities refused, YAML by libyaml's events, JSON and TOML by the standard
library; a block longer than 50,000 characters (10,000 of TOML) is not looked at.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, ClassVar

import msgspec
from msgspec import UNSET, UnsetType

from grimoire.checks import json_values
from grimoire.checks.markdown import fences, language
from grimoire.checks.number import Demand, measure
from grimoire.checks.own import OwnCheck
from grimoire.checks.reason import cut, one_line, quote, result
from grimoire.ports import Exchange
from grimoire.verdict import CheckResult

if TYPE_CHECKING:
    from markdown_it.token import Token

LONGEST = 50_000
SHORTER = {"toml": 10_000}
"""The standard library's time for dotted keys grows with the square of their length."""
DEEPEST = 100
SHOWN = 5
_ALIASES = {
    alias: name
    for name, aliases in {
        "python": "py python3",
        "yaml": "yml",
        "xml": "svg",
        "javascript": "js",
        "typescript": "ts",
        "bash": "sh shell zsh",
        "cpp": "c++",
        "go": "golang",
        "rust": "rs",
        "markdown": "md",
    }.items()
    for alias in aliases.split()
}


class CodeBlocksWants(Demand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`language` counts the blocks so marked alone (`py` is python); `parses` wants each to parse that can be."""

    language: Annotated[str, msgspec.Meta(min_length=1)] | UnsetType = UNSET
    parses: bool | UnsetType = UNSET


class CodeBlocks(OwnCheck[CodeBlocksWants]):
    """Number of fenced code blocks; with `parses`, those in JSON, YAML, TOML, XML or Python must be well-formed."""

    name = "code-blocks"
    version = 2
    form: ClassVar[object] = CodeBlocksWants
    allowed = "{at_least, at_most, exactly, language, parses: true}"

    def prepare(self) -> None:
        wanted = self.wants.language
        self._language = "" if wanted is UNSET else _canonical(wanted)
        if self.wants.parses and self._language and self._language not in PARSERS:
            raise self.bad(f"{self._language} cannot be parsed here, only {', '.join(PARSERS)}")

    def judge(self, exchange: Exchange) -> CheckResult:
        every = fences(exchange.answer.text)
        marks = [_canonical(language(token)) for token in every]
        wanted = [fence for fence, mark in zip(every, marks, strict=True) if self._language in {"", mark}]
        noun = f"code block with mark {self.wants.language}" if self._language else "code block"
        shown = ", ".join(mark or "unmarked" for mark in marks[:SHOWN]) if self._language else ""
        counted = measure(self, self.wants, len(wanted), noun, shown)
        if not self.wants.parses or counted.outcome == "failed":
            return counted
        return self._parsed(wanted, counted)

    def _parsed(self, wanted: list[Token], counted: CheckResult) -> CheckResult:
        """The result of parsing blocks of which there are as many as wanted."""
        parsed = 0
        for number, fence in enumerate(wanted, 1):
            kind = _canonical(language(fence))
            parser = PARSERS.get(kind)
            if parser is None:
                continue
            longest = SHORTER.get(kind, LONGEST)
            if len(fence.content) > longest:
                return result(self, "crashed", f"block {number} is longer than the {longest} characters looked at")
            if fault := _fault(parser, fence.content):
                return result(self, "failed", f"block {number} ({kind}) does not parse: {fault}")
            parsed += 1
        if wanted and not parsed:
            return result(self, "skipped", f"no block to parse, {len(wanted)} of other languages")
        return result(self, "passed", f"{counted.reason}; {parsed} of {len(wanted)} parsed")


def _canonical(mark: str) -> str:
    mark = mark.casefold()
    return _ALIASES.get(mark, mark)


def _fault(parser: Callable[[str], None], text: str) -> str:
    """Why a text does not parse, with the line; empty when it does."""
    try:
        parser(text)
    except SyntaxError as error:
        line = text.split("\n")[(error.lineno or 1) - 1 :][:1]
        return f"line {error.lineno}: {error.msg}, {quote(line[0] if line else '', 40)}"
    except (ValueError, RecursionError, MemoryError) as error:
        return cut(one_line(str(error)), 100) or "nested too deep"
    return ""


def _python(text: str) -> None:
    import ast
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unknown escape such as "\d" is no reason to fail, nor to speak
        ast.parse(textwrap.dedent(text))


def _json(text: str) -> None:
    json_values.parse(text)


def _toml(text: str) -> None:
    import tomllib

    tomllib.loads(text)


def _yaml(text: str) -> None:
    import yaml

    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise ValueError("nested too deep")
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ValueError(f"{line}{error.problem}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _xml(text: str) -> None:
    from xml.parsers import expat

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(text.strip().encode(), True)  # noqa: FBT003  # expat's signature: this is all there is
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None


def _refuse_entity(*_: object) -> None:
    raise ValueError("it declares entities, which are not expanded")


PARSERS: dict[str, Callable[[str], None]] = {
    "json": _json,
    "yaml": _yaml,
    "toml": _toml,
    "xml": _xml,
    "python": _python,
}
