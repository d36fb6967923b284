"""Bad answers made from a good one: what a spell's checks must catch, and is asked of them by `lint --strength`.

Every mutant is worse than the sample in a way that a user would call broken or partial. Which of them a spell may let
pass, because its prompt leaves that open, is argued in its file under `survivors:`.
"""

from __future__ import annotations

from collections.abc import Callable

from grimoire.mutants import code, cuts, echoes, repetition, retelling, signs, slots, structure, talk
from grimoire.mutants.material import Material, Mutant

__all__ = ["MISBEHAVIOURS", "MUTANTS", "Material", "Mutant", "mutate", "names"]

MUTANTS: dict[str, Callable[[Material], Mutant | None]] = {
    "cut-off": cuts.cut_off,
    "cut-mid-word": cuts.cut_mid_word,
    "stop-early": cuts.stop_early,
    "drop-ending": cuts.drop_ending,
    "first-sentence": cuts.first_sentence,
    "one-word": cuts.one_word,
    "drop-tables": structure.drop_tables,
    "halve-rows": structure.halve_rows,
    "table-as-prose": structure.table_as_prose,
    "drop-column": structure.drop_column,
    "halve-list": structure.halve_list,
    "list-as-prose": structure.list_as_prose,
    "drop-headings": structure.drop_headings,
    "drop-code": code.drop_code,
    "break-code": code.break_code,
    "break-json": code.break_json,
    "halve-json": code.halve_json,
    "drop-json-key": code.drop_json_key,
    "drop-hashtags": signs.drop_hashtags,
    "drop-emoji": signs.drop_emoji,
    "other-language": retelling.other_language,
    "half-other-language": retelling.half_other_language,
    "swap-subject": retelling.swap_subject,
    "other-subject": retelling.other_subject,
    "subject-once": retelling.subject_once,
    "loop": repetition.loop,
    "loop-ending": repetition.loop_ending,
    "stutter": repetition.stutter,
    "same-items": repetition.same_items,
    "refuse": talk.refuse,
    "refuse-as-ai": talk.refuse_as_ai,
    "refuse-late": talk.refuse_late,
    "refuse-and-offer": talk.refuse_and_offer,
    "acknowledge": talk.acknowledge,
    "ask-back": talk.ask_back,
    "plan-only": talk.plan_only,
    "review-prompt": talk.review_prompt,
    "lecture": talk.lecture,
    "leave-slots": slots.leave_slots,
    "leave-blanks": slots.leave_blanks,
    "template-syntax": slots.template_syntax,
    "echo-input": echoes.echo_input,
    "echo-last-line": echoes.echo_last_line,
    "echo-and-start": echoes.echo_and_start,
    "input-unchanged": echoes.input_unchanged,
    "thinking-only": echoes.thinking_only,
    "thinking-left": echoes.thinking_left,
}
"""What is done to a sample, by name; None where it cannot be done. The docstring says it in a line."""

MISBEHAVIOURS: dict[str, str] = {
    "rehearsal/echo": "the prompt given back",
    "rehearsal/refusal": "a refusal",
    "rehearsal/wrong-language": "a fluent article in another language",
    "rehearsal/off-topic": "a fluent article about lighthouse lamps",
    "rehearsal/truncated": "the first half, cut off by length",
    "rehearsal/empty": "nothing",
    "rehearsal/leftover": "[PROMPT] and another slot left in",
}
"""What the rehearsal's models answer that misbehave on purpose."""


def names() -> tuple[str, ...]:
    """Everything that a spell may argue for under `survivors:`."""
    return (*MUTANTS, *MISBEHAVIOURS)


def mutate(material: Material) -> dict[str, Mutant]:
    """Every mutant that the sample can be made into, by name, without those that say what the sample says."""
    made = ((name, make(material)) for name, make in MUTANTS.items())
    return {name: mutant for name, mutant in made if mutant is not None and _differs(mutant, material.sample)}


def _differs(mutant: Mutant, sample: str) -> bool:
    return mutant.finish != "stop" or mutant.text.split() != sample.split()
