"""A working directory, loopback services, and settings that name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.deepl_server import DeepLServer
from tests.servers.openai_server import Body, OpenAIServer, Reply

SECRETS = {"ONE_API_KEY": "sk-one-5ecre7-1111", "TWO_API_KEY": "sk-two-5ecre7-2222"}

SPELL = """\
name: {name}
title: The Title
teaser: A teaser
hint: a topic
prompt: |
  Write an article in [TARGETLANGUAGE] about: [PROMPT]
  Audience: [VARIABLE1]. Tone: [VARIABLE2]
variables:
  - {{id: 1, label: Audience, default: beginners, options: [beginners, experts]}}
  - {{id: 2, label: Tone, default: friendly}}
cases:
  - {{id: willow, prompt: willow trees, answer_in: en}}
checks:
  - contains: willow
sample: |
  The willow stands by the river, and its long branches touch the water when the wind blows over the valley.
"""
GOOD = "The willow stands by the river, and its long branches touch the water when the wind blows over the valley."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the command is given."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer(Reply(text=GOOD)) as running:
        yield running


@pytest.fixture
def deepl(monkeypatch: pytest.MonkeyPatch) -> Iterator[DeepLServer]:
    from tests.servers.deepl_server import KEY

    monkeypatch.setenv("DEEPL_AUTH_KEY", KEY)
    with DeepLServer() as running:
        monkeypatch.setenv("DEEPL_SERVER_URL", running.url)
        yield running


@pytest.fixture
def backends(folder: Path, server: OpenAIServer, monkeypatch: pytest.MonkeyPatch) -> OpenAIServer:
    """Two backends on one server: one/m1 and two/m2. The SDK tries nothing again."""
    lines = ["retries: 0", "backends:"]
    for name, model in (("one", "m1"), ("two", "m2")):
        key = f"{name.upper()}_API_KEY"
        monkeypatch.setenv(key, SECRETS[key])
        price = "{input: 1, output: 2}"
        lines.append(
            f"  {name}: {{base_url: '{server.base_url}', key_env: {key}, model: {model}, prices: {{{model}: {price}}}}}"
        )
    (folder / "grimoire.yaml").write_text("\n".join(lines), encoding="utf-8")
    return server


@pytest.fixture
def write_spell(folder: Path) -> Callable[..., Path]:
    """A spell in the library of the working directory; keyword arguments replace pieces of its text."""

    def write(name: str = "mine", **replacements: str) -> Path:
        text = SPELL.format(name=name)
        for old, new in replacements.items():
            text = text.replace(old, new)
        path = folder / "spells" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def samples() -> dict[str, str]:
    """What a good model answers to each shipped spell's first case, in English and Chinese, by the text sent."""
    from grimoire import settings
    from grimoire.backends.rehearsal import Rehearsal
    from grimoire.cli.wiring import open_library
    from grimoire.trial.plan import Plan, cells

    library = open_library(settings.load())
    spells, _ = library.load_all()
    texts = {(spell.name, spell.language): spell.template for spell in spells}
    texts |= {(text.name, text.language): text.template for spell in spells for text in library.translations(spell)}
    return {cell.incantation: cell.request.example for cell in cells(Plan(spells, ["en", "zh"], texts), Rehearsal())}


def asked(body: Body) -> str:
    """The text a request asks."""
    return str(body["messages"][-1]["content"])
