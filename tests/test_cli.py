from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.cli import main
from bot.config import ROOT

LINES = [
    {"lang": "en", "topic": "shipping_time", "query": "How long does delivery take?"},
    {"lang": "de", "topic": "return_policy", "query": "Kann ich etwas zurückgeben, das mir nicht gefällt?"},
    {"lang": "en", "topic": None, "query": "who painted the mona lisa"},
]
MEASURES = {
    "n_in", "n_out", "recall_at_1", "recall_at_3", "answered_right", "answered_wrong", "refused",
    "wrong_out_of_scope",
}  # fmt: skip


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The command sends logs to its standard error, which pytest closes after the test."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in LINES), encoding="utf-8")
    return file


def test_eval_prints_the_documented_measures(
    questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["--home", str(tmp_path), "eval", str(questions), "--json"])

    report = json.loads(capsys.readouterr().out)
    assert status == 0
    assert set(report) == {"overall", "by_language"}
    assert set(report["overall"]) == set(report["by_language"]["en"]) == MEASURES
    assert (report["overall"]["n_in"], report["overall"]["n_out"]) == (2, 1)


def test_eval_prints_a_table_for_people(
    questions: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["--home", str(tmp_path), "eval", str(questions), "--kb-languages", "en,de"])

    assert status == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[-3:]] == ["de", "en", "all"]


def test_a_broken_line_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_text('{"lang": "en"}\n', encoding="utf-8")

    status = main(["--home", str(tmp_path), "eval", str(file)])

    assert status == 1
    assert "line 1" in capsys.readouterr().err


def test_a_wrong_setting_ends_with_the_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "config.yml"
    config.write_text("web: {prt: 1}\n")

    status = main(["--config", str(config), "doctor"])

    assert status == 2
    assert "web.prt" in capsys.readouterr().err


def test_the_doctor_looks_at_the_show_when_there_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORECAST_STREAMING__ENABLED", "true")
    monkeypatch.setenv("STORECAST_STREAMING__SHOW", str(tmp_path / "gone.yml"))

    status = main(["--home", str(tmp_path), "doctor"])

    assert status == 1
    assert f"FAIL show {tmp_path / 'gone.yml'}: missing" in capsys.readouterr().out


def test_a_show_that_can_go_on_air_is_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["live", "check", str(ROOT / "streaming/shows/demo.yml")])

    assert status == 0
    assert "0 errors" in capsys.readouterr().out


def test_a_show_with_a_mistake_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "show.yml"
    file.write_text("room: my shop\ntitle: Mine\n", encoding="utf-8")

    status = main(["live", "check", str(file)])

    assert status == 1
    assert f"{file}:1: room" in capsys.readouterr().err


def test_the_doctor_names_a_missing_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--home", str(tmp_path), "doctor"])

    assert status == 1
    assert "storecast train" in capsys.readouterr().out


FACTS = "name: Casa Lumen\ncurrency: EUR\nshipping_fee: 4.9\nreturn_days: 14\n"


def test_kb_init_makes_the_faq_of_every_language_and_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = tmp_path / "facts.yml"
    facts.write_text(FACTS)

    status = main([
        "--home", str(tmp_path / "home"), "kb", "init", "--facts", str(facts), "--json",
        "--export", str(tmp_path / "faq"),
    ])  # fmt: skip

    report = json.loads(capsys.readouterr().out)
    assert status == 0
    assert len(report["languages"]) == 66
    assert {row["absent"] for row in report["languages"].values()} == {0}
    assert report["gaps"]["refund_days"] == ["refund_time", "charged_twice"]
    assert len(list((tmp_path / "faq").glob("*.md"))) == 66
    german = (tmp_path / "faq" / "de.md").read_text(encoding="utf-8")
    assert "14 Tage" in german
    assert "{" not in german


def test_kb_init_without_a_terminal_asks_for_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    status = main(["--home", str(tmp_path), "kb", "init"])

    assert status == 2
    assert "--facts FILE" in capsys.readouterr().err


def test_wrong_facts_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.yml", tmp_path / "bad.yml"
    good.write_text(FACTS)
    bad.write_text("retun_days: 3\n")
    main(["--home", str(tmp_path), "kb", "init", "--facts", str(good), "--json"])
    first = capsys.readouterr().out

    assert main(["--home", str(tmp_path), "kb", "init", "--facts", str(bad)]) == 2
    assert "did you mean return_days?" in capsys.readouterr().err
    assert main(["--home", str(tmp_path), "kb", "report", "--json"]) == 0
    assert capsys.readouterr().out == first


def test_kb_report_is_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["--home", str(tmp_path), "kb", "report"])

    assert status == 0
    assert capsys.readouterr().out.startswith("40 entries in 66 languages")
