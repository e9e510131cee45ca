"""A live room running: carries out the director's cues and tells it what came of them.

Made and run by the composition root, one a room; owns every task of the room and ends them with itself. All
deciding is the director's (`streaming.director.host`); here is only doing: reading the shop, asking the
brain, having sentences spoken, showing the stage, keeping the state. The room keeps its own time: a sentence
lasts its duration, whether anyone watches or not.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Literal

import structlog

from streaming.cues import (
    Answer,
    Answered,
    Ask,
    CatalogueRead,
    Comment,
    Control,
    Cue,
    Cut,
    Defer,
    Event,
    Heard,
    Look,
    Question,
    Reply,
    Say,
    Scene,
    Social,
    Spoken,
    Tick,
    Utterance,
    Vote,
)
from streaming.director.remembered import question_data, question_of
from streaming.session_ports import DeferReason, Deferred, Parts, Record
from streaming.speech import Speech, VoiceError

__all__ = ["Session"]

_log = structlog.get_logger(__name__)

_TICK_S = 0.25
# Between two sentences, as a speaker breathes; listeners take less for a stumble (Heldner & Edlund 2010, J.
# Phonetics 38, figure 2: pauses within a turn lie around 200 ms).
_BREATH_MS = 220
_INBOX = 5_000
_DEFERRED = 200
# A sentence costs the default voice ten milliseconds; a slow one is given up by its own stack before this.
_VOICE_S = 10.0
_SAVE_AGAIN_S = 2.0
_RECORDS_WAITING = 2_000
_NUMBER_CHARS = 2


class Session:
    """One live room.

    Args:
        parts: what it works with.
        state: what `state()` gave before a restart; director and intake were restored from theirs.

    Attributes:
        counts: of what happened since the start, by name.
    """

    def __init__(self, parts: Parts, *, state: Mapping[str, Any] | None = None) -> None:
        self._parts = parts
        self._inbox: asyncio.Queue[Comment | Social] = asyncio.Queue(_INBOX)
        waited = [_deferred_of(data) for data in (state or {}).get("deferred", ())]
        self._deferred = OrderedDict((one.question.id, one) for one in waited)
        self._scene = Scene()
        self._prompt: str | None = None
        self._speaking: tuple[str, asyncio.Task[None]] | None = None
        self._records: list[Record] = []
        self._unsaved = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self.counts: Counter[str] = Counter()

    # --- From outside ---------------------------------------------------------------------------------------

    def offer(self, event: Comment | Social) -> bool:
        """Take in what a viewer did; False when too much waits already and the sender must come again."""
        try:
            self._inbox.put_nowait(event)
        except asyncio.QueueFull:
            self.counts["refused"] += 1
            return False
        self.counts["comments" if isinstance(event, Comment) else event.kind] += 1
        return True

    def control(self, control: Control) -> bool:
        """Do what staff want.

        Returns:
            False when the question it names does not wait for staff; nothing is done then.
        """
        if control.kind in {"answer", "dismiss"} and control.question_id not in self._deferred:
            return False
        self._deferred.pop(control.question_id or "", None)
        self._record(
            "control", control=control.kind, by=control.by, text=control.text, question=control.question_id
        )
        self._feed(control)
        return True

    def vote(self, vote: Vote) -> None:
        """Count a viewer's choice in the open poll."""
        self._feed(vote)

    @property
    def deferred(self) -> tuple[Deferred, ...]:
        """Questions that wait for staff, the oldest first."""
        return tuple(self._deferred.values())

    @property
    def waiting(self) -> Mapping[str, int]:
        """How much waits, by queue."""
        return {
            "inbox": self._inbox.qsize(),
            "questions": self._parts.intake.waiting,
            "staff": len(self._deferred),
        }

    # --- The loop -------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Run the room until cancelled; keeps the state a last time then."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._start(self._tick(), "tick")
                self._start(self._listen(), "listen")
                self._start(self._keep(), "keep")
        finally:
            self._tasks = self._speaking = None
            await asyncio.shield(self._save())

    async def _tick(self) -> None:
        while True:
            self._feed(Tick())
            await self._parts.sleep_s(_TICK_S)

    async def _listen(self) -> None:
        """Read comments in the order they came; the loop gets its turn between any two."""
        await self._parts.brain.awake()
        while True:
            event = await self._inbox.get()
            if isinstance(event, Comment):
                self._hear(event)
            else:
                self._feed(event)
            await asyncio.sleep(0)

    def _hear(self, comment: Comment) -> None:
        if (
            self._scene.poll is not None
            and (option := _choice(comment.text, self._scene.poll[1])) is not None
        ):
            self.counts["votes"] += 1
            self._feed(Vote(viewer_id=f"{comment.source}:{comment.viewer_id}", option=option))
            return
        card = self._scene.product.id if self._scene.product else None
        try:
            reading = self._parts.brain.read(comment.text, room_language=self._scene.language, card=card)
        except Exception:  # noqa: BLE001  # an edge: one comment must not end the show and all that wait
            self._failed("read")
            self._record("unread", comment=comment.id, source=comment.source)
            return
        self._feed(Heard(comment, reading))

    def _failed(self, what: str) -> None:
        """Something next door broke; the log has the cause."""
        self.counts[f"failed.{what}"] += 1
        _log.exception("live.neighbour_failed", room=self._parts.hub.room, what=what)

    def _feed(self, event: Event) -> None:
        if self._tasks is None:
            return
        now = self._parts.hub.clock.moment(self._parts.wall())
        for cue in self._parts.host.feed(event, now):
            self._carry_out(cue)

    def _carry_out(self, cue: Cue) -> None:
        match cue:
            case Say(utterance=utterance):
                self._speaking = utterance.id, self._start(self._speak(utterance), "speak")
                self._unsaved.set()
            case Cut(utterance_id=utterance_id):
                self._cut(utterance_id)
            case Look():
                self._start(self._look(cue), "look")
            case Ask():
                self._start(self._ask(cue), "ask")
            case Reply(comment=comment, text=text, language=language):
                self._parts.replies.write(comment, text, language)
                self.counts["replies"] += 1
                self._record("reply", comment=comment.id, source=comment.source, text=text, language=language)
            case Defer(question=question, reason=reason):
                self._defer(question, reason)
            case Scene():
                self._scene = cue
                self._show()

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        assert self._tasks is not None, "only a running room has work"  # noqa: S101  # told by `run`
        return self._tasks.create_task(work, name=f"live-{self._parts.hub.room}-{name}")

    # --- Carrying out ---------------------------------------------------------------------------------------

    async def _speak(self, utterance: Utterance) -> None:
        """Speak a sentence to its end."""
        try:
            speech = await self._speech(utterance)
        except (VoiceError, TimeoutError) as error:
            _log.warning("live.not_spoken", room=self._parts.hub.room, reason=str(error) or "timeout")
            self.counts["not_spoken"] += 1
            self._over(utterance, 0, "failed")
            return
        digest = self._parts.audio.put(speech)
        if self._scene.mode == "assist":
            self._prompt = utterance.text
            self._show()
        starts_ms = self._parts.stage.say(utterance, speech, digest)
        self.counts[f"spoken.{utterance.purpose}"] += 1
        self._record(
            "spoken", id=utterance.id, text=utterance.text, language=utterance.language,
            source=utterance.source, purpose=utterance.purpose, segment=utterance.segment, voice=speech.voice,
            ms=speech.duration_ms,
        )  # fmt: skip
        await self._until(starts_ms + speech.duration_ms + _BREATH_MS)
        self._over(utterance, speech.duration_ms, "done")

    async def _speech(self, utterance: Utterance) -> Speech:
        parts = self._parts
        if self._scene.mode == "assist":
            return parts.assist_speech(utterance)
        voices = parts.voices.get(utterance.persona, {})
        async with asyncio.timeout(_VOICE_S):
            return await parts.voice.speak(
                utterance.parts,
                language=utterance.language,
                voice=voices.get(utterance.language),
                pace=parts.paces.get(utterance.persona, 1.0),
            )

    async def _until(self, ms: int) -> None:
        while (left_ms := ms - self._parts.hub.clock.now_ms()) > 0:
            await self._parts.sleep_s(left_ms / 1000)

    def _over(self, utterance: Utterance, heard_ms: int, outcome: Literal["done", "cut", "failed"]) -> None:
        self._speaking = None
        self._feed(Spoken(utterance_id=utterance.id, heard_ms=heard_ms, outcome=outcome))

    def _cut(self, utterance_id: str) -> None:
        """Silence now; the director hears of it at once, so that what is urgent follows without a gap."""
        if self._speaking is None or self._speaking[0] != utterance_id:
            return
        running = self._parts.hub.utterance
        begun = running is not None and running["id"] == utterance_id
        at_ms = self._parts.hub.cut(utterance_id)
        heard_ms = max(0, at_ms - running["starts_at_ms"]) if begun and running and at_ms is not None else 0
        self._speaking[1].cancel()
        self._speaking = None
        self.counts["cut"] += 1
        self._record("cut", id=utterance_id, heard_ms=heard_ms)
        # Not from inside the director's own answer: it is still being carried out.
        self._start(self._tell(Spoken(utterance_id=utterance_id, heard_ms=heard_ms, outcome="cut")), "cut")

    async def _tell(self, event: Event) -> None:
        self._feed(event)

    async def _look(self, look: Look) -> None:
        products = None
        try:
            async with asyncio.timeout(self._parts.look_s):
                products = await self._parts.catalogue.products(look.product_ids)
        except TimeoutError:
            self.counts["shop_late"] += 1
        except Exception:  # noqa: BLE001  # an edge: without the shop the show goes on without prices
            self._failed("shop")
        self._feed(CatalogueRead(look_id=look.look_id, products=products))

    async def _ask(self, ask: Ask) -> None:
        answer: Answer | None = None
        try:
            async with asyncio.timeout(self._parts.answer_s):
                answer = await self._parts.brain.answer(
                    ask.question, language=ask.language, captions=ask.captions
                )
        except TimeoutError:
            self.counts["brain_late"] += 1
        except Exception:  # noqa: BLE001  # an edge: staff get the question
            self._failed("answer")
        self._feed(Answered(question_id=ask.question.id, answer=answer))

    def _defer(self, question: Question, reason: DeferReason) -> None:
        self._deferred[question.id] = Deferred(question=question, reason=reason)
        self.counts[f"deferred.{reason}"] += 1
        self._record(
            "deferred", question=question.id, text=question.text, language=question.language, reason=reason,
            askers=question.askers,
        )  # fmt: skip
        if len(self._deferred) > _DEFERRED:
            # It stays in the record; staff who never look have lost no more than the list of the latest.
            self._deferred.popitem(last=False)

    def _show(self) -> None:
        if self._scene.mode != "assist":
            self._prompt = None
        self._parts.stage.show(self._scene, self._prompt)

    # --- Keeping --------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """All that outlives a restart: of director, intake, and the questions for staff."""
        deferred = [
            {"question": question_data(one.question), "reason": one.reason} for one in self._deferred.values()
        ]
        return {"host": self._parts.host.state(), "intake": self._parts.intake.state(), "deferred": deferred}

    def _record(self, kind: str, **data: Any) -> None:
        if len(self._records) < _RECORDS_WAITING:
            self._records.append((kind, data))
        else:
            self.counts["records_lost"] += 1
        self._unsaved.set()

    async def _keep(self) -> None:
        """Save whenever something was said or done; what comes while one save runs goes into the next."""
        while True:
            await self._unsaved.wait()
            self._unsaved.clear()
            if not await self._save():
                self._unsaved.set()
                await self._parts.sleep_s(_SAVE_AGAIN_S)

    async def _save(self) -> bool:
        records, self._records = self._records, []
        kept = await self._parts.journal.save(self.state(), records)
        if not kept:
            self._records = records + self._records
        return kept


def _choice(text: str, options: Sequence[tuple[str, int]]) -> int | None:
    """What a comment votes for in an open poll: an option's number from 1 in any digits, or its words."""
    said = text.strip().casefold()
    if len(said) <= _NUMBER_CHARS and said.isdecimal() and 1 <= int(said) <= len(options):
        return int(said) - 1
    words = [option.strip().casefold() for option, _ in options]
    return words.index(said) if said in words else None


def _deferred_of(data: Mapping[str, Any]) -> Deferred:
    return Deferred(question=question_of(data["question"]), reason=data["reason"])
