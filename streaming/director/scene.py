"""What stands on the stage, from what the director knows. Pure; called after every event.

The director sends a scene only when it differs from the last one.
"""

from __future__ import annotations

from typing import Literal

from streaming.cues import Moment, Scene
from streaming.director.desk import Desk
from streaming.director.drafts import Draft
from streaming.director.thanks import sayable

__all__ = ["scene_of"]


# A comment on the stage fits two lines.
_COMMENT_CHARS = 160


def scene_of(
    desk: Desk,
    speaking: Draft | None,
    mode: Literal["live", "assist", "paused", "staff", "slate"],
    now: Moment,
) -> Scene:
    """The whole scene.

    Args:
        desk: of the director.
        speaking: the sentence under way.
        mode: who is in charge, as shown.
        now: this moment.
    """
    quiet = mode == "slate"
    product = (speaking.product if speaking else None) or desk.card
    segment = desk.pitch.segment
    coupon = desk.values(desk.language, None, now).get("coupon") if desk.coupon_until_ms is not None else None
    return Scene(
        mode=mode,
        product=None if quiet else desk.truth.shown(product, now),
        before=desk.sale.before if desk.sale.is_on and product == desk.sale.product and not quiet else None,
        countdown_ends=None if quiet else desk.sale.ends,
        coupon=None if quiet or coupon is None else str(coupon),
        highlight=None if quiet or speaking is None else _highlight(speaking),
        poll=None if quiet else desk.ballot.shown(desk.language, now),
        language=desk.language,
        captions=desk.captions,
        persona=desk.shift.persona if desk.shift else "",
        label=True,
        segment=segment.id if segment else None,
    )


def _highlight(speaking: Draft) -> tuple[str, str, int] | None:
    """Who asks what: nothing for what was asked in private, which is never answered aloud."""
    question = speaking.question
    if question is None or not question.comments:
        return None
    name = sayable(question.comments[0].viewer_name) or ""
    return name, question.text[:_COMMENT_CHARS], question.askers - 1
