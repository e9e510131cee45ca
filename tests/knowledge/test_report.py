"""The report of an evaluation: a page and a picture that hold what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.errors import KnowledgeError
from knowledge.evaluate import Measures, Report
from knowledge.report import write_report

PNG = b"\x89PNG\r\n\x1a\n"


def _measures(recall: float | None) -> Measures:
    return {
        "n_in": 20, "n_out": 6, "recall_at_1": recall, "recall_at_3": recall, "answered_right": recall,
        "answered_wrong": 0.05, "refused": 0.1, "wrong_out_of_scope": None,
    }  # fmt: skip


REPORT: Report = {
    "overall": _measures(0.75),
    "by_language": {"de": _measures(0.9), "zh-TW": _measures(0.6), "xx-<b>": _measures(None)},
}


def test_a_page_needs_nothing_else_and_trusts_no_name(tmp_path: Path) -> None:
    write_report(REPORT, tmp_path / "r.html", title="<script>alert(1)</script>")

    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "German (de)" in page
    assert "<td>90.0</td>" in page
    assert "–" in page
    assert "<script>" not in page
    assert "<b>" not in page
    assert "data:image/png;base64," in page
    assert "http" not in page


def test_a_picture_grows_with_the_languages(tmp_path: Path) -> None:
    few, many = tmp_path / "few.png", tmp_path / "many.png"
    write_report(REPORT, few, title="few")
    languages = {f"x{number}": _measures(0.5) for number in range(60)}
    write_report({"overall": _measures(0.5), "by_language": languages}, many, title="many")

    heights = [int.from_bytes(path.read_bytes()[20:24], "big") for path in (few, many)]
    assert few.read_bytes().startswith(PNG)
    assert heights[1] > 4 * heights[0]


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"\.html or \.png"):
        write_report(REPORT, tmp_path / "r.pdf", title="x")
