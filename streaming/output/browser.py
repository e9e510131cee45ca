"""Chromium on the screen, showing one page; its debugging pipe tells whether it still lives and draws.

Owned by `output_stage`. The pipe (not a port) means that nobody else on the machine can talk to the browser,
and that the browser ends when this process does. Must not be used for any page but our own.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from streaming.output import process as output_process

__all__ = ["Browser", "BrowserError"]

_CALL_S = 15.0
_LONGEST_MESSAGE_BYTES = 4 * 2**20
# Sources: chromium, peter.sh/experiments/chromium-command-line-switches (read 2026-11-22). The three about
# backgrounding keep a page that has no focus at its full rate; /dev/shm is 64 MB in a container.
_SWITCHES = (
    "--kiosk",
    "--window-position=0,0",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-infobars",
    "--disable-session-crashed-bubble",
    "--disable-features=Translate,MediaRouter",
    "--no-first-run",
    "--no-default-browser-check",
    "--password-store=basic",
    "--test-type",  # no bar about unsupported switches across the picture
)
# Answered only when the page draws; the status tells an error page of the server from the stage, which is
# blank until it knows its room and has drawn for a moment.
_BEAT = """new Promise(done => requestAnimationFrame(() => done({
  address: location.href,
  status: performance.getEntriesByType('navigation')[0]?.responseStatus ?? 0,
  drawn: document.readyState === 'complete'
    && (!window.storecastStage || storecastStage.seq > 0 && storecastStage.fps > 0),
})))"""


class BrowserError(Exception):
    """The browser is gone, or does not answer."""


class Browser:
    """A running Chromium with one page. The owner calls `close()`.

    Args:
        process: Chromium.
        reader: its side of the pipe.
        writer: ours.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.WriteTransport,
    ) -> None:
        self.process = process
        self._reader, self._writer = reader, writer
        self._number = 0
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: str | None = None
        self._listener = asyncio.create_task(self._listen(), name="push browser pipe")

    @classmethod
    async def open(cls, width: int, height: int, *, profile: Path, environment: Mapping[str, str]) -> Browser:
        """Start Chromium with an empty page.

        Args:
            width: in pixels.
            height: in pixels.
            profile: folder of its own, empty.
            environment: display to be shown on.

        Raises:
            PushError: Chromium is missing.
            BrowserError: it does not start.
        """
        # Chromium's sandbox refuses to run as root; the page is our own and everything else is blocked.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        command = [
            *(output_process.find_chromium(), *_SWITCHES, *sandbox),
            # Without a window manager Chromium makes a window of the screen's size one pixel smaller.
            f"--window-size={width + 1},{height + 1}",
            *(f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"),
        ]
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        try:
            process = await output_process.start(
                command, debugging=(theirs_in, theirs_out), environment=environment
            )
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
        reader, writer = await _connected(ours_in, ours_out)
        browser = cls(process, reader, writer)
        try:
            await browser._attach(width, height)
        except BaseException:  # a cancellation too: nobody else would end it
            await browser.close()
            raise
        return browser

    @property
    def alive(self) -> bool:
        """Whether the browser and its page are there; says nothing about drawing."""
        return self.process.returncode is None and not self._listener.done()

    async def show(self, address: str) -> None:
        """Load a page, without waiting for it.

        Raises:
            BrowserError: the browser is gone.
        """
        await self._call("Page.navigate", url=address)

    async def beat(self, address: str, *, within_s: float) -> bool:
        """Whether the page of this address was loaded well and draws.

        Args:
            address: given to `show`.
            within_s: longest time until it has drawn once more.

        Returns:
            False when it draws something else, such as an error page.

        Raises:
            BrowserError: the browser or the page is gone, or draws nothing.
        """
        answer = await self._call(
            "Runtime.evaluate", within_s, expression=_BEAT, awaitPromise=True, returnByValue=True
        )
        seen = answer.get("result", {}).get("value") or {}
        return seen.get("address") == address and seen.get("status") == 200 and bool(seen.get("drawn"))

    async def close(self) -> None:
        """End the browser and all of its processes."""
        self._listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listener
        self._writer.close()
        await output_process.end(self.process)

    async def _attach(self, width: int, height: int) -> None:
        targets = (await self._call("Target.getTargets"))["targetInfos"]
        pages = [target["targetId"] for target in targets if target["type"] == "page"]
        if not pages:
            raise BrowserError("no page")
        attached = await self._call("Target.attachToTarget", targetId=pages[0], flatten=True)
        self._session = attached["sessionId"]
        await self._call("Page.enable")
        await self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        # Tells of a page that died while the browser lives.
        await self._call("Inspector.enable")

    async def _call(self, method: str, within_s: float = _CALL_S, **parameters: object) -> dict[str, Any]:
        if self._listener.done():
            raise BrowserError("the pipe is closed")
        self._number += 1
        number = self._number
        message: dict[str, object] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        self._writer.write(json.dumps(message).encode() + b"\0")
        try:
            said = await asyncio.wait_for(answer, within_s)
        except TimeoutError:
            raise BrowserError(f"{method} not answered within {within_s:g} s") from None
        finally:
            self._waiting.pop(number, None)
        if "error" in said:
            raise BrowserError(f"{method} refused")
        result: dict[str, Any] = said["result"]
        return result

    async def _listen(self) -> None:
        try:
            while True:
                said = json.loads((await self._reader.readuntil(b"\0"))[:-1])
                if said.get("method") == "Inspector.targetCrashed":
                    return
                waiting = self._waiting.get(said.get("id", 0))
                if waiting and not waiting.done():
                    waiting.set_result(said)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
            # The browser is gone, or says what no browser says; either way it is started anew.
            return
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(BrowserError("the browser is gone"))


async def _connected(read: int, write: int) -> tuple[asyncio.StreamReader, asyncio.WriteTransport]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_LONGEST_MESSAGE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb"))
    writer, _ = await loop.connect_write_pipe(asyncio.Protocol, os.fdopen(write, "wb"))
    return reader, writer
