from __future__ import annotations

import re
import time
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from xml.parsers import expat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grimoire import __version__
from grimoire.errors import Problem
from grimoire.formats.tmx import MAX_PROBLEMS, MAX_UNKNOWN, dump, load
from grimoire.formats.tmx_parser import MAX_BYTES, MAX_DEPTH, NotTmx, Parser, Unit
from grimoire.languages import LANGUAGES
from grimoire.segment import PERSON, MemoryKey, Segment, Term

Entry = tuple[MemoryKey, str]

FILE = "memory.tmx"
BRAND = Term("brand voice", ("品牌调性", "品牌声音"))


def clock() -> datetime:
    return datetime(2026, 11, 24, 5, 45, tzinfo=timezone(timedelta(hours=8)))


def a_key(
    text: str = "Write about ⟦0⟧ & ⟦1⟧",
    *,
    kinds: tuple[str, ...] = ("prompt", "url+email"),
    terms: tuple[Term, ...] = (BRAND,),
    source: str = "en",
    target: str = "zh",
    engine: str = "openai/gpt-4o",
    version: str = "3",
) -> MemoryKey:
    return MemoryKey(segment=Segment(text, kinds, terms), source=source, target=target, engine=engine, version=version)


def by_person(text: str, *, source: str = "en", target: str = "zh") -> MemoryKey:
    return a_key(text, kinds=(), terms=(), source=source, target=target, engine=PERSON, version="")


def dumped(entries: Iterable[Entry]) -> str:
    text = "".join(dump(entries, clock))
    expat.ParserCreate().Parse(text.encode(), True)  # noqa: FBT003  # expat takes no name
    return text


def tmx(*units: str, header: str = '<header srclang="en"/>', doctype: str = "") -> str:
    """Units from line 3 on, each on a line of its own."""
    body = "\n".join(units)
    return f'<?xml version="1.0"?>{doctype}\n<tmx version="1.4">{header}<body>\n{body}\n</body></tmx>'


def tu(*variants: tuple[str, str], attributes: str = "", props: str = "") -> str:
    texts = "".join(f'<tuv xml:lang="{language}"><seg>{text}</seg></tuv>' for language, text in variants)
    return f"<tu{attributes}>{props}{texts}</tu>"


def read(text: str) -> tuple[list[Entry], list[Problem]]:
    return load(text.encode(), FILE)


def refusal(raw: bytes) -> Problem:
    entries, problems = load(raw, FILE)
    assert entries == []
    assert len(problems) == 1
    assert (problems[0].file, problems[0].severity, problems[0].gate) == (FILE, "error", "tmx")
    return problems[0]


GOOD = tu(("en", "Good morning"), ("zh", "早上好"))
GOOD_ENTRY = (by_person("Good morning"), "早上好")


LOOKS = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
<header creationtool="Grimoire" creationtoolversion="{__version__}" segtype="phrase" o-tmf="Grimoire" \
adminlang="en" srclang="*all*" datatype="plaintext" creationdate="20261123T214500Z"/>
<body>
<tu srclang="en">
<prop type="x-grimoire-engine">openai/gpt-4o</prop>
<prop type="x-grimoire-version">3</prop>
<prop type="x-grimoire-kinds">["prompt","url+email"]</prop>
<prop type="x-grimoire-terms">[["brand voice",["品牌调性","品牌声音"]]]</prop>
<tuv xml:lang="en"><seg>Write about <ph x="0" type="prompt">⟦0⟧</ph> &amp; \
<ph x="1" type="url+email">⟦1⟧</ph></seg></tuv>
<tuv xml:lang="zh"><seg>写<ph x="0" type="prompt">⟦0⟧</ph> &lt; <ph x="1" type="url+email">⟦1⟧</ph>，⟦7⟧</seg></tuv>
</tu>
</body>
</tmx>
"""


def test_what_an_entry_looks_like() -> None:
    assert dumped([(a_key(), "写⟦0⟧ < ⟦1⟧，⟦7⟧")]) == LOOKS


texts = st.text() | st.lists(st.sampled_from([*"⟦⟧⦃⦄019 &<>\"'\r\n\t]", "⟦0⟧", "⦃1⦄", "]]>", "🜚", "\x85"])).map("".join)
entries_of_any_kind = st.tuples(
    st.builds(
        MemoryKey,
        segment=st.builds(
            Segment,
            texts,
            st.lists(texts, max_size=3).map(tuple),
            st.lists(st.builds(Term, texts, st.lists(texts, max_size=2).map(tuple)), max_size=2).map(tuple),
        ),
        source=st.sampled_from(list(LANGUAGES)),
        target=st.sampled_from(list(LANGUAGES)) | st.just("xx"),
        engine=texts,
        version=texts,
    ),
    texts,
)


@given(st.lists(entries_of_any_kind, max_size=5))
def test_what_is_dumped_comes_back_as_it_went_and_the_rest_is_counted(entries: list[Entry]) -> None:
    written = dump(entries, clock)
    found, problems = read("".join(written))
    assert problems == []
    assert len(found) == written.written == len(entries) - written.left_out
    rest = iter(entries)
    assert all(entry in rest for entry in found), "another order, or another entry"


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param((a_key("a\0b"), "x"), id="NUL in the text"),
        pytest.param((a_key(), "\x1b[31m"), id="control in the translation"),
        pytest.param((a_key(kinds=("\ud800",)), "x"), id="lone surrogate in a kind"),
        pytest.param((a_key(terms=(Term("a", ("\ufffe",)),)), "x"), id="noncharacter in a term"),
        pytest.param((a_key(engine="\x01"), "x"), id="control in the engine"),
        pytest.param((a_key(target="tlh"), "x"), id="unknown language"),
        pytest.param((a_key(target="en-US"), "x"), id="language by another name"),
        pytest.param((a_key(target="en"), "x"), id="one language"),
    ],
)
def test_what_the_file_cannot_give_back_is_left_out_and_counted(entry: Entry) -> None:
    written = dump([entry, GOOD_ENTRY], clock)
    assert read("".join(written)) == ([GOOD_ENTRY], [])
    assert (written.written, written.left_out) == (1, 1)


def test_the_entries_are_taken_one_at_a_time() -> None:
    taken: list[int] = []

    def entries() -> Iterable[Entry]:
        for number in range(1000):
            taken.append(number)
            yield a_key(str(number)), "x"

    pieces = iter(dump(entries(), clock))
    for _ in range(10):
        next(pieces)
    assert len(taken) < 10


def test_a_token_another_tool_emptied_is_filled_again() -> None:
    text = dumped([(a_key(), "写⟦0⟧⟦1⟧")]).replace(">⟦0⟧</ph>", "/>")
    assert read(text) == ([(a_key(), "写⟦0⟧⟦1⟧")], [])


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        pytest.param(tu(("en-US", "Hello"), ("zh-CN", "你好")), [(by_person("Hello"), "你好")], id="regions"),
        pytest.param(
            '<tu><tuv lang="EN"><seg>Hello</seg></tuv><tuv lang="zh_TW"><seg>你好</seg></tuv></tu>',
            [(by_person("Hello", target="zh-Hant"), "你好")],
            id="the language as TMX 1.1 says it",
        ),
        pytest.param(
            tu(("zh", "你好"), ("en", "Hello"), ("ja", "こんにちは")),
            [(by_person("Hello"), "你好"), (by_person("Hello", target="ja"), "こんにちは")],
            id="the source in the middle",
        ),
        pytest.param(
            tu(("en", "Hello"), ("zh", "你好"), attributes=' srclang="zh-CN"'),
            [(by_person("你好", source="zh", target="en"), "Hello")],
            id="a source of its own",
        ),
        pytest.param(
            tu(("zh", "你好"), ("en", "Hello"), attributes=' srclang="*all*"'),
            [(by_person("你好", source="zh", target="en"), "Hello")],
            id="any language may be the source",
        ),
        pytest.param(
            tu(("en", "\n  Hello &amp; <![CDATA[<b>]]> \n"), ("zh", " 你<hi type='b'>好</hi>&#x21;")),
            [(by_person("Hello & <b>"), "你好!")],
            id="white space, references, CDATA and marks",
        ),
        pytest.param(
            tu(("en", "[⟦0⟧]"), ("zh", "［⟦0⟧］"), props='<note>n</note><prop type="client">C &lt;&gt;</prop>'),
            [(by_person("[⟦0⟧]"), "［⟦0⟧］")],
            id="notes and others' properties",
        ),
    ],
)
def test_another_tools_unit_is_a_persons_work(unit: str, expected: list[Entry]) -> None:
    assert read(tmx(unit)) == (expected, [])


@pytest.mark.parametrize(
    ("unit", "kept", "severity", "said"),
    [
        pytest.param(
            tu(("en", 'a <bpt i="1">&lt;b></bpt>b<ept i="1"/>'), ("zh", "a")),
            0,
            "warning",
            "codes.*: bpt, ept",
            id="pair",
        ),
        pytest.param(tu(("en", 'a <it pos="begin">{</it>'), ("zh", "a")), 0, "warning", "codes.*: it", id="single"),
        pytest.param(tu(("en", 'a <ph x="0">⟦0⟧</ph>'), ("zh", "a")), 0, "warning", "codes.*: ph", id="placeholder"),
        pytest.param(
            tu(("en", "a <ph>x<sub>alt</sub></ph>"), ("zh", "a"), props='<prop type="x-grimoire-engine">e</prop>'),
            *(0, "warning", "codes.*: sub"),
            id="text in a code",
        ),
        pytest.param(
            tu(("en", "a <ph/>"), ("zh", "a"), props='<prop type="x-grimoire-engine">e</prop>'),
            *(0, "warning", "codes.*: an empty ph"),
            id="a token without a number",
        ),
        pytest.param(
            tu(("en", "a"), ("tlh", "b"), ("zh", "c")), 1, "error", "no language is called 'tlh'", id="target"
        ),
        pytest.param(tu(("en", "a"), ("", "b"), ("zh", "c")), 1, "error", "no language is called ''", id="no language"),
        pytest.param(
            tu(("tlh", "a"), ("zh", "b"), attributes=' srclang="tlh"'), 0, "error", "no language is called", id="source"
        ),
        pytest.param(
            tu(("de", "a"), ("zh", "b")), 0, "warning", "no text in the language of its source, 'en'", id="no source"
        ),
        pytest.param(
            tu(("en-US", "color"), ("en-GB", "colour"), ("zh", "颜色")),
            1,
            "warning",
            "language of its source",
            id="same",
        ),
        pytest.param(tu(("en", "a")), 0, "warning", "no translation", id="not translated"),
        pytest.param("<tu/>", 0, "warning", "no translation", id="nothing"),
        pytest.param(tu(("en", "a"), ("zh", " ")), 0, "warning", "empty", id="empty"),
        pytest.param('<tu><tuv xml:lang="en"/></tu>', 0, "error", "no text, or several", id="no segment"),
        pytest.param(
            '<tu><tuv xml:lang="en"><seg>a</seg><seg>b</seg></tuv></tu>', 0, "error", "no text, or several", id="two"
        ),
        pytest.param(
            tu(
                *(("en", "a"), ("zh", "b")),
                props='<prop type="x-grimoire-engine">e</prop><prop type="x-grimoire-kinds">[1]</prop>',
            ),
            *(0, "error", "property of Grimoire's in it is damaged"),
            id="a property of ours, damaged",
        ),
    ],
)
def test_a_bad_unit_is_named_by_its_line_and_hides_no_other(unit: str, kept: int, severity: str, said: str) -> None:
    entries, problems = read(tmx(GOOD, unit, GOOD))
    assert (entries[0], entries[-1], len(entries)) == (GOOD_ENTRY, GOOD_ENTRY, 2 + kept)
    assert [(problem.file, problem.line, problem.severity) for problem in problems] == [(FILE, 4, severity)]
    assert "\n" not in str(problems[0])
    assert re.search(said, problems[0].message)


def test_a_language_that_is_none_is_told_once() -> None:
    entries, problems = read(tmx(*[tu(("en", "a"), ("tlh", "b"), ("eu", "c"))] * 20))
    assert entries == []
    assert [problem.line for problem in problems] == [3, 3, 0]
    assert "38 more" in problems[-1].message


def test_of_many_problems_the_first_are_told_and_the_rest_counted() -> None:
    entries, problems = read(tmx(GOOD, *["<tu/>"] * 5000, GOOD))
    assert entries == [GOOD_ENTRY] * 2
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[0].line == 4
    assert f"{5000 - MAX_PROBLEMS} more" in problems[-1].message


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(tmx(GOOD).encode("utf-8-sig"), id="UTF-8 with a byte order mark"),
        pytest.param(tmx(GOOD).encode("utf-16"), id="UTF-16"),
        pytest.param(b"\xfe\xff" + tmx(GOOD).encode("utf-16-be"), id="UTF-16, big end first"),
        pytest.param(
            tmx(GOOD).replace('"1.0"', '"1.0" encoding="utf-8"').encode("utf-16"), id="UTF-16 that says it is UTF-8"
        ),
        pytest.param(tmx(GOOD).replace("\n", "\r\n").encode(), id="Windows' line ends"),
        pytest.param(tmx(GOOD, doctype='<!DOCTYPE tmx SYSTEM "tmx14.dtd">').encode(), id="a DTD elsewhere"),
        pytest.param(
            tmx(
                GOOD, doctype='<!DOCTYPE tmx PUBLIC "-//LISA OSCAR:1998//DTD for TMX//EN" "http://127.0.0.1:9/t">'
            ).encode(),
            id="a DTD on the network, which nobody fetches",
        ),
    ],
)
def test_a_file_is_read_as_it_comes(raw: bytes) -> None:
    assert load(raw, FILE) == ([GOOD_ENTRY], [])


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 30))


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        pytest.param(b"", 1, "not XML", id="empty"),
        pytest.param(b"msgid", 1, "not XML", id="another format"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", 0, "neither UTF-8 nor UTF-16", id="no text"),
        pytest.param(tmx(GOOD).encode("gb18030"), 0, "neither UTF-8 nor UTF-16", id="another encoding"),
        pytest.param(
            b"\xff\xfe" + "\ud800".encode("utf-16-le", "surrogatepass") * 4, 0, "neither", id="half a character"
        ),
        pytest.param(b"<xliff>\n</xliff>", 1, "its first element is xliff", id="another XML format"),
        pytest.param(tmx(GOOD).encode()[:-9], 4, "not XML", id="cut off"),
        pytest.param(tmx(GOOD, "<tu>", GOOD).encode(), 6, "mismatched tag", id="not well formed"),
        pytest.param(tmx(GOOD, "\x01").encode(), 4, "invalid token", id="a control character"),
        pytest.param(
            tmx(GOOD, tu(("en", "&x;"), ("zh", "b"))).encode(), 4, "undefined entity", id="an entity of no one"
        ),
        pytest.param(
            tmx(GOOD, doctype=f'<!DOCTYPE tmx [<!ENTITY l0 "ha">{LAUGHS}]>').encode(), 1, "declarations", id="laughs"
        ),
        pytest.param(
            tmx(GOOD, doctype='<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>').encode(),
            *(1, "declarations of its own"),
            id="a file of the system",
        ),
        pytest.param(
            tmx(GOOD, doctype='<!DOCTYPE tmx [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x">%x;]>').encode(),
            *(1, "declarations of its own"),
            id="a parameter entity",
        ),
        pytest.param(
            tmx(GOOD, doctype=f'<!DOCTYPE tmx [<!ATTLIST tu x CDATA "{"x" * 1000}">]>').encode(),
            *(1, "declarations of its own"),
            id="an attribute for every element",
        ),
        pytest.param(tmx("<tu>" * 100_000).encode(), 3, f"more than {MAX_DEPTH} deep", id="deep"),
        pytest.param(b"<tmx>" + b" " * MAX_BYTES, 0, "larger than 64 MiB", id="large"),
        pytest.param(
            tmx(*(tu(("en", "a"), (f"x{n}", "b")) for n in range(MAX_UNKNOWN + 1))).encode(),
            *(0, f"more than {MAX_UNKNOWN} languages"),
            id="many languages that are none",
        ),
    ],
)
def test_a_file_that_is_not_tmx_is_one_problem(raw: bytes, line: int, said: str) -> None:
    started = time.monotonic()
    problem = refusal(raw)
    assert time.monotonic() - started < 5
    assert problem.line == line
    assert said in problem.message


def test_a_file_may_have_so_many_elements_and_no_more() -> None:
    units: list[Unit] = []
    Parser(units.append, max_elements=8).parse(tmx(GOOD).encode())
    assert len(units) == 1
    with pytest.raises(NotTmx, match="more than 7 elements") as caught:
        Parser(units.append, max_elements=7).parse(tmx(GOOD).encode())
    assert caught.value.line == 3


def test_an_entity_of_a_dtd_that_is_not_read_costs_its_unit() -> None:
    doctype = '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'
    entries, problems = read(tmx(GOOD, tu(("en", "a&nbsp;b"), ("zh", "b")), doctype=doctype))
    assert entries == [GOOD_ENTRY]
    assert [(problem.line, problem.gate) for problem in problems] == [(4, "codes")]
    assert "&nbsp;" in problems[0].message


@given(st.binary() | st.text().map(lambda body: tmx(body).encode()), st.integers(0, 300))
def test_whatever_it_is_given_it_reads_or_refuses(raw: bytes, end: int) -> None:
    for given_now in (raw, raw[:end], raw.replace(b"<", b"<tu><", 1)):
        entries, problems = load(given_now, FILE)
        assert not entries
        assert len(problems) <= 1


tree = st.recursive(
    st.sampled_from(["x", "&amp;", '<ph x="0"/>', "<tuv/>"]),
    lambda inner: st.builds(
        lambda name, parts: f'<{name} xml:lang="zh" type="x-grimoire-engine">{"".join(parts)}</{name}>',
        st.sampled_from(["tu", "tuv", "seg", "prop", "ph", "hi", "sub", "body", "header", "tmx"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@given(tree)
def test_elements_in_any_order_hide_no_good_unit(body: str) -> None:
    entries, _ = read(tmx(GOOD, body, GOOD))
    assert entries[0] == GOOD_ENTRY
    assert entries[-1][1] == GOOD_ENTRY[1]
