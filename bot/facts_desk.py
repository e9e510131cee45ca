"""Shop facts of a running product: shown, tried out, saved, and answered with from then on.

The port behind `/api/shop/facts`. A save goes to the database first, then into the running knowledge base; a
restart finds the same, and so does another process, which looks every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from bot.config import ShopSettings
from bot.shop_facts import FIELDS, Problem, checked, merged
from bot.store import Store, StoreError
from bot.web.fact_ports import FactField, FactProblem, FactsPreview, FactsShown, FactsStale, PreviewAnswer
from knowledge.coverage import Coverage, coverage, pages
from knowledge.facts import Facts
from knowledge.search import KnowledgeBase

__all__ = ["FactsDesk", "save_facts", "saved_facts"]

_log = structlog.get_logger(__name__)
_KEY = "facts"
_LOOK_EVERY_S = 3.0


async def saved_facts(store: Store) -> tuple[dict[str, Any] | None, int]:
    """What was saved last, None when nothing was, and how often that was done."""
    state = await store.shop_state(_KEY)
    return (state["facts"], state["version"]) if state else (None, 0)


async def save_facts(store: Store, facts: Mapping[str, Any], *, version: int) -> int:
    """Keep facts as the version after `version`. Returns the version that is kept then.

    Raises:
        FactsStale: another save was quicker.
    """
    wanted = {"facts": dict(facts), "version": version + 1}
    # One key for all saves that start from a version: the first is kept, and every caller sees which that is.
    kept = await store.put_shop_state(_KEY, wanted, once=f"facts-{version + 1}")
    if kept != wanted:
        raise FactsStale
    return version + 1


class FactsDesk:
    """Implements `bot.web.fact_ports.FactsDesk`.

    Args:
        knowledge: the running base.
        store: open.
        platform: facts of the shop platform, as read at start.
        ours: `shop:` of config.yml.
        languages: that the product speaks.
        version: of the saved facts that the base was opened with.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        store: Store,
        *,
        platform: Mapping[str, Any],
        ours: ShopSettings,
        languages: Sequence[str],
        version: int,
    ) -> None:
        self._knowledge, self._store = knowledge, store
        self._platform, self._ours, self._languages = platform, ours, languages
        self._changing = asyncio.Lock()
        self._version = version

    async def shown(self) -> FactsShown:
        """All facts with their values, and what they make of the answers."""
        saved, version = await saved_facts(self._store)
        facts = self._merged(saved)
        fixed = self._ours.model_dump(exclude_none=True)
        fields = tuple(
            FactField(
                name=field.name, group=field.group, kind=field.kind, unit=field.unit,
                value=_plain(facts.given.get(field.name)), fixed=field.name in fixed,
            )
            for field in FIELDS.values()
        )  # fmt: skip
        covered = await asyncio.to_thread(self._covered, facts)
        return FactsShown(fields=fields, version=version, coverage=covered)

    async def preview(self, facts: Mapping[str, Any], language: str) -> FactsPreview:
        """What would be answered in a language, beside what is answered now; nothing is kept."""
        kept, problems = checked(facts, currency=self._ours.currency)
        if problems:
            return FactsPreview(problems=_told(problems))
        return await asyncio.to_thread(self._previewed, self._merged(kept), language)

    async def save(self, facts: Mapping[str, Any], *, version: int) -> tuple[FactProblem, ...]:
        """Keep facts; they are answered with when this returns.

        Args:
            facts: a whole statement; what is not in it is not said any more.
            version: of the facts that the person has seen.

        Returns:
            What is wrong with them; then nothing was kept.

        Raises:
            FactsStale: somebody else has saved meanwhile.
        """
        kept, problems = checked(facts, currency=self._ours.currency)
        if problems:
            return _told(problems)
        async with self._changing:
            await save_facts(self._store, kept, version=version)
            # A save that is sent again is no news, and others may have saved since.
            await self._answer_with(*await saved_facts(self._store))
        return ()

    async def follow(self) -> None:
        """Answer with what others save, for as long as it runs."""
        while True:
            async with self._changing:
                try:
                    saved, version = await saved_facts(self._store)
                except StoreError as error:
                    _log.warning("facts_not_read", reason=str(error))
                else:
                    if version != self._version:
                        await self._answer_with(saved, version)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def _answer_with(self, saved: Mapping[str, Any] | None, version: int) -> None:
        await asyncio.to_thread(self._knowledge.state, self._merged(saved))
        self._version = version
        _log.info("facts_changed", version=version)

    def _merged(self, saved: Mapping[str, Any] | None) -> Facts:
        return Facts(merged(platform=self._platform, saved=saved, ours=self._ours))

    def _covered(self, facts: Facts) -> Coverage:
        return coverage(self._knowledge.entries().values(), facts, self._languages)

    def _previewed(self, facts: Facts, language: str) -> FactsPreview:
        entries = list(self._knowledge.entries().values())
        before = {page.entry_id: page.answer for page in pages(entries, self._knowledge.facts, language)}
        after = {page.entry_id: page.answer for page in pages(entries, facts, language)}
        answers = tuple(
            PreviewAnswer(
                entry_id=entry.id, title=entry.variants[language].title,
                answer=after.get(entry.id, ""), before=before.get(entry.id, ""),
            )
            for entry in entries
            if language in entry.variants
        )  # fmt: skip
        return FactsPreview(answers=answers, coverage=self._covered(facts))


def _told(problems: Sequence[Problem]) -> tuple[FactProblem, ...]:
    return tuple(FactProblem(fact=each.fact, code=each.code, value=each.value) for each in problems)


def _plain(value: Any) -> Any:
    """JSON-ready."""
    return list(value) if isinstance(value, tuple) else value
