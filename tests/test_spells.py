from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from grimoire import cast, placeholders
from grimoire.backends import rehearsal
from grimoire.backends.rehearsal import Rehearsal
from grimoire.chat import Answer, FinishReason
from grimoire.cli.judging import SpellJudge
from grimoire.cli.strength import bad_answers, strength
from grimoire.cli.wiring import validate_check
from grimoire.library import Library, spell_files
from grimoire.mutants import MISBEHAVIOURS, Mutant
from grimoire.record import Cell
from grimoire.spell import Spell, Template, Translation
from grimoire.verdict import Verdict

ROOT = Path(__file__).parents[1] / "spells"
LIBRARY = Library([ROOT], validate_check)

# Every job the library does, by the folder it lies in.
JOBS = {
    "ads": ("facebook-ad",),
    "art": ("midjourney-prompt", "stable-diffusion-prompt"),
    "code": (
        "code-generator",
        "commit-message",
        "explain-code",
        "log-triage",
        "python-expert",
        "shell-command",
    ),
    "ecommerce": ("product-blurb", "product-description"),
    "formats": ("as-bullets", "as-json", "as-table"),
    "learning": ("course-creator",),
    "local": ("google-business-profile",),
    "marketing": ("blog-plan", "buyer-persona"),
    "seo": (
        "content-brief",
        "eeat-audit",
        "first-person-article",
        "long-seo-article",
        "meta-title-description",
        "seo-article",
    ),
    "social": (
        "business-posts",
        "captions-hashtags",
        "instagram-carousel",
        "quora-answer",
        "social-posts-table",
    ),
    "video": ("youtube-script",),
    "voices": ("in-plain-words", "in-the-voice-of", "with-dry-wit"),
    "writing": (
        "action-items",
        "ask-page",
        "blog-title",
        "book-outline",
        "fix-grammar",
        "lines-of",
        "rewriter",
        "tldr",
        "translate-text",
        "translated-tldr",
    ),
}
CHAINS = ["translated-tldr"]
PARTS = [*JOBS["voices"], *JOBS["formats"]]
EVERY = [name for folder in JOBS.values() for name in folder]
NAMES = [name for name in EVERY if name not in {*CHAINS, *PARTS}]
"""The tasks, each of which is tried by itself."""
ACTIVITIES = {
    "Auditing",
    "Copywriting",
    "Ideas",
    "Image Prompts",
    "Planning",
    "Programming",
    "Research",
    "Rewriting",
    "Summarising",
    "Writing",
}
SLOT = "[你的品牌]"

each_spell = pytest.mark.parametrize("name", NAMES)
each_part = pytest.mark.parametrize("name", PARTS)
each_language = pytest.mark.parametrize("language", ["en", "zh"])

_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")


@lru_cache(maxsize=64)
def spell_named(name: str) -> Spell:
    return LIBRARY.get(name)


def translation_of(name: str) -> Translation:
    translation = LIBRARY.translation(spell_named(name), "zh")
    assert translation is not None
    return translation


def template_of(name: str, language: str) -> Template:
    return spell_named(name).template if language == "en" else translation_of(name).template


def first_cell(name: str, language: str = "en", model: str = "sample") -> Cell:
    spell = spell_named(name)
    return cast.build_cell(spell, template_of(name, language), spell.cases[0], Rehearsal(model))


def judge(name: str, text: str, language: str = "en", finish: FinishReason = "stop") -> Verdict:
    return SpellJudge([spell_named(name)])(first_cell(name, language), Answer(text=text, finish_reason=finish))


def rehearse(name: str, language: str, model: str) -> Verdict:
    cell = first_cell(name, language, model)
    return SpellJudge([spell_named(name)])(cell, asyncio.run(cast.ask(Rehearsal(model), cell.request)))


# What no spell may call nearly right: refusals, talk, echoes, pieces, another language, another subject.
USELESS = (
    *("cut-off", "cut-mid-word", "stop-early", "first-sentence", "one-word", "other-language", "swap-subject"),
    *("other-subject", "loop", "refuse", "refuse-as-ai", "refuse-late", "refuse-and-offer", "acknowledge", "ask-back"),
    *("plan-only", "review-prompt", "lecture", "leave-slots", "leave-blanks", "template-syntax", "echo-input"),
    *("echo-last-line", "echo-and-start", "thinking-only", *MISBEHAVIOURS),
)
HARMLESS: dict[str, Callable[[str], str]] = {
    "preface": lambda text: f"好的，以下是为您准备的内容：\n\n{text}",
    "stars": lambda text: re.sub(r"^(\s*)- ", r"\1* ", text, flags=re.MULTILINE),
    "bold-headings": lambda text: re.sub(r"^(#+ )([^#*\n]+)$", r"\1**\2**", text, flags=re.MULTILINE),
    "windows": lambda text: text.replace("\n", "\r\n"),
    "loose": lambda text: f"\n\n{text}\n\n\n",
}


def test_library_does_exactly_these_jobs() -> None:
    found = {folder.name: tuple(p.stem for p in spell_files(folder)) for folder in sorted(ROOT.iterdir())}
    assert found == JOBS
    assert len(EVERY) == len(set(EVERY)) == 43


def grimoire(*args: str) -> str:
    command = [sys.executable, "-m", "grimoire", *args]
    run = subprocess.run(command, capture_output=True, check=False, encoding="utf-8", cwd=ROOT.parent)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_nothing_is_found_by_lint() -> None:
    assert grimoire("lint", "--strict", "--json", str(ROOT)) == ""


def test_some_spells_have_variables_in_each_way_they_can_be_written() -> None:
    spells = [spell_named(name) for name in NAMES]
    taking = [spell for spell in spells if placeholders.variables(spell.template)]
    listed = [spell for spell in spells if spell.variables]
    inline = [spell for spell in taking if not spell.variables]
    every = [variable for spell in taking for variable in placeholders.variables(spell.template)]
    assert len(taking) >= 6
    assert len(listed) >= 3
    assert len(inline) >= 3
    assert any(v.options and v.default for v in every)
    assert any(v.default and not v.options for v in every)
    assert any(not v.default and not v.options for v in every)


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(grimoire("schema"))
    return loaded


def as_json(name: str) -> dict[str, Any]:
    """A spell file as YAML reads it; numbers that are keys become text, as they do in JSON."""
    path = spell_named(name).path
    assert path is not None
    data: dict[str, Any] = json.loads(json.dumps(yaml.safe_load(path.read_text(encoding="utf-8"))))
    return data


@each_spell
def test_file_validates_against_the_schema(name: str, schema: dict[str, Any]) -> None:
    jsonschema.validate(as_json(name), schema)


@each_spell
def test_schema_refuses_the_file_with_a_wrong_check(name: str, schema: dict[str, Any]) -> None:
    data = as_json(name)
    data["checks"].append({"headings": {"at_leest": 3}})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


@each_spell
def test_is_fully_described(name: str) -> None:
    spell = spell_named(name)
    assert spell.path is not None
    assert spell.topic.casefold() == spell.path.parent.name.casefold()
    assert spell.activity in ACTIVITIES
    assert all((spell.title, spell.teaser, spell.hint, spell.author, spell.sample))
    assert len(spell.teaser) <= 120
    assert any(not check.should for check in spell.checks)
    assert spell.cases
    assert all(case.subject and min(map(len, case.subject)) > 1 for case in spell.cases)


@each_spell
@each_language
def test_prompt_has_a_fitting_length_and_no_open_slot(name: str, language: str) -> None:
    prompt = template_of(name, language).prompt
    assert 300 <= len(prompt) <= 4_000
    assert "[TARGETLANGUAGE]" in prompt
    assert "[PROMPT]" in prompt
    assert not re.search(r"\[(?!PROMPT\]|TARGETLANGUAGE\]|CRAWLEDTEXT\]|VARIABLE[1-6][\]:])", prompt)


@each_spell
def test_translation_is_reviewed_current_and_chinese(name: str) -> None:
    spell, translation = spell_named(name), translation_of(name)
    assert translation.status == "reviewed"
    assert translation.source == spell.source_digest
    bare = re.sub(r"\[[^\]]*\]", "", translation.prompt)
    assert len(_HAN.findall(bare)) > 2 * len(_LATIN.findall(bare))
    assert all(_HAN.search(text) for text in (translation.title, translation.teaser, translation.hint))
    assert len(translation.prompt.splitlines()) == len(spell.prompt.splitlines())


@each_spell
@each_language
def test_sample_works(name: str, language: str) -> None:
    verdict = judge(name, spell_named(name).sample, language)
    assert (verdict.kind, verdict.reasons) == ("works", ())


@each_spell
@each_language
@pytest.mark.parametrize("model", rehearsal.MISBEHAVIOURS)
def test_misbehaviour_is_found_broken(name: str, language: str, model: str) -> None:
    assert rehearse(name, language, model).kind == "broken"


@lru_cache(maxsize=64)
def mutants_of(name: str) -> dict[str, Mutant]:
    return bad_answers(spell_named(name), first_cell(name), continue_limit=3)


@each_spell
def test_mutant_of_the_sample_is_caught_or_argued_for(name: str) -> None:
    spell = spell_named(name)
    found = strength(spell, continue_limit=3)
    assert found.problems == ()
    assert (found.survivors, found.argued) == (0, len(spell.survivors))
    assert found.mutants >= 34


@each_spell
@each_language
def test_mutant_that_is_of_no_use_is_broken(name: str, language: str) -> None:
    made = {mutant: answer for mutant, answer in mutants_of(name).items() if mutant in USELESS}
    kinds = {mutant: judge(name, answer.text, language, answer.finish).kind for mutant, answer in made.items()}
    assert len(kinds) >= len(USELESS) - 3
    assert set(kinds.values()) == {"broken"}, kinds


@each_spell
@pytest.mark.parametrize("other", ["facebook-ad", "seo-article", "course-creator", "code-generator", "tldr"])
def test_sample_of_another_spell_does_not_work(name: str, other: str) -> None:
    if name != other:
        assert judge(name, spell_named(other).sample).kind != "works"


@each_spell
@pytest.mark.parametrize("change", HARMLESS)
def test_harmless_change_of_the_sample_is_never_broken(name: str, change: str) -> None:
    verdict = judge(name, HARMLESS[change](spell_named(name).sample))
    assert verdict.kind != "broken", verdict.reasons


@each_part
@each_language
def test_part_is_described_and_its_translation_reviewed_and_current(name: str, language: str) -> None:
    spell, translation = spell_named(name), translation_of(name)
    assert spell.path is not None
    assert spell.topic.casefold() == spell.path.parent.name == f"{spell.role}s"
    assert spell.activity in ACTIVITIES
    assert all((spell.title, spell.teaser, spell.author, translation.title, translation.teaser))
    assert (translation.status, translation.source) == ("reviewed", spell.source_digest)
    prompt = template_of(name, language).prompt
    assert 150 <= len(prompt) <= 1_500
    assert "[PROMPT]" not in prompt


def test_formats_are_held_to_their_form() -> None:
    assert all(any(not check.should for check in spell_named(name).checks) for name in JOBS["formats"])


@pytest.mark.parametrize("name", CHAINS)
def test_chain_is_described_in_both_languages_and_its_steps_are_there(name: str) -> None:
    spell, translation = spell_named(name), translation_of(name)
    assert all((spell.title, spell.teaser, spell.hint, translation.title, translation.teaser, translation.hint))
    assert (translation.status, translation.source) == ("reviewed", spell.source_digest)
    assert {step.spell for step in spell.chain} <= set(NAMES)


def test_slot_inside_a_caption_is_broken() -> None:
    sample = spell_named("captions-hashtags").sample
    assert judge("captions-hashtags", sample.replace("大夫", SLOT, 1)).kind == "broken"
