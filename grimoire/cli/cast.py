"""`grimoire cast`: a spell, once or over many inputs, from the terminal or a pipeline."""

from __future__ import annotations

import sys

import typer

from grimoire.cli import cast_options as own
from grimoire.dials import Dials
from grimoire.errors import UsageError


def cast(
    name: own.Name = None,
    inputs: own.Inputs = None,
    *,
    joined: own.With = None,
    force: own.Force = False,
    languages: own.Languages = None,
    pairs: own.Pairs = None,
    stdin_as: own.StdinAs = "",
    case: own.Case = "",
    url: own.Url = "",
    allow_private: own.AllowPrivate = False,
    each_line: own.EachLine = False,
    each_json: own.EachJson = False,
    models: own.Models = None,
    tone: own.Tone = "",
    style: own.Style = "",
    answer_in: own.AnswerIn = "",
    system: own.System = "",
    model_options: own.ModelOptions = None,
    jobs: own.Jobs = None,
    resume: own.Resume = False,
    json: own.Json = False,
    raw: own.Raw = False,
    no_stream: own.NoStream = False,
    code: own.Code = False,
    file: own.File = None,
    copy: own.Copy = False,
    usage: own.Usage = False,
    continued: own.Continued = False,
    cid: own.Cid = "",
    no_log: own.NoLog = False,
    dry_run: own.DryRun = False,
    ledger: own.LedgerFile = None,
) -> None:
    """Fill a spell, fire it, print the answer. What is piped in joins the text.

    Examples:
      grimoire cast tldr < report.txt
      grimoire cast blog-title 林黛玉倒拔垂杨柳 -l zh -p 1=俏皮
      git diff | grimoire cast commit-message -m deepseek
      grimoire cast tldr *.md -j 4 --json > answers.jsonl
      grimoire cast tldr report.txt -l en,zh -m openai -m deepseek
      grimoire cast -c 'in two lines'
      grimoire cast tldr --url https://example.org/article
    """
    from grimoire import settings as settings_file
    from grimoire.cli import cast_dry, cast_fire, cast_subject, conversations, wiring
    from grimoire.cli.deliver import Delivery
    from grimoire.cli.inputs import Given, parse_parameters
    from grimoire.cli.sources import clean
    from grimoire.dials import resolve_dials

    delivery = Delivery(
        json=json, raw=raw, stream=not no_stream, code=code, file=file, copy=copy, usage=usage
    ).checked()
    if dry_run:
        cast_dry.check(delivery, resume=resume)
    settings = settings_file.load()
    library = wiring.open_library(settings, judging=not dry_run)
    talk = conversations.find(settings, ledger, last=continued, cid=cid)
    subject, arguments = cast_subject.choose(
        library, name, inputs or [], languages or [], joined or [], talk, force=force
    )
    dials = resolve_dials(tone, style, answer_in, talk.dials if talk else Dials())
    given = Given(
        arguments=tuple(arguments),
        pairs=tuple(pairs or ()),
        case=case,
        stdin_as=stdin_as,
        each=_each(each_line=each_line, each_json=each_json),
        page=_page(url, subject.texts[0].language if subject.texts else talk.language if talk else "en", allow_private),
    )
    call = cast_fire.Call(
        settings=settings,
        library=library,
        subject=subject,
        given=given,
        talk=talk,
        dials=dials,
        system=clean(system),
        parameters=parse_parameters(model_options or []),
        models=tuple(models or ()),
        jobs=jobs,
        resume=resume,
        delivery=delivery,
    )
    if dry_run:
        cast_dry.show(call, sys.stdin)
        return
    with wiring.open_ledger(settings, ledger, recording=not no_log) as store:
        raise typer.Exit(cast_fire.fire(call, store, sys.stdin))


def _each(*, each_line: bool, each_json: bool) -> str:
    if each_line and each_json:
        raise UsageError("--each-line and --each-json exclude each other", hint="leave one of them out")
    return "line" if each_line else "json" if each_json else ""


def _page(url: str, language: str, allow_private: bool) -> str:
    """A page's text, fenced as data in words of `language`; it is read before anything is sent."""
    if not url:
        return ""
    from grimoire.cli.page_input import read_page

    return read_page(url, language=language, allow_private=allow_private)
