"""The project's terms as glossaries in a DeepL account: found by name, made where missing, replaced where they differ.

One glossary for each pair of Grimoire's languages, because a DeepL glossary knows ZH and not which script.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from grimoire.languages import LANGUAGES
from grimoire.segment import Term

if TYPE_CHECKING:
    from deepl import DeepLClient
    from deepl.api_data import MultilingualGlossaryDictionaryEntries, MultilingualGlossaryInfo

REFUSALS = frozenset({400, 403, 404, 456})
"""Statuses with which an account or a language pair turns out to have no glossaries."""

_SHOWN = 200


class Glossaries:
    """Glossaries called `{name} {source}-{target}`, each looked for once; its methods block, as the SDK does.

    `terms` are by target code. `notes` says for each language pair that goes without its glossary why; `secret` is
    kept out of them.
    """

    def __init__(self, name: str, terms: Mapping[str, tuple[Term, ...]], secret: str) -> None:
        self.notes: list[str] = []
        self._name = " ".join(name.split())
        self._terms = terms
        self._secret = secret
        self._found: dict[tuple[str, str], str | None] = {}

    def find(self, client: DeepLClient, source: str, target: str) -> str | None:
        """The id of the glossary for two language codes, up to date; None where there is none to use.

        Raises:
            DeepLException: the service gave no answer, for a reason that is not about glossaries.
        """
        pair = source, target
        entries = _entries(self._terms.get(target, ())) if self._name else {}
        if not entries:
            return None
        if pair not in self._found:
            self._found[pair] = self._prepare(client, pair, entries)
        return self._found[pair]

    def give_up(self, source: str, target: str, reason: object) -> None:
        """Go on without the pair's glossary."""
        self._found[source, target] = None
        said = " ".join(str(reason).replace(self._secret, "…").split())[:_SHOWN]
        self.notes.append(f"DeepL translates {source}-{target} without the glossary {self._name!r}: {said}")

    def _prepare(self, client: DeepLClient, pair: tuple[str, str], entries: dict[str, str]) -> str | None:
        from deepl import DeepLException

        try:
            return _bring_up_to_date(client, f"{self._name} {pair[0]}-{pair[1]}", _dictionary(pair, entries))
        except DeepLException as error:
            if error.http_status_code not in REFUSALS:
                raise
            self.give_up(*pair, error)
        except ValueError as error:
            # The SDK's word for a term that no glossary can hold.
            self.give_up(*pair, error)
        except (TypeError, AttributeError, KeyError, IndexError):
            # The SDK reads the answer's JSON without looking at its shape.
            self.give_up(*pair, "the answer is not of DeepL's protocol")
        return None


def _bring_up_to_date(client: DeepLClient, name: str, wanted: MultilingualGlossaryDictionaryEntries) -> str:
    found = next((info for info in client.list_multilingual_glossaries() if info.name == name), None)
    if found is None:
        return client.create_multilingual_glossary(name, [wanted]).glossary_id
    if _stored(client, found, wanted) != wanted.entries:
        client.replace_multilingual_glossary_dictionary(found, wanted)
    return found.glossary_id


def _stored(
    client: DeepLClient, glossary: MultilingualGlossaryInfo, wanted: MultilingualGlossaryDictionaryEntries
) -> dict[str, str]:
    """The entries the account has for a language pair."""
    codes = wanted.source_lang, wanted.target_lang
    if not any((info.source_lang, info.target_lang) == codes for info in glossary.dictionaries):
        return {}
    answer = client.get_multilingual_glossary_entries(glossary, *codes)
    return _read_entries(answer.dictionaries[0].entries)


def _read_entries(entries: object) -> dict[str, str]:
    """The SDK says it is a dict and passes on what the API sends: tab-separated lines."""
    from deepl.util import convert_tsv_to_dict

    return entries if isinstance(entries, dict) else convert_tsv_to_dict(str(entries), skip_checks=True)


def _dictionary(pair: tuple[str, str], entries: dict[str, str]) -> MultilingualGlossaryDictionaryEntries:
    from deepl import Language
    from deepl.api_data import MultilingualGlossaryDictionaryEntries

    source, target = LANGUAGES[pair[0]].deepl_source, LANGUAGES[pair[1]].deepl_target
    base = Language.remove_regional_variant
    return MultilingualGlossaryDictionaryEntries(base(source or ""), base(target or ""), entries)


def _entries(terms: tuple[Term, ...]) -> dict[str, str]:
    """Each term with its preferred translation, on one line."""
    pairs = ((" ".join(term.source.split()), " ".join(term.targets[0].split())) for term in terms if term.targets)
    return {source: target for source, target in pairs if source and target}
