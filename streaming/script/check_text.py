"""A report of `check` as lines of text: findings for a person and an editor, then the lengths as tables.

Called by the command line. English, as all messages about a seller's file.
"""

from __future__ import annotations

from collections.abc import Sequence

from streaming.script.check import Report

__all__ = ["report_lines"]


def report_lines(report: Report, source: str) -> list[str]:
    """The report as text.

    Args:
        report: of `check`.
        source: the file as the person named it; findings begin with `source:line:`.
    """
    findings = [
        f"{source}:{found.line or 1}: {found.level}: {found.where}: {found.what}" for found in report.findings
    ]
    errors = len(report.errors)
    warnings = len(report.findings) - errors
    shifts = [
        (
            shift.shift,
            shift.language,
            f"{shift.week_s / 3600:.1f} h",
            _minutes(shift.round_s),
            "-" if shift.again_s is None else _minutes(shift.again_s),
        )
        for shift in report.shifts
    ]
    segments = [
        (
            length.segment,
            length.language,
            str(length.variants),
            f"{length.shortest_s:.0f}-{length.longest_s:.0f} s",
        )
        for length in report.segments
    ]
    return [
        *findings,
        *([""] if findings else []),
        *_table(("shift", "language", "a week", "round", "same pitch again after"), shifts),
        "",
        *_table(("segment", "language", "variants", "length"), segments),
        "",
        f"{report.title}: {errors} errors, {warnings} warnings. Lengths are estimates, without questions.",
    ]


def _minutes(seconds: float) -> str:
    return f"{int(seconds // 60)}:{int(seconds % 60):02} min"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in [head, *rows]]  # fmt: skip
