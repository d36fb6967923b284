"""What Chinese sentences of a prompt claim of tables: how many, of how many columns and rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grimoire.expectations.chinese import Chinese
from grimoire.expectations.chinese_amounts import Amount
from grimoire.expectations.claims import NEAR, SOME, Bound, Claim
from grimoire.expectations.patterns import any_of, one_of
from grimoire.expectations.reading import Sentence
from grimoire.expression import Expression

_MADE = one_of("""
    以(?![下上及内外]) | 用 | 按 | 使用 | 采用 | 通过 | 整理[成为] | 制作 | 生成 | 输出 | 做成? | 列成 | 绘制 | 形成
    | 给出 | 提供 | 创建 | 写 | 放[在入] | 汇总[成为] | 列 | 画 | 包含 | 附上?
""")
_TABLE = Expression(
    rf"{_MADE}[^，。；：,;:]{{0,14}}?表格|表格的?(?:形式|格式|方式)|[一1]\s*[个份][^，。；：,;:]{{0,8}}?表格"
    r"|[一1]\s*张[^，。；：,;:]{0,8}?(?<!列)表格?(?![示达现明情面演])|markdown\s*表格",
    re.IGNORECASE,
)
_NAMES = Expression(
    r"(?:表头|列名|列|字段|栏目|栏)(?:分别|依次)?(?:为|是|有|包括|包含|如下|[：:])+\s*[：:]?(?P<names>[^。；;\n（(]{3,200})"
    r"|(?:包含|包括|含有?|有|以下列[：:]?)(?P<listed>[^。；;\n（(，,]{3,120}?)等?(?:[一二两三四五六七八九十\d]{1,2}\s?)?个?"
    r"(?:列|栏|字段)(?![出举表])"
)
_END_OF_NAMES = Expression(r"[，,]\s*[并共且按至其每各不请要最用以行]")
_BETWEEN = Expression(r"[、，,|/]|[”」\"]\s*[“「\"]")
_DATABASE = any_of("sql | 数据库 | 建表 | excel")
LONGEST_NAME = 16
"""Characters; a longer one is no column's."""


def table_claims(told: Sequence[tuple[Sentence, Sequence[Amount]]]) -> Iterator[Claim]:
    """All that the sentences, with their amounts, claim of tables; nothing where the prompt is about a database's."""
    if any(_DATABASE.search(sentence.text) for sentence, _ in told):
        return
    seen = -NEAR - 1
    for number, (sentence, places) in enumerate(told):
        table = next(_tables(sentence), None)
        columns, rows, end = _size(sentence, places)
        if table:
            seen = number
            yield table.claim("tables", SOME, end=max(end, table.end), columns=columns, rows=rows)
        elif (columns or rows) and number - seen <= NEAR:
            start = sentence.start
            yield Claim(kind="tables", bound=SOME, start=start, end=start + end, columns=columns, rows=rows)
        for place in places:
            bound = place.bound if place.kind == "tables" else None
            if bound and (bound.low or bound.high or 0) > 1:
                yield place.claim("tables", bound)


def _tables(sentence: Sentence) -> Iterator[Chinese]:
    """Each place where a table is asked for."""
    for match in _TABLE.finditer(sentence.text):
        place = Chinese(sentence, *match.span())
        if not (place.hedged or place.shared or place.negated or re.search("[不勿或]", place.text)):
            yield place


def _size(sentence: Sentence, places: Sequence[Amount]) -> tuple[Bound | None, Bound | None, int]:
    """The columns and rows named, and where the last of what was read ends."""
    columns, rows = _first("columns", places), _first("rows", places)
    end = max((place.end for place in (columns, rows) if place), default=0)
    wide = columns.bound if columns else None
    names = None if columns else _NAMES.search(sentence.text)
    if names:
        count = _count(_END_OF_NAMES.split(names["names"] or names["listed"])[0])
        if count > 1:
            wide, end = Bound(low=count), max(end, names.end())
    return wide, rows.bound if rows else None, end


def _first(kind: str, places: Sequence[Amount]) -> Amount | None:
    for place in places:
        bound = place.bound if place.kind == kind else None
        if bound and (bound.low or 0) > 1:
            return place
    return None


def _count(text: str) -> int:
    """How many columns are named at least: a 和 in a name may belong to it, unless there are no other names."""
    if "或" in text:
        return 0
    count = sum(0 < len(name.strip()) <= LONGEST_NAME for name in _BETWEEN.split(text))
    return 2 if count == 1 and re.search("[和与及]", text) else count
