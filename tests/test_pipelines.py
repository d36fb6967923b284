"""Every pipeline of docs/pipelines.md is run as it stands there, in a shell, against a service on loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest
import yaml

from tests.servers.openai_server import Body, OpenAIServer, Reply

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data" / "pipelines"
PAGES = ["pipelines.md", "pipelines.zh.md"]
TOOLS = ["bash", "git", "jq"]
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
SETTINGS = """\
backend: openai
retries: 0
backends:
  openai: {{base_url: '{url}', model: gpt-4o-mini}}
  deepseek: {{base_url: '{url}', model: deepseek-chat}}
"""
# The page a pipeline reads is the reader's own; here it is one on this machine, which takes the flag that lets it.
PROGRAM = """\
#!/bin/sh
case " $* " in *" --url "*) set -- "$@" --allow-private ;; esac
exec "{python}" -m grimoire "$@"
"""


class Pipeline(NamedTuple):
    """One section of the document: its heading, the lines of shell, and what they print."""

    title: str
    script: str
    shown: str


def pipelines(name: str) -> list[Pipeline]:
    """The sections with a pipeline in them, in their order."""
    found = re.findall(
        r"^## (.*?)\n(?:(?!^## ).)*?^```sh\n(.*?)^```\n+^```text\n(.*?)^```$",
        (ROOT / "docs" / name).read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    return [Pipeline(*each) for each in found]


def answer(body: Body) -> Reply:
    """The first of the table's replies whose words all stand in what is asked."""
    asked = "\n".join(str(message["content"]) for message in body["messages"])
    for each in yaml.safe_load((DATA / "replies.yaml").read_text(encoding="utf-8")):
        if all(word in asked for word in each["when"]) and each.get("model", body["model"]) == body["model"]:
            return Reply(text=each["say"].rstrip("\n"))
    return Reply(status=400, error={"message": f"no reply for: {asked[:300]}"})


@pytest.fixture
def service() -> Iterator[OpenAIServer]:
    with OpenAIServer(answer) as running:
        yield running


@pytest.fixture
def page() -> Iterator[str]:
    """The address of a page with an article on it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/willow.html"
        server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """Serves the site and keeps no log."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, directory=str(DATA / "site"))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by the base class
        pass


@pytest.fixture
def desk(tmp_path: Path, service: OpenAIServer, clean_environment: Path) -> Path:
    """A folder with everything the pipelines speak of: logs, notes, a table, a repository with something staged."""
    folder = tmp_path / "desk"
    shutil.copytree(DATA / "desk", folder)
    (folder / "grimoire.yaml").write_text(SETTINGS.format(url=service.base_url), encoding="utf-8")
    git = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@localhost", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "greet.py"], ["commit", "-qm", "A greeting"]):
        subprocess.run([*git, *command], cwd=folder, check=True, capture_output=True)
    (folder / "greet.py").write_text('def greet(name: str = "world") -> str:\n    return f"Hello, {name}!"\n', "utf-8")
    subprocess.run(["git", "add", "greet.py"], cwd=folder, check=True)
    return folder


def test_there_are_enough_and_both_documents_show_the_same() -> None:
    english, chinese = (pipelines(name) for name in PAGES)
    assert len(english) >= 15
    assert [(each.script, each.shown) for each in english] == [(each.script, each.shown) for each in chinese]
    for name in PAGES:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert text.count("```sh\n") == len(english), "a block of shell without its output is not run"


@pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")
@pytest.mark.parametrize("pipeline", pipelines(PAGES[0]), ids=lambda each: each.title)
def test_a_pipeline_prints_what_the_document_says(pipeline: Pipeline, desk: Path, page: str, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "grimoire"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "OPENAI_API_KEY": "test-key",
        "DEEPSEEK_API_KEY": "test-key",
        "PAGE": page,
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@localhost",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@localhost",
    }
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", pipeline.script],
        cwd=desk,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.stdout, done.returncode) == (pipeline.shown, 0), done.stderr
