"""The script itself: the sentence that comes next, true to the shop, or what keeps it from being said.

Asked by `programme` when nothing else is to be said. A sentence that needs a value the shop did not give
just now is left out; a product that is sold out is announced once and skipped.
"""

from __future__ import annotations

from functools import partial

from connectors.base import Money
from streaming.cues import Moment
from streaming.director.desk import Desk, Step
from streaming.director.drafts import Draft
from streaming.director.pitch import needs, products_of
from streaming.director.product_truth import title_of
from streaming.script.fill import fill
from streaming.show import Line, Mark, Segment

__all__ = ["next_sentence"]

# A round of segments without a sentence that can be said: the shop is down and every line has a price.
_BARREN_MS = 5_000
# Of a segment for questions, when it says nothing else.
_QA_MOST_S = 120
# So long nobody asks anything: then the show goes on.
_QA_SILENCE_MS = 4_000
# So many sentences of the script after answers before there are answers again.
_BETWEEN = 2


def next_sentence(desk: Desk, now: Moment) -> Draft | Step:
    """The next sentence of the script.

    Returns:
        AGAIN when the place in the script has changed, WAIT when the shop is being asked or questions are
        waited for.
    """
    segment = desk.pitch.segment
    if segment is None:
        return _begin(desk, now)
    line = desk.pitch.line(desk.language)
    if line is None:
        return _wait_or_end(desk, segment, now)
    for check in (_check_product, _open, _check_price):
        step = check(desk, segment, line, now)
        if step is not Step.PASS:
            return step
    return _bridge(desk, segment) or _sentence(desk, segment, line, now)


def _begin(desk: Desk, now: Moment) -> Step:
    if desk.shift is None:
        return Step.WAIT
    chosen = None
    if desk.barren < len(desk.shift.segments):
        after = None if desk.after is None else (desk.after,)
        chosen = desk.rotation.next(desk.show, desk.shift, after)
    if chosen is None:
        desk.barren, desk.hold_until_ms = 0, now.ms + _BARREN_MS
        return Step.WAIT
    desk.pitch.begin(*chosen)
    desk.after = chosen[0].id
    return Step.AGAIN


def _end(desk: Desk) -> Step:
    desk.barren = 0 if desk.pitch.said else desk.barren + 1
    desk.pitch.end()
    desk.card = None
    return Step.AGAIN


def _wait_or_end(desk: Desk, segment: Segment, now: Moment) -> Step:
    if segment.kind != "qa" or desk.barren:
        return _end(desk)
    pitch = desk.pitch
    if pitch.rest_until_ms is None:
        _open_questions(desk, segment, now)
    silent_ms = 0 if desk.idle_since_ms is None else now.ms - desk.idle_since_ms
    over = not desk.in_qa(now) or silent_ms >= _QA_SILENCE_MS
    return _end(desk) if over and not desk.questions.asked else Step.WAIT


def _open_questions(desk: Desk, segment: Segment, now: Moment) -> None:
    desk.pitch.rest_until_ms = now.ms + (segment.most_s or _QA_MOST_S) * 1000


def _check_product(desk: Desk, segment: Segment, line: Line, now: Moment) -> Step:
    ids = products_of(segment, line)
    if not ids:
        return Step.PASS
    truth, main = desk.truth, segment.product
    if (look := truth.look(ids, now)) is not None:
        desk.cues.append(look)
    shown = truth.shown(main, now)
    # Sentences that name no value are said while the shop is being asked: the card is renewed meanwhile.
    must = bool(needs(line)) or not desk.pitch.opened or shown is None or shown.stock <= 0
    if must and truth.is_waiting(ids):
        return Step.WAIT
    if main is None:
        return Step.PASS
    fresh = truth.fresh(main, now)
    if fresh is not None and fresh.stock <= 0:
        return _sold_out(desk, main, title_of(fresh, desk.language), now)
    return _end(desk) if truth.is_gone(main, now) else Step.PASS


def _sold_out(desk: Desk, product: str, title: str, now: Moment) -> Step:
    if desk.truth.announce(product):
        desk.notify("sold_out", now, title=title)
    if desk.sale.product == product:
        desk.sale.close()
    return _end(desk)


def _open(desk: Desk, segment: Segment, line: Line, now: Moment) -> Step:
    """What begins with a segment: its sale or its poll; one of them at a time."""
    if desk.pitch.opened:
        return Step.PASS
    desk.pitch.opened = True
    if segment.kind == "flash_sale" and segment.countdown_s:
        return _open_sale(desk, segment, segment.countdown_s, now)
    if segment.kind == "poll" and segment.poll is not None:
        if desk.ballot.segment is not None:
            return _end(desk)
        desk.ballot.open(segment, now)
        desk.notify("poll_opens", now)
        return Step.AGAIN
    return Step.PASS


def _open_sale(desk: Desk, segment: Segment, length_s: int, now: Moment) -> Step:
    product = desk.truth.fresh(segment.product, now) if segment.product else None
    if desk.sale.is_on:
        return Step.PASS if desk.sale.segment == segment.id else _end(desk)
    if segment.product and product is None:
        return _end(desk)  # Nobody can say at what price it would be sold.
    said = desk.truth.said_price(segment.product or "")
    before = said if product is not None and _is_lower(product.price, said) else None
    desk.sale.open(segment.id, segment.product, length_s, before, now)
    if product is not None:
        title = title_of(product, desk.language)
        desk.notify("sale_opens", now, title=title, minutes=desk.sale.minutes(now))
    return Step.AGAIN


def _is_lower(price: Money, said: Money | None) -> bool:
    return said is not None and said.currency == price.currency and price.amount < said.amount


def _check_price(desk: Desk, segment: Segment, line: Line, now: Moment) -> Step:
    """Another price than viewers were told is pointed out first; in a sale it is what the sale is for."""
    product = segment.product
    if product is None or segment.kind == "flash_sale" or "price" not in needs(line):
        return Step.PASS
    if not desk.truth.price_changed(product, now):
        return Step.PASS
    desk.truth.note_price(product, now)
    desk.notify("price_note", now, first=True)
    return Step.AGAIN


def _bridge(desk: Desk, segment: Segment) -> Draft | None:
    if not desk.pitch.left:
        return None
    desk.pitch.left = False
    key = "back_to_pitch" if segment.product else "back_plain"
    return desk.say(key, "bridge", undo=desk.pitch.leave)


def _sentence(desk: Desk, segment: Segment, line: Line, now: Moment) -> Draft | Step:
    pitch, language, captions = desk.pitch, desk.language, desk.captions
    place = f"{segment.id}/{pitch.variant}/{pitch.index}"
    parts = fill(line, desk.values(language, segment.product, now), language)
    if parts is None:
        pitch.index += 1
        return Step.AGAIN
    caption_line = pitch.caption_line(language, captions)
    filled = (
        fill(caption_line, desk.values(captions, segment.product, now), captions)
        if captions and caption_line
        else None
    )
    caption = "".join(one for one in filled or () if isinstance(one, str))
    undo = partial(_unsay, desk, segment, (pitch.index, pitch.said, desk.in_row, desk.since_answer))
    _count(desk, segment, line, now)
    return Draft(
        key=f"script:{place}",
        parts=parts,
        language=language,
        purpose="script",
        source=f"script:{line.line}",
        captions={captions: caption} if captions and caption else {},
        undo=undo,
        done=partial(_take_off_card, desk, segment, line),
    )


def _count(desk: Desk, segment: Segment, line: Line, now: Moment) -> None:
    desk.pitch.index += 1
    desk.pitch.said += 1
    desk.barren = 0
    if segment.kind == "qa" and desk.pitch.line(desk.language) is None:
        _open_questions(desk, segment, now)
    desk.since_answer += 1
    if desk.since_answer >= _BETWEEN:
        desk.in_row = 0
    if segment.product and "price" in needs(line):
        desk.truth.note_price(segment.product, now)
    _put_on_card(desk, segment, line)


def _put_on_card(desk: Desk, segment: Segment, line: Line) -> None:
    """A card stands from its mark on; in a segment without marks, from the first sentence."""
    marked = [part.value or segment.product for part in _marks(line, "card")]
    if marked:
        desk.card = marked[-1]
    elif not any(_marks(one, "card") for one in desk.pitch.lines(desk.language)):
        desk.card = segment.product


def _take_off_card(desk: Desk, segment: Segment, line: Line, _: Moment) -> None:
    cards = [part.name for part in line.parts if isinstance(part, Mark) and part.name in {"card", "uncard"}]
    if cards and cards[-1] == "uncard" and desk.pitch.segment is segment:
        desk.card = None


def _marks(line: Line, name: str) -> list[Mark]:
    return [part for part in line.parts if isinstance(part, Mark) and part.name == name]


def _unsay(desk: Desk, segment: Segment, before: tuple[int, int, int, int]) -> None:
    desk.in_row, desk.since_answer = before[2:]
    if desk.pitch.segment is segment:
        desk.pitch.index, desk.pitch.said = before[:2]
