"""From what was fetched to a page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grimoire.errors import ServiceTimeout, UsageError
from grimoire.pages.fetch import Fetched
from grimoire.pages.read import CHARACTERS, EXTRA, Page, read
from grimoire.terminal import strip_controls

URL = "https://example.org/a?token=hush"


def came(body: str | bytes, kind: str = "text/html", charset: str = "") -> Fetched:
    return Fetched(url=URL, kind=kind, charset=charset, body=body.encode() if isinstance(body, str) else body)


def test_html_has_a_title_and_a_text() -> None:
    head = "<head><title> A\n title\u200b\x1b[31m </title></head>"
    body = f"<html>{head}<body><p>One   two.</p><p>中\u200b文\x07</p></body></html>"
    assert read(came(body)) == Page(url=URL, title="A title", text="One two.\n\n中文")


def test_a_table_is_one_of_markdown_with_nothing_behind_its_lines() -> None:
    prose = "<p>Some words about willows, enough of them to be what the page is about.</p>" * 5
    table = "<table><tr><th>tree</th><th>height</th></tr><tr><td>willow</td><td>9 m</td></tr></table>"
    lines = read(came(f"<html><body><article>{prose}{table}</article></body></html>")).text.splitlines()
    assert "| willow | 9 m |" in lines
    assert lines == [line.rstrip() for line in lines]


def test_a_chinese_page_is_read_in_the_character_set_of_its_header() -> None:
    text = "却说黛玉来到园中，见那垂杨柳生得粗壮，便挽起袖子来。"
    assert read(came(f"<p>{text}</p>".encode("gbk"), charset="GB2312")).text == text


@pytest.mark.parametrize(
    "kind",
    [
        *("text/plain", "text/markdown", "text/csv", "text/xml", "application/json", "application/ld+json"),
        *("application/rss+xml", "application/yaml", ""),
    ],
)
def test_a_text_passes_as_it_stands(kind: str) -> None:
    text = '# A\n\n- b  c\n    d\n{"e": "中文"}'
    assert read(came(f"{text}  \r\n\r\n".encode(), kind)) == Page(url=URL, text=text)


def test_what_says_nothing_of_itself_and_begins_as_html_is_read_as_that() -> None:
    assert read(came("  <!doctype html><title>T</title><p>Text.</p>", "")) == Page(url=URL, title="T", text="Text.")


@pytest.mark.parametrize(
    ("body", "kind", "named"),
    [
        pytest.param(b"%PDF-1.7 ...", "application/pdf", "a PDF", id="a PDF"),
        pytest.param(b"%PDF-1.7 ...", "text/html", "a PDF", id="a PDF that is called HTML"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "image/png", "a PNG image", id="a PNG image"),
        pytest.param(b"\xff\xd8\xff\xe0", "", "a JPEG image", id="a JPEG image that says nothing"),
        pytest.param(b"GIF89a", "image/gif", "a GIF image", id="a GIF image"),
        pytest.param(b"PK\x03\x04", "application/msword", "a ZIP archive or an office document", id="a document"),
        pytest.param(b"RIFF", "image/webp", "image/webp", id="another image"),
        pytest.param(b"abc", "application/octet-stream", "application/octet-stream", id="bytes"),
        pytest.param(b"a\0b", "text/plain", "text/plain", id="a text with a NUL"),
        pytest.param(b"a\0b", "", "no text", id="a NUL and no type"),
        pytest.param(b"x", "video/\x1b[31mmp4\n", "video/mp4", id="controls in a type"),
    ],
)
def test_what_is_no_text_is_named(body: bytes, kind: str, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(came(body, kind))
    assert caught.value.message == f"https://example.org/a?…: a page is HTML or text, and this is {named}"


def test_utf16_is_a_text_for_all_its_nuls() -> None:
    assert read(came("text".encode("utf-16"), "text/plain")).text == "text"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="empty"),
        pytest.param("<html><body><div id=root></div><script>start()</script></body></html>", id="built by scripts"),
        pytest.param("<p hidden>only this</p>", id="all hidden"),
        pytest.param("\u200b \n", id="nothing to see"),
    ],
)
def test_a_page_without_text_is_told(body: str) -> None:
    with pytest.raises(UsageError, match="no readable text in it") as caught:
        read(came(body))
    assert "scripts" in caught.value.hint


def test_a_long_page_is_cut_and_says_by_how_much() -> None:
    assert read(came("字" * (CHARACTERS + 7), "text/plain")) == Page(url=URL, text="字" * CHARACTERS, left_out=7)
    assert read(came("x" * CHARACTERS, "text/plain")).left_out == 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("<div>" * 100_000 + "x", id="deep"),
        pytest.param("<b>" * 50_000 + "x" + "</b>" * 50_000, id="deep and closed"),
        pytest.param("<table><tr><td>" * 20_000, id="tables in tables"),
        pytest.param("<" * 200_000, id="brackets"),
        pytest.param("<p " + " ".join(f"a{n}" for n in range(3_000)) + ">x", id="attributes"),
        pytest.param("<!--" * 50_000, id="comments"),
        pytest.param("&" * 100_000 + "&#x10FFFF;&#xD800;&#0;&bogus;", id="entities"),
        pytest.param(b"\xff\xfe\x00\xd8" * 1000, id="broken UTF-16"),
        pytest.param(bytes(range(256)) * 100, id="every byte"),
    ],
)
def test_hostile_html_ends_in_a_text_or_a_line(body: str | bytes) -> None:
    try:
        said = read(came(body)).text
    except UsageError as error:
        said = error.message
    assert said.strip()
    assert strip_controls(said) == said


def test_a_reader_that_takes_too_long_is_ended() -> None:
    with pytest.raises(ServiceTimeout, match=r"its HTML cannot be read within 0\.001 seconds"):
        read(came("<p>x</p>"), seconds=0.001)


@pytest.mark.parametrize(
    ("program", "said", "hint"),
    [
        ("raise RuntimeError('\\x1b[31mno')", "RuntimeError: no", ""),
        ("import lxml.html.no_such_thing", "ModuleNotFoundError", EXTRA),
        ("import os; os.abort()", "the reader broke down", ""),
    ],
    ids=["an error", "a part that is missing", "a crash"],
)
def test_a_reader_that_breaks_down_takes_nothing_with_it(tmp_path: Path, program: str, said: str, hint: str) -> None:
    (tmp_path / "trafilatura.py").write_text(program, encoding="utf-8")
    with pytest.raises(UsageError, match="its HTML cannot be read") as caught:
        read(came("<p>x</p>"), environment={"PYTHONPATH": str(tmp_path)})
    assert said in caught.value.message
    assert caught.value.message.isprintable()
    assert caught.value.hint == hint


def test_a_file_in_the_working_directory_is_not_taken_for_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("trafilatura", "lxml", "json", "re"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert read(came("<p>Text.</p>")).text == "Text."


def test_without_the_extra_html_is_not_read_but_text_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(UsageError, match="an extra that is not installed") as caught:
        read(came("<p>x</p>"))
    assert caught.value.hint == "pip install 'grimoire-prompts[pages]'"
    assert read(came("x", "text/plain")).text == "x"
