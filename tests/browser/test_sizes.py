"""What the widget costs the page it is on."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest


@pytest.mark.parametrize(("script", "budget_kb"), [("loader.js", 5), ("widget.js", 45)])
def test_a_script_stays_within_its_budget(built_pages: Path, script: str, budget_kb: int) -> None:
    size_bytes = len(gzip.compress((built_pages / "widget" / "dist" / script).read_bytes(), compresslevel=9))

    assert size_bytes <= budget_kb * 1024
