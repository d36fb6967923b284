"""What importing aiohttp costs, and what it must not: no certificate is read that is not used, and none is trusted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import asyncio, ssl
from grimoire.backends.direct_chat import DirectChat
usual = ssl.SSLContext.set_default_verify_paths
async def main():
    chat = DirectChat("a/m", base_url="http://127.0.0.1:9/v1", api_key="k", model="m")
    chat._connect()
    await chat.aclose()
asyncio.run(main())
assert ssl.SSLContext.set_default_verify_paths is usual
from aiohttp import connector
left = connector._SSL_CONTEXT_VERIFIED
for made in (left, connector._SSL_CONTEXT_UNVERIFIED):
    assert made.get_ca_certs() == [], "certificates were read"
assert (left.verify_mode, left.check_hostname) == (ssl.CERT_REQUIRED, True), "anybody is trusted"
"""


def test_the_contexts_that_aiohttp_makes_when_it_is_imported_hold_no_certificate() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
