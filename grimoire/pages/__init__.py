"""Web pages as material for a spell: fetched with care, read by a process of their own, fenced as data.

`fetch` knows HTTP and what may be connected to, `addresses` which addresses are everybody's, `extract` is the process
that reads HTML, `read` makes a `Page` of what came, `fence` makes a prompt's text of a `Page`.
"""

from __future__ import annotations
