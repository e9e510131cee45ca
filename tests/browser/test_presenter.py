"""The presenters as Chromium paints them: each sound, gesture and mood has a picture, and pictures repeat."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from streaming.show import GESTURES, MOODS
from streaming.speech import VISEMES

PRESENTERS = ("lina", "mei", "omar")
# A presenter that shows each pose of a list from the same moment on, and what the canvas then holds.
_STAGE = """
window.show = (id, poses, options = {}) => {
  const { seed = 7, colour = "#0b6b74", calm = false, at = 9000, step = 0 } = options;
  return poses.map((pose) => {
    const presenter = window.createPresenter(id, { seed, reducedMotion: calm });
    presenter.setTheme(colour);
    presenter.resize(184, 212);
    presenter.frame(at, { ...window.calm, ...pose.first });
    for (let t = step; step > 0 && t <= pose.ms; t += step) {
      presenter.frame(at + t, { ...window.calm, ...pose });
    }
    const picture = { image: presenter.element.toDataURL(), ...presenter.mouth };
    presenter.destroy();
    return picture;
  });
};
"""


@pytest.fixture(scope="module")
def demo(built_pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page for looking at the presenters, built."""
    folder = tmp_path_factory.mktemp("presenter")
    node = shutil.which("node")
    assert node, "Node builds the page. Install Node 20 or later."
    # Our own script, into our own folder.
    subprocess.run([node, "presenter-demo.mjs", str(folder)], cwd=built_pages / "stage", check=True)
    return folder


@pytest.fixture(scope="module")
def page(demo: Path, browser: Browser) -> Iterator[Page]:
    """A page that can paint presenters; nothing in it may have complained in the end."""
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto((demo / "index.html").as_uri() + "?cost")
    page.add_script_tag(content=_STAGE)
    yield page
    page.close()
    assert problems == []


def _show(page: Page, who: str, *poses: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = page.evaluate(
        "([who, poses, options]) => show(who, poses, options)",
        [who, [{"first": pose, **pose} for pose in poses], options],
    )
    return shown


def _sound(viseme: str) -> dict[str, Any]:
    return {"viseme": viseme, "next": viseme, "speaking": True, "loudness": 0.6}


def test_all_presenters_are_named(page: Page) -> None:
    assert page.evaluate("presenters") == list(PRESENTERS)


@pytest.mark.parametrize("who", PRESENTERS)
def test_every_sound_has_its_own_mouth(page: Page, who: str) -> None:
    pictures = _show(page, who, *map(_sound, VISEMES))

    assert len({picture["image"] for picture in pictures}) == len(VISEMES)
    assert [picture["viseme"] for picture in pictures] == list(VISEMES)


@pytest.mark.parametrize("who", PRESENTERS)
def test_every_gesture_has_its_own_pose(page: Page, who: str) -> None:
    pictures = _show(page, who, *({"gesture": gesture} for gesture in GESTURES))

    assert len({picture["image"] for picture in pictures}) == len(GESTURES)


@pytest.mark.parametrize("who", PRESENTERS)
def test_every_mood_has_its_own_face(page: Page, who: str) -> None:
    pictures = _show(page, who, *({"mood": mood} for mood in MOODS))

    assert len({picture["image"] for picture in pictures}) == len(MOODS)


@pytest.mark.parametrize("viseme", ["sil", "PP"])
def test_lips_are_closed_where_the_sound_closes_them(page: Page, viseme: str) -> None:
    (picture,) = _show(page, "lina", _sound(viseme) | {"mood": "excited"})

    assert picture["open"] == 0


def test_no_sound_opens_the_mouth_wider_than_aa(page: Page) -> None:
    pictures = _show(page, "lina", *map(_sound, VISEMES))

    assert max(pictures, key=lambda picture: picture["open"])["viseme"] == "aa"


@pytest.mark.parametrize(("ms", "least", "most"), [(16, 0.1, 0.7), (112, 0.95, 1.0)])
def test_a_mouth_needs_a_moment_from_sound_to_sound(page: Page, ms: int, least: float, most: float) -> None:
    (wide,) = _show(page, "lina", _sound("aa"))

    (moved,) = page.evaluate(
        "([from, to]) => show('lina', [{ ...to, first: from }], { step: 16 })",
        [_sound("sil"), _sound("aa") | {"ms": ms}],
    )

    assert least <= moved["open"] / wide["open"] <= most


def test_the_same_seed_and_moment_give_the_same_picture(page: Page) -> None:
    pose = _sound("E") | {"gesture": "wave", "lookAt": None, "ms": 800}

    first, again = _show(page, "mei", pose, pose, step=20)

    assert first == again


@pytest.mark.parametrize("change", [{"seed": 8}, {"at": 12_500}, {"colour": "#e8483d"}])
def test_another_seed_moment_or_colour_gives_another_picture(page: Page, change: dict[str, Any]) -> None:
    assert _show(page, "omar", {}, **change) != _show(page, "omar", {})


def test_a_colour_that_is_none_dresses_nobody_in_nothing(page: Page) -> None:
    assert _show(page, "lina", {}, colour="url(javascript:1)") == _show(page, "lina", {}, colour="#0b6b74")


@pytest.mark.parametrize("who", ["nobody", "constructor", ""])
def test_who_nobody_has_drawn_is_lina(page: Page, who: str) -> None:
    assert _show(page, who, {}) == _show(page, "lina", {})


@pytest.mark.parametrize("name", ["gesture", "mood", "viseme", "next"])
def test_a_name_that_nobody_has_drawn_leaves_the_presenter_at_rest(page: Page, name: str) -> None:
    (unknown,) = _show(page, "mei", {name: "constructor"})

    assert unknown["image"] == _show(page, "mei", {})[0]["image"]


def test_a_gesture_is_reached_in_less_than_a_second(page: Page) -> None:
    arm = "([pose, ms, step]) => show('lina', [{ ...pose, ms, first: {} }], { step })[0].image"
    moved = page.evaluate(arm, [{"gesture": "heart"}, 900, 20])

    # A gap of more than a second settles all motion: what it settles to is the pose itself.
    settled = page.evaluate(arm, [{"gesture": "heart"}, 1500, 1500])
    (rest,) = _show(page, "lina", {})
    assert _far_apart(page, moved, settled) < _far_apart(page, moved, rest["image"]) / 2


def _far_apart(page: Page, first: str, second: str) -> float:
    """Mean difference of two pictures, 0 to 255."""
    apart: float = page.evaluate(
        """async (urls) => {
          const [a, b] = await Promise.all(urls.map(async (url) => {
            const image = new Image();
            image.src = url;
            await image.decode();
            const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
            canvas.drawImage(image, 0, 0);
            return canvas.getImageData(0, 0, image.width, image.height).data;
          }));
          return a.reduce((sum, value, index) => sum + Math.abs(value - b[index]), 0) / a.length;
        }""",
        [first, second],
    )
    return apart


def test_reduced_motion_calms_the_body(page: Page) -> None:
    lively = [_show(page, "lina", {}, at=at)[0]["image"] for at in (2_200, 8_000)]
    calm = [_show(page, "lina", {}, at=at, calm=True)[0]["image"] for at in (2_200, 8_000)]

    assert _far_apart(page, *calm) < _far_apart(page, *lively) / 2


def test_the_air_beside_the_presenter_is_transparent(page: Page) -> None:
    alpha = page.evaluate(
        """() => {
          const presenter = createPresenter("lina", { seed: 7, reducedMotion: false });
          presenter.resize(184, 212);
          presenter.frame(9000, calm);
          const ctx = presenter.element.getContext("2d");
          const of = (x, y) => ctx.getImageData(x, y, 1, 1).data[3];
          return [of(2, 2), of(181, 2), of(2, 100), of(181, 209), of(85, 60)];
        }"""
    )

    assert alpha == [0, 0, 0, 0, 255]
