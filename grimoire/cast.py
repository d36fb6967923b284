"""Fill, ask and judge one spell: what `cast` does once and a trial does for every cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from grimoire import languages, placeholders
from grimoire.chat import Answer, Message, Request
from grimoire.conversation import Conversation
from grimoire.dials import Dials, with_dials
from grimoire.errors import MissingInput
from grimoire.ports import Addressee, ChatBackend, Exchange
from grimoire.record import Cell, Entry
from grimoire.seam import Seam, stitch
from grimoire.spell import Case, Spell, Template, Variable

CONTINUE = {"en": "Continue writing please", "zh": "继续", "zh-Hant": "繼續"}
OF_A_SPELL = ("echo", "leftovers", "on-subject", "on-task")
"""Standing checks that compare an answer with all that was asked, of which a follow-up says but a little."""


def answer_language(case: Case, template: Template, chosen: str = "") -> str:
    """The code of the language the answer should be in: as chosen, else the case's, else the text's own."""
    return chosen or case.answer_in or template.language


def incantation(template: Template, case: Case, *, answer_in: str, source: Template | None = None) -> str:
    """The text that is sent: the template with the case filled in, in one pass.

    `source` is the template the case was written for, where `template` is a translation of it: the case's options are
    then exchanged for the translated ones.

    Raises:
        MissingInput: the template uses an input that the case does not have.
    """
    values = {"TARGETLANGUAGE": languages.name_in(answer_in, template.language)}
    if case.prompt:
        values |= {"PROMPT": case.prompt, "PROMPT1": placeholders.one_line(case.prompt)}
    if case.crawled_text:
        values["CRAWLEDTEXT"] = case.crawled_text
    if case.crawled_source:
        values["CRAWLEDSOURCE"] = case.crawled_source
    originals = {v.id: v for v in placeholders.variables(source or template)}
    for variable in placeholders.variables(template):
        given = case.variables.get(str(variable.id))
        values[f"VARIABLE{variable.id}"] = (
            variable.preset if given is None else _exchange(given, originals.get(variable.id, variable), variable)
        )
    return placeholders.fill(template.prompt, values)


def build_cell(  # noqa: PLR0913  # a cell is where everything meets
    spell: Spell,
    template: Template,
    case: Case,
    backend: Addressee,
    *,
    sample: int = 1,
    dials: Dials = Dials(),  # noqa: B008  # frozen
    earlier: Sequence[Message] = (),
    parameters: dict[str, object] | None = None,
) -> Cell:
    """One question, ready to be asked, after `earlier` messages. Raises MissingInput."""
    target = answer_language(case, template, dials.answer_in)
    try:
        text = incantation(template, case, answer_in=target, source=spell.template)
    except MissingInput as error:
        raise MissingInput(f"{spell.name}: {error.message}", hint=_hint(spell, template)) from error
    text = with_dials(
        text, dials, template.language, speaks="TARGETLANGUAGE" not in placeholders.names(template.prompt)
    )
    request = Request(
        messages=(*earlier, Message("user", text)),
        parameters=parameters or {},
        answer_in=target,
        # The sample answers the first case; for any other it would be an answer to something else.
        example=spell.sample if spell.cases and case.prompt == spell.cases[0].prompt else "",
    )
    return Cell(
        spell=spell.name,
        language=template.language,
        template=template.digest,
        case=case.id,
        backend=backend.name,
        sample=sample,
        rehearsal=backend.rehearsal,
        request=request,
        text=case.prompt or " ".join(case.variables.values()),
        subject=case.subject,
        parameters=backend.parameters,
    )


def follow_up(
    talk: Conversation,
    text: str,
    backend: Addressee,
    *,
    earlier: Sequence[Message],
    dials: Dials,
    parameters: dict[str, object],
) -> Cell:
    """The next question of a conversation: a text of the user's own, with what the dials ask for.

    Raises:
        MissingInput: there is no text.
    """
    text = text.encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        raise MissingInput("a follow-up says something", hint='such as: grimoire cast -c "in two lines"')
    said = with_dials(text, dials, talk.language, speaks=True)
    answer_in = dials.answer_in or talk.answer_in or talk.language
    return Cell(
        spell=talk.spell,
        language=talk.language,
        template="",
        case="",
        backend=backend.name,
        rehearsal=backend.rehearsal,
        request=Request(messages=(*earlier, Message("user", said)), parameters=parameters, answer_in=answer_in),
        text=text,
        parameters=backend.parameters,
    )


def stand_in(talk: Conversation | None, dials: Dials = Dials()) -> Spell:  # noqa: B008  # frozen
    """What the answer to a follow-up is judged by: the standing checks that hold whatever was said before.

    That a follow-up has few words of its subject, or gets back what was there before, says nothing; and the user's own
    words say in what language he wants it, unless a dial does. One that only asks back is an answer (see `exchange`).
    """
    name, language = (talk.spell, talk.language) if talk else ("", "en")
    skipped = OF_A_SPELL if dials.answer_in else (*OF_A_SPELL, "language")
    return Spell(name=name, language=language, prompt="", expectations=False, skip_checks=skipped)


async def ask(
    backend: ChatBackend, request: Request, *, continue_limit: int = 0, on_text: Callable[[str], None] | None = None
) -> Answer:
    """Ask, and while the answer is cut off by length ask it to go on, at most `continue_limit` times.

    The pieces are stitched where one repeats the end of the one before; each is kept in `parts`. All that `on_text` is
    given is the text of the answer: of a continuation it gets nothing before it is clear that it is no repetition.
    Whatever ends it early (ServiceError, Stopped, CancelledError) has as its `partial` what had come before; what was
    only heard of a piece is part of it.
    """
    listener = _Listener(on_text) if on_text else None
    whole = await _ask_once(backend, request, listener, None)
    parts = [whole.text]
    while whole.finish_reason == "length" and whole.text.strip() and len(parts) <= continue_limit:
        go_on = Message("user", CONTINUE.get(request.answer_in, CONTINUE["en"]))
        said = Message("assistant", whole.text)
        follow = msgspec.structs.replace(request, messages=(*request.messages, said, go_on))
        more = await _ask_once(backend, follow, listener, whole)
        if not more.text.strip():
            return _joined(whole, msgspec.structs.replace(more, text="", finish_reason="length"), parts[1:] and parts)
        parts.append(more.text)
        whole = _joined(whole, more, parts)
    return whole


class _Listener:
    """Passes a piece of an answer on as it comes, and keeps what was heard of it."""

    def __init__(self, on_text: Callable[[str], None]) -> None:
        self._on_text = on_text
        self._seam: Seam | None = None
        self._pieces: list[str] = []

    @property
    def heard(self) -> str:
        return "".join(self._pieces)

    def begin(self, before: str | None) -> None:
        """A piece of the answer is asked for: the first, or what comes after `before`."""
        self._seam = None if before is None else Seam(before)
        self._pieces = []

    def hear(self, text: str) -> None:
        self._pieces.append(text)
        self._pass(self._seam.feed(text) if self._seam else text)

    def end(self) -> None:
        """No more comes: what was held back at the seam is new."""
        if self._seam:
            self._pass(self._seam.end())

    def _pass(self, text: str) -> None:
        if text:
            self._on_text(text)


async def _ask_once(backend: ChatBackend, request: Request, listener: _Listener | None, whole: Answer | None) -> Answer:
    """Ask for the first piece of an answer, or for the one after `whole`."""
    if listener:
        listener.begin(whole.text if whole else None)
    try:
        answer = await backend.ask(request, listener.hear if listener else None)
    except BaseException as error:
        if listener:
            listener.end()
        partial = _partial(whole, listener.heard if listener else "")
        error.partial = partial  # type: ignore[attr-defined]  # of one that is cancelled too: it is paid for
        raise
    if listener:
        listener.end()
    return answer


def _partial(whole: Answer | None, heard: str) -> Answer | None:
    """What there is of an answer that broke off: the pieces before, and what was heard of the last one."""
    if not heard.strip():
        return whole
    if whole is None:
        return Answer(text=heard)
    return _joined(whole, Answer(text=heard), [*(whole.parts or (whole.text,)), heard])


def recorded_cell(entry: Entry, spell: Spell) -> Cell:
    """The question an entry of the ledger answers, with the subject its case has now; without earlier messages."""
    case = next((case for case in spell.cases if case.id == entry.case), None)
    request = Request(messages=(Message("user", entry.incantation),), answer_in=entry.answer_in)
    return Cell(
        spell=entry.spell,
        language=entry.language,
        template=entry.template,
        case=entry.case,
        backend=entry.backend,
        sample=entry.sample,
        rehearsal=entry.rehearsal,
        request=request,
        text=entry.text,
        subject=case.subject if case else (),
    )


def exchange(cell: Cell, answer: Answer, cost: float | None = None) -> Exchange:
    """What the checks look at."""
    return Exchange(
        answer=answer,
        incantation=cell.incantation,
        text=cell.text,
        answer_in=cell.request.answer_in,
        subject=cell.subject,
        cost=cost,
        dialogue=not cell.template,
    )


def _joined(whole: Answer, more: Answer, parts: list[str]) -> Answer:
    return msgspec.structs.replace(
        whole,
        text=stitch(whole.text, more.text),
        parts=tuple(parts),
        finish_reason=more.finish_reason,
        usage=whole.usage + more.usage,
        seconds=whole.seconds + more.seconds,
    )


def _exchange(given: str, source: Variable, target: Variable) -> str:
    if given in source.options and len(source.options) == len(target.options):
        return target.options[source.options.index(given)]
    return given


def _hint(spell: Spell, template: Template) -> str:
    used = placeholders.names(template.prompt)
    wants = []
    if used & {"PROMPT", "PROMPT1"}:
        wants.append(f"give {spell.hint or 'a text'} as an argument or on standard input")
    wants += [f"-p {name.lower()}=@FILE" for name in ("CRAWLEDTEXT", "CRAWLEDSOURCE") if name in used]
    if spell.cases:
        wants.append(f"or take its own: --case {spell.cases[0].id}")
    return ", ".join(wants)
