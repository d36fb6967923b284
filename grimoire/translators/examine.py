"""Judge a translation as it stands in its file, whoever made it, by the gates that judge an engine's answers."""

from __future__ import annotations

from collections.abc import Sequence

from grimoire.glossary import Glossary
from grimoire.languages import resolve
from grimoire.spell import Spell, Translation
from grimoire.translators.fields import fields_of, texts_of
from grimoire.translators.gates import GATES, wrong_script
from grimoire.translators.guard import Defect, Protected, protect, verify
from grimoire.translators.reading import Reading, read_back


def examine(spell: Spell, translation: Translation, glossary: Glossary) -> list[Defect]:
    """Everything wrong with a translation, by field and line.

    Raises:
        TranslationRefused: the texts use every bracket that could stand for a placeholder.
    """
    texts = texts_of(spell, translation)
    protected = protect(fields_of(spell), glossary, resolve(translation.language), beside=texts)
    return judge(
        protected, read_back(protected, texts), (resolve(spell.language), resolve(translation.language)), texts
    )


def judge(protected: Protected, reading: Reading, languages: tuple[str, str], texts: Sequence[str]) -> list[Defect]:
    """The defects of what was read back, in the order of the texts; `languages` are the codes of source and target."""
    defects = verify(protected, reading.results, *languages)
    told = {(defect.field, defect.line) for defect in defects}
    defects += [defect for defect in reading.defects if (defect.field, defect.line) not in told]
    defects += _whole_fields(protected, texts, languages, {defect.field for defect in defects})
    order = {field.name: number for number, field in enumerate(protected.fields)}
    return sorted(defects, key=lambda defect: (order[defect.field], defect.line))


def _whole_fields(
    protected: Protected, texts: Sequence[str], languages: tuple[str, str], told: set[str]
) -> list[Defect]:
    """Fields that are in another script than they should be, where no line alone shows it."""
    found: list[Defect] = []
    for field, text in zip(protected.fields, texts, strict=True):
        if field.name in told or languages[0] == languages[1] or len(text) < 40:  # noqa: PLR2004  # a line or less
            continue
        if reason := wrong_script(text, languages[1]):
            found.append(Defect(gate="script", field=field.name, line=0, reason=reason, advice=GATES["script"].advice))
    return found
