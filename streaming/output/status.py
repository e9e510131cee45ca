"""What a push is doing, for people and for programs: one line whenever it changes, and one now and then.

Filled by `streaming.output.pushing`, printed on standard output. Holds nothing secret: no key, no words of
the show.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["PushState", "Status"]

PushState = Literal["connecting", "live", "slate", "waiting", "ended"]
_WORDS: dict[PushState, str] = {
    "connecting": "connecting",
    "live": "live",
    "slate": "live, showing the slate",
    "waiting": "no connection",
    "ended": "ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A moment of a push.

    Attributes:
        state: `connecting`; `live` the page is sent; `slate` the still picture is; `waiting` for the next
            try; `ended`.
        url: where to, without the key.
        stream_s: length of the stream of this connection, as written to the server.
        video_pictures: since the beginning.
        slate_pictures: of these, the still picture.
        repeated_pictures: of these, sent twice because the machine was too busy.
        connections: made since the beginning.
        page_restarts: of Chromium and its screen.
        unheard: utterances whose sound could not be got.
        retry_s: until the next try, in `waiting`.
        reason: what ffmpeg said last, without the key; in `waiting`.
    """

    state: PushState
    url: str
    stream_s: float = 0.0
    video_pictures: int = 0
    slate_pictures: int = 0
    repeated_pictures: int = 0
    connections: int = 0
    page_restarts: int = 0
    unheard: int = 0
    retry_s: float | None = None
    reason: str | None = None

    def line(self, *, as_json: bool) -> str:
        """The status on one line, for a program or for a person."""
        if as_json:
            return json.dumps(asdict(self), ensure_ascii=False)
        parts = [f"{_WORDS[self.state]} · {self.url} · {self.stream_s:.0f} s"]
        if self.repeated_pictures:
            parts.append(f"{self.repeated_pictures} of {self.video_pictures} pictures repeated")
        if self.page_restarts:
            parts.append(f"page started again {self.page_restarts} times")
        if self.retry_s is not None:
            parts.append(f"next try in {self.retry_s:.0f} s")
        if self.reason:
            parts.append(self.reason)
        # A vendor's words stand in it: nothing that would move the cursor.
        return "".join(letter for letter in " · ".join(parts) if letter.isprintable())
