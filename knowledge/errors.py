"""Errors of the knowledge base. Imports nothing of ours.

KnowledgeError
 ├── EntryError       an entry can't be kept as given: `field`, `reason`
 ├── FactsError       a shop fact has the wrong kind: `fact`, `reason`
 ├── IndexCorrupt     a saved index can't be trusted; build it again
 └── EncoderMissing   the configured encoder can't be loaded here
"""

from __future__ import annotations

__all__ = ["EncoderMissing", "EntryError", "FactsError", "IndexCorrupt", "KnowledgeError"]


class KnowledgeError(Exception):
    """Root of everything `knowledge` raises on purpose."""


class EntryError(KnowledgeError):
    """An entry can't be kept as given.

    Args:
        field: where, as a path (`variants.de.answer.0`).
        reason: what is wrong, for staff and logs.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class FactsError(KnowledgeError):
    """A shop fact has the wrong kind.

    Args:
        fact: name of the fact.
        reason: what was expected.
    """

    def __init__(self, fact: str, reason: str) -> None:
        super().__init__(f"{fact}: {reason}")
        self.fact = fact
        self.reason = reason


class IndexCorrupt(KnowledgeError):
    """A saved index is missing, damaged or of another encoder; the caller builds it again."""


class EncoderMissing(KnowledgeError):
    """The configured encoder can't be loaded: optional packages or the model itself are not there."""
