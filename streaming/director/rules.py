"""What is said again and again: AI reminder, coupon, follow call, the seller's own lines; and when it is due.

Used by the director at sentence ends. Counted on the monotonic clock, so a jump of the wall clock neither
loses nor floods. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streaming.cues import Moment
from streaming.director.profiles import Profile
from streaming.show import Rule, Show

__all__ = ["Rules"]

_MINUTE_MS = 60_000
# Between two rules other than the reminder: several that fall due together are spread out.
_APART_MS = 30_000
_REMINDER = "ai_reminder"


class Rules:
    """Timers of a show's rules.

    Args:
        show: its rules; several of kind `ai_reminder` count as one, the shortest.
        profile: sets the longest interval of the reminder, or the interval when the show has no rule.
        state: what `state()` gave.
    """

    def __init__(self, show: Show, profile: Profile, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        asked = [rule.every_min for rule in show.rules if rule.kind == _REMINDER]
        every = profile.reminder_every_min(min(asked) if asked else None)
        # A person who presents is no machine: there the reminder is said only where the show asks for it.
        self.reminder_every_min = every if profile.mode == "live" or asked else None
        self._rules = {rule.id: rule for rule in show.rules if rule.kind != _REMINDER}
        self._reminded_ms: int | None = known.get("reminded_ms")
        self._last_ms: int | None = known.get("last_ms")
        self._turns: dict[str, int] = dict(known.get("turns", {}))
        self._due_ms: dict[str, int] = {
            name: int(due) for name, due in known.get("due_ms", {}).items() if name in self._rules
        }

    def reminder_is_due(self, now: Moment) -> bool:
        """Whether viewers must be told now that an AI is speaking; at once when they never were."""
        if self.reminder_every_min is None:
            return False
        return self._reminded_ms is None or now.ms - self._reminded_ms >= self.reminder_every_min * _MINUTE_MS

    def reminded(self, now: Moment) -> int | None:
        """It is being said; returns what `unreminded` wants."""
        before, self._reminded_ms = self._reminded_ms, now.ms
        return before

    def unreminded(self, before: int | None) -> None:
        """It was not heard."""
        self._reminded_ms = before

    def remind_again(self) -> None:
        """Another host, another language: whoever comes now has not heard it."""
        self._reminded_ms = None

    def due(self, now: Moment) -> Rule | None:
        """The rule that is overdue for longest; none right after another."""
        for name, rule in self._rules.items():
            # The first time after half its interval: a show does not open with calls.
            self._due_ms.setdefault(name, now.ms + round(rule.every_min * _MINUTE_MS / 2))
        if self._last_ms is not None and now.ms - self._last_ms < _APART_MS:
            return None
        overdue = [name for name, due in self._due_ms.items() if due <= now.ms]
        return self._rules[min(overdue, key=lambda name: self._due_ms[name])] if overdue else None

    def said(self, rule: Rule, now: Moment) -> tuple[int, int | None]:
        """It is being said, or can't be; returns what `unsaid` wants."""
        before = self._due_ms[rule.id], self._last_ms
        self._due_ms[rule.id] = now.ms + round(rule.every_min * _MINUTE_MS)
        self._last_ms = now.ms
        return before

    def unsaid(self, rule: Rule, before: tuple[int, int | None]) -> None:
        """It was not heard."""
        self._due_ms[rule.id], self._last_ms = before

    def turn(self, rule: Rule) -> int:
        """How often it was said before; counts this time."""
        turn = self._turns.get(rule.id, 0)
        self._turns[rule.id] = turn + 1
        return turn

    def state(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "reminded_ms": self._reminded_ms,
            "last_ms": self._last_ms,
            "due_ms": dict(self._due_ms),
            "turns": dict(self._turns),
        }

    def shift(self, delta_ms: int) -> None:
        """The clock was changed by a restart."""
        if self._reminded_ms is not None:
            self._reminded_ms += delta_ms
        if self._last_ms is not None:
            self._last_ms += delta_ms
        self._due_ms = {name: due + delta_ms for name, due in self._due_ms.items()}
