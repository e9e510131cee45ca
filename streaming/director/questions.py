"""Questions that the director took: asked, answered but not yet spoken, handed to staff.

Used by `answering` and `host`. Whatever is taken from the intake ends here in an answer, a private line,
staff's hands, or the intake again; never nowhere. Pure; says nothing itself.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Literal

from streaming.cues import Answer, Ask, Comment, Cue, Defer, Moment, Question
from streaming.director.pending import Pending, Ready, Waiting, ready_data, ready_of
from streaming.director.remembered import answer_data, answer_of, question_data, question_of

__all__ = ["Questions"]

Reason = Literal["unknown", "personal", "late", "forbidden"]
# An answer that is not there so long after the sentence end is too late: silence costs viewers.
_LATE_MS = 1_500
# However long the sentence is, a brain that has not answered by then will not.
_AT_MOST_MS = 20_000
# The same answer is not given again within this time; who asks meanwhile is answered together.
_AGAIN_MS = 180_000
# Answers held back until then, at most; more go to staff.
_MOST_READY = 20
# Deferred questions that staff can still answer, and of them those that outlive a restart.
_MOST_DEFERRED, _MOST_DEFERRED_KEPT = 200, 30
# Answers remembered for those who ask again, and comments of a deferred question.
_MOST_GIVEN = _MOST_COMMENTS = 20


class Questions:
    """The questions between intake and voice.

    Args:
        waiting: where questions wait.
        state: what `state()` gave.

    Attributes:
        asked: by question id.
        ready: in the order of their turn.
        speaking: the answer under way.
    """

    def __init__(self, waiting: Waiting, state: Mapping[str, Any] | None = None) -> None:
        known = state or {}
        self._waiting = waiting
        self.asked: dict[str, Pending] = {}
        for data in known.get("asked", ()):
            question = question_of(data["question"])
            self.asked[question.id] = Pending(question, data["language"], 0)
        self.ready: list[Ready] = [ready_of(data) for data in known.get("ready", ())]
        self.speaking: Ready | None = ready_of(known["speaking"]) if known.get("speaking") else None
        deferred = [question_of(data) for data in known.get("deferred", ())]
        self._deferred = OrderedDict((question.id, question) for question in deferred)
        self._said: dict[str, int] = dict(known.get("said", {}))
        self._given = OrderedDict((name, answer_of(data)) for name, data in known.get("given", ()))

    def ask(self, question: Question, language: str, now: Moment, *, captions: str | None = None) -> Ask:
        """Ask the brain; `captions`: a second language to be read."""
        self.asked[question.id] = Pending(question, language, now.ms)
        return Ask(question, language, captions)

    def begin(self, now: Moment) -> list[Cue]:
        """After a restart: ask again what was not answered.

        Nobody knows how much was heard of the answer that was under way. It is not said again: staff get it.
        """
        cut, self.speaking = self.speaking, None
        cues = self.drop(cut, "late", now) if cut else []
        return cues + [self.ask(one.question, one.language, now) for one in tuple(self.asked.values())]

    def answered(self, question_id: str, answer: Answer | None, now: Moment) -> list[Cue]:
        """Take in what the brain said; an answer nobody waits for is not used."""
        pending = self.asked.pop(question_id, None)
        if pending is None:
            return []
        if answer is None or not (answer.key or answer.text.strip()):
            return [self.let_go(pending.question, "unknown", now)]
        return self.hold(Ready(questions=(pending.question,), answer=answer), now)

    def hold(self, ready: Ready, now: Moment) -> list[Cue]:
        """Keep an answer until its turn; one that says the same as another joins it."""
        name = _same(ready.answer)
        for place, other in enumerate(self.ready):
            if _same(other.answer) == name and not ready.by_staff:
                self.ready[place] = replace(other, questions=(*other.questions, *ready.questions))
                return []
        self._said = {one: since for one, since in self._said.items() if now.ms - since < _AGAIN_MS}
        if name in self._said and not ready.by_staff:
            ready = replace(ready, not_before_ms=self._said[name] + _AGAIN_MS)
        place = 0 if ready.urgent or ready.by_staff else len(self.ready)
        self.ready.insert(place, ready)
        if len(self.ready) <= _MOST_READY:
            return []
        return self.drop(self.ready.pop(), "late", now)

    def due(self, now: Moment) -> Ready | None:
        """The answer to be spoken next; it stays until `take`."""
        return next((one for one in self.ready if (one.not_before_ms or now.ms) <= now.ms), None)

    def take(self, ready: Ready, now: Moment) -> None:
        """It is being spoken."""
        self.remove(ready)
        self._said[_same(ready.answer)] = now.ms
        self.speaking = ready

    def remove(self, ready: Ready) -> None:
        """It will not be spoken: `drop` it, or it is spoken already."""
        self.ready = [one for one in self.ready if one.id != ready.id]

    def untake(self, ready: Ready) -> None:
        """It was not heard."""
        self._said.pop(_same(ready.answer), None)
        self.speaking = None
        self.ready.insert(0, replace(ready, not_before_ms=None))

    def introduce(self, ready: Ready, *, introduced: bool) -> None:
        """Note whether it was said who asks."""
        self.ready = [
            replace(one, introduced=introduced) if one.id == ready.id else one for one in self.ready
        ]

    def heard(self, ready: Ready, text: str, now: Moment) -> None:
        """It was spoken to its end; whoever asks again soon gets it in writing."""
        self.speaking = None
        given = replace(ready.answer, text=text, key=None)
        for question in ready.questions:
            self._given[question.id] = given
            # One that comes back from a checkpoint without its vector is no question the intake could know.
            if question.reading.vector:
                self._waiting.answered(question, now)
        while len(self._given) > _MOST_GIVEN:
            self._given.popitem(last=False)

    def given(self, question_id: str | None) -> Answer | None:
        """What was answered to a question lately."""
        return self._given.get(question_id or "")

    def drop(self, ready: Ready, reason: Reason, now: Moment) -> list[Cue]:
        """Hand its questions to staff after all."""
        self.speaking = None if self.speaking and self.speaking.id == ready.id else self.speaking
        return [self.let_go(question, reason, now) for question in ready.questions]

    def let_go(self, question: Question, reason: Reason, now: Moment) -> Defer:
        """Hand a question that was taken to staff, with all who asked it meanwhile."""
        whole = self._waiting.let_go(question, now) if question.reading.vector else question
        return self.defer(whole, reason)

    def defer(self, question: Question, reason: Reason) -> Defer:
        """Hand a question to staff, and remember it for their answer."""
        self._deferred[question.id] = question
        while len(self._deferred) > _MOST_DEFERRED:
            self._deferred.popitem(last=False)
        return Defer(question, reason)

    def join(self, question_id: str | None, comment: Comment) -> None:
        """Somebody else asks what staff have: that answer is for this viewer too."""
        question = self._deferred.get(question_id or "")
        if question is not None and len(question.comments) < _MOST_COMMENTS:
            self._deferred[question.id] = replace(question, comments=(*question.comments, comment))

    def late(self, now: Moment, idle_since_ms: int | None) -> list[Cue]:
        """Give up what the brain owes for too long, and what waited too long in the intake.

        Args:
            now: this moment.
            idle_since_ms: since when nothing is spoken; None while something is.
        """
        cues: list[Cue] = [self.defer(question, "late") for question in self._waiting.expired(now)]
        for pending in tuple(self.asked.values()):
            silent_ms = 0 if idle_since_ms is None else now.ms - max(idle_since_ms, pending.since_ms)
            if silent_ms >= _LATE_MS or now.ms - pending.since_ms >= _AT_MOST_MS:
                del self.asked[pending.question.id]
                cues.append(self.let_go(pending.question, "late", now))
        return cues

    def give_back(self, now: Moment) -> None:
        """The host will be silent for a while: all questions wait in the intake again."""
        kept = [one for one in self.ready if one.by_staff]
        given = [pending.question for pending in self.asked.values()]
        given += [question for one in self.ready if not one.by_staff for question in one.questions]
        self.asked.clear()
        self.ready = kept
        for question in given:
            self._waiting.put_back(question, now)

    def resolve(self, question_id: str | None) -> Question | None:
        """Take out a question that staff answer or dismiss; None when it is not known any more."""
        if question_id in self.asked:
            return self.asked.pop(question_id).question
        return self._deferred.pop(question_id or "", None)

    def state(self) -> dict[str, Any]:
        """Plain data."""
        deferred = list(self._deferred.values())[-_MOST_DEFERRED_KEPT:]
        return {
            "asked": [
                {"question": question_data(one.question), "language": one.language}
                for one in self.asked.values()
            ],
            "speaking": ready_data(self.speaking) if self.speaking else None,
            "ready": [ready_data(one) for one in self.ready],
            "deferred": [question_data(question, vector=False) for question in deferred],
            "said": dict(self._said),
            "given": [[name, answer_data(answer)] for name, answer in self._given.items()],
        }

    def shift(self, delta_ms: int) -> None:
        """The clock was changed by a restart."""
        self._said = {name: since + delta_ms for name, since in self._said.items()}
        self.ready = [
            one if one.not_before_ms is None else replace(one, not_before_ms=one.not_before_ms + delta_ms)
            for one in self.ready
        ]


def _same(answer: Answer) -> str:
    """Digest that is equal for equal answers."""
    said = "\n".join((answer.source, answer.key or "", answer.product_id or "", answer.text))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
