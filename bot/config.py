"""config.yml and environment -> frozen Settings.

One model a section, unknown keys refused, units in names. Any setting can be given as
`STORECAST_<SECTION>__<KEY>`; secrets come from the environment only. Called by the composition root and the
command line, once; nothing else reads the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from bot.config_errors import explain

__all__ = [
    "ConfigError",
    "ConnectorSettings",
    "DemoShopSettings",
    "KnowledgeSettings",
    "Settings",
    "ShopSettings",
    "StorageSettings",
    "WebSettings",
    "load_settings",
]

ROOT = Path(__file__).resolve().parent.parent
# Rasa reads these from the same file; it owns their meaning.
_RASA_KEYS = frozenset({"recipe", "language", "assistant_id", "pipeline", "policies"})

_SECRETS = frozenset({"admin_token", "secret", "live_ingest_key", "openai_voice_key", "azure_speech_key"})


class ConfigError(Exception):
    """The configuration can't be used; the message names the file, the line where known, and what to do."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Days = Annotated[int, Field(ge=0, le=3650)]
Amount = Annotated[float, Field(ge=0)]


class SupportHours(_Section):
    """When people answer: `days` as mon..sun (first and last), `open`/`close` as HH:MM, IANA time zone."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "fri")
    open: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    close: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    timezone: str = "UTC"


class ShopSettings(_Section):
    """Facts of the shop, filled into every answer in every language. An unset fact drops its sentence."""

    name: str | None = None
    colour: str | None = Field(default=None, pattern=r"^#[0-9A-Fa-f]{6}$")
    default_language: str | None = None
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    delivery_days_min: Days | None = None
    delivery_days_max: Days | None = None
    shipping_fee: Amount | None = None
    free_shipping_over: Amount | None = None
    ships_to: tuple[str, ...] | None = None
    handling_days: Days | None = None
    express_days: Days | None = None
    express_fee: Amount | None = None
    tracking_update_days: Days | None = None
    support_email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    support_hours: SupportHours | str | None = None
    claim_days: Days | None = None
    change_window_hours: Days | None = None
    duties_included: bool | None = None
    pickup_available: bool | None = None
    bulk_min_quantity: Annotated[int, Field(ge=1)] | None = None
    gift_wrap_available: bool | None = None
    return_days: Days | None = None
    free_returns: bool | None = None
    refund_days: Days | None = None
    warranty_months: Annotated[int, Field(ge=0, le=1200)] | None = None
    payment_methods: tuple[str, ...] | None = None
    cod_available: bool | None = None
    installments_available: bool | None = None
    size_guide_url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    live_coupon: str | None = None


class KnowledgeSettings(_Section):
    """The knowledge base."""

    encoder: str = "builtin"
    reranker: str | None = None
    languages: tuple[str, ...] | None = None


class OpenAiVoiceSettings(_Section):
    """Any service that speaks as OpenAI's `/v1/audio/speech` does."""

    url: str = "https://api.openai.com/v1"
    model: str = "gpt-4o-mini-tts"
    voice: str = "coral"
    voices: dict[str, str] = {}
    format: Literal["wav", "pcm"] = "wav"


class AzureVoiceSettings(_Section):
    """Azure AI Speech."""

    region: str = "westeurope"
    voices: dict[str, str] = {}


class PiperVoiceSettings(_Section):
    """Piper: a model file by language or name of a voice, and the Python that has it."""

    models: dict[str, Path] = {}
    python: str | None = None


class KokoroVoiceSettings(_Section):
    """Kokoro: its files, voices by language, and the Python that has it."""

    model: str | None = None
    voices_file: str | None = None
    voices: dict[str, str] = {}
    python: str | None = None


class VoiceSettings(_Section):
    """Who speaks: engines in order; the next steps in where one can't."""

    engines: tuple[Literal["espeak", "openai", "azure", "piper", "kokoro"], ...] = ("espeak",)
    openai: OpenAiVoiceSettings = OpenAiVoiceSettings()
    azure: AzureVoiceSettings = AzureVoiceSettings()
    piper: PiperVoiceSettings = PiperVoiceSettings()
    kokoro: KokoroVoiceSettings = KokoroVoiceSettings()

    @model_validator(mode="after")
    def _complete(self) -> VoiceSettings:
        if "piper" in self.engines and not self.piper.models:
            raise ValueError("engine piper needs piper.models: the .onnx file of each language")
        if "kokoro" in self.engines and not (self.kokoro.model and self.kokoro.voices_file):
            raise ValueError("engine kokoro needs kokoro.model and kokoro.voices_file: where its files are")
        return self


class StreamingSettings(_Section):
    """The virtual host."""

    enabled: bool = False
    show: Path = ROOT / "streaming" / "shows" / "demo.yml"
    voice: VoiceSettings = VoiceSettings()
    replay: Path | None = None
    demo_viewers_per_min: float = Field(default=0, ge=0, le=1000)
    lead_ms: int = Field(default=80, ge=0, le=2000)
    answer_timeout_s: float = Field(default=1.5, gt=0, le=20)
    log_days: int = Field(default=90, ge=1)


class DemoShopSettings(_Section):
    """The in-memory demo shop; `file` holds its facts, products, orders and customers."""

    file: Path = ROOT / "connectors" / "demo" / "shop.yml"


class ConnectorSettings(_Section):
    """The outside world. `shop` names the platform that orders and products come from."""

    shop: Literal["demo"] = "demo"
    timeout_s: Annotated[float, Field(gt=0, le=30)] = 3.0
    demo: DemoShopSettings = DemoShopSettings()


class WebSettings(_Section):
    """The front door."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    allowed_origins: tuple[str, ...] = ()
    message_chars: Annotated[int, Field(ge=100, le=100_000)] = 4000
    body_bytes: Annotated[int, Field(ge=1024)] = 65_536
    messages_per_minute_per_sender: Annotated[int, Field(ge=1)] = 120
    messages_per_minute_per_address: Annotated[int, Field(ge=1)] = 3000
    sockets_per_address: Annotated[int, Field(ge=1)] = 100
    trusted_proxies: tuple[str, ...] = ()
    demo_storefront: bool = True


class DialogueSettings(_Section):
    """The worker processes that hold the Rasa model."""

    workers: Annotated[int, Field(ge=1, le=64)] = 1
    turn_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    memory_limit_mb: Annotated[int, Field(ge=256)] = 1500
    session_minutes: Annotated[int, Field(ge=1)] = 60


class StorageSettings(_Section):
    """Where conversations are kept. Empty `url`: SQLite in the data folder."""

    url: str | None = None
    pool_size: Annotated[int, Field(ge=1, le=100)] = 8
    busy_timeout_s: Annotated[float, Field(gt=0)] = 5.0


class _ConfigFile(PydanticBaseSettingsSource):
    """The file as a settings source, below the environment in precedence."""

    def __init__(self, settings_cls: type[BaseSettings], data: dict[str, Any]) -> None:
        super().__init__(settings_cls)
        self._data = data

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self._data.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self._data


class Settings(BaseSettings):
    """Everything that can be set. Frozen; made by `load_settings`."""

    model_config = SettingsConfigDict(
        env_prefix="STORECAST_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    shop: ShopSettings = ShopSettings()
    knowledge: KnowledgeSettings = KnowledgeSettings()
    dialogue: DialogueSettings = DialogueSettings()
    streaming: StreamingSettings = StreamingSettings()
    connectors: ConnectorSettings = ConnectorSettings()
    web: WebSettings = WebSettings()
    storage: StorageSettings = StorageSettings()
    home: Path = Path("var")
    config_file: Path = ROOT / "config.yml"
    admin_token: SecretStr | None = None
    secret: SecretStr | None = None
    live_ingest_key: SecretStr | None = None
    openai_voice_key: SecretStr | None = None
    azure_speech_key: SecretStr | None = None


def load_settings(path: Path | None = None, **overrides: Any) -> Settings:
    """Read the configuration file and the environment.

    Args:
        path: the file; None takes `STORECAST_CONFIG`, then config.yml of the project.
        overrides: sections as dicts, stronger than environment and file.

    Returns:
        Frozen settings; `home` is absolute.

    Raises:
        ConfigError: unreadable file, unknown key or bad value; says where and what to do.
    """
    file = Path(path or os.environ.get("STORECAST_CONFIG") or ROOT / "config.yml")
    text, data = _read(file)
    given: dict[str, Any] = {
        "config_file": file,
        "home": Path(os.environ.get("STORECAST_HOME", "var")).resolve(),
    }
    if port := os.environ.get("STORECAST_PORT"):
        given["web"] = {"port": port}
    try:
        return _build(data, _merge(given, overrides))
    except ValidationError as error:
        raise ConfigError(explain(error, file, text)) from error


def _build(data: dict[str, Any], given: dict[str, Any]) -> Settings:
    class WithFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, _ConfigFile(settings_cls, data)

    return WithFile(**given)


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        data = yaml.safe_load(text) or {}
    except OSError as error:
        raise ConfigError(
            f"{file}: can't be read ({error.strerror}). Set STORECAST_CONFIG to a readable file."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise ConfigError(
            f"{file}: must be a mapping of sections, as in the config.yml that comes with Storecast."
        )
    if secret := _SECRETS & set(data):
        name = sorted(secret)[0]
        raise ConfigError(
            f"{file}: {name} is a secret and can't stand here; set STORECAST_{name.upper()} instead."
        )
    return text, {key: value or {} for key, value in data.items() if key not in _RASA_KEYS}


def _merge(base: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in extra.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged
