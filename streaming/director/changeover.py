"""Who is on air: a shift says goodbye, the next says hello; between shifts there is a still picture.

Asked by `programme` before anything but staff speaks. Shifts follow the wall clock; how long a shift stays
at least, and how long it may go on to end its segment, is measured, so that a wall clock that jumps about
makes no flood of greetings.
"""

from __future__ import annotations

from streaming.cues import Moment
from streaming.director.desk import Desk, Step
from streaming.director.drafts import Draft
from streaming.script.schedule import next_shift, shift_at
from streaming.show import Shift

__all__ = ["changeover"]

# A shift stays for so long, whatever the wall clock does.
_AT_LEAST_MS = 60_000
# A segment under way may be ended after the shift is over, for so long.
_END_WITHIN_MS = 90_000


def changeover(desk: Desk, now: Moment) -> Draft | Step:
    """Follow the schedule.

    Returns:
        A goodbye or a hello; WAIT when nobody presents now, PASS when the shift is on air and has said hello.
    """
    wanted = shift_at(desk.show, now.wall)
    if desk.shift is None:
        return Step.WAIT if wanted is None else _enter(desk, wanted, now)
    if desk.closing:
        return Step.PASS if desk.pitch.segment is not None else _leave(desk, wanted, now)
    if wanted is not None and wanted.id == desk.shift.id:
        desk.shift = wanted
        desk.changing_since_ms = None
    elif _may_end(desk, now):
        return _close(desk)
    return _hello(desk) if desk.hello_due else Step.PASS


def _may_end(desk: Desk, now: Moment) -> bool:
    if desk.changing_since_ms is None:
        desk.changing_since_ms = now.ms
    if desk.entered_ms is not None and now.ms - desk.entered_ms < _AT_LEAST_MS:
        return False
    return desk.pitch.segment is None or now.ms - desk.changing_since_ms >= _END_WITHIN_MS


def _close(desk: Desk) -> Draft | Step:
    """Goodbye: the sign-off of the script, or a line of ours where the shift has none."""
    desk.pitch.end()
    desk.closing, desk.hello_due, desk.card = True, False, None
    chosen = desk.shift and desk.rotation.next(desk.show, desk.shift, (desk.after or "",), closing=True)
    if chosen:
        desk.pitch.begin(*chosen)
        return Step.AGAIN

    def undo() -> None:
        desk.closing = False

    return desk.say("bye_shift", "notice", undo=undo) or Step.AGAIN


def _leave(desk: Desk, wanted: Shift | None, now: Moment) -> Step:
    desk.shift, desk.closing, desk.changing_since_ms, desk.after = None, False, None, None
    if wanted is not None:
        return _enter(desk, wanted, now)
    following = next_shift(desk.show, now.wall)
    desk.language = following[1].language if following else desk.language
    return Step.WAIT


def _enter(desk: Desk, shift: Shift, now: Moment) -> Step:
    desk.shift, desk.language, desk.entered_ms = shift, shift.language, now.ms
    desk.changing_since_ms, desk.after = None, None
    desk.closing, desk.hello_due = False, True
    desk.barren = 0
    desk.waiting.prefer(shift.language)
    # Whoever comes with this language has not heard it; what was to be told in the old one is old news.
    desk.rules.remind_again()
    desk.notices.clear()
    return Step.AGAIN


def _hello(desk: Desk) -> Draft | Step:
    desk.hello_due = False

    def undo() -> None:
        desk.hello_due = True

    name = desk.persona.name if desk.persona else ""
    return desk.say("hello_shift", "notice", {"name": name}, undo=undo) or Step.AGAIN
