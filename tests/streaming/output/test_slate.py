from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from streaming.output import slate
from streaming.output.address import PushError

# A picture of 2 by 2 pixels as PPM: red, green / blue, white.
PPM = b"P6 2 2 255\n" + bytes([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])


@pytest.mark.parametrize(("width", "height"), [(720, 1280), (1280, 720), (64, 64)])
def test_drawn_slate_fills_the_picture_and_bears_the_mark(width: int, height: int) -> None:
    picture = np.frombuffer(slate.draw(width, height), np.uint8).reshape(height, width, 4)

    assert picture[int(height * 0.44), width // 2, :3].tolist() == [247, 250, 251]
    assert picture[0, 0, :3].max() < 60
    assert (np.abs(picture[..., :3].astype(int) - [61, 72, 232]).max(axis=2) < 4).any()


async def test_own_picture_covers_the_frame(tmp_path: Path) -> None:
    path = tmp_path / "own picture.ppm"
    path.write_bytes(PPM)

    picture = np.frombuffer(await slate.load(path, 64, 128), np.uint8).reshape(128, 64, 4)

    # Cut at the sides, not squeezed: the middle seam stays in the middle.
    assert picture[10, 4, 2] > 200 > 60 > picture[10, 4, 0]
    assert picture[120, 4, 0] > 200 > 60 > picture[120, 4, 2]


@pytest.mark.parametrize("content", [b"", b"no picture at all"])
async def test_picture_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "slate.png"
    path.write_bytes(content)

    with pytest.raises(PushError, match=r"slate\.png"):
        await slate.load(path, 64, 64)
