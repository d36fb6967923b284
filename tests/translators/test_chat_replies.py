from __future__ import annotations

import json

import pytest

from grimoire.translators.chat_model import read_reply

IDS = [11, 12]


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        pytest.param(
            '{"translations": [{"id": 11, "text": "一"}, {"id": 12, "text": "二"}]}', ["一", "二"], id="plain"
        ),
        pytest.param(
            '{"translations": [{"id": 12, "text": "二"}, {"id": 11, "text": "一"}]}', ["一", "二"], id="order"
        ),
        pytest.param('```json\n{"translations": [{"id": 11, "text": "```"}]}\n```', ["```", ""], id="fenced"),
        pytest.param('\n```\n{"translations": [{"id": 11, "text": "一"}]}```\n', ["一", ""], id="fenced-no-language"),
        pytest.param('{"translations": [{"id": 12, "text": "二"}], "note": [1]}', ["", "二"], id="one-missing"),
        pytest.param('Sure {x}:\n{"translations": [{"id": 11, "text": "一"}]}\nOK? {y}', ["一", ""], id="in-prose"),
        pytest.param('{"result": {"translations": [{"id": 11, "text": "一"}]}}', ["一", ""], id="wrapped"),
        pytest.param('{"translations": [{"id": 11, "text": "一"}, {"id": 12, "te', ["一", ""], id="cut-off"),
        pytest.param(
            '{"translations": [{"id": 11, "text": "一"}, {"id": 12, "text": "二', ["一", ""], id="cut-in-text"
        ),
        pytest.param('{"translations": [{"id": 11, "text": "一"}, {"id": 12, "text": "二"', ["一", ""], id="cut-after"),
        pytest.param('{"translations": [{"id": 11, "text": "一"}', ["一", ""], id="cut-between"),
        pytest.param('{"translations": [{"id": 11, "text": "一', ["", ""], id="cut-in-the-first"),
        pytest.param(
            '{"translations": [{"id": 11, "text": "草稿"}]} No: {"translations": [{"id": 11, "text": "一"}]}',
            ["一", ""],
            id="a-draft-first",
        ),
        pytest.param(
            '{"translations": [{"id": 11, "text": "{\\"translations\\": [{\\"id\\": 12, \\"text\\": \\"x\\"}]}"}, {"i',
            ['{"translations": [{"id": 12, "text": "x"}]}', ""],
            id="protocol-in-a-text",
        ),
        pytest.param('{"translations": []}', ["", ""], id="none"),
        pytest.param('{"translations": [{"id": 11, "text": "一"}, {"id": 3, "text": "三"}]}', ["", ""], id="unasked"),
        pytest.param('{"translations": [{"id": 11, "text": "一"}, {"id": 11, "text": "二"}]}', ["", ""], id="twice"),
        pytest.param('{"translations": [{"id": 11, "text": "一\\ud800"}, {"id": 1', ["", ""], id="half-a-character"),
        pytest.param("", None, id="empty"),
        pytest.param("一\n二", None, id="no-json"),
        pytest.param("}{", None, id="braces"),
        pytest.param('["一", "二"]', None, id="a-list"),
        pytest.param('{"translations": [{"id": "11", "text": "一"}]}', None, id="id-no-number"),
        pytest.param('{"translations": [{"id": true, "text": "一"}]}', None, id="id-true"),
        pytest.param('{"translations": [{"id": 11, "text": null}]}', None, id="text-null"),
        pytest.param('{"translations": [11, "一"]}', None, id="items-are-none"),
        pytest.param('{"x": ' + "[" * 100_000, None, id="deep"),
        pytest.param('{"translations": [' + "[" * 100_000, ["", ""], id="deep-item"),
        pytest.param('{"translations": [{"id": ' + "9" * 10_000, ["", ""], id="long-number"),
        pytest.param("\ud800", None, id="surrogate"),
        pytest.param("```json\n" * 20_000, None, id="many-fences"),
        pytest.param('{ "translations" : ' * 20_000, None, id="many-openings"),
        pytest.param("{" + " " * 200_000, None, id="many-spaces"),
    ],
)
def test_replies(text: str, texts: list[str] | None) -> None:
    assert read_reply(text, IDS) == texts


@pytest.mark.parametrize("length", range(0, 140, 7))
def test_of_a_reply_cut_anywhere_only_whole_pieces_count(length: int) -> None:
    items = [{"id": number, "text": f'"{number}" 文{{}}[],\\'} for number in range(10, 14)]
    whole = json.dumps({"translations": items}, ensure_ascii=False)
    texts = read_reply(whole[:length], range(10, 14)) or [""] * 4
    assert all(text in {"", item["text"]} for text, item in zip(texts, items, strict=True))
    assert sorted(texts, key=bool, reverse=True) == texts
