"""Services that speak the OpenAI chat protocol: where they live and which variable holds their key.

Each line was checked against the documentation it names. Models come and go: a default only makes the first call work.
"""

from __future__ import annotations

import msgspec


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """One service.

    `key_env` is the environment variable that holds the key, empty where none is needed. `model` is used when the user
    names none; empty means that one must be named, as for servers that run whatever their owner loaded.
    `base_url_env`, where given, is a variable that overrides `base_url`. `docs` is the page the URL was
    checked against.
    """

    base_url: str
    key_env: str = ""
    model: str = ""
    title: str
    docs: str
    base_url_env: str = ""


PRESETS: dict[str, Preset] = {
    "openai": Preset(
        title="OpenAI",
        base_url="https://api.openai.com/v1",
        base_url_env="OPENAI_BASE_URL",
        key_env="OPENAI_API_KEY",
        model="gpt-6-luna",
        docs="https://developers.openai.com/api/docs/models/gpt-6-luna",
    ),
    "qianfan": Preset(
        title="Baidu Qianfan (ERNIE)",
        base_url="https://qianfan.baidubce.com/v2",
        key_env="QIANFAN_API_KEY",
        model="ernie-5.1",
        docs="https://cloud.baidu.com/doc/qianfan/s/Hmh4suq26",
    ),
    "dashscope": Preset(
        title="Alibaba Model Studio (Qwen), Beijing",
        base_url="https://dashscope.aliyuncs.com/compatible-mode/v1",
        key_env="DASHSCOPE_API_KEY",
        model="qwen-plus",
        docs="https://help.aliyun.com/zh/model-studio/base-url",
    ),
    "deepseek": Preset(
        title="DeepSeek",
        base_url="https://api.deepseek.com",
        key_env="DEEPSEEK_API_KEY",
        model="deepseek-flash",
        docs="https://api-docs.deepseek.com/quick_start/your_first_api_call",
    ),
    "moonshot": Preset(
        title="Moonshot (Kimi), China",
        base_url="https://api.moonshot.cn/v1",
        key_env="MOONSHOT_API_KEY",
        model="kimi-k2.6",
        docs="https://platform.kimi.ai/docs/models",
    ),
    "zhipu": Preset(
        title="Zhipu BigModel (GLM)",
        base_url="https://open.bigmodel.cn/api/paas/v4",
        key_env="ZAI_API_KEY",
        model="glm-5.1",
        docs="https://docs.bigmodel.cn/cn/guide/develop/openai/introduction",
    ),
    "siliconflow": Preset(
        title="SiliconFlow, China",
        base_url="https://api.siliconflow.cn/v1",
        key_env="SILICONFLOW_API_KEY",
        docs="https://docs.siliconflow.cn/docs/userguide/quickstart",
    ),
    "openrouter": Preset(
        title="OpenRouter",
        base_url="https://openrouter.ai/api/v1",
        key_env="OPENROUTER_API_KEY",
        model="openrouter/auto",
        docs="https://openrouter.ai/docs/quickstart",
    ),
    "ollama": Preset(
        title="Ollama on this machine",
        base_url="http://localhost:11434/v1",
        docs="https://docs.ollama.com/api/openai-compatibility",
    ),
    "vllm": Preset(
        title="vLLM on this machine",
        base_url="http://localhost:8000/v1",
        docs="https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html",
    ),
    "lmstudio": Preset(
        title="LM Studio on this machine",
        base_url="http://localhost:1234/v1",
        docs="https://lmstudio.ai/docs/developer/openai-compat",
    ),
    "llamacpp": Preset(
        title="llama.cpp's llama-server on this machine",
        base_url="http://localhost:8080/v1",
        docs="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    ),
}
