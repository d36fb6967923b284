"""What importing aiohttp costs, and what it must not: no certificate is read that is not used, and none is trusted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio, ssl
from grimoire.backends.direct_chat import DirectChat
usual = ssl.create_default_context
async def main():
    chat = DirectChat("a/m", base_url="http://127.0.0.1:9/v1", api_key="k", model="m")
    chat._connect()
    await chat.aclose()
asyncio.run(main())
assert ssl.create_default_context is usual
from aiohttp import connector
left = connector._SSL_CONTEXT_VERIFIED
assert left.get_ca_certs() == [], "certificates were read"
assert (left.verify_mode, left.check_hostname) == (ssl.CERT_REQUIRED, True), "anybody is trusted"
"""


def test_the_context_that_aiohttp_makes_when_it_is_imported_trusts_nobody() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
