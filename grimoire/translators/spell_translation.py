"""Translate a whole spell through one engine, and refuse what would break it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grimoire.errors import ServiceFault, TranslationRefused, UsageError
from grimoire.languages import LANGUAGES, resolve
from grimoire.ports import Translator
from grimoire.spell import Spell, Translation, Variable
from grimoire.translators.guard import Defect, Text, protect, verify
from grimoire.translators.skeleton import IN_DEFINITION

_SHOWN = 5


async def translate_spell(spell: Spell, translator: Translator, target: str) -> Translation:
    """The spell in the language `target` (a code or name), every gate passed; nothing is written.

    Pieces with a defect are asked for once more, with what was wrong in the context; nothing else is paid for twice.

    Raises:
        TranslationRefused: a piece is still defective; names spell, file, line and what is wrong.
        ServiceError: the engine gave no answer.
        UsageError: the spell is in that language already, or no language is called so.
    """
    source, target = resolve(spell.language), resolve(target)
    if source == target:
        raise UsageError(f"{spell.name} is written in {LANGUAGES[target].english} already")
    protected = protect(list(_texts(spell)))
    context = ". ".join(part for part in (spell.title, spell.teaser) if part)
    results: dict[str, str] = {}

    async def ask(pieces: Sequence[str], about: str) -> None:
        if pieces:
            answers = await translator.translate(pieces, source=source, target=target, context=about)
            results.update(_pair(translator, pieces, answers))

    await ask(protected.pieces, context)
    defects = verify(protected, results, source, target)
    if again := tuple(dict.fromkeys(defect.piece for defect in defects if defect.piece)):
        remedies = "; ".join(dict.fromkeys(defect.remedy for defect in defects if defect.piece))
        await ask(again, f"{context}\nAn earlier translation was refused: {remedies}")
        defects = verify(protected, results, source, target)
    if defects:
        raise _refusal(spell, translator, target, defects)
    return _assemble(spell, translator.name, target, protected.restore(results))


def characters_to_send(spell: Spell) -> int:
    """What an engine would be sent for a spell, in characters; each piece counts once."""
    return sum(len(piece) for piece in protect(list(_texts(spell))).pieces)


def _texts(spell: Spell) -> Iterator[Text]:
    """What is translated, in the order `_assemble` reads it back."""
    yield Text("title", spell.title)
    yield Text("teaser", spell.teaser)
    yield Text("hint", spell.hint)
    yield Text("prompt", spell.prompt)
    for variable in spell.variables:
        name = f"variable {variable.id}"
        yield Text(f"{name} label", variable.label, IN_DEFINITION)
        yield Text(f"{name} default", variable.default, IN_DEFINITION)
        for option in variable.options:
            yield Text(f"{name} option", option, IN_DEFINITION, group=name)


def _assemble(spell: Spell, translator: str, target: str, texts: Sequence[str]) -> Translation:
    title, teaser, hint, prompt, *rest = texts
    left = iter(rest)
    return Translation(
        name=spell.name,
        language=target,
        source=spell.source_digest,
        translator=translator,
        status="machine",
        title=title,
        teaser=teaser,
        hint=hint,
        prompt=prompt,
        variables=tuple(_variable(variable, left) for variable in spell.variables),
    )


def _variable(variable: Variable, texts: Iterator[str]) -> Variable:
    label, default = next(texts), next(texts)
    return Variable(id=variable.id, label=label, default=default, options=tuple(next(texts) for _ in variable.options))


def _pair(translator: Translator, pieces: Sequence[str], answers: Sequence[str]) -> dict[str, str]:
    if len(answers) != len(pieces):
        raise ServiceFault(f"{translator.name} was sent {len(pieces)} texts and gave {len(answers)} back")
    return dict(zip(pieces, answers, strict=True))


def _refusal(spell: Spell, translator: Translator, target: str, defects: Sequence[Defect]) -> TranslationRefused:
    where = f"{spell.path}: " if spell.path else ""
    shown = "".join(f"\n  {defect}" for defect in defects[:_SHOWN])
    more = f"\n  and {len(defects) - _SHOWN} more" if len(defects) > _SHOWN else ""
    return TranslationRefused(
        f"{where}{spell.name} into {target} by {translator.name}: {len(defects)} defects{shown}{more}",
        hint="try another translator, or translate these lines by hand; nothing was written",
    )
