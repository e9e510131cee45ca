"""The vocabulary of a live room: what is fed to the director, and the cues that come out.

Used by every module of `streaming`. All types are frozen. Wall-clock times are aware UTC; what must not jump
(durations, deadlines) is counted in milliseconds of a monotonic clock. Texts of viewers are untrusted
wherever they stand: never markup, never a pattern, never a log line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from connectors.base import Money, Product
from streaming.show import Mark

__all__ = [
    "Answer",
    "Answered",
    "Ask",
    "CatalogueRead",
    "Comment",
    "Control",
    "ControlKind",
    "Cue",
    "Cut",
    "Defer",
    "Event",
    "Heard",
    "Look",
    "Moment",
    "Purpose",
    "Question",
    "Reading",
    "Reply",
    "Say",
    "Scene",
    "Social",
    "SocialKind",
    "Spoken",
    "Tick",
    "Utterance",
    "Vote",
]

Purpose = Literal["script", "answer", "bridge", "rule", "thanks", "notice", "staff"]
SocialKind = Literal["follow", "gift", "join", "like", "share", "order"]
ControlKind = Literal[
    "pause", "resume", "skip", "say", "take_over", "hand_back", "slate", "unslate", "answer", "dismiss",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, on both clocks: `wall` chooses shifts and is shown, `ms` measures."""

    wall: datetime
    ms: int


# --- What happens in a room ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a viewer wrote.

    Attributes:
        id: unique within its source; the same id again is the same comment.
        source: `rest`, `ws`, `replay`, `demo`, or the folder of a connector.
        viewer_id: opaque; `viewer_name`: as shown, untrusted.
        at: when it was written.
        can_reply: whether the source can carry a written reply to it.
    """

    id: str
    source: str
    viewer_id: str
    viewer_name: str
    text: str
    at: datetime
    can_reply: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Social:
    """Follow, gift, join, likes, share or order; `count` of gifts or likes, `what` names a gift."""

    kind: SocialKind
    viewer_id: str
    viewer_name: str
    at: datetime
    count: int = 1
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """A viewer's choice in the open poll: option from 0. One viewer counts once, the last choice."""

    viewer_id: str
    option: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """What staff want.

    Attributes:
        kind: `pause`/`resume` the show at the next sentence end; `skip` the segment; `say` a text next;
            `take_over` (the host falls silent at once)/`hand_back`; `slate` (panic: silence and a still
            picture at once)/`unslate`; `answer` a deferred question with a text, or `dismiss` it.
        by: who, for the record.
        text: to say or to answer; `language` of it, None for the room's.
        question_id: to answer or dismiss.
        urgent: `say` cuts into what is being spoken.
    """

    kind: ControlKind
    by: str
    text: str = ""
    language: str | None = None
    question_id: str | None = None
    urgent: bool = False


# --- What the brain knows of a text ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a comment is about, as the brain reads it in a millisecond or two.

    Attributes:
        language: of the text; the room's when it says nothing (emoji, numbers, names).
        vector: unit length; equal questions in different words and languages lie near one another.
        asks: 0..1, how likely it asks for something that can be answered (not "hi", "lol", "❤️").
        buying: 0..1, how near to buying it sounds: price, stock, size, how to order, coupon.
        personal: about an order, an address or an account of the viewer's own; never answered aloud.
        urgent: can't wait for a sentence end ("your microphone is off", "wrong price on screen").
        product_id: named product, if any; the one on the card where the text can only mean that
            ("how much is it?").
        topic: what would answer it (`faq:<entry>`, `price`, `stock` …) where the brain is sure of that; two
            questions of one topic about one product have one answer.
    """

    language: str
    vector: tuple[float, ...]
    asks: float
    buying: float = 0.0
    personal: bool = False
    urgent: bool = False
    product_id: str | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Equal questions of one or many viewers, as `Intake` hands them to the director.

    Attributes:
        id: stays the same while it waits.
        text, language: of the clearest one.
        comments: those that ask it, the oldest first, one a viewer; of very many only the first.
        reading: of the clearest one.
        more: how many more viewers ask it whose comments were not kept.
    """

    id: str
    text: str
    language: str
    comments: tuple[Comment, ...]
    reading: Reading
    more: int = 0

    @property
    def askers(self) -> int:
        """How many viewers ask it."""
        return len(self.comments) + self.more


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the brain answers: safe to be heard by everybody.

    Attributes:
        text: one to four sentences in `language`; empty with a `key`.
        source: `faq:<entry>`, `product:<id>`, `staff:<name>`; kept with every sentence spoken.
        product_id: to be shown with it, if any.
        key: one of the host's own lines instead of a text. The director words it when it is spoken, with
            what the shop then says of the product (`product_offer`: title, price, stock).
        captions: the same in other languages, to be read.
    """

    text: str
    language: str
    source: str
    product_id: str | None = None
    key: str | None = None
    captions: Mapping[str, str] = field(default_factory=dict)


# --- Fed to the director -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; fed every 250 ms or so."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A comment with what the brain read in it."""

    comment: Comment
    reading: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """An utterance is over: wholly, or cut or failed after `heard_ms`."""

    utterance_id: str
    heard_ms: int
    outcome: Literal["done", "cut", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueRead:
    """What the shop said to a `Look`: products by id; None when it did not answer in time."""

    look_id: str
    products: Mapping[str, Product] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the brain said to an `Ask`; None when it does not know or took too long."""

    question_id: str
    answer: Answer | None


Event = Tick | Spoken | CatalogueRead | Answered | Heard | Social | Vote | Control


# --- Cues that come out ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A sentence to be spoken, filled in and final.

    Attributes:
        id: unique in the room, for ever.
        parts: texts and marks; the texts joined are the caption. Plain text, no markup.
        captions: the same sentence in other languages, shown and not spoken.
        persona: id.
        segment: id of the segment it belongs to or interrupts, None outside any.
        interruptible: whether something urgent may cut it.
        source: where it comes from: `script:<line>`, `host:<key>`, or an answer's source. For the record.
        question_id: what it answers, if anything.
    """

    id: str
    parts: tuple[str | Mark, ...]
    language: str
    persona: str
    purpose: Purpose
    source: str
    captions: Mapping[str, str] = field(default_factory=dict)
    segment: str | None = None
    interruptible: bool = True
    question_id: str | None = None

    @property
    def text(self) -> str:
        """The caption."""
        return "".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True, slots=True)
class Say:
    """Speak it now. Answered by `Spoken`. At most one is under way."""

    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Cut:
    """Fall silent now, within 200 ms. Answered by `Spoken` with `cut`."""

    utterance_id: str


@dataclass(frozen=True, slots=True)
class Look:
    """Read these products from the shop now. Answered by `CatalogueRead`, in time or with None."""

    look_id: str
    product_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """Find an answer in this language, and in a second one to be read. Answered by `Answered`."""

    question: Question
    language: str
    captions: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """Write to a viewer: answers the comment where its source can carry that."""

    comment: Comment
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Defer:
    """Nobody could answer this aloud: staff get it. `reason`: `unknown`, `personal`, `late`, `forbidden`."""

    question: Question
    reason: Literal["unknown", "personal", "late", "forbidden"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """All that stands on the stage besides the presenter; sent whole whenever something of it changed.

    Attributes:
        mode: `live`; `assist` (a person presents, reading); `paused`; `staff` (taken over); `slate`.
        product: the product on the card, as last read; None shows none.
        before: price of that product before the flash sale, when viewers were told it.
        countdown_ends: wall-clock end of a flash sale.
        coupon: code on show.
        highlight: (viewer's name, text, how many more ask it) of the comment being answered.
        poll: question, options and counts of the open poll, in the room's language; None when none is open.
        language, captions: spoken language and second caption language.
        persona: id.
        label: whether the AI label must be shown; always true where a synthetic host is seen or heard.
        segment: id.
    """

    mode: Literal["live", "assist", "paused", "staff", "slate"] = "live"
    product: Product | None = None
    before: Money | None = None
    countdown_ends: datetime | None = None
    coupon: str | None = None
    highlight: tuple[str, str, int] | None = None
    poll: tuple[str, tuple[tuple[str, int], ...]] | None = None
    language: str = "en"
    captions: str | None = None
    persona: str = ""
    label: bool = True
    segment: str | None = None


Cue = Say | Cut | Look | Ask | Reply | Defer | Scene
