"""The room's brain: reads comments, and answers what may be heard by everybody.

`read` is asked for every comment, `answer` for the few that the director chose. Answers come from the
knowledge base and the shop, as shoppers in the chat get them; what is not known there is not answered.
Called by `streaming.session`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from icu4py.breakers import SentenceBreaker

from bot.dialogue.phrases import Phrases
from bot.live.reading import CommentReader
from bot.wording import Wording
from knowledge.asking import ask
from knowledge.locales import locale_of
from knowledge.search import KnowledgeBase
from streaming.cues import Answer, Question, Reading
from streaming.script.estimate import seconds

__all__ = ["LiveBrain"]

_WHAT_ARE_YOU = "bot_challenge"
_ABOUT_GOODS = "find_product"
# What one viewer asked, all the others hear: longer answers are for the chat.
_LISTENED_S = 12.0
_OF_GOODS = frozenset({"price", "stock"})


class LiveBrain:
    """Fulfils `streaming.session.Brain`.

    Args:
        make_reader: of comments; takes a second.
        knowledge: the shop's.
        wording: for what the host says of itself, and the languages that there are.
        phrases: known by heart.
    """

    def __init__(
        self,
        *,
        make_reader: Callable[[], CommentReader],
        knowledge: KnowledgeBase,
        wording: Wording,
        phrases: Phrases,
    ) -> None:
        self._make_reader, self._knowledge = make_reader, knowledge
        self._wording, self._phrases = wording, phrases
        self._reader: CommentReader | None = None
        self._waking = asyncio.Lock()

    async def awake(self) -> None:
        """Return when comments can be read: a show that is taken up again does not wait for that."""
        async with self._waking:
            if self._reader is None:
                self._reader = await asyncio.to_thread(self._make_reader)

    def read(self, text: str, *, room_language: str, card: str | None) -> Reading:
        """What a comment is about; see `CommentReader.read`. Await `awake` first."""
        if self._reader is None:
            raise RuntimeError("read before awake")
        return self._reader.read(text, room_language=room_language, card=card)

    async def answer(
        self, question: Question, *, language: str, captions: str | None = None
    ) -> Answer | None:
        """What may be said aloud.

        Args:
            question: not a personal one; those are never given here.
            language: to answer in.
            captions: a second language in which the answer is shown.

        Returns:
            A text, or `key="product_offer"` for a product, which the director words at the moment of
            speaking; None when neither the shop nor the knowledge base knows.
        """
        known = self._phrases.intent(question.text, question.language)
        if known == _WHAT_ARE_YOU:
            return Answer(text="", language=language, source="host:ai_reminder", key="ai_reminder")
        vector = self._knowledge.encode(question.text)
        found = ask(self._knowledge, question.text, vector=vector, language=question.language)
        entry = found.hits[0].entry_id if found.outcome == "answer" else None
        product_id = question.reading.product_id
        about = question.reading.topic in _OF_GOODS or known == _ABOUT_GOODS
        if product_id and (entry is None or about):
            source = f"product:{product_id}"
            return Answer(
                text="", language=language, source=source, product_id=product_id, key="product_offer"
            )
        if entry is None:
            return None
        fallback = (self._wording.default_language, "en")
        answer = self._knowledge.answer(entry, language, fallback=fallback)
        if answer is None:
            return None
        second = self._knowledge.answer(entry, captions) if captions else None
        shown = (
            {captions: _beginning(second.text, captions)}
            if captions and second and second.language == captions
            else {}
        )
        text = _beginning(answer.text, answer.language)
        return Answer(
            text=text, language=answer.language, source=f"faq:{entry}", product_id=product_id, captions=shown
        )


def _beginning(text: str, language: str) -> str:
    """The first sentences, as many as a crowd listens to; at least one."""
    kept = ""
    for _, end in SentenceBreaker(text, str(locale_of(language))).segments():
        longer = text[:end]
        if kept and seconds(longer, language) > _LISTENED_S:
            break
        kept = longer.strip()
    return kept
