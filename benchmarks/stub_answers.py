"""What the stub server says: answers of some 600 characters on any topic, in English or Chinese, whole or streamed."""

from __future__ import annotations

import json

PIECE = 4
"""Characters in one event of a stream, about a token."""

ENGLISH = """\
{topic}: people ask about this more often than you would think, and most of them ask too late. Start with what \
you can see from where you stand, and write it down before you change anything.

Two things decide how it goes with {topic}: the time you give it, and the order in which you work. Neither costs \
money, and both are easy to get wrong on a Monday.

When a neighbour first told me about {topic}, I laughed, and then I went home and tried it. By Thursday I had \
stopped laughing, because the kitchen was quiet and the lamp was on.

Nobody needs a long introduction to {topic}. You need a table, an hour without a telephone, and somebody who \
says honestly when a sentence makes no sense.
"""
ENGLISH_REST = """\
The first step is small: choose one part, measure it, and leave the rest alone until you know what the number \
means. After that, compare it with what you had last month, in the same weather and at the same hour of the day.

A plan that fits on a postcard is better than one that fills a folder. Put the date on it, and the name of the \
person who will notice first when it fails; then hang it where the coffee is made.

If it goes wrong, it goes wrong early, usually on the second day, and nearly always for a reason that was known. \
So keep the old way ready for a week, tell those who depend on it, and throw nothing away before Sunday.
"""
CHINESE = """\
说到{topic}，很多人第一反应是太麻烦，其实难的只是开头。\
先看看手边有什么，把现在的样子记下来，再决定要不要动手。

{topic}这件事，成败往往取决于两点：肯花多少时间，以及先做哪一步。\
两样都不用花钱，却最容易在忙乱的早晨弄反。

邻居头一回跟我提起{topic}的时候，我还笑了半天，回家一试才发现他说得没错。\
到了星期四，厨房安静了，灯也亮着，谁也没再抱怨。

关于{topic}，用不着长篇大论。\
一张桌子，一个没有电话打扰的钟头，再加上一位肯说实话的朋友，就足够把事情理顺。
"""
CHINESE_REST = """\
第一步要小：只挑一处，量一量，弄清数字的意思之前，别的地方先别碰。\
然后拿它跟上个月比，天气要差不多，时辰也要一样，这样看出来的变化才算数。\
比完以后写两句话，一句给自己，一句给接手的人，免得过几天谁都说不清{topic}当初为什么这样改。

能写在明信片上的计划，总比塞满文件夹的强。\
写上日期，写上出了岔子谁会最先发现，然后贴在泡茶的地方，人人路过都看得见。\
做得顺手的时候，不妨停下来问一句：要是换个人来做，照着这张纸，能不能把{topic}做成同样的结果？

真要出错，多半出在第二天，而且原因事先就有人知道。\
所以旧办法至少留一个星期，跟靠它吃饭的人打好招呼，周末之前什么都不要扔。\
等到周末再坐下来看，哪些是真的好了，哪些只是大家懒得再提，一目了然。
"""


def answers(topic: str, *, chinese: bool, streamed: bool) -> tuple[bytes, ...]:
    """Different answers on a topic, each as the bytes of a whole HTTP response."""
    firsts, rests = (CHINESE, CHINESE_REST) if chinese else (ENGLISH, ENGLISH_REST)
    texts = [
        "\n\n".join([first, *_turned(rests.strip().split("\n\n"), number)]).replace("{topic}", topic)
        for number, first in enumerate(firsts.strip().split("\n\n"))
    ]
    send = _stream if streamed else _completion
    return tuple(send(text, number) for number, text in enumerate(texts))


def response(status: str, body: bytes, headers: str = "") -> bytes:
    """An HTTP response with JSON in it; each of the `headers` ends its line."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _turned(parts: list[str], number: int) -> list[str]:
    turn = number % len(parts)
    return [*parts[turn:], *parts[:turn]]


def _completion(text: str, number: int) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "logprobs": None}
    data = {
        "id": f"chatcmpl-bench{number:04}",
        "object": "chat.completion",
        "created": 1_760_000_000,
        "model": "m",
        "choices": [choice | {"finish_reason": "stop"}],
        "usage": _usage(text),
        "system_fingerprint": "fp_bench",
    }
    return response("200 OK", json.dumps(data, ensure_ascii=False).encode())


def _usage(text: str) -> dict[str, int]:
    asked, answered = 480, len(text) // PIECE
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _stream(text: str, number: int) -> bytes:
    """The whole answer as one chunked body of server-sent events."""
    common = {
        "id": f"chatcmpl-bench{number:04}",
        "object": "chat.completion.chunk",
        "created": 1_760_000_000,
        "model": "m",
    }
    deltas: list[dict[str, object]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": text[start : start + PIECE]} for start in range(0, len(text), PIECE)]
    chunks = [common | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append(common | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    chunks.append(common | {"choices": [], "usage": _usage(text)})
    events = [b"data: " + json.dumps(chunk, ensure_ascii=False).encode() + b"\n\n" for chunk in chunks]
    events.append(b"data: [DONE]\n\n")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%s\r\n" % (len(event), event) for event in events) + b"0\r\n\r\n"
