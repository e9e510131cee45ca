from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from streaming.output.address import PushError
from streaming.output.screen import Screen

BYTES = 4 * 320 * 200


async def test_empty_screen_gives_no_picture(tmp_path: Path) -> None:
    screen = await Screen.open(320, 200, folder=tmp_path)

    picture = screen.picture()

    await screen.close()
    assert picture is None


@pytest.mark.parametrize("place", [0, BYTES - 4])
async def test_screen_with_a_lit_corner_gives_all_of_its_pixels(tmp_path: Path, place: int) -> None:
    screen = await Screen.open(320, 200, folder=tmp_path)
    # Xvfb draws into this file; its pixels are the last thing in it.
    with (tmp_path / "Xvfb_screen0").open("r+b") as file:
        file.seek(place - BYTES, os.SEEK_END)
        file.write(b"\x01\x02\x03\xff")

    picture = screen.picture()

    await screen.close()
    assert picture is not None
    assert len(picture) == BYTES
    assert picture[place : place + 4] == b"\x01\x02\x03\xff"


async def test_closed_screen_is_gone(tmp_path: Path) -> None:
    screen = await Screen.open(320, 200, folder=tmp_path)
    was_alive = screen.alive

    await screen.close()

    assert (was_alive, screen.alive) == (True, False)
    assert not psutil.pid_exists(screen.process.pid)


async def test_two_screens_stand_side_by_side(tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    [folder.mkdir() for folder in folders]
    screens = [await Screen.open(64, 64, folder=folder) for folder in folders]

    displays = {screen.environment["DISPLAY"] for screen in screens}

    [await screen.close() for screen in screens]
    assert len(displays) == 2


async def test_cookie_is_for_the_owner_only(tmp_path: Path) -> None:
    screen = await Screen.open(64, 64, folder=tmp_path)

    mode = os.stat(screen.environment["XAUTHORITY"]).st_mode

    await screen.close()
    assert mode & 0o077 == 0


async def test_screen_that_does_not_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "Xvfb"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("STORECAST_XVFB", str(broken))

    with pytest.raises(PushError, match="does not start"):
        await Screen.open(64, 64, folder=tmp_path)
