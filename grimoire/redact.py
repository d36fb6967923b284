"""Keep secrets out of what is shown and recorded, where a user has put them into settings after all (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

HIDDEN = "…"
_SECRET_NAME = re.compile(
    r"(?:^|[-_])(?:key|apikey|token|auth|authorization|bearer|secret|password|passwd|credentials?)$", re.IGNORECASE
)
_OPTION = re.compile(
    r"\A(?P<before>(?:-O|--option=)?(?:[^=]*\.)?[ \t]*(?P<name>[^=.]+?)[ \t]*=)(?P<value>.*)\Z", re.DOTALL
)
"""`KEY=VALUE`, behind the option where it stands in the same argument."""
_KEY = re.compile(r"[\w-]+(?=[\"']?\s*:)")
"""What stands for a name in a value of JSON or YAML."""


def hide_in_url(url: str) -> str:
    """A URL without the user, password and query it may hold."""
    return re.sub(r"\?.*", f"?{HIDDEN}", re.sub(r"//[^/]*@", f"//{HIDDEN}@", url), flags=re.DOTALL)


def hide_in_arguments(arguments: Sequence[str]) -> list[str]:
    """Arguments of a command in which no value stands beside a name that says it is secret, as in `-Oapi_key=…`."""
    return [_OPTION.sub(_hide_value, argument) for argument in arguments]


def _hide_value(found: re.Match[str]) -> str:
    names = [found["name"], *(_KEY.findall(found["value"]) if found["value"].startswith(("{", "[")) else ())]
    return found["before"] + HIDDEN if any(map(_SECRET_NAME.search, names)) else found.group()


def hide_secrets(value: object) -> object:
    """A plain value in which nothing stands under a name that says it is secret, such as `api_key`."""
    if isinstance(value, Mapping):
        return {name: HIDDEN if _SECRET_NAME.search(str(name)) else hide_secrets(v) for name, v in value.items()}
    return [hide_secrets(item) for item in value] if isinstance(value, list) else value
