from __future__ import annotations

from pathlib import Path

import pytest

from streaming.output import process as output_process
from streaming.output.address import Address, PushError
from streaming.output.ffmpeg import Ffmpeg, Quality

ADDRESS = Address.parse("rtmps://push.example/a/b", "sk-hidden")
# Writes what ffmpeg writes when it heeds a preset, and when it does not.
HEEDS = "#!/bin/sh\nprintf 'FLV-sound'\n"
FORGETS = "#!/bin/sh\nprintf 'FLV-onMetaData-sound'\n"
FAILS = "#!/bin/sh\nexit 1\n"


def program(folder: Path, content: str) -> str:
    path = folder / "ffmpeg"
    path.write_text(content)
    path.chmod(0o755)
    return str(path)


def test_command_line_has_the_address_but_not_the_key() -> None:
    line = Ffmpeg("ffmpeg", True).command(ADDRESS, Quality(), video=7, audio=8, key=9)

    assert line[-1] == "rtmps://push.example:443/a/b"
    assert line[line.index("-rtmp_app") + 1] == "a/b"
    assert line[line.index("-fpre") + 1] == "/dev/fd/9"
    assert "hidden" not in " ".join(line)


def test_ffmpeg_that_forgets_presets_gets_the_key_as_an_option() -> None:
    line = Ffmpeg("ffmpeg", False).command(ADDRESS, Quality(), video=7, audio=8, key=9)

    assert line[line.index("-rtmp_playpath") + 1] == "sk-hidden"
    assert "-fpre" not in line


@pytest.mark.parametrize(("content", "hides"), [(HEEDS, True), (FORGETS, False), (FAILS, False)])
async def test_it_is_tried_out_whether_ffmpeg_heeds_presets(
    content: str, hides: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORECAST_FFMPEG", program(tmp_path, content))

    assert (await Ffmpeg.find()).hides_key is hides


async def test_missing_ffmpeg_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORECAST_FFMPEG", "/nowhere/ffmpeg")
    monkeypatch.setattr(output_process, "import_module", _no_wheel)

    with pytest.raises(PushError, match="apt-get install ffmpeg"):
        await Ffmpeg.find()


def _no_wheel(name: str) -> None:
    raise ImportError(name)
