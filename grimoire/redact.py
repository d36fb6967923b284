"""Keep secrets out of what is shown and recorded, where a user has put them into settings after all (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping

HIDDEN = "…"
_SECRET_NAME = re.compile(
    r"(?:^|[-_])(?:key|apikey|token|auth|authorization|bearer|secret|password|passwd|credentials?)$", re.IGNORECASE
)


def hide_in_url(url: str) -> str:
    """A URL without the user, password and query it may hold."""
    return re.sub(r"\?.*", f"?{HIDDEN}", re.sub(r"//[^/]*@", f"//{HIDDEN}@", url), flags=re.DOTALL)


def hide_secrets(value: object) -> object:
    """A plain value in which nothing stands under a name that says it is secret, such as `api_key`."""
    if isinstance(value, Mapping):
        return {name: HIDDEN if _SECRET_NAME.search(str(name)) else hide_secrets(v) for name, v in value.items()}
    return [hide_secrets(item) for item in value] if isinstance(value, list) else value
