"""All that is kept of the entries for searching, changed together: passages, vectors, words, places, facts.

Made and used by `KnowledgeBase`. Any number of threads look things up while one writer changes them; a look
sees an entry whole or not at all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType

import numpy as np
import structlog
from numpy.typing import NDArray

from knowledge.encoder import Encoder
from knowledge.entries import Entry
from knowledge.errors import IndexCorrupt
from knowledge.facts import Facts
from knowledge.head import Head, Places
from knowledge.index import EXACT, DenseIndex
from knowledge.lexical import Document, LexicalIndex
from knowledge.messages import names
from knowledge.passages import by_document, passages_of
from knowledge.ranking import Evidence, Passage

__all__ = ["Shelf", "Snapshot"]

_log = structlog.get_logger(__name__)

# Enough that every entry that could win has its nearest passage among them; a search for more costs a sort.
_NEAREST = 128
# Passages encoded at a time: a writer waits for no more than these.
_BATCH = 256


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a search reads besides vectors and passages; replaced whole on every change."""

    entries: Mapping[str, Entry]
    facts: Facts
    lexical: LexicalIndex
    places: Places | None


class Shelf:
    """Entries ready to be searched. Made by `open`."""

    def __init__(
        self,
        folder: Path,
        encoder: Encoder,
        *,
        dense: DenseIndex,
        passages: dict[int, Passage],
        snapshot: Snapshot,
    ) -> None:
        """Use `open`."""
        self._folder = folder
        self._encoder = encoder
        # Vectors, passages and the snapshot change together, and are read together, under `_swapping`.
        self._dense = dense
        self._passages = passages
        self._snapshot = snapshot
        self._missing = len(passages) - len(dense)
        self._to_embed = sorted((number for number in passages if number not in dense), reverse=True)
        self._writing = threading.Lock()
        self._swapping = threading.Lock()

    @classmethod
    def open(
        cls,
        folder: Path,
        encoder: Encoder,
        entries: Mapping[str, Entry],
        facts: Facts,
        *,
        head: Head | None,
        patience_s: float,
    ) -> Shelf:
        """Load what was saved, encode what changed since, and save that; see `KnowledgeBase.open`."""
        passages = dict(chain.from_iterable(passages_of(entry, facts) for entry in entries.values()))
        try:
            dense = DenseIndex.load(folder, encoder=encoder.name, dim=encoder.dim)
        except IndexCorrupt as error:
            _log.info("knowledge.index_rebuilt", reason=str(error), passages=len(passages))
            dense = DenseIndex(encoder.name, encoder.dim)
        if len(passages) > EXACT:
            _log.info("knowledge.words_reading", passages=len(passages))
        gone = dense.ids - passages.keys()
        dense.remove(gone)
        lexical = LexicalIndex.build(by_document(passages))
        places = Places.none(head) if head else None
        snapshot = Snapshot(MappingProxyType(dict(entries)), facts, lexical, places)
        shelf = cls(folder, encoder, dense=dense, passages=passages, snapshot=snapshot)
        shelf._place_all()
        had, started = shelf.missing, time.monotonic()
        while shelf.missing and time.monotonic() < started + patience_s:
            shelf.embed()
        if gone or had > shelf.missing:
            added = had - shelf.missing
            _log.info("knowledge.index_updated", added=added, removed=len(gone), missing=shelf.missing)
            shelf.save()
        return shelf

    @classmethod
    def empty(cls, encoder: Encoder, facts: Facts) -> Shelf:
        """Nothing on it and nothing kept of it."""
        snapshot = Snapshot(MappingProxyType({}), facts, LexicalIndex.build({}), None)
        dense = DenseIndex(encoder.name, encoder.dim)
        return cls(Path(), encoder, dense=dense, passages={}, snapshot=snapshot)

    @property
    def now(self) -> Snapshot:
        """Entries, facts, words and places as they are."""
        return self._snapshot

    @property
    def missing(self) -> int:
        """Passages without a vector yet."""
        return self._missing

    def embed(self, most: int = _BATCH) -> int:
        """Encode some of the passages that have no vector yet. Returns how many are still missing."""
        with self._writing:
            some: list[int] = []
            while self._to_embed and len(some) < most:
                number = self._to_embed.pop()
                # One of an entry that has changed since is gone, or has its vector.
                if number in self._passages and number not in self._dense:
                    some.append(number)
            vectors = self._encoder.encode([self._passages[number].text for number in some])
            with self._swapping:
                self._dense.add(some, vectors)
                self._missing = len(self._passages) - len(self._dense)
            if some:
                self._place_all()
        return self._missing

    def find(self, text: str, query: NDArray[np.float32]) -> tuple[Evidence, Mapping[str, Entry]]:
        """All that speaks for any entry, and the entries it speaks of."""
        with self._swapping:
            snapshot, whole = self._snapshot, not self._missing
            numbers, products = self._dense.search(query, _NEAREST if whole else 0)
            pairs = zip(numbers.tolist(), products.tolist(), strict=True)
            near = [(self._passages[number], product) for number, product in pairs]
        words = snapshot.lexical.search(text)
        if snapshot.places is None or not near:
            return Evidence(words, near, dense=whole), snapshot.entries
        among = {document.entry_id for document in words.documents}
        among.update(passage.document.entry_id for passage, _ in near)
        ratios, other = snapshot.places.ratios(query, sorted(among))
        return Evidence(words, near, dense=whole, head=ratios, other=other), snapshot.entries

    def put(self, entry_id: str, entry: Entry | None) -> bool:
        """Add, replace or (None) remove an entry. Returns whether there was one before."""
        with self._writing:
            before = self._snapshot
            old = before.entries.get(entry_id)
            had = dict(passages_of(old, before.facts)) if old else {}
            has = dict(passages_of(entry, before.facts)) if entry else {}
            entries = {key: value for key, value in before.entries.items() if key != entry_id or entry}
            if entry:
                entries[entry_id] = entry
            after = replace(before, entries=MappingProxyType(entries))
            self._exchange({entry_id: had}, {entry_id: has} if entry else {}, after)
        return old is not None

    def state(self, facts: Facts) -> None:
        """Answer with other facts from now on; texts that say them are encoded anew."""
        with self._writing:
            before = self._snapshot
            filled = [entry for entry in before.entries.values() if _says_facts(entry)]
            had = {entry.id: dict(passages_of(entry, before.facts)) for entry in filled}
            has = {entry.id: dict(passages_of(entry, facts)) for entry in filled}
            changed = [key for key, passages in has.items() if passages.keys() != had[key].keys()]
            self._exchange(
                {key: had[key] for key in changed},
                {key: has[key] for key in changed},
                replace(before, facts=facts),
            )

    def save(self) -> None:
        """Write the vectors, atomically; laid out anew first when they have outgrown their layout.

        Raises:
            OSError: the folder can't be written; the index on disk is then still the old one.
        """
        with self._writing:
            compacted = replace(self._snapshot, lexical=self._snapshot.lexical.compacted())
            dense = self._roomy()
            with self._swapping:
                self._snapshot, self._dense = compacted, dense
            # No writer is active, and searches leave the vectors alone.
            dense.save(self._folder)

    def _exchange(
        self, had: Mapping[str, dict[int, Passage]], has: Mapping[str, dict[int, Passage]], after: Snapshot
    ) -> None:
        """Take the passages of some entries out and put others in; `after` still lacks words and places."""
        out, into = _all(had.values()), _all(has.values())
        new = sorted(into.keys() - out.keys())
        vectors = self._encoder.encode([into[number].text for number in new])
        texts: dict[Document, Sequence[str] | None] = {passage.document: None for passage in out.values()}
        after = replace(after, lexical=after.lexical.replaced(texts | by_document(into)))
        if after.places is not None and not self._missing:
            row = {number: place for place, number in enumerate(new)}
            moved: dict[str, NDArray[np.float32] | None] = dict.fromkeys(had.keys() - has.keys())
            for key, passages in has.items():
                kept = self._dense.vectors(sorted(passages.keys() - row.keys()))
                fresh = [row[number] for number in sorted(passages.keys() & row.keys())]
                moved[key] = np.concatenate([kept, vectors[fresh]])
            after = replace(after, places=after.places.moved(moved))
        with self._swapping:
            gone = out.keys() - into.keys()
            self._dense.remove(gone)
            self._dense.add(new, vectors)
            for number in gone:
                del self._passages[number]
            self._passages.update(into)
            self._snapshot = after
            was, self._missing = self._missing, len(self._passages) - len(self._dense)
        if was:  # none is placed yet, and this may have been what was missing
            self._place_all()

    def _place_all(self) -> None:
        """Place every entry, once all passages have vectors."""
        places = self._snapshot.places
        if places is None or self._missing:
            return
        numbers: dict[str, list[int]] = {}
        for number, passage in self._passages.items():
            numbers.setdefault(passage.document.entry_id, []).append(number)
        places = places.moved({key: self._dense.vectors(of) for key, of in numbers.items()})
        with self._swapping:
            self._snapshot = replace(self._snapshot, places=places)

    def _roomy(self) -> DenseIndex:
        """The dense index, laid out anew when it has grown too large for the way it is."""
        if not self._dense.outgrown:
            return self._dense
        total = len(self._passages)
        _log.info("knowledge.index_growing", passages=total)
        started = time.monotonic()
        grown = self._dense.regrown(expected=total)
        _log.info("knowledge.index_grown", seconds=round(time.monotonic() - started, 1))
        return grown


def _all(groups: Iterable[Mapping[int, Passage]]) -> dict[int, Passage]:
    return {number: passage for group in groups for number, passage in group.items()}


def _says_facts(entry: Entry) -> bool:
    return any(names(sentence) for variant in entry.variants.values() for sentence in variant.answer)
