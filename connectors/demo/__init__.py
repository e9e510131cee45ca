"""An in-memory shop read from one YAML file: the default without credentials, and what tests use."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from connectors.demo.client import DemoShop
from connectors.demo.config import DemoSettings
from connectors.demo.parse import parse
from connectors.demo.state import MemoryState, StateStore
from connectors.errors import ConnectorError

__all__ = ["DemoSettings", "DemoShop", "MemoryState", "StateStore", "create"]


def _utc_now() -> datetime:
    return datetime.now(UTC)


def create(
    settings: DemoSettings,
    state: StateStore | None = None,
    *,
    now: Callable[[], datetime] = _utc_now,
    image_base: str = "/demo/images/",
) -> DemoShop:
    """Make the demo shop. Reads the file: call it at start, not in a coroutine.

    Args:
        settings: has the path of the shop file.
        state: where cancellations and returns are kept; None keeps them in memory.
        now: the clock, aware UTC.
        image_base: path below which the front door serves the folder `images` beside the shop file.

    Raises:
        ConnectorError: category `configuration`; the detail names file, line and field of every problem.
    """
    file = settings.file
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConnectorError("configuration", f"{file}: can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ConnectorError("configuration", f"{file}: is not UTF-8 text") from error
    return DemoShop(
        parse(text, source=str(file)),
        state or MemoryState(),
        now=now,
        images=file.parent / "images",
        image_base=image_base,
    )
