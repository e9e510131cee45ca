"""What is said between two sentences of the script: staff's words, the AI reminder, news, rules, thanks.

Asked by `programme`, one function a kind; each returns at most one sentence, at a rate that leaves the
script its time.
"""

from __future__ import annotations

from functools import partial

from streaming.cues import Moment
from streaming.director.desk import Desk, Step
from streaming.director.drafts import Draft, plain_words
from streaming.script.fill import fill
from streaming.show import Rule

__all__ = ["news", "reminder", "rule", "staff_says", "thanks", "watch"]

# News that could not be told for so long (a person had taken over) is told no more.
_NEWS_MS = 300_000
# "Someone will get back to you" is said for all that nobody could answer, so often at most.
_DEFERRED_EVERY_MS = 90_000
# A coupon stays on the stage for so long after it was named.
_COUPON_MS = 60_000


def watch(desk: Desk, now: Moment) -> None:
    """See to what ends by itself, whether anyone speaks or not: sales, polls, a coupon on show."""
    desk.truth.give_up(now)
    desk.sale.follow(now)
    if desk.sale.is_over(now):
        desk.sale.close()
        desk.notify("sale_over", now)
    elif desk.sale.passes_half(now):
        desk.notify("sale_left", now)
    if desk.ballot.is_over(now):
        for option, percent in desk.ballot.close(desk.language):
            desk.notify("poll_result", now, option=option, percent=percent)
    if desk.coupon_until_ms is not None and now.ms >= desk.coupon_until_ms:
        desk.coupon_until_ms = None


def staff_says(desk: Desk) -> Draft | Step:
    """What staff want said; it waits while nobody presents."""
    if not desk.staff or desk.shift is None:
        return Step.PASS
    said = desk.staff.popleft()
    text, language, by = said
    return Draft(
        key=f"staff:{text}",
        parts=(plain_words(text),),
        language=language or desk.language,
        purpose="staff",
        source=f"staff:{by}",
        undo=partial(desk.staff.appendleft, said),
    )


def reminder(desk: Desk, now: Moment) -> Draft | Step:
    """That an AI is speaking; comes before all questions and is not cut by them."""
    if not desk.rules.reminder_is_due(now):
        return Step.PASS
    undo = partial(desk.rules.unreminded, desk.rules.reminded(now))
    return desk.say("ai_reminder", "rule", undo=undo, interruptible=False) or Step.AGAIN


def news(desk: Desk, now: Moment) -> Draft | Step:
    """What viewers are told once, the oldest first; then that questions went to staff."""
    while desk.notices:
        notice = desk.notices.popleft()
        values = dict(notice.values)
        if notice.key == "sale_left":
            values["minutes"] = desk.sale.minutes(now)
        stale = now.ms - notice.since_ms > _NEWS_MS or (notice.key == "sale_left" and not desk.sale.is_on)
        undo = partial(desk.notices.appendleft, notice)
        if not stale and (draft := desk.say(notice.key, "notice", values, undo=undo)):
            return draft
    if not desk.deferred_due or _too_soon(desk.deferred_ms, now):
        return Step.PASS
    before, desk.deferred_due, desk.deferred_ms = desk.deferred_ms, False, now.ms
    return desk.say("deferred", "notice", undo=partial(_undefer, desk, before)) or Step.AGAIN


def _too_soon(last_ms: int | None, now: Moment) -> bool:
    return last_ms is not None and now.ms - last_ms < _DEFERRED_EVERY_MS


def _undefer(desk: Desk, before: int | None) -> None:
    desk.deferred_due, desk.deferred_ms = True, before


def rule(desk: Desk, now: Moment) -> Draft | Step:
    """The rule that is due."""
    due = desk.rules.due(now)
    if due is None:
        return Step.PASS
    undo = partial(desk.rules.unsaid, due, desk.rules.said(due, now))
    if due.kind == "line":
        return _own_line(desk, due, undo, now) or Step.AGAIN
    values = desk.values(desk.language, None, now)
    draft = desk.say(due.kind, "rule", values, undo=undo)
    if draft is not None and due.kind == "coupon":
        desk.coupon_until_ms = now.ms + _COUPON_MS
    return draft or Step.AGAIN


def _own_line(desk: Desk, due: Rule, undo: partial[None], now: Moment) -> Draft | None:
    """A rule in the seller's words: its sentences take turns."""
    lines, language, captions = due.lines.get(desk.language, ()), desk.language, desk.captions
    if not lines:
        return None
    turn = desk.rules.turn(due)
    line = lines[turn % len(lines)]
    parts = fill(line, desk.values(language, None, now), language)
    if parts is None:
        return None
    others = due.lines.get(captions, ()) if captions else ()
    other = others[turn % len(lines)] if len(others) == len(lines) else None
    filled = fill(other, desk.values(captions, None, now), captions) if captions and other else None
    caption = "".join(one for one in filled or () if isinstance(one, str))
    return Draft(
        key=f"rule:{due.id}",
        parts=parts,
        language=language,
        purpose="rule",
        source=f"script:{line.line}",
        captions={captions: caption} if captions and caption else {},
        undo=undo,
    )


def thanks(desk: Desk, now: Moment) -> Draft | Step:
    """Thanks for follows, gifts, joins and orders of the last while."""
    kind = desk.thanks.due(now)
    if kind is None:
        return Step.PASS
    taken = desk.thanks.take(kind, now)
    key, values = desk.thanks.worded(kind, taken[0], desk.language)
    undo = partial(desk.thanks.put_back, kind, taken)
    return desk.say(key, "thanks", values, undo=undo) or Step.AGAIN
