"""How long the ledger takes to put answers on record and to be read, against raw SQL over the same rows.

    python benchmarks/ledger.py --answers 100000

A ledger is made straight in SQLite as so many nightly trials of 200 spells in two languages on five backends leave it:
four cases a spell, answers of about 600 characters, a verdict each and ten check results, one answer in a hundred an
error, some cells broken, flaky or regressed. Then the rows behind `status`, `history` and what a resumed run asks for
are fetched twice: by plain `sqlite3`, which throws them away, and as the commands do it, up to the JSON they print.
Both in this process, over an open file, CPU time, the best of some rounds; start-up is in neither. What is put on
record goes to a ledger of its own, in batches of 16, on a disk that is waited for; the floor is `executemany` of rows
that are ready into the same tables.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec

from grimoire.chance import Chance
from grimoire.chat import Answer, Message, Request, Usage
from grimoire.cli.results import entry_json
from grimoire.ledger import SqliteLedger, fingerprint, open_ledger, rows
from grimoire.ledger.connection import transaction
from grimoire.ledger.database import open_database
from grimoire.record import Cell, Outcome, Run
from grimoire.reports.standings import standings
from grimoire.verdict import CheckResult, Verdict

SPELLS, LANGUAGES, BACKENDS, CASES = 200, ("en", "zh"), 5, 4
CHECKS = 10
PARAGRAPH = "The willow stands by the river, and its branches touch the water. 柳树立在河边，枝条轻触水面。"
NIGHT = SPELLS * len(LANGUAGES) * BACKENDS * CASES
CHANCE = Chance()
GOOD, FAILING = 0.99, 0.01
WRITTEN, BATCH = 16_000, 16


def place(number: int) -> tuple[int, int, int, int]:
    """Spell, language, backend and case of the so many-th answer of a night."""
    rest, case = divmod(number, CASES)
    rest, backend = divmod(rest, BACKENDS)
    spell, language = divmod(rest, len(LANGUAGES))
    return spell, language, backend, case


def share_that_works(night: int, nights: int, cell: int) -> float:
    """Most cells work, one in twenty never, one sometimes, one until the middle of the time and one since then."""
    early = night < nights // 2
    shares = [0.0, 0.5, GOOD if early else 0.0, 0.0 if early else GOOD]
    return shares[cell % 20] if cell % 20 < len(shares) else GOOD


def fill(path: Path, count: int) -> None:
    """Make the ledger, in the order in which trials would have made it."""
    chance = random.Random(5)
    with closing(open_database(path)) as database:
        for pragma in ("synchronous = OFF", "cache_size = -200000", "foreign_keys = OFF"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("BEGIN")
        _fill_texts(database)
        nights = -(-count // NIGHT)
        for night in range(nights):
            first = night * NIGHT
            _fill_night(database, chance, night, nights, range(first, min(first + NIGHT, count)))
        database.execute("COMMIT")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _fill_texts(database: sqlite3.Connection) -> None:
    sent = [f"Write about subject {number}. {PARAGRAPH * 10}" for number in range(SPELLS * len(LANGUAGES) * CASES)]
    bodies = [*sent, *(f"subject {case}" for case in range(CASES))]
    texts = [(number, fingerprint(body), body) for number, body in enumerate(bodies, 1)]
    database.executemany("INSERT INTO texts VALUES (?, ?, ?)", texts)


def _fill_night(database: sqlite3.Connection, chance: random.Random, night: int, nights: int, numbers: range) -> None:
    name = f"202601{night % 28 + 1:02}T000000-{night:04x}"
    database.execute("INSERT INTO runs (id, kind, started, plan) VALUES (?, 'trial', ?, '{}')", (name, _at(night, 0)))
    answers, verdicts, checks = [], [], []
    for index, number in enumerate(numbers):
        failed = chance.random() < FAILING
        answers.append(_answer(chance, name, _at(night, index), number + 1, place(index), failed=failed))
        if failed:
            continue
        works = chance.random() < share_that_works(night, nights, index // CASES)
        kind, reason = ("works", "") if works else ("broken", "tables: found 0, 2 wanted")
        verdicts.append((number + 1, 1, kind, reason, _at(night, index), "0123456789ab"))
        checks += [
            (number + 1, 1, n, f"check-{n}", 1, "passed" if works or n else "failed", 0, "3 headings, 2 wanted")
            for n in range(CHECKS)
        ]
    marks = ", ".join("?" * len(answers[0]))
    database.executemany(f"INSERT INTO answers (id, {', '.join(rows.ANSWER_COLUMNS)}) VALUES ({marks})", answers)
    database.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?)", verdicts)
    database.executemany(
        "INSERT INTO check_results (answer, verdict, position, name, version, outcome, should, reason) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        checks,
    )


def _at(night: int, index: int) -> str:
    days, seconds = night + 1, index * 60_000 // NIGHT
    return (
        f"20{26 + days // 336:02}-{days % 336 // 28 + 1:02}-{days % 28 + 1:02}"
        f"T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000Z"
    )


def _answer(
    chance: random.Random, run: str, at: str, number: int, where: tuple[int, int, int, int], *, failed: bool
) -> tuple[object, ...]:
    spell, language, backend, case = where
    text = "" if failed else f"{number} " + PARAGRAPH * chance.randint(4, 10)
    sent = (spell * len(LANGUAGES) + language) * CASES + case + 1
    given = SPELLS * len(LANGUAGES) * CASES + case + 1
    return (
        *(number, run, "trial", at, f"spell-{spell:03}", LANGUAGES[language], f"{spell:06x}{language:06x}"),
        *(f"case-{case}", f"vendor-{backend}/model-{backend}", 1, 0, f"{sent:010x}{backend:02x}-1", sent, None, given),
        *(LANGUAGES[language], "timeout" if failed else "", "no answer in 60 s" if failed else ""),
        *("" if failed else "stop", f"model-{backend}", 500, 300, 1.5, 0.5, 0.0004, '{"temperature":0.2}'),
        *(text, "[]", ""),
    )


def best(work: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the fastest round."""
    found = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        work()
        found = min(found, time.process_time() - started)
    return found


_LAST_VERDICT = "v.answer = a.id AND v.number = (SELECT max(number) FROM verdicts WHERE answer = a.id)"
RAW_STATUS = f"""
    SELECT a.spell, a.language, a.backend, a.rehearsal, a.id, a.run, a.asked_at, a.template, a.case_id, a.sample,
        a.error, v.kind, v.reason, v.yardstick, t.digest
    FROM answers AS a JOIN texts AS t ON t.id = a.incantation LEFT JOIN verdicts AS v ON {_LAST_VERDICT}
    WHERE a.kind <> 'cast' AND (a.error <> '' OR v.kind IS NOT NULL)
    ORDER BY a.spell, a.language, a.backend, a.rehearsal, a.id
"""
RAW_HISTORY = f"""
    SELECT a.*, t.body, g.body, v.* FROM answers AS a
    JOIN texts AS t ON t.id = a.incantation JOIN texts AS g ON g.id = a.input LEFT JOIN verdicts AS v ON {_LAST_VERDICT}
    WHERE a.spell = ? ORDER BY a.id DESC LIMIT 50
"""
RAW_CHECKS = f"SELECT * FROM check_results WHERE answer IN ({', '.join('?' * 50)}) ORDER BY answer, verdict, position"
RAW_RUN = f"""
    SELECT a.id, a.key, a.spell, a.language, a.backend, a.case_id, a.sample, a.error, a.cost, v.kind, v.reason
    FROM answers AS a LEFT JOIN verdicts AS v ON {_LAST_VERDICT} WHERE a.run = ? ORDER BY a.id
"""


def drain(cursor: sqlite3.Cursor) -> int:
    """Fetch all rows, and keep none."""
    count = 0
    while page := cursor.fetchmany(1000):
        count += len(page)
    return count


def raw_history(database: sqlite3.Connection, spell: str) -> None:
    """The rows behind `history NAME`: the entries, and the check results of each."""
    numbers = [row[0] for row in database.execute(RAW_HISTORY, (spell,)).fetchall()]
    database.execute(RAW_CHECKS, numbers).fetchall()


def show_status(ledger: SqliteLedger) -> str:
    """`status --json`, but for the library, which is not the ledger's."""
    return msgspec.json.encode(standings(ledger.judged(), {}, CHANCE)).decode()


def show_history(ledger: SqliteLedger, spell: str) -> str:
    """`history NAME --json`."""
    entries = [entry_json(entry) for entry in ledger.history(spell, limit=50)]
    return msgspec.json.format(msgspec.json.encode(entries, order="deterministic"), indent=2).decode()


def measure_reading(path: Path, rounds: int) -> Iterator[tuple[str, float, float]]:
    """What was read, and the seconds of the raw SQL and of Grimoire."""
    with closing(sqlite3.connect(path)) as database, open_ledger(path, read_only=True) as ledger:
        spell = f"spell-{SPELLS // 2:03}"
        runs = ledger.runs()
        run = runs[1] if len(runs) > 1 else runs[0]  # a whole night
        yield (
            "status",
            best(lambda: drain(database.execute(RAW_STATUS)), rounds),
            best(lambda: show_status(ledger), rounds),
        )
        many = rounds * 20
        raw = best(lambda: raw_history(database, spell), many)
        yield "history NAME --json", raw, best(lambda: show_history(ledger, spell), many)
        raw = best(lambda: drain(database.execute(RAW_RUN, (run.id,))), rounds * 3)
        yield "done", raw, best(lambda: ledger.done(run), rounds * 3)
        yield "scores", raw, best(lambda: list(ledger.scores(run)), rounds * 3)


def outcomes(count: int) -> list[Outcome]:
    """Answers of 600 characters to four cases of each spell in turn, as a trial records them."""
    answer = Answer(text=(PARAGRAPH * 10)[:600], finish_reason="stop", model="m", usage=Usage(500, 300), seconds=1.5)
    return [
        Outcome(_cell(number), msgspec.structs.replace(answer, text=f"{number} {answer.text}"), 0.0004)
        for number in range(count)
    ]


def _cell(number: int) -> Cell:
    spell, language, backend, case = place(number % NIGHT)
    return Cell(
        spell=f"spell-{spell:03}",
        language=LANGUAGES[language],
        template=f"{spell:06x}{language:06x}",
        case=f"case-{case}",
        backend=f"vendor-{backend}/model-{backend}",
        sample=number // NIGHT + 1,
        request=Request(messages=(Message("user", f"Write about subject {number % NIGHT}. {PARAGRAPH * 10}"),)),
        text=f"subject {case}",
        parameters={"temperature": 0.2, "max_tokens": 1000},
        question=f"{number % NIGHT:012x}",
    )


A_RUN = Run(id="20260101T000000-0000", kind="trial", started="")
VERDICT = Verdict(
    kind="works",
    checks=tuple(
        CheckResult(check=f"check-{n}", version=1, outcome="passed", reason="3 headings, 2 wanted") for n in range(12)
    ),
    yardstick="0123456789ab",
)


def batches(count: int) -> Iterator[range]:
    """Numbers from 0 in batches."""
    return (range(first, min(first + BATCH, count)) for first in range(0, count, BATCH))


def ready(given: Sequence[Outcome]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    """The rows of `texts` and of `answers` that the outcomes make."""
    found = [rows.outcome_row(A_RUN, outcome) for outcome in given]
    bodies = dict.fromkeys(row[name] for row in found for name in ("incantation", "input"))
    numbers = {body: number for number, body in enumerate(bodies, 1)}
    for row in found:
        row |= {"asked_at": "", "incantation": numbers[row["incantation"]], "input": numbers[row["input"]]}
    texts: list[tuple[object, ...]] = [(number, fingerprint(body), body) for body, number in numbers.items()]
    return texts, [tuple(row[name] for name in rows.ANSWER_COLUMNS) for row in found]


def insert(table: str, columns: Sequence[str]) -> str:
    """An SQL statement for rows that are ready."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def write_raw(path: Path, given: Sequence[Outcome]) -> Iterator[float]:
    """CPU seconds to put rows that are ready into the same tables: those of the answers, those of the verdicts."""
    into_answers = insert("answers", rows.ANSWER_COLUMNS)
    into_checks = insert("check_results", ("answer", "verdict", "position", *rows.CHECK_COLUMNS))
    into_verdicts = "INSERT INTO verdicts VALUES (?, 1, 'works', '', '', '')"
    checks = [rows.check_row(check) for check in VERDICT.checks]
    texts, answers = ready(given)
    with closing(open_database(path)) as database:
        database.execute("INSERT INTO runs (id, kind, started, plan) VALUES (?, 'trial', '', '{}')", (A_RUN.id,))
        began = time.process_time()
        with transaction(database):
            database.executemany("INSERT INTO texts VALUES (?, ?, ?)", texts)
        for batch in batches(len(given)):
            with transaction(database):
                database.executemany(into_answers, answers[batch.start : batch.stop])
        yield time.process_time() - began
        database.execute("PRAGMA synchronous = NORMAL")
        began = time.process_time()
        for batch in batches(len(given)):
            results = [(n + 1, 1, place, *check) for n in batch for place, check in enumerate(checks, 1)]
            with transaction(database):
                database.executemany(into_verdicts, [(n + 1,) for n in batch])
                database.executemany(into_checks, results)
        yield time.process_time() - began


def write_ours(path: Path, given: Sequence[Outcome]) -> Iterator[float]:
    """CPU seconds of `add_all` and `add_verdicts` in the same batches."""
    with open_ledger(path) as ledger:
        run = ledger.start("trial", {})
        began = time.process_time()
        numbers = [ledger.add_all(run, given[batch.start : batch.stop]) for batch in batches(len(given))]
        yield time.process_time() - began
        began = time.process_time()
        for batch in numbers:
            ledger.add_verdicts([(number, VERDICT) for number in batch])
        yield time.process_time() - began


def main() -> None:
    """Make a ledger, read it, and write another."""
    parser = argparse.ArgumentParser(description="Time the ledger against raw SQL.")
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ledger", type=Path, help="use this one, and make it where it is missing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.ledger.parent if arguments.ledger else None) as folder:
        path = arguments.ledger or Path(folder) / "ledger.sqlite"
        if not path.exists():
            fill(path, arguments.answers)
        size = path.stat().st_size / 2**20
        with open_ledger(path, read_only=True) as ledger:
            counts = ledger.counts()
        kept = f"{counts['answers']:,} answers and {counts['errors']:,} errors in {counts['runs']} runs"
        print(f"{kept}, {size:,.0f} MiB")
        for name, raw, ours in measure_reading(path, arguments.rounds):
            print(f"{name:20} raw SQL {raw:9.4f} s, Grimoire {ours:9.4f} s, {ours / raw:5.2f} times as long")
        given = outcomes(WRITTEN)
        floor, times = write_raw(Path(folder) / "raw.sqlite", given), write_ours(Path(folder) / "ours.sqlite", given)
        for name, raw, ours in zip(("an answer", "a verdict of 12"), floor, times, strict=True):
            each = f"raw SQL {raw / WRITTEN * 1e6:6.0f} µs, Grimoire {ours / WRITTEN * 1e6:6.0f} µs of CPU"
            print(f"{name:20} {each}, {ours / raw:5.2f} times as long")


if __name__ == "__main__":
    main()
