"""How many answers a second the standing checks judge, against the floor of reading the same answers from SQLite.

    python benchmarks/judging.py --answers 4000
    python benchmarks/judging.py --answers 4000 --length 650

Half the answers are Chinese, put together from paragraphs of the shipped spells' samples, half English, from the
paragraphs below; no two are the same, and each has about 2,000 characters, or `--length`: most checks look longer at an
answer of a few hundred, since there a single sentence may be all there is. They answer one case of each shipped spell,
so that what is read from an incantation is read once, as in a trial. What the first two answers take, for which the
checks' expressions are compiled, is told apart. One process, no threads; CPU time, the better of two rounds over all
answers. The checks' own times are of another round, with a clock around each: a text's preparation counts for the first
check that asks for it.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec

from grimoire import cast, checks
from grimoire.chat import Answer
from grimoire.cli.wiring import validate_check
from grimoire.judge import judge
from grimoire.library import Library
from grimoire.ports import Check, Exchange
from grimoire.spell import Case, Template

ROOT = Path(__file__).parents[1]
LENGTH = 2_000
LONGEST_PARAGRAPH = 700
ENGLISH = """\
# {Thing}: what nobody told you before you bought one

Last winter {name} carried {thing} up four flights of stairs in {place}. It weighed {n} kilograms, the lift was \
broken, and the neighbour on the second floor asked whether it was alive.

## What it costs, and what it saves

Prices begin at {n} euros. Below that, somebody has saved on the part you cannot see; above {n}00, you pay for a name. \
Most people in {place} are happy somewhere in the middle and never think of it again.

- **Size:** measure the door first, then the shelf, then the door again.
- **Noise:** {n} decibels are a conversation; anything louder ends up in the cellar.
- **Repair:** ask who sells the small parts, and whether he answers the telephone.
- **Colour:** you will stop seeing it after {n} days, so take the one that was reduced.

| Model | Weight | Power | Best for |
| --- | --- | --- | --- |
| Small | {n} kg | {n} W | a desk by a window |
| Medium | {n}.5 kg | {n}0 W | a kitchen in {place} |
| Large | {n}0 kg | {n}00 W | a workshop with thick walls |

"It never broke," says {name}, who mended {n} of them in the shop behind the station. "People broke, and then \
they blamed {thing}. I gave them tea. Half of them forgot to take it home."

1. Put it on a table that does not move.
2. Fill it to the line and no further; the line is there because of a court case in {place}.
3. Wait {n} minutes. Do not open the lid to look.
4. Write down what you changed, or you will change it twice.

There is a quiet argument about whether {thing} belongs in a bedroom. Doctors in {place} say no, sellers say why \
not, and those who have tried it say that after {n} nights you miss the sound.

### How long does it last?

Usually {n} years. The motor outlives the switch, and the switch outlives the guarantee by a week. Keep the receipt in \
the box, and the box under the bed.

The first one was built in {place}, by a man who wanted to sleep and a woman who wanted him to. Their drawings hang in \
the town hall, where you can see that {n} screws were planned and {n} are left.

> If you lend it, write your name on it. If you borrow it, write theirs.

When it rains, {name} opens the window and lets {thing} listen. It is a joke, of course. But on the days when nobody \
laughs at it, the shop stays empty, and there may be something to be learnt from that.

**In short:** buy the second cheapest, clean it on Sundays, and do not talk about it at dinner for over {n} minutes.

## Three mistakes that are made in the first week

Too hot, too full, too proud. The first costs you a cloth, the second a carpet. The third costs you {name}, who has \
explained it {n} times and will not do so again before spring.

A reader from {place} writes that hers has run for {n} years without a drop of oil. We went to see it. It was switched \
off, it had been switched off since the wedding, and it looked very well.

Compare that with a bus ticket, which takes you to {place} and back for the price of {n} filters. On the way you may \
think about whether you need {thing} at all, which is the cheapest thing one can do with it.
"""
NAMES = ("Joan Bell", "Tomas", "the widow Arnaud", "Mr Okafor", "Lena", "old Pieter", "Samir", "the twins", "Ines")
PLACES = ("Leeds", "Ghent", "Porto", "Tainan", "Oulu", "Graz", "Cork", "Lublin", "Bergen", "Parma", "Dresden", "Suzhou")
THINGS = ("desk fan", "rice cooker", "samovar", "sewing machine", "wall clock", "bicycle pump", "loom", "gramophone")


def exchanges(count: int, length: int = LENGTH) -> Iterator[Exchange]:
    """`count` different answers to the shipped spells, Chinese and English in turn."""
    chance = random.Random(4)
    library = Library([ROOT / "spells"], validate_check)
    spells = [spell for spell in library.load_all()[0] if spell.cases]
    prose = "\n\n".join(part for spell in spells for part in spell.sample.split("```")[::2])
    samples = [part for part in prose.split("\n\n") if len(part) <= LONGEST_PARAGRAPH]
    paragraphs = ENGLISH.strip().split("\n\n")
    for number in range(count):
        place = number // 2 % len(spells)
        spell, thing = spells[place], THINGS[place % len(THINGS)]
        if number % 2:
            case = msgspec.structs.replace(spell.cases[0], prompt=f"how to live with a {thing}", subject=())
            text = _filled(chance, _recombine(chance, paragraphs, length), thing)
            yield _exchange(text, case, spell.template, spell.template, "en")
        else:
            translation = library.translation(spell, "zh")
            template = translation.template if translation else spell.template
            yield _exchange(_recombine(chance, samples, length), spell.cases[0], template, spell.template, "zh")


def _exchange(text: str, case: Case, template: Template, source: Template, answer_in: str) -> Exchange:
    sent = cast.incantation(template, case, answer_in=answer_in, source=source)
    answer = Answer(text=text, finish_reason="stop")
    return Exchange(answer=answer, incantation=sent, text=case.prompt, answer_in=answer_in, subject=case.subject)


def _recombine(chance: random.Random, paragraphs: list[str], length: int) -> str:
    """Paragraphs in a new order, about `length` characters of them."""
    chosen: list[str] = []
    for paragraph in chance.sample(paragraphs, len(paragraphs)):
        chosen.append(paragraph)
        if sum(map(len, chosen)) >= length - LONGEST_PARAGRAPH // 4:
            break
    return "\n\n".join(chosen)


def _filled(chance: random.Random, text: str, thing: str) -> str:
    """The text with names, places and numbers of its own."""
    for slot, values in {"{name}": NAMES, "{place}": PLACES, "{n}": range(2, 90)}.items():
        head, *parts = text.split(slot)
        text = head + "".join(f"{chance.choice(values)}{part}" for part in parts)
    return text.replace("{Thing}", thing.capitalize()).replace("{thing}", f"the {thing}")


def seconds_to_read(texts: list[str], rounds: int) -> float:
    """CPU seconds to fetch all answers from a table in a file."""
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "answers.db")
        database.execute("CREATE TABLE answers (number INTEGER PRIMARY KEY, text TEXT NOT NULL)")
        database.executemany("INSERT INTO answers (text) VALUES (?)", [(text,) for text in texts])
        database.commit()
        best = float("inf")
        for _ in range(rounds):
            started = time.process_time()
            rows = database.execute("SELECT text FROM answers").fetchall()
            best = min(best, time.process_time() - started)
        database.close()
    if len(rows) != len(texts):
        raise SystemExit("not all answers came back")
    return best


def seconds_to_judge(judged: list[Exchange], standing: list[Check], rounds: int) -> tuple[float, Counter[str]]:
    """CPU seconds to judge all answers, and how many got which verdict."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        verdicts = Counter[str](judge(exchange, standing).kind for exchange in judged)
        best = min(best, time.process_time() - started)
    return best, verdicts


def microseconds_of_each(judged: list[Exchange], standing: list[Check]) -> dict[str, tuple[float, int]]:
    """A check's mean time for an answer, and how many answers it fails."""
    spent: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for exchange in judged:
        for check in standing:
            started = time.process_time_ns()
            outcome = check.judge(exchange).outcome
            spent[check.name] += time.process_time_ns() - started
            failed[check.name] += outcome == "failed"
    return {check.name: (spent[check.name] / 1000 / len(judged), failed[check.name]) for check in standing}


def main() -> None:
    """Make the answers, read them, judge them."""
    parser = argparse.ArgumentParser(description="Time the standing checks.")
    parser.add_argument("--answers", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--length", type=int, default=LENGTH)
    arguments = parser.parse_args()
    judged = list(exchanges(arguments.answers, arguments.length))
    texts = [exchange.answer.text for exchange in judged]
    if len(set(texts)) != len(texts):
        raise SystemExit("two answers are the same")
    standing = checks.standing()
    first, _ = seconds_to_judge(judged[:2], standing, 1)
    read = seconds_to_read(texts, arguments.rounds)
    took, verdicts = seconds_to_judge(judged, standing, arguments.rounds)
    count = len(judged)
    print(f"{count} answers of {sum(map(len, texts)) / count:,.0f} characters")
    print(f"read from SQLite {count / read:>10,.0f} a second")
    print(f"the first two    {first * 1000:>10.0f} ms")
    print(f"judged           {count / took:>10,.0f} a second, {took / read:,.0f} times as long: {dict(verdicts)}")
    for name, (micro, failed) in microseconds_of_each(judged, standing).items():
        print(f"{name:12} {micro:7.1f} µs an answer, {failed} failed")


if __name__ == "__main__":
    main()
