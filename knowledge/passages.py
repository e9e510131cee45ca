"""An entry as the texts it is found by, and the languages it is read in. Pure; used by `search`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence

from knowledge.entries import Entry, Variant
from knowledge.facts import Facts
from knowledge.lexical import Document
from knowledge.messages import fill, plain
from knowledge.ranking import Passage

__all__ = ["by_document", "languages_of", "passages_of", "title_of"]


def passages_of(entry: Entry, facts: Facts) -> Iterator[tuple[int, Passage]]:
    """Texts that an entry is found by, with ids that depend on nothing but what they say and where."""
    for language, variant in entry.variants.items():
        document, values = Document(entry.id, language), facts.values(language)
        # Facts belong to what an answer says ("do you take PayPal?"); without them its bare words remain.
        worded = (fill(sentence, values, language) or plain(sentence) for sentence in variant.answer)
        for text in (variant.title, *variant.ask, " ".join((variant.title, *worded))):
            key = "\0".join((entry.id, language, text)).encode()
            number = int.from_bytes(hashlib.sha256(key).digest()[:8], "big") >> 1
            yield number, Passage(document, text)


def by_document(passages: Mapping[int, Passage]) -> dict[Document, list[str]]:
    """Texts of each entry in each language."""
    texts: dict[Document, list[str]] = {}
    for passage in passages.values():
        texts.setdefault(passage.document, []).append(passage.text)
    return texts


def languages_of(entry: Entry, language: str, fallback: Sequence[str]) -> Iterator[str]:
    """Languages an entry has, in the order in which they are tried."""
    base = language.partition("-")[0]
    regions = sorted(code for code in entry.variants if code.partition("-")[0] == base)
    wanted = dict.fromkeys((language, *regions, *fallback, *sorted(entry.variants)))
    return (code for code in wanted if code in entry.variants)


def title_of(entry: Entry, language: str, fallback: Sequence[str]) -> str:
    """Title of an entry in the first language there is of those tried."""
    variant: Variant = entry.variants[next(languages_of(entry, language, fallback))]
    return variant.title
