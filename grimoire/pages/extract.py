"""Reads a page's title and text out of HTML: a program, run by `read` in a process of its own.

    python extract.py CHARSET < page.html > '{"title": …, "text": …}'

A page is hostile: what takes too long, needs too much memory or brings the parser down ends this process and no other.
So it imports nothing of Grimoire's, which would cost time too.
"""

from __future__ import annotations

import codecs
import contextlib
import json
import re
import sys
from typing import Any

MEMORY = 1 << 30
"""Bytes of address space; a page of the size that is let through needs a tenth of them."""
_HEAD = 4096
_META = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})|encoding=["']([\w:.-]{1,40})""", re.IGNORECASE
)
_NOT_LATIN = re.compile(rb"[\x80-\xff]{6}")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
WIDE = tuple(mark for mark, _ in _MARKS)
"""What a text begins with that may have a NUL in it, or says outright that it is one."""
# As the web means them: a label stands for the largest set that it is used for.
_MEANT = {
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80", "x-gbk", "chinese", "cp936", "euc-cn"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs", "x-x-big5", "cn-big5", "cp950"), "big5hkscs"),
    **dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii"), "cp1252"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987"), "cp949"),
    **dict.fromkeys(("utf8", "unicode-1-1-utf-8"), "utf-8"),
}
_GUESSES = ["gb18030", "big5hkscs", "cp932", "euc_jp", "cp949", "cp1251", "cp1252", "cp1253", "cp1256", "koi8_r"]
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?\s*(?:[;%!]|$)"
    r"|font-size\s*:\s*0(?:\.0\d*)?\s*(?:[a-z%;!]|$)|(?:text-indent|left|top)\s*:\s*-\d{3,}"
    r"|clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\(\s*(?:50|100)%|(?:^|;)\s*color\s*:\s*transparent",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_ESCAPE = re.compile(r"\\([\\_*\[\]`<>#~|])")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*>")
_UNSEEN = (
    "//comment()|//script|//style|//template|//noscript|//svg|//object|//iframe|//input|//select"
    "|//*[@hidden]|//*[@aria-hidden='true']"
)


def main() -> None:
    """Standard input to standard output."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    found = extract(sys.stdin.buffer.read(), sys.argv[1])
    sys.stdout.buffer.write(json.dumps(found).encode())


def extract(body: bytes, charset: str) -> dict[str, str]:
    """The title and the text of a page, as `charset` (of its header, or "") or the page itself says it is written."""
    from lxml import etree, html  # type: ignore[import-untyped]  # it has no types

    text = _DECLARATION.sub("", _CONTROL.sub("", decode(body, charset)))
    try:
        tree = html.document_fromstring(text)
    except etree.ParserError:  # there is not one element in it
        return {"title": "", "text": ""}
    titles = tree.xpath("//title")
    title = titles[0].text_content() if titles else ""
    remove_unseen(tree)
    return {"title": title, "text": _main_text(html.tostring(tree, encoding="unicode"), tree)}


def decode(body: bytes, charset: str) -> str:
    """By its mark, its header, what it says of itself; or by what it looks like, where none of them fits."""
    for mark, codec in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    said = [charset, *(a or b for a, b in (match.groups() for match in _META.finditer(body[:_HEAD])))]
    names = [label.decode("ascii", "replace") if isinstance(label, bytes) else label for label in said if label]
    meant = [_MEANT.get(name.strip().lower(), name.strip().lower()) for name in names]
    # Servers say Latin-1 of everything, which always decodes; and what decodes as UTF-8 is nothing else.
    if "cp1252" in meant and _NOT_LATIN.search(body):
        meant = [codec for codec in meant if codec != "cp1252"]
    for codec in ["utf-8", *meant]:
        with contextlib.suppress(LookupError, UnicodeError):
            return body.decode(codec)
    return _nearly(body, ["utf-8", *meant]) or _guess(body)


def remove_unseen(tree: Any) -> None:  # noqa: ANN401  # lxml has no types
    """Take out what no reader of the page sees, as far as the page itself tells: prompts are hidden in it."""
    for element in tree.xpath(_UNSEEN):
        _drop(element)
    for element in tree.xpath("//*[@style]"):
        if _HIDING.search(element.get("style")):
            _drop(element)


def _drop(element: Any) -> None:  # noqa: ANN401  # as above
    parent = element.getparent()
    if parent is not None:
        element.drop_tree()


def _main_text(page: str, tree: Any) -> str:  # noqa: ANN401  # as above
    """The text of the page's own subject; where none can be told from the rest, all of it."""
    import trafilatura

    with contextlib.suppress(Exception):
        found = trafilatura.extract(page, output_format="markdown", include_comments=False, include_tables=True)
        if found and found.strip():
            return _unescaped(found)
    lines = (" ".join(str(piece).split()) for piece in tree.xpath("//body//text()"))
    return "\n\n".join(line for line in lines if line)


def _unescaped(markdown: str) -> str:
    """Markdown for a model, not for a renderer: escapes would come back in its answers. Code has none."""
    pieces = _FENCED.split(markdown)
    return "".join(piece if number % 2 else _ESCAPE.sub(r"\1", piece) for number, piece in enumerate(pieces))


def _nearly(body: bytes, meant: list[str]) -> str:
    """As declared, where no more than one place in a hundred is wrong, as in a page put together of two."""
    for codec in meant:
        with contextlib.suppress(LookupError, UnicodeError):
            text = body.decode(codec, "replace")
            if text.count("\ufffd") * 100 < len(text):
                return text
    return ""


def _guess(body: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(body, cp_isolation=_GUESSES).best()
    return str(best) if best else body.decode("utf-8", "replace")


if __name__ == "__main__":
    main()
