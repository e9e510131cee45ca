"""The stage page as a moving picture: screen and browser, watched and started anew, each alone.

Owned by `streaming.output.pushing`, read by the pacer. `picture()` never waits: it gives the picture of now,
or None when there is none fit to be sent (page dead, server gone, still loading), and the slate is sent
instead.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from streaming.output.address import PushError
from streaming.output.browser import Browser, BrowserError
from streaming.output.screen import Screen

__all__ = ["Stage"]

_log = structlog.get_logger(__name__)

_BEAT_EVERY_S = 1.0
# A page on a busy machine draws late; one that draws nothing for so long is dead.
_BEAT_WITHIN_S = 5.0
# A page that shows something else (the server's error page) is asked for again, not at every beat.
_LOAD_AGAIN_S = 6.0
_PAUSES_S = (0.5, 1.0, 2.0, 5.0)
# A run as long as this was a good one: the next pause is the shortest again.
_GOOD_RUN_S = 60.0


class Stage:
    """The page, drawn without end. The owner runs `run()` and cancels it.

    Args:
        address: of the page.
        width: in pixels.
        height: in pixels.
        served: whether the server answers; while it does not, the page is not fit to be sent.
        now: monotonic seconds.

    Attributes:
        restarts: how often the browser or the screen was started again.
        ready: whether the page is fit to be sent.
    """

    def __init__(
        self,
        address: str,
        *,
        width: int,
        height: int,
        served: Callable[[], bool],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.restarts = 0
        self._address, self._size = address, (width, height)
        self._served, self._now = served, now
        self._screen: Screen | None = None
        self._browser: Browser | None = None
        self._beating = False

    @property
    def ready(self) -> bool:
        """Alive, loaded, and fed by a living server."""
        parts = (self._screen, self._browser)
        alive = all(part is not None and part.alive for part in parts)
        return alive and self._beating and self._served()

    @property
    def processes(self) -> dict[str, int]:
        """Process ids of what runs: `screen`, `browser`."""
        parts = {"screen": self._screen, "browser": self._browser}
        return {name: part.process.pid for name, part in parts.items() if part is not None}

    def picture(self) -> bytes | None:
        """The page as it looks now (bgr0, row by row), None when it is not fit to be sent."""
        if not self.ready or self._screen is None:
            return None
        return self._screen.picture()

    async def run(self) -> None:
        """Keep it going until cancelled.

        Raises:
            PushError: Xvfb is missing or does not start, the first time.
        """
        failures, first = 0, True
        while True:
            began = self._now()
            # Not in a thread: a folder made while this is cancelled would stay.
            folder = Path(tempfile.mkdtemp(prefix="storecast-push-"))
            try:
                await self._run_screen(folder)
            except (PushError, OSError):
                if first:
                    raise
                _log.exception("push_screen_failed")
            finally:
                await self._close_screen()
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            first = False
            failures = 0 if self._now() - began > _GOOD_RUN_S else failures + 1
            self.restarts += 1
            await asyncio.sleep(_PAUSES_S[min(failures, len(_PAUSES_S) - 1)])

    async def _run_screen(self, folder: Path) -> None:
        """One life of the screen; browsers come and go on it."""
        width, height = self._size
        screen = self._screen = await Screen.open(width, height, folder=folder)
        failures = 0
        while screen.alive:
            began = self._now()
            profile = folder / f"profile-{self.restarts}"
            try:
                await self._run_browser(screen, profile)
            except (BrowserError, PushError, OSError) as error:
                # Also when Chromium is just being updated and not there for a minute.
                _log.warning("push_browser_failed", reason=str(error))
            finally:
                await self._close_browser()
                await asyncio.to_thread(shutil.rmtree, profile, ignore_errors=True)
            if not screen.alive:
                return
            failures = 0 if self._now() - began > _GOOD_RUN_S else failures + 1
            self.restarts += 1
            await asyncio.sleep(_PAUSES_S[min(failures, len(_PAUSES_S)) - 1] if failures else 0)

    async def _run_browser(self, screen: Screen, profile: Path) -> None:
        """One life of the browser; ends by an error only."""
        width, height = self._size
        browser = await Browser.open(width, height, profile=profile, environment=screen.environment)
        self._browser = browser
        await browser.show(self._address)
        asked = self._now()
        while True:
            self._beating = await browser.beat(self._address, within_s=_BEAT_WITHIN_S)
            if not self._beating and self._served() and self._now() - asked > _LOAD_AGAIN_S:
                await browser.show(self._address)
                asked = self._now()
            await asyncio.sleep(_BEAT_EVERY_S)

    async def _close_browser(self) -> None:
        self._beating = False
        browser, self._browser = self._browser, None
        if browser is not None:
            await browser.close()

    async def _close_screen(self) -> None:
        screen, self._screen = self._screen, None
        if screen is not None:
            await screen.close()
