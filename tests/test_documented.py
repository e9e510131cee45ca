"""docs/configuration.md names every setting with its default, and no setting that does not exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from bot.config import ROOT, Settings, load_settings

PAGE = ROOT / "docs" / "configuration.md"
_ROW = re.compile(
    r"^\| `(?P<name>[a-z_.]+)` \| (?P<default>[^|]+?) \| (?P<unit>[^|]+?) \| (?P<effect>[^|]+?) \|$"
)


def _settings(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting with its full name; a section itself is none, a setting that may hold a section is."""
    for name, field in model.model_fields.items():
        inner = [kind for kind in (field.annotation, *get_args(field.annotation)) if _is_model(kind)]
        if field.annotation not in inner:
            yield f"{prefix}{name}", field
        for kind in inner:
            yield from _settings(kind, f"{prefix}{name}.")


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _as_documented(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    if field.is_required():
        return "required"
    if default is None:
        return "unset"
    if isinstance(default, Path):
        inside = default.is_relative_to(ROOT)
        return f"`{default.relative_to(ROOT) if inside else default}`"
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


SETTINGS = dict(_settings(Settings))
ROWS = {
    row["name"]: row for line in PAGE.read_text(encoding="utf-8").splitlines() if (row := _ROW.match(line))
}


@pytest.mark.parametrize("name", SETTINGS)
def test_setting_is_documented_with_its_default(name: str) -> None:
    assert name in ROWS, f"{PAGE.name} has no row for {name}"
    assert ROWS[name]["default"] == _as_documented(SETTINGS[name])


@pytest.mark.parametrize("name", ROWS)
def test_documented_setting_exists(name: str) -> None:
    assert name in SETTINGS


def test_every_row_of_a_table_of_settings_can_be_read() -> None:
    rows = [
        line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| `[a-z_]+[.`]", line)
    ]

    assert len(rows) == len(ROWS)


def test_examples_of_the_page_are_accepted(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    merged = {section: values for block in blocks for section, values in yaml.safe_load(block).items()}
    file = tmp_path / "config.yml"
    file.write_text(yaml.safe_dump(merged), encoding="utf-8")

    assert load_settings(file).shop.currency == "EUR"
