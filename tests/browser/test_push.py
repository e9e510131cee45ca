"""The show arrives at an RTMP server, and goes on when Chromium, that server or the product dies."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from streaming.output.process import find_ffmpeg, find_xvfb
from tests.browser.push_run import PushRun, record
from tests.fakes.rtmp_server import KEY, Arrived, look_at

# Of the slate's dark wall, of the page's, and of a flash: means of whole pictures, 0..255.
_SLATE_LIGHT = (18, 30)
_PAGE_LIGHT = (60, 130)


@pytest.fixture(scope="module")
def run(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> PushRun:
    find_ffmpeg()
    find_xvfb()
    folder = tmp_path_factory.mktemp("push")
    # A thread of its own: Playwright's loop may be running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(record(folder))).result()


@pytest.fixture(scope="module")
def first(run: PushRun) -> Arrived:
    return look_at(run.first)


@pytest.fixture(scope="module")
def second(run: PushRun) -> Arrived:
    return look_at(run.second)


def test_pictures_arrive_in_portrait_at_24_a_second_without_a_gap(first: Arrived) -> None:
    assert first.size == (720, 1280)
    assert len(first.video_s) > 8 * 24
    # FLV counts in milliseconds.
    assert np.diff(first.video_s).max() <= 0.042 + 1e-6
    assert np.diff(first.video_s).min() >= 0.041 - 1e-6


def test_sound_lasts_as_long_as_the_pictures(second: Arrived) -> None:
    assert abs(second.audio_s[-1] - second.video_s[-1]) < 0.1


def test_tones_arrive_with_their_flashes(first: Arrived) -> None:
    offsets_ms = np.sort(first.offsets_ms)

    assert len(offsets_ms) >= 5
    assert abs(np.median(offsets_ms)) <= 80


def test_slate_is_sent_while_the_browser_is_dead_and_the_page_comes_back(first: Arrived) -> None:
    dark, page = (_between(first.light, span) for span in (_SLATE_LIGHT, _PAGE_LIGHT))
    seen = np.flatnonzero(page)
    in_the_middle = np.flatnonzero(dark[seen[0] : seen[-1]])

    assert len(in_the_middle) > 5


def test_nothing_but_the_page_and_the_slate_is_ever_sent(first: Arrived, second: Arrived) -> None:
    # Chromium's empty screen is black.
    assert first.light.min() > 15
    assert second.light.min() > 15


def test_sound_goes_on_while_the_browser_is_dead(first: Arrived) -> None:
    assert np.diff(first.tones).max() < 1.5


def test_slate_is_sent_while_the_product_is_down_and_the_page_comes_back(second: Arrived) -> None:
    dark, page = (_between(second.light, span) for span in (_SLATE_LIGHT, _PAGE_LIGHT))
    seen = np.flatnonzero(page)
    in_the_middle = np.flatnonzero(dark[seen[0] : seen[-1]])

    assert len(in_the_middle) > 5


def test_stream_comes_back_when_the_rtmp_server_does(run: PushRun, second: Arrived) -> None:
    assert run.statuses[-1]["connections"] == 2
    assert len(second.video_s) > 3 * 24


def test_stream_key_arrives(run: PushRun) -> None:
    # ffmpeg as a server complains when another stream is published than the one it waits for.
    assert "Unexpected stream" not in run.second_log


def test_stream_key_stands_on_no_command_line_and_in_no_message(run: PushRun) -> None:
    secret = KEY.partition("?")[0]

    assert "rtmp://127.0.0.1" in run.command_lines
    assert secret not in run.command_lines
    assert secret not in run.errors
    assert secret not in str(run.statuses)


def test_asked_to_end_it_ends_the_stream_and_leaves_nothing_running(run: PushRun) -> None:
    assert run.exit_status == 0
    assert run.statuses[-1]["state"] == "ended"
    assert run.left_over == []


def _between(light: np.ndarray, span: tuple[int, int]) -> np.ndarray:
    return (light >= span[0]) & (light <= span[1])
