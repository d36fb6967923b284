"""The values a spell file holds: Spell, Variable, Case, CheckSpec, and Translation."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

import msgspec

TranslationStatus = Literal["machine", "needs-review", "reviewed"]
Role = Literal["task", "voice", "format"]
"""What a spell is when it is joined with others: what to do, in whose words, or in what form."""


class Variable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `[VARIABLEn]` stands for. Without options it is free text, which may stay empty."""

    id: int
    label: str
    default: str = ""
    options: tuple[str, ...] = ()

    @property
    def preset(self) -> str:
        """The value where the user gives none: the option equal to the default, else the first; or the default."""
        if self.options and self.default not in self.options:
            return self.options[0]
        return self.default


class CheckSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A check as the file asks for it; `params` is what stands behind its name, checked by the check itself."""

    name: str
    params: object = None
    should: bool = False


class CaseFields(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same of a case in its file and in memory.

    `variables` maps a number ("1") to a value; `answer_in` is a language code or empty.
    """

    id: str
    prompt: str = ""
    variables: dict[str, str] = {}
    answer_in: str = ""
    subject: tuple[str, ...] = ()
    crawled_text: str = ""
    crawled_source: str = ""


class Case(CaseFields, frozen=True, kw_only=True):
    """One set of inputs, with checks of its own."""

    checks: tuple[CheckSpec, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"joined": "with"}):
    """One step of a chain: the spell it casts, and with what.

    `prompt` is the text that spell is given: in it `[PROMPT]` stands for the answer of the step before (of the first
    step, for what the chain was given), `[INPUT]` for what the chain was given. `joined` are voices and a format.
    `language` is that of the texts sent, `answer_in` that of the answer; empty, they are as the cast says.
    `variables` maps a number or a label to a value.
    """

    spell: str
    prompt: str = "[PROMPT]"
    joined: tuple[str, ...] = ()
    language: str = ""
    answer_in: str = ""
    variables: dict[str, str] = {}


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a spell or translation that is filled in and sent."""

    language: str
    prompt: str
    variables: tuple[Variable, ...] = ()

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything that changes what is sent."""
        return digest(self)


class TranslationFields(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same of a translation in its file and in memory.

    `source` is the digest of what was translated (`Spell.source_digest`). `review` names what needs a person: a field
    and line each, and why. `prompt` is empty for a chain, of which title, teaser and hint are translated.
    """

    language: str
    source: str
    prompt: str = ""
    translator: str = ""
    status: TranslationStatus = "machine"
    title: str = ""
    teaser: str = ""
    hint: str = ""
    variables: tuple[Variable, ...] = ()
    review: tuple[str, ...] = ()


class Translation(TranslationFields, frozen=True, kw_only=True):
    """A spell in another language; `name` is the spell's."""

    name: str
    path: Path | None = None

    @property
    def template(self) -> Template:
        return Template(language=self.language, prompt=self.prompt, variables=self.variables)


class SpellFields(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same of a spell in its file and in memory.

    `variables` holds the file's list; inline definitions stay in the text. `expectations` says whether checks are
    derived from the prompt's own words. `survivors` are mutants of the sample that the checks may let pass, by name,
    with the reason why. A spell has a prompt, or it is a `chain` of steps and has none.
    """

    name: str
    prompt: str = ""
    role: Role = "task"
    chain: tuple[Step, ...] = ()
    language: str = "en"
    title: str = ""
    teaser: str = ""
    topic: str = ""
    activity: str = ""
    hint: str = ""
    author: str = ""
    variables: tuple[Variable, ...] = ()
    skip_checks: tuple[str, ...] = ()
    expectations: bool = True
    survivors: dict[str, str] = {}
    sample: str = ""


class Spell(SpellFields, frozen=True, kw_only=True):
    """One prompt template with its metadata, its cases and its checks."""

    cases: tuple[Case, ...] = ()
    checks: tuple[CheckSpec, ...] = ()
    path: Path | None = None

    @property
    def template(self) -> Template:
        return Template(language=self.language, prompt=self.prompt, variables=self.variables)

    @property
    def source_digest(self) -> str:
        """What a translation is tied to: it moves on when anything that is translated changes."""
        return digest((self.language, self.title, self.teaser, self.hint, self.prompt, self.variables))


def digest(value: object, digits: int = 12) -> str:
    """The first hexadecimal digits of the SHA-256 of a value's JSON: to tell versions apart, not for security."""
    try:
        text = msgspec.json.encode(value, order="sorted")
    except UnicodeEncodeError:  # half a surrogate pair, as arguments that are no UTF-8 bring it; json escapes it
        text = json.dumps(msgspec.to_builtins(value, order="sorted")).encode()
    return hashlib.sha256(text).hexdigest()[:digits]
