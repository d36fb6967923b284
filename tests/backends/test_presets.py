from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from grimoire.backends.presets import PRESETS, Preset
from tests.backends.conftest import ADAPTER_OF

ALL = [pytest.param(name, preset, id=name) for name, preset in PRESETS.items()]
LOCAL = {"ollama", "vllm", "lmstudio", "llamacpp"}


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_a_preset_makes_a_backend(transport: str, name: str, preset: Preset) -> None:
    model = preset.model or "some-model"
    backend = ADAPTER_OF[transport](f"{name}/{model}", base_url=preset.base_url, api_key="k", model=model)
    assert str(urlsplit(preset.base_url).hostname) in repr(backend)


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_services_need_a_key_and_tls_and_local_servers_neither(name: str, preset: Preset) -> None:
    local = name in LOCAL
    assert urlsplit(preset.base_url).scheme == ("http" if local else "https")
    assert bool(preset.key_env) is not local
    assert preset.key_env.endswith("_API_KEY") or local


@pytest.mark.parametrize(("name", "preset"), ALL)
def test_urls_join_cleanly_and_name_their_source(name: str, preset: Preset) -> None:
    assert not preset.base_url.endswith("/")
    assert preset.docs.startswith("https://")
    assert preset.title


def test_no_two_services_share_a_key_variable() -> None:
    keys = [preset.key_env for preset in PRESETS.values() if preset.key_env]
    assert len(keys) == len(set(keys))
