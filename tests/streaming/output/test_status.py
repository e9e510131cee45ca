from __future__ import annotations

import json

from streaming.output.status import Status


def test_programs_get_one_json_object_a_line() -> None:
    line = Status(state="live", url="rtmp://push.example:1935/live", stream_s=12.5).line(as_json=True)

    assert "\n" not in line
    assert json.loads(line)["state"] == "live"
    assert json.loads(line)["stream_s"] == 12.5


def test_people_get_what_matters_on_one_line() -> None:
    status = Status(
        state="waiting",
        url="rtmp://push.example:1935/live",
        retry_s=4.2,
        reason="Connection\x1b[31m refused\n",
        video_pictures=240,
        repeated_pictures=3,
    )

    assert status.line(as_json=False) == (
        "no connection · rtmp://push.example:1935/live · 0 s · 3 of 240 pictures repeated · "
        "next try in 4 s · Connection[31m refused"
    )
