"""The result of `storecast eval` as a page or a picture: a bar a language, best first.

Called by `cli`. Needs matplotlib, which Rasa brings along; imported on use.
"""

from __future__ import annotations

import base64
import html
import io
from pathlib import Path

from babel import Locale, UnknownLocaleError

from knowledge.errors import KnowledgeError
from knowledge.evaluate import Measures, Report

__all__ = ["write_report"]

# Lagoon, signal, ink and paper of the brand.
_TEAL, _RED, _INK, _PAPER = "#0B6B74", "#E8483D", "#14161F", "#FBFAF7"
_COLUMNS = ("R@1", "R@3", "answered right", "answered wrong", "refused", "wrong out of scope")
_INCH_A_BAR = 0.17
_STYLE = f"""
body {{ font: 16px/1.5 system-ui, sans-serif; color: {_INK}; background: {_PAPER}; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }}
img {{ max-width: 100%; }}
div {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: right; padding: .25rem .5rem; border-bottom: 1px solid #E6E2DA; }}
th:first-child, td:first-child {{ text-align: left; }}
tr:last-child {{ font-weight: 600; }}
"""


def write_report(report: Report, path: Path, *, title: str) -> None:
    """Write a report.

    Args:
        report: from `evaluate`.
        path: `.html` for a page that needs nothing else, `.png` for the bars alone.
        title: stands above the bars.

    Raises:
        KnowledgeError: the name ends in neither.
    """
    match path.suffix.lower():
        case ".png":
            path.write_bytes(_bars(report, title))
        case ".html":
            path.write_text(_page(report, title), encoding="utf-8")
        case other:
            raise KnowledgeError(
                f"a report is written to .html or .png, not to {other or 'a file without ending'}"
            )


def _bars(report: Report, title: str) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = sorted(
        ((code, one) for code, one in report["by_language"].items() if one["recall_at_1"] is not None),
        key=lambda row: (row[1]["recall_at_1"] or 0.0, row[0]),
    )
    figure = Figure(
        figsize=(8, 1.2 + _INCH_A_BAR * len(rows)), dpi=150, facecolor=_PAPER, layout="constrained"
    )
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=_PAPER)
    names = [f"{_name(code)} ({code})" for code, _ in rows]
    axes.barh(names, [one["recall_at_1"] or 0.0 for _, one in rows], color=_TEAL, height=0.7)
    wrong = [one["answered_wrong"] or 0.0 for _, one in rows]
    axes.barh(names, wrong, color=_RED, height=0.25)
    everything = report["overall"]["recall_at_1"] or 0.0
    axes.axvline(everything, color=_INK, linewidth=1, linestyle=":")
    axes.set_xlim(0, 1)
    axes.margins(y=0.01)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.tick_params(labelsize=7, colors=_INK, length=0)
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    legend = f"teal: right entry first · red: answered wrong · dotted: all languages, {everything:.1%}"
    axes.set_title(
        f"{title}\n{legend}",
        fontsize=9, color=_INK, loc="left",
    )  # fmt: skip
    out = io.BytesIO()
    figure.savefig(out, format="png", facecolor=_PAPER)
    return out.getvalue()


def _page(report: Report, title: str) -> str:
    picture = base64.b64encode(_bars(report, title)).decode("ascii")
    rows = [(f"{_name(code)} ({code})", one) for code, one in report["by_language"].items()]
    cells = "".join(_row(name, one) for name, one in [*rows, ("all", report["overall"])])
    head = "".join(f"<th>{name}</th>" for name in ("language", "in scope", "out", *_COLUMNS))
    said = html.escape(title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{said}</title><style>{_STYLE}</style>'
        f'<h1>{said}</h1><img alt="A bar a language; the table below has the same numbers" '
        f'src="data:image/png;base64,{picture}"><div><table><tr>{head}</tr>{cells}</table></div></html>\n'
    )


def _row(name: str, one: Measures) -> str:
    rates = (
        one["recall_at_1"], one["recall_at_3"], one["answered_right"], one["answered_wrong"], one["refused"],
        one["wrong_out_of_scope"],
    )  # fmt: skip
    values = (str(one["n_in"]), str(one["n_out"]), *("–" if r is None else f"{100 * r:.1f}" for r in rates))
    return f"<tr><td>{html.escape(name)}</td>{''.join(f'<td>{value}</td>' for value in values)}</tr>"


def _name(code: str) -> str:
    """English name of a language; the code itself when nobody knows it."""
    try:
        return Locale.parse(code, sep="-").get_display_name("en") or code
    except (UnknownLocaleError, ValueError):
        return code
