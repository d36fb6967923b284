"""A translation open on a person's desk: its units, what each needs, and the translation that comes of their work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grimoire.glossary import Glossary
from grimoire.languages import resolve
from grimoire.segment import PERSON, MemoryKey, Unit
from grimoire.spell import Spell, Translation, TranslationStatus
from grimoire.translators.examine import examine, judge
from grimoire.translators.fields import assemble, fields_of, texts_of
from grimoire.translators.gates import GATES
from grimoire.translators.guard import (
    Defect,
    Protected,
    as_seen,
    check_slot,
    place_defect,
    protect,
    same_options,
)
from grimoire.translators.orders import key_of
from grimoire.translators.reading import Reading, as_tokens, read_back
from grimoire.translators.skeleton import render, slots

BREAKING = frozenset({"empty", "placeholders", "lines", "characters", "added", "delimiters", "options"})
"""Gates that nobody may overrule: what they find makes the template another one."""

_REMARK = re.compile(r"(?P<field>[^,:]+?)(?:, line (?P<line>[0-9]{1,6}))?: (?P<reason>.*)", re.DOTALL)


class Draft:
    """The translation of one spell into one language, for a person to go through; without one, an empty draft.

    Units are numbered from 0 in the order of the spell's texts. `unsettled` maps a unit's number to why it needs
    review; a unit whose line has no translation needs one.
    """

    def __init__(self, spell: Spell, translation: Translation | None, language: str, glossary: Glossary) -> None:
        self.spell = spell
        self.language = resolve(language)
        self.before = translation
        self._glossary = glossary
        self._texts = texts_of(spell, translation) if translation else [""] * len(fields_of(spell))
        self._protected: Protected = protect(fields_of(spell), glossary, self.language, beside=self._texts)
        self._reading: Reading = read_back(self._protected, self._texts)
        self._touched: dict[int, str] = {}
        self.unsettled: dict[int, str] = dict(self._find_unsettled())
        self.unseen: set[int] = set()

    def units(self) -> list[Unit]:
        """Every unit, as it is now."""
        return [self._unit(number) for number in range(len(self._protected.places))]

    def defect(self, number: int, text: str) -> Defect | None:
        """What is wrong with a text for a unit, as a person sees both; first what nobody may overrule."""
        place = self._protected.places[number]
        tokens = as_tokens(place.slot, text, self._protected.brackets)
        field = self._protected.fields[place.field]
        languages = (resolve(self.spell.language), self.language)
        wrong = check_slot(place.slot, tokens, languages, self._protected.brackets, title=field.title)
        if wrong is None or wrong[0] not in BREAKING:
            wrong = self._broken(number, tokens) or wrong
        return place_defect(self._protected, number, tokens, *wrong) if wrong else None

    def units_differ(self, number: int, text: str) -> bool:
        """Whether a unit's translation is another now than this text."""
        return self._unit(number).target != text

    def settle(self, number: int, text: str) -> None:
        """Take a person's text for a unit; the caller has looked at `defect`, or means it all the same."""
        place = self._protected.places[number]
        if text != self._unit(number).target or number in self.unsettled or number in self.unseen:
            self._touched[number] = as_tokens(place.slot, text, self._protected.brackets)
        self.unsettled.pop(number, None)
        self.unseen.discard(number)

    def doubt(self, number: int, remark: str) -> None:
        """Note that a unit needs review."""
        self.unsettled.setdefault(number, remark)

    @property
    def touched(self) -> bool:
        """Whether a person has settled anything."""
        return bool(self._touched)

    def finish(self) -> Translation:
        """The translation as it is now; lines that nobody touched stay letter for letter as they were.

        It is reviewed when a person's hand is in it and nothing is left to settle, and needs review when something is.
        """
        texts = [self._text(number) for number in range(len(self._protected.fields))]
        made = self._assembled(texts, "machine", [])
        left = self._remarks()
        told = {remark.partition(": ")[0] for remark in left}
        left += [
            f"{defect.where}: {defect.reason}"
            for defect in examine(self.spell, made, self._glossary)
            if defect.severity == "error" and defect.where not in told and not _told(defect) and self._mine(defect)
        ]
        return self._assembled(texts, self._status(bool(left)), left)

    def look_again(self) -> None:
        """Have every unit gone through, though nothing is wrong: until all are settled it stays what it is."""
        self.unseen = set(range(len(self._protected.places)))

    @property
    def due(self) -> list[int]:
        """The units to go through, in order."""
        return sorted({*self.unsettled, *self.unseen})

    def approved(self) -> dict[MemoryKey, str]:
        """For the memory, by key: what a person wrote or let stand, here or in a translation that is reviewed.

        What an error of the gates refuses is left out; a person may overrule a warning.
        """
        languages = (resolve(self.spell.language), self.language)
        reviewed = self.before is not None and self.before.status == "reviewed"
        found: dict[MemoryKey, str] = {}
        for number, place in enumerate(self._protected.places):
            result = self._result(number)
            if not result or number in self.unsettled or not (reviewed or number in self._touched):
                continue
            title = self._protected.fields[place.field].title
            wrong = check_slot(place.slot, result, languages, self._protected.brackets, title=title)
            if wrong is None or GATES[wrong[0]].severity == "warning":
                found[key_of(place.slot.segment, *languages, PERSON, "")] = result
        return found

    def _broken(self, number: int, tokens: str) -> tuple[str, str] | None:
        """What makes a text unfit that an earlier gate refused for something else, or that no gate but this knows."""
        languages = (resolve(self.spell.language), self.language)
        slot = self._protected.places[number].slot
        wrong = check_slot(slot, tokens, languages, self._protected.brackets, among=BREAKING)
        return wrong or self._same_option(number, tokens)

    def _same_option(self, number: int, tokens: str) -> tuple[str, str] | None:
        """Why a text cannot be the option it is for: another option of the variable has it."""
        if not self._protected.places[number].slot.group:
            return None
        results = [self._result(i) or "" for i in range(len(self._protected.places))]
        before = same_options(self._protected, results)
        results[number] = tokens
        new = [reason for i, reason in same_options(self._protected, results).items() if i == number or i not in before]
        return ("options", new[0]) if new else None

    def _mine(self, defect: Defect) -> bool:
        """Whether a defect of the finished file matters here: in a line somebody touched, or where review is due."""
        if self.before and self.before.status == "needs-review":
            return True
        places = self._protected.places
        names = [field.name for field in self._protected.fields]
        touched = {(names[places[number].field], places[number].line) for number in self._touched}
        return (defect.field, defect.line) in touched

    def _status(self, unsettled: bool) -> TranslationStatus:
        if unsettled:
            return "needs-review"
        if (self.touched and not self.unseen) or self.before is None:
            return "reviewed"
        return "machine" if self.before.status == "needs-review" else self.before.status

    def _assembled(self, texts: list[str], status: TranslationStatus, review: list[str]) -> Translation:
        translator = self.before.translator if self.before else ""
        return assemble(
            self.spell, texts, language=self.language, translator=translator or PERSON, status=status, review=review
        )

    def _remarks(self) -> list[str]:
        names = self._protected.fields
        return [
            f"{names[place.field].name}, line {place.line}: {self.unsettled[number] or 'needs review'}"
            for number, place in enumerate(self._protected.places)
            if number in self.unsettled
        ]

    def _unit(self, number: int) -> Unit:
        place = self._protected.places[number]
        result, brackets = self._result(number), self._protected.brackets
        return Unit(
            spell=self.spell.name,
            field=self._protected.fields[place.field].name,
            line=place.line,
            index=place.index,
            source=as_seen(place.slot, place.slot.segment.text, brackets),
            target=as_seen(place.slot, result, brackets) if result else "",
            needs_review=number in self.unsettled,
            remark=self.unsettled.get(number, ""),
        )

    def _result(self, number: int) -> str | None:
        return self._touched.get(number, self._reading.results[number])

    def _find_unsettled(self) -> Iterator[tuple[int, str]]:
        known = dict(self._noted())
        languages = (resolve(self.spell.language), self.language)
        defects = judge(self._protected, self._reading, languages, self._texts) if self.before else []
        # What the file's own list leaves out has been settled, but for what nobody may overrule.
        kept = [d for d in defects if d.severity == "error" and (not known or d.gate in BREAKING)]
        found = {(d.field, d.line): d.reason for d in kept}
        reviewed = self.before is not None and self.before.status == "reviewed"
        stale = self.before is not None and self.before.source != self.spell.source_digest
        for number, place in enumerate(self._protected.places):
            name = self._protected.fields[place.field].name
            remark = (
                known.get((name, place.line))
                or known.get((name, 0))
                or ("" if reviewed else found.get((name, place.line)))
                or ("the spell has changed since" if stale else "")
            )
            if self._reading.results[number] is None or not self._reading.results[number]:
                yield number, remark or "there is no translation of it"
            elif remark:
                yield number, remark

    def _noted(self) -> Iterator[tuple[tuple[str, int], str]]:
        """What the file itself says needs review, by field and line."""
        for remark in self.before.review if self.before else ():
            if match := _REMARK.fullmatch(remark):
                yield (match["field"], int(match["line"] or 0)), match["reason"]

    def _text(self, number: int) -> str:
        """A field's text: its lines as they are, those that were touched made anew, and without one, their source.

        Where its lines do not correspond to the source's, it stays until there is a new text for each of them.
        """
        places = [i for i, place in enumerate(self._protected.places) if place.field == number]
        bodies = self._reading.bodies[number]
        touched = [i in self._touched for i in places]
        if self._texts[number] and not (all(touched) if None in bodies else any(touched)):
            return self._texts[number]
        results = self._results(places)
        lines: list[str] = []
        for line, body in zip(self._protected.lines[number], bodies, strict=True):
            own = [results.pop(0) for _ in slots(line.parts)]
            changed = body is None or not body.strip() or any(touched for _, touched in own)
            made = render(line.parts, iter([text for text, _ in own]), self._protected.brackets)
            lines.append((made if changed or body is None else body) + line.end)
        return "".join(lines)

    def _results(self, places: list[int]) -> list[tuple[str, bool]]:
        """For each place its text, the source where there is none, and whether that is new."""
        found: list[tuple[str, bool]] = []
        for number in places:
            result = self._result(number)
            source = self._protected.places[number].slot.segment.text
            found.append((result or source, number in self._touched or not result))
        return found


def _told(defect: Defect) -> bool:
    """Whether the person was told of a defect before settling its unit, and means it all the same."""
    return defect.place >= 0 and defect.gate != "options"
