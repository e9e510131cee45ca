"""What viewers write, bounded, cleaned, grouped and ranked: in with comments, out with questions. Pure.

Fed by the session with every comment and its reading; the director takes questions out, and says what became
of them with `answered`, `let_go` or `put_back`. No clock of its own: every call is given a `Moment`, of which
`ms` measures. Nothing is lost silently: each comment gets a `Verdict`, and each question leaves by `next`,
`expired` or as the `overflow` of a verdict. Not thread-safe. Logs nothing.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from streaming.comments.clusters import ALIKE, Clusters
from streaming.comments.comment_filter import Cleaned, CommentFilter, Refusal
from streaming.comments.floods import FloodLimits, Floods
from streaming.comments.groups import Group, clarity_of, viewer_key
from streaming.comments.intake_state import Held, Kept, Recent, read_state, write_state
from streaming.comments.personal_data import PersonalKind
from streaming.comments.plain_text import folded
from streaming.comments.priority import Weights, worth
from streaming.comments.verdicts import Fate, IntakeLimits, Verdict
from streaming.cues import Comment, Moment, Question, Reading

__all__ = ["Fate", "Intake", "IntakeLimits", "Verdict"]


class Intake:
    """The queue of a room.

    Args:
        language: of the room now; change it with `prefer`.
        comment_filter: cleans texts and names.
        limits, floods, weights: see there.
        alike: see `Clusters`.
    """

    def __init__(
        self,
        language: str = "en",
        *,
        comment_filter: CommentFilter | None = None,
        limits: IntakeLimits | None = None,
        floods: FloodLimits | None = None,
        weights: Weights | None = None,
        alike: float = ALIKE,
    ) -> None:
        self._language = language
        self._filter = comment_filter or CommentFilter()
        self._limits = limits or IntakeLimits()
        self._floods = Floods(floods)
        self._weights = weights or Weights()
        self._clusters = Clusters(alike=alike)
        self._waiting: dict[str, Group] = {}
        self._in_hand: dict[str, Held] = {}
        self._recent: dict[str, Recent] = {}
        self._served: OrderedDict[str, int] = OrderedDict()
        self._now: Moment | None = None
        self._counts: Counter[Fate] = Counter()

    @property
    def waiting(self) -> int:
        """How many questions wait."""
        return len(self._waiting)

    @property
    def counts(self) -> Mapping[Fate, int]:
        """Comments by fate since the start: for metrics."""
        return self._counts

    def prefer(self, language: str) -> None:
        """From now on wordings in this language stand for their question first."""
        self._language = language

    # --- Comments in --------------------------------------------------------------------------------------

    def add(self, comment: Comment, reading: Reading, now: Moment) -> Verdict:
        """Take in a comment.

        Args:
            comment: as it came, untrusted.
            reading: of its text.
            now: when it arrived.
        """
        self._pass_time(now)
        if self._floods.is_known(f"{comment.source}:{comment.id}"):
            return self._judge("duplicate", _silenced(comment))
        viewer = viewer_key(comment)
        if self._floods.is_flood(viewer, now.ms):
            return self._judge("flood", _silenced(comment))
        cleaned = self._filter.clean(comment.text, language=reading.language)
        shown = replace(comment, text=cleaned.text, viewer_name=self._filter.name(comment.viewer_name))
        if cleaned.refusal is not None:
            fate: Fate = "abuse" if cleaned.refusal == "abuse" else "spam"
            return self._judge(fate, _silenced(comment), refusal=cleaned.refusal)
        if self._floods.is_repeat(viewer, cleaned.folded, now.ms):
            return self._judge("repeated", shown, masked=cleaned.masked)
        if self._floods.is_copy(viewer, cleaned.folded, now.ms):
            return self._judge("copied", shown, masked=cleaned.masked)
        if not cleaned.text or not (reading.urgent or reading.asks >= self._limits.least_asks):
            return self._judge("not_a_question", shown, masked=cleaned.masked)
        return self._place(shown, reading, cleaned, now)

    def _place(self, comment: Comment, reading: Reading, cleaned: Cleaned, now: Moment) -> Verdict:
        """Put a question where it belongs."""
        clarity = clarity_of(comment.text, reading, language=self._language, is_masked=bool(cleaned.masked))
        key = self._clusters.nearest(reading, cleaned.folded)
        if key is not None and key in self._recent:
            return self._judge(self._recent[key].fate, comment, key, masked=cleaned.masked)
        kept = self._limits.comments
        if key is not None and key in self._waiting:
            self._waiting[key].join(comment, reading, clarity=clarity, kept=kept)
            return self._judge("joined", comment, key, masked=cleaned.masked)
        group = Group.begin(comment, reading, folded=cleaned.folded, ms=now.ms, clarity=clarity)
        if group.id in self._clusters:
            # A source that uses an id again after thousands of others must not push a question out.
            group.id = f"{group.id}@{now.ms}"
        if key is not None:
            self._in_hand[key].join_late(group, kept=kept)
            return self._judge("being_answered", comment, key, masked=cleaned.masked)
        self._wait(group)
        overflow = self._overflow(now)
        is_out = overflow is not None and overflow.id == group.id
        return self._judge(
            "deferred" if is_out else "kept", comment, group.id, overflow=overflow, masked=cleaned.masked
        )

    # --- Questions out ------------------------------------------------------------------------------------

    def next(self, now: Moment, *, urgent_only: bool = False) -> Question | None:
        """Take out the most valuable question that is not too old.

        Args:
            now: the moment.
            urgent_only: only what can't wait for a sentence end.

        Returns:
            None when there is none. Tell what became of it: `answered`, `let_go` or `put_back`.
        """
        self._pass_time(now)
        groups = [
            group
            for group in self._waiting.values()
            if (group.reading.urgent or not urgent_only) and not self._is_too_old(group, now)
        ]
        if not groups:
            return None
        best = max(groups, key=lambda group: self._rank(group, now))
        if len(self._in_hand) >= self._limits.in_hand:
            self._release(next(iter(self._in_hand)))
        del self._waiting[best.id]
        self._in_hand[best.id] = Held(best, now.ms)
        return best.question()

    def expired(self, now: Moment) -> tuple[Question, ...]:
        """Take out all that wait too long to be answered aloud: hand them to staff, the oldest first."""
        self._pass_time(now)
        old = [group for group in self._waiting.values() if self._is_too_old(group, now)]
        for group in old:
            del self._waiting[group.id]
            self._remember(group, "deferred_lately", now)
        return tuple(group.question() for group in sorted(old, key=lambda group: group.first_ms))

    def put_back(self, question: Question, now: Moment) -> None:
        """Let a question wait again, as old as it is, with those who asked it meanwhile."""
        self._pass_time(now)
        group = self._taken(question, now)
        self._waiting[group.id] = group

    def answered(self, question: Question, now: Moment) -> None:
        """The question was answered aloud; those who asked it meanwhile heard the answer too."""
        self._pass_time(now)
        group = self._taken(question, now)
        for comment in group.comments:
            viewer = viewer_key(comment)
            self._served[viewer] = now.ms
            self._served.move_to_end(viewer)
            if len(self._served) > self._limits.served:
                self._served.popitem(last=False)
        self._remember(group, "answered_lately", now)

    def let_go(self, question: Question, now: Moment) -> Question:
        """The question was not answered and goes to staff.

        Returns:
            It with those who asked it meanwhile: defer this one.
        """
        self._pass_time(now)
        group = self._taken(question, now)
        self._remember(group, "deferred_lately", now)
        return group.question()

    # --- Checkpoints --------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """All that must outlive the process, fit for JSON; times as ages before the last call."""
        if self._now is None:
            return {}
        kept = Kept(self._waiting, self._in_hand, self._recent, self._served, self._floods.ids(1_000))
        return write_state(kept, self._now)

    @classmethod
    def restored(cls, state: Mapping[str, Any], now: Moment, **arguments: Any) -> Intake:
        """An intake as it was when `state` was taken; ages go on over the time between, by the wall clock.

        Args:
            state: from `state()`, perhaps empty.
            now: of this process.
            arguments: as for `Intake`.

        Raises:
            ValueError, KeyError, TypeError: it is not such a state; start with an empty intake.
        """
        intake = cls(**arguments)
        if not state:
            return intake
        kept = read_state(state, now)
        intake._now = now
        intake._waiting, intake._in_hand, intake._recent = kept.waiting, kept.in_hand, kept.recent
        intake._served = kept.served
        intake._floods.remember_ids(kept.ids)
        in_hand = (held.group for held in kept.in_hand.values())
        recent = (one.group for one in kept.recent.values())
        for group in (*kept.waiting.values(), *in_hand, *recent):
            intake._clusters.add(group.id, group.leader, group.leader_text)
        return intake

    # --- Inside -------------------------------------------------------------------------------------------

    def _judge(
        self,
        fate: Fate,
        comment: Comment,
        question_id: str | None = None,
        *,
        overflow: Question | None = None,
        refusal: Refusal | None = None,
        masked: frozenset[PersonalKind] = frozenset(),
    ) -> Verdict:
        self._counts[fate] += 1
        return Verdict(
            fate=fate,
            comment=comment,
            question_id=question_id,
            overflow=overflow,
            refusal=refusal,
            masked=masked,
        )

    def _rank(self, group: Group, now: Moment) -> tuple[bool, float, int]:
        """Higher goes first; of equals the older."""
        points = worth(
            buying=group.reading.buying,
            asks=group.reading.asks,
            askers=group.askers,
            waited_ms=now.ms - group.first_ms,
            is_served=bool(self._served) and group.is_served(self._served),
            weights=self._weights,
        )
        return group.reading.urgent, points, -group.first_ms

    def _overflow(self, now: Moment) -> Question | None:
        """Take out the least valuable question when there is one too many."""
        if len(self._waiting) <= self._limits.waiting:
            return None
        least = min(self._waiting.values(), key=lambda group: self._rank(group, now))
        del self._waiting[least.id]
        self._remember(least, "deferred_lately", now)
        return least.question()

    def _wait(self, group: Group) -> None:
        self._waiting[group.id] = group
        self._clusters.add(group.id, group.leader, group.leader_text)

    def _taken(self, question: Question, now: Moment) -> Group:
        """The group of a question in the director's hands, with late askers; made anew when not known."""
        held = self._in_hand.pop(question.id, None)
        if held is not None:
            return held.whole(kept=self._limits.comments)
        known = self._waiting.pop(question.id, None)
        if known is None and question.id in self._recent:
            known = self._recent.pop(question.id).group
        group = known or Group.of(question, folded=folded(question.text), ms=now.ms)
        if group.id not in self._clusters:
            self._clusters.add(group.id, group.leader, group.leader_text)
        return group

    def _remember(
        self, group: Group, fate: Literal["answered_lately", "deferred_lately"], now: Moment
    ) -> None:
        """Keep the group so that the same question is not taken again for a while."""
        window = self._limits.urgent_ms if group.reading.urgent else self._limits.answered_ms
        self._recent[group.id] = Recent(group, fate, now.ms + window)
        same = [key for key, recent in self._recent.items() if recent.fate == fate]
        if len(same) > self._limits.recent:
            self._forget(same[0])

    def _forget(self, key: str) -> None:
        del self._recent[key]
        self._clusters.remove(key)

    def _release(self, key: str) -> None:
        """The director has forgotten a question: those who asked it meanwhile wait for it on their own."""
        held = self._in_hand.pop(key)
        self._clusters.remove(key)
        if held.late is not None:
            self._wait(held.late)

    def _is_too_old(self, group: Group, now: Moment) -> bool:
        return now.ms - group.first_ms > self._limits.most_age_ms

    def _pass_time(self, now: Moment) -> None:
        """Forget what is over."""
        self._now = now
        for key in [key for key, recent in self._recent.items() if recent.until_ms <= now.ms]:
            self._forget(key)
        for key in [
            key for key, held in self._in_hand.items() if now.ms - held.since_ms > self._limits.in_hand_ms
        ]:
            self._release(key)
        while self._served and now.ms - next(iter(self._served.values())) > self._limits.served_ms:
            self._served.popitem(last=False)


def _silenced(comment: Comment) -> Comment:
    """Without anything that could be shown."""
    return replace(comment, text="", viewer_name="")
