"""The poll that is open: who chose what, how it stands, how it ended.

Used by the director. One viewer counts once, the last choice. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from streaming.cues import Moment, Vote
from streaming.show import Segment, Show

__all__ = ["Ballot"]

# Beyond these the counts stand, and new voters are not taken: memory must not grow with a storm.
_MOST_VOTERS = 100_000
# A checkpoint is written with every sentence; beyond these it keeps counts only, and after a restart a viewer
# who votes again counts again.
_MOST_KEPT = 2_000
# The stage is told of new counts so often at most.
_SHOWN_EVERY_MS = 1_000
_PERCENT = 100


class Ballot:
    """At most one poll at a time.

    Args:
        show: where the polls are.
        state: what `state()` gave; a poll that the show no longer has is forgotten.
    """

    def __init__(self, show: Show, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        self._show = show
        segment = show.segments.get(known.get("segment") or "")
        counts = [int(count) for count in known.get("counts", ())]
        fits = segment is not None and segment.poll is not None and len(segment.poll.options) == len(counts)
        self.segment = segment if fits else None
        self._counts = counts if fits else []
        self._chosen: dict[str, int] = dict(known.get("chosen", {})) if fits else {}
        self._ends_ms = int(known.get("ends_ms") or 0)
        self._shown = tuple(self._counts)
        self._shown_ms: int | None = None

    def open(self, segment: Segment, now: Moment) -> None:
        """Open the poll of a segment."""
        if segment.poll is None:
            return
        self.segment, self._chosen = segment, {}
        self._counts = [0] * len(segment.poll.options)
        self._ends_ms = now.ms + segment.poll.open_s * 1000
        self._shown, self._shown_ms = tuple(self._counts), None

    def vote(self, vote: Vote) -> None:
        """Count a vote, or change it; an option that is not there counts nothing."""
        if self.segment is None or not 0 <= vote.option < len(self._counts):
            return
        voter = blake2b(vote.viewer_id.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
        before = self._chosen.get(voter)
        if before is None and len(self._chosen) >= _MOST_VOTERS:
            return
        if before is not None:
            self._counts[before] -= 1
        self._counts[vote.option] += 1
        self._chosen[voter] = vote.option

    def is_over(self, now: Moment) -> bool:
        """Whether the time of the open poll has run out."""
        return self.segment is not None and now.ms >= self._ends_ms

    def close(self, language: str) -> tuple[tuple[str, int], ...]:
        """Close it.

        Returns:
            Text and whole percent of the option that won, of each when several did; none when nobody voted
            or every option got the same.
        """
        texts, counts = self._texts(language), self._counts
        self.segment, self._counts, self._chosen = None, [], {}
        best, total = max(counts, default=0), sum(counts)
        won = [at for at, count in enumerate(counts) if count == best]
        if not total or len(won) == len(counts):
            return ()
        return tuple((texts[at], round(_PERCENT * best / total)) for at in won)

    def shown(self, language: str, now: Moment) -> tuple[str, tuple[tuple[str, int], ...]] | None:
        """Question, options and counts for the stage; the counts change once a second at most."""
        if self.segment is None or self.segment.poll is None:
            return None
        if self._shown_ms is None or now.ms - self._shown_ms >= _SHOWN_EVERY_MS:
            self._shown, self._shown_ms = tuple(self._counts), now.ms
        question = _in_language(self.segment.poll.question, language)
        return question, tuple(zip(self._texts(language), self._shown, strict=True))

    def _texts(self, language: str) -> list[str]:
        poll = self.segment.poll if self.segment else None
        return [_in_language(option, language) for option in poll.options] if poll else []

    def state(self) -> dict[str, Any]:
        """Plain data, small: voters are kept by digest, and only while they are few."""
        if self.segment is None:
            return {}
        kept = self._chosen if len(self._chosen) <= _MOST_KEPT else {}
        return {
            "segment": self.segment.id,
            "counts": list(self._counts),
            "chosen": dict(kept),
            "ends_ms": self._ends_ms,
        }

    def shift(self, delta_ms: int) -> None:
        """The clock was changed by a restart."""
        self._ends_ms += delta_ms


def _in_language(texts: Mapping[str, str], language: str) -> str:
    base = language.partition("-")[0]
    return texts.get(language) or texts.get(base) or next(iter(texts.values()), "")
