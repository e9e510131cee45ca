"""Rasa as it comes, for comparison: its server and rasa-sdk's action server, on our trained model.

Started by `servers` in processes of their own: `actions PORT`, or `server PORT MODEL FOLDER`, with both
settings files in FOLDER. The `rasa` command needs a structlog-sentry that goes with its sentry-sdk, so this
calls what `rasa run` calls. Sanic 22 and later start a process of its own even for one worker, which can't be
done with an application that a function makes; here it serves in this process, as it did in the version that
Rasa was made with.
"""

from __future__ import annotations

import functools
import logging
import sys
import warnings
from pathlib import Path
from typing import Any

import structlog
import yaml

__all__ = ["main"]

_DOMAIN = Path(__file__).resolve().parent.parent / "bot" / "dialogue" / "domain.yml"
# As long as an answer of the starter FAQ.
_TEXT = (
    "Delivery usually takes 3 to 7 working days once your parcel has left our warehouse. "
    "You will see the expected date at the checkout, before you pay."
)
_SILENT = frozenset({"action_begin_task"})


def main() -> None:
    """Serve until the process is told to end."""
    logging.basicConfig(level=logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    warnings.filterwarnings("ignore", message=".*Slot auto-fill has been removed")
    _serve_in_this_process()
    kind, port, *rest = sys.argv[1:]
    if kind == "actions":
        _serve_actions(int(port))
    else:
        _serve_rasa(int(port), Path(rest[0]), Path(rest[1]))


def _serve_rasa(port: int, model: Path, folder: Path) -> None:
    """`rasa run --enable-api`, with its REST channel; conversations in memory, as is its default."""
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    serve_application(
        model_path=str(model),
        interface="127.0.0.1",
        port=port,
        credentials=str(folder / "credentials.yml"),
        endpoints=AvailableEndpoints.read_endpoints(str(folder / "endpoints.yml")),
    )


def _serve_actions(port: int) -> None:
    """rasa-sdk's server with our actions' names; each says one fixed text and looks nothing up."""
    from rasa_sdk import Action
    from rasa_sdk.endpoint import create_app

    class FixedText(Action):  # type: ignore[misc]  # rasa-sdk publishes no types
        """Says the text; rasa-sdk finds its subclasses."""

        called = "action_fixed_text"

        def name(self) -> str:
            """rasa-sdk's hook."""
            return self.called

        def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
            """rasa-sdk's hook."""
            if self.called not in _SILENT:
                dispatcher.utter_message(text=_TEXT)
            return []

    names = yaml.safe_load(_DOMAIN.read_text(encoding="utf-8"))["actions"]
    # Held until the application is made: a class lives only while somebody knows it.
    kept = [type(name, (FixedText,), {"called": name}) for name in names]
    app = create_app(sys.modules[__name__])
    del kept
    app.run("127.0.0.1", port)


def _serve_in_this_process() -> None:
    from sanic import Sanic

    Sanic.run = functools.partialmethod(Sanic.run, single_process=True)  # type: ignore[method-assign,assignment]
