"""The director of a live room: events in, cues out. Sans I/O; reads no clock and starts nothing.

Called by the session, which carries the cues out and feeds back what came of them. Speaks sentence by
sentence, answers viewers in between and goes on with the sentence it left. At most one sentence is under
way; it is counted as said when it is handed out, so `state()` taken right after a `Say` goes on with the
next one after a restart.

In a profile of mode `assist` a person presents: the same cues come, and the session shows each sentence on
the teleprompter instead of speaking it. The person goes on by the control `skip` (the sentence is then
done: `Cut`, and the next one follows), or the session ends it with `Spoken(done)` after its reading time.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from streaming.cues import (
    Answered,
    CatalogueRead,
    Control,
    Cue,
    Cut,
    Defer,
    Event,
    Heard,
    Moment,
    Say,
    Scene,
    Social,
    Spoken,
    Tick,
    Utterance,
    Vote,
)  # fmt: skip
from streaming.director.answering import take
from streaming.director.asides import watch
from streaming.director.controls import Modes, obey
from streaming.director.desk import Desk
from streaming.director.drafts import Draft
from streaming.director.hearing import Intake, hear
from streaming.director.lines import Lines
from streaming.director.profiles import Profile
from streaming.director.programme import choose
from streaming.director.scene import scene_of
from streaming.show import Show

__all__ = ["Host"]

# A sentence that can't be spoken is tried so often; then the show goes on with the next one.
_TRIES = 3
# After a failure, doubled with each: a voice that is down must not be asked in a loop.
_AGAIN_MS, _AGAIN_MOST_MS = 250, 4_000
# Longer than any sentence: one that was not heard of since is taken as failed.
_LONGEST_MS = 180_000
# "A short technical hitch", so often at most.
_HITCH_EVERY_MS = 600_000
# A room that was off for longer begins its timers anew.
_LONGEST_OFF = timedelta(days=1)

_Cutting = Literal["undo", "drop", "done"]


class Host:
    """Directs one room.

    Args:
        show: the run of show.
        intake: where comments are ranked; restored by the caller, who keeps its state together with ours.
        lines: the host's own sentences.
        profile: of the region.
        seed: of the room; the same seed, events and moments give the same cues.
        facts: of the shop, by name, worded for a language; asked whenever a sentence is filled.
        spoken: languages other than the room's in which viewers may be answered, besides those that the
            persona has voices for.
        state: what `state()` gave before a restart; None for a new room.
    """

    def __init__(
        self,
        show: Show,
        intake: Intake,
        lines: Lines,
        profile: Profile,
        *,
        seed: int,
        facts: Callable[[str], Mapping[str, object]],
        spoken: Collection[str] = (),
        state: Mapping[str, Any] | None = None,
    ) -> None:
        known = state or {}
        self._intake = intake
        self._desk = Desk(
            show, intake, lines, profile, seed=seed, facts=facts, spoken=spoken, state=known.get("desk")
        )
        self._modes = Modes(**known.get("modes", {}))
        self._count = int(known.get("count", 0))
        self._saved: tuple[int, datetime] | None = (
            (int(known["ms"]), datetime.fromisoformat(known["wall"])) if "ms" in known else None
        )
        self._now: Moment | None = None
        self._saying: tuple[Draft, str, int] | None = None
        self._cutting: _Cutting | None = None
        self._failed: tuple[str, int] = ("", 0)
        self._hitch = False
        self._scene: Scene | None = None

    def feed(self, event: Event, now: Moment) -> tuple[Cue, ...]:
        """Tell the director what happened.

        Args:
            event: in the order of events; `Tick` every 250 ms or so.
            now: `ms` never goes back; `wall` may jump.

        Returns:
            Cues to be carried out in their order; often none. Keep the state after those with a `Say`, and
            after every `Control`.
        """
        desk = self._desk
        desk.cues = []
        if self._now is None:
            self._begin(now)
        self._now = now
        self._take_in(event, now)
        watch(desk, now)
        desk.cues += desk.questions.late(now, desk.idle_since_ms)
        self._go_on(now)
        if any(isinstance(cue, Defer) and cue.reason in {"unknown", "late"} for cue in desk.cues):
            desk.deferred_due = True
        return self._with_scene(now)

    def state(self) -> dict[str, Any]:
        """All that outlives a restart, as JSON data.

        A sentence under way counts as said. Holds viewers' comments: as confidential as they are.
        """
        data: dict[str, Any] = {
            "desk": self._desk.state(),
            "modes": self._modes.state(),
            "count": self._count,
        }
        at = (self._now.ms, self._now.wall) if self._now else self._saved
        return data if at is None else {**data, "ms": at[0], "wall": at[1].isoformat()}

    def _begin(self, now: Moment) -> None:
        """Move what was measured before a restart to the clock of now; the time between has passed."""
        desk = self._desk
        if self._saved is not None:
            ms, wall = self._saved
            off = min(max(now.wall - wall, timedelta()), _LONGEST_OFF)
            desk.move_clock(now.ms - ms - off // timedelta(milliseconds=1))
        desk.idle_since_ms = now.ms
        desk.waiting.prefer(desk.language)
        desk.cues += desk.questions.begin(now)
        desk.pitch.left = desk.pitch.left and desk.pitch.said > 0

    def _take_in(self, event: Event, now: Moment) -> None:
        desk = self._desk
        match event:
            case Tick():
                pass
            case Spoken():
                self._over(event, now)
            case CatalogueRead():
                desk.truth.read(event, now)
            case Answered(question_id=question_id, answer=answer):
                desk.cues += desk.questions.answered(question_id, answer, now)
            case Heard():
                hear(desk, self._intake, event, now)
            case Social():
                desk.thanks.add(event)
            case Vote():
                desk.ballot.vote(event)
            case Control():
                self._obey(event, now)

    def _go_on(self, now: Moment) -> None:
        desk = self._desk
        if self._saying is not None:
            self._while_speaking(now)
            return
        if self._modes.silent:
            desk.questions.give_back(now)
            return
        if desk.hold_until_ms is not None and now.ms < desk.hold_until_ms:
            return
        if self._modes.paused:
            desk.questions.give_back(now)
        draft = choose(desk, now, paused=self._modes.paused)
        if draft is not None:
            self._say(draft, now)
            self._while_speaking(now)

    def _while_speaking(self, now: Moment) -> None:
        """Take the next question and have it answered until the sentence ends; what is urgent cuts in."""
        if self._saying is None:
            return
        draft, _, since_ms = self._saying
        if now.ms - since_ms >= _LONGEST_MS:
            self._over(Spoken(utterance_id=self._saying[1], heard_ms=0, outcome="failed"), now)
            return
        if self._modes.silent or self._modes.paused or self._cutting or self._desk.shift is None:
            return
        if draft.interruptible and take(self._desk, now, urgent=True):
            self._desk.pitch.leave()
            self._cut("undo")
        else:
            take(self._desk, now)

    def _say(self, draft: Draft, now: Moment) -> None:
        desk = self._desk
        self._count += 1
        # A restart may go back to an older count; the wall clock makes the name new all the same.
        name = f"{int(now.wall.timestamp() * 1000):x}-{self._count:x}"
        segment = desk.pitch.segment
        utterance = Utterance(
            id=name,
            parts=draft.parts,
            language=draft.language,
            persona=desk.shift.persona if desk.shift else "",
            purpose=draft.purpose,
            source=draft.source,
            captions=draft.captions,
            segment=segment.id if segment else None,
            interruptible=draft.interruptible,
            question_id=draft.question.id if draft.question else None,
        )
        self._saying = draft, name, now.ms
        self._cutting = None
        desk.idle_since_ms = None
        desk.cues.append(Say(utterance))

    def _cut(self, how: _Cutting) -> None:
        """Fall silent; `how` says what becomes of the sentence."""
        if self._saying is None:
            return
        if self._cutting is None:
            self._desk.cues.append(Cut(self._saying[1]))
        self._cutting = how if self._cutting is None else self._cutting

    def _over(self, event: Spoken, now: Moment) -> None:
        """The sentence under way has ended, one way or another."""
        if self._saying is None or self._saying[1] != event.utterance_id:
            return
        draft, cutting = self._saying[0], self._cutting
        self._saying = self._cutting = None
        self._desk.idle_since_ms = now.ms
        if event.outcome == "done" or cutting == "done":
            draft.done(now)
            self._recovered(now)
        elif cutting == "undo" or (event.outcome == "cut" and cutting is None):
            draft.undo()
        elif cutting is None:
            self._failure(draft, now)

    def _failure(self, draft: Draft, now: Moment) -> None:
        count = self._failed[1] + 1 if self._failed[0] == draft.key else 1
        self._failed = draft.key, count
        self._desk.hold_until_ms = now.ms + min(_AGAIN_MS * 2 ** (count - 1), _AGAIN_MOST_MS)
        if count < _TRIES:
            draft.undo()
            return
        self._hitch = True
        draft.lost(now)

    def _recovered(self, now: Moment) -> None:
        desk = self._desk
        self._failed = "", 0
        if self._hitch and (desk.hitch_ms is None or now.ms - desk.hitch_ms >= _HITCH_EVERY_MS):
            desk.hitch_ms = now.ms
            desk.notify("technical", now, first=True)
        self._hitch = False

    def _obey(self, control: Control, now: Moment) -> None:
        saying = self._saying[0] if self._saying else None
        how = obey(self._desk, self._modes, control, saying, now)
        if how is not None:
            self._cut(how)

    def _with_scene(self, now: Moment) -> tuple[Cue, ...]:
        """The cues of this event; a scene that has changed stands before the sentence that goes with it."""
        desk = self._desk
        saying = self._saying[0] if self._saying else None
        scene = scene_of(desk, saying, self._modes.shown(desk, saying), now)
        cues = desk.cues
        desk.cues = []
        if scene == self._scene:
            return tuple(cues)
        self._scene = scene
        place = next((at for at, cue in enumerate(cues) if isinstance(cue, Say)), len(cues))
        return (*cues[:place], scene, *cues[place:])
