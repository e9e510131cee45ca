"""What is said next: asks the parts of the director in the order of their rank.

Called by `host` whenever nothing is being spoken. The order is the whole editorial policy of the show, so it
stands in one place.
"""

from __future__ import annotations

from collections.abc import Iterator

from streaming.cues import Moment
from streaming.director.answering import answer, take
from streaming.director.asides import news, reminder, rule, staff_says, thanks
from streaming.director.changeover import changeover
from streaming.director.desk import Desk, Step
from streaming.director.drafts import Draft
from streaming.director.telling import next_sentence

__all__ = ["choose"]

# Steps without a sentence at one moment: a segment of lines that can't be said takes one each. The rest waits
# for the next tick.
_MOST_STEPS = 200


def choose(desk: Desk, now: Moment, *, paused: bool = False) -> Draft | None:
    """The sentence to be said now.

    Args:
        desk: of the director.
        now: this moment.
        paused: only staff's words are said.

    Returns:
        None when nothing is to be said now: the shop or the brain is being asked, nobody presents, or a part
        has asked for patience.
    """
    for _ in range(_MOST_STEPS):
        step = _first(desk, now, paused=paused)
        if isinstance(step, Draft):
            return step
        if step is Step.WAIT:
            return None
    return None


def _first(desk: Desk, now: Moment, *, paused: bool) -> Draft | Step:
    for step in _in_order(desk, now, paused=paused):
        if step is not Step.PASS:
            return step
    return Step.WAIT


def _in_order(desk: Desk, now: Moment, *, paused: bool) -> Iterator[Draft | Step]:
    yield staff_says(desk)
    if paused:
        return
    yield changeover(desk, now)
    yield reminder(desk, now)
    yield answer(desk, now)
    take(desk, now, urgent=True)
    yield _owed(desk, urgent=True)
    yield news(desk, now)
    yield rule(desk, now)
    yield thanks(desk, now)
    if desk.in_qa(now):
        take(desk, now)
    yield _owed(desk, urgent=False)
    yield next_sentence(desk, now)


def _owed(desk: Desk, *, urgent: bool) -> Step:
    """Whether the brain owes an answer that is waited for."""
    owed = [one for one in desk.questions.asked.values() if one.question.reading.urgent or not urgent]
    return Step.WAIT if owed else Step.PASS
