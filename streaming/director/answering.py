"""Viewers' questions: taken in time, asked ahead, answered aloud or handed on.

Asked by `programme` at sentence ends and by `host` while a sentence is spoken. Says nothing about a
viewer's own orders: for those there is one line without any detail, a written reply, and staff.
"""

from __future__ import annotations

from functools import partial

from streaming.cues import Answer, Cue, Moment, Question, Reply
from streaming.director.desk import Desk, Step
from streaming.director.drafts import Draft, plain_words
from streaming.director.lines import KEYS, Worded
from streaming.director.pending import Ready
from streaming.director.product_truth import title_of
from streaming.director.thanks import sayable

__all__ = ["answer", "reply", "take"]

# Answers in a row before the script goes on; staff and what is urgent come on top.
_IN_ROW = 2
# The line about private questions, and from one cut by an urgent question to the next: a storm of either must
# not stop the show.
_PRIVATE_EVERY_MS = 60_000
_CUT_EVERY_MS = 20_000


def take(desk: Desk, now: Moment, *, urgent: bool = False) -> bool:
    """Take a question out of the intake and ask the brain, if it is time for one.

    Args:
        desk: of the director.
        now: this moment.
        urgent: only one that can't wait.

    Returns:
        Whether an urgent question was asked, so that the sentence under way is to be cut.
    """
    due = desk.questions.due(now)
    in_line = len(desk.questions.asked) + (due is not None)
    if urgent:
        if desk.cut_ms is not None and now.ms - desk.cut_ms < _CUT_EVERY_MS:
            return False
    elif in_line or (desk.in_row >= _IN_ROW and not desk.in_qa(now)):
        return False
    question = desk.waiting.next(now, urgent_only=urgent)
    if question is None:
        return False
    if question.reading.personal:
        _keep_private(desk, question, now)
        return False
    language = desk.answer_language(question)
    desk.cues.append(desk.questions.ask(question, language, now, captions=desk.second(language)))
    if urgent:
        desk.cut_ms = now.ms
    return urgent


def answer(desk: Desk, now: Moment) -> Draft | Step:
    """The answer whose turn it is, or who asked.

    Returns:
        PASS when no answer is due, WAIT while the shop is asked for its values, AGAIN when it went to staff.
    """
    ready = desk.questions.due(now)
    if ready is None:
        return Step.PASS
    if desk.in_row >= _IN_ROW and not (desk.in_qa(now) or ready.by_staff or ready.urgent):
        return Step.PASS
    product = ready.answer.product_id
    if product and (look := desk.truth.look((product,), now)) is not None:
        desk.cues.append(look)
    if ready.answer.key and product and desk.truth.is_waiting((product,)):
        return Step.WAIT
    return _introduction(desk, ready) or _spoken(desk, ready, now)


def reply(comments: Question, given: Answer) -> list[Cue]:
    """The answer in writing, for those comments whose source can carry it."""
    return [
        Reply(one, given.text, given.language) for one in comments.comments if one.can_reply and given.text
    ]


def _keep_private(desk: Desk, question: Question, now: Moment) -> None:
    text = desk.lines.text("private", question.language, {})
    desk.cues += [Reply(one, text, question.language) for one in question.comments if one.can_reply and text]
    desk.cues.append(desk.questions.let_go(question, "personal", now))
    if desk.private_ms is None or now.ms - desk.private_ms >= _PRIVATE_EVERY_MS:
        desk.private_ms = now.ms
        desk.notify("private", now)


def _introduction(desk: Desk, ready: Ready) -> Draft | None:
    name = sayable(ready.questions[0].comments[0].viewer_name) if ready.questions[0].comments else None
    if ready.introduced or name is None:
        return None
    desk.questions.introduce(ready, introduced=True)
    others = ready.asked_by - 1
    undo = partial(desk.questions.introduce, ready, introduced=False)
    language = ready.answer.language
    key = "asked_many" if others else "asked_one"
    said = desk.lines.say(key, language, {"name": name, "count": others}, captions=desk.second(language))
    if said is None:
        return None
    return Draft(
        key=f"intro:{ready.id}",
        parts=(said.text,),
        language=language,
        purpose="answer",
        source=f"host:{key}",
        captions=_captions(desk, language, said.caption),
        question=ready.questions[0],
        undo=undo,
    )


def _captions(desk: Desk, language: str, caption: str | None) -> dict[str, str]:
    second = desk.second(language)
    return {second: caption} if second and caption else {}


def _spoken(desk: Desk, ready: Ready, now: Moment) -> Draft | Step:
    said = _worded(desk, ready, now)
    if said is None:
        desk.questions.remove(ready)
        desk.cues += desk.questions.drop(ready, "unknown", now)
        return Step.AGAIN
    before = desk.in_row, desk.since_answer
    desk.questions.take(ready, now)
    desk.in_row, desk.since_answer = desk.in_row + 1, 0
    desk.pitch.leave()
    return Draft(
        key=f"answer:{ready.id}",
        parts=(said.text,),
        language=ready.answer.language,
        purpose="answer",
        source=ready.answer.source,
        captions=_captions(desk, ready.answer.language, said.caption),
        question=ready.questions[0],
        product=ready.answer.product_id,
        undo=partial(_unsay, desk, ready, before),
        done=partial(desk.questions.heard, ready, said.text),
        lost=partial(_lost, desk, ready),
    )


def _worded(desk: Desk, ready: Ready, now: Moment) -> Worded | None:
    """The words of an answer; one that is a key is worded with what the shop says this moment."""
    given, second = ready.answer, desk.second(ready.answer.language)
    if given.key is None:
        text = plain_words(given.text)
        return Worded(text, plain_words(given.captions.get(second or "", ""))) if text else None
    product = given.product_id
    fresh = desk.truth.fresh(product, now) if product else None
    if given.key not in KEYS or (product and fresh is None):
        return None
    if fresh is not None and fresh.stock <= 0:
        title = title_of(fresh, given.language)
        return desk.lines.say("sold_out", given.language, {"title": title}, captions=second)
    worded = desk.lines.say(given.key, given.language, desk.values(given.language, product, now))
    if worded and second:
        caption = desk.lines.text(given.key, second, desk.values(second, product, now))
        worded = Worded(worded.text, caption)
    if worded and product and "price" in KEYS[given.key]:
        desk.truth.note_price(product, now)
    return worded


def _unsay(desk: Desk, ready: Ready, before: tuple[int, int]) -> None:
    desk.in_row, desk.since_answer = before
    desk.questions.untake(ready)


def _lost(desk: Desk, ready: Ready, now: Moment) -> None:
    desk.cues += desk.questions.drop(ready, "late", now)
