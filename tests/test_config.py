from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import ConfigError, load_settings


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.yml"


def test_the_shipped_file_is_valid() -> None:
    assert load_settings().web.port == 8080


def test_the_environment_beats_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("shop: {return_days: 14}\nweb: {port: 9000}\n")
    monkeypatch.setenv("STORECAST_SHOP__RETURN_DAYS", "45")
    monkeypatch.setenv("STORECAST_PORT", "9100")

    settings = load_settings(config)

    assert (settings.shop.return_days, settings.web.port) == (45, 9100)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("web:\n  prt: 3\n", ":2: web.prt: unknown setting"),
        ("\n\nshop:\n  return_days: soon\n", ":4: shop.return_days"),
        ("wbe: {}\n", ":1: wbe: unknown setting"),
        ("admin_token: secret\n", "STORECAST_ADMIN_TOKEN"),
        ("- a list\n", "must be a mapping"),
        ("shop: [unclosed\n", "not valid YAML"),
        ("shop: {currency: euro}\n", "shop.currency"),
    ],
)
def test_a_mistake_is_told_with_its_place(config: Path, text: str, told: str) -> None:
    config.write_text(text)

    with pytest.raises(ConfigError, match=told.replace(".", r"\.")):
        load_settings(config)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="STORECAST_CONFIG"):
        load_settings(tmp_path / "none.yml")


def test_rasas_own_keys_are_left_to_rasa(config: Path) -> None:
    config.write_text("recipe: default.v1\nlanguage: xx\npipeline: []\npolicies: []\nassistant_id: a\nweb:\n")

    assert load_settings(config).web.host == "127.0.0.1"


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECAST_ADMIN_TOKEN", "hunter2")

    assert "hunter2" not in repr(load_settings())
