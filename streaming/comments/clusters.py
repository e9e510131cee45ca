"""Which questions are the same one, asked in other words and languages. Pure; numpy, one product a comment.

Called by the intake. Two questions are the same when they would get the same answer: they are about the same
product, name the same numbers, are both of the viewer's own affairs or both not, and either the brain is sure
that one topic answers both, or, where it is not sure of one of them, their vectors lie very near.

Groups do not drift: a text is compared with the one that a group began with, never with their mean.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from streaming.comments.plain_text import essence
from streaming.cues import Reading

__all__ = ["ALIKE", "Clusters"]

# Cosine from which on two texts are one question where no topic is known of one of them. Measured with the
# shipped encoder, `python -m benchmarks.same_question`; its table stands in benchmarks/README.md.
ALIKE = 0.75
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_GROWTH = 64
# Stands for no wording and no topic among the hashes; 64 bits, salted a process, so nobody can aim at it.
_NONE = 0


class Clusters:
    """Groups by key, each with the question it began with.

    Args:
        alike: cosine from which on two texts mean the same.
    """

    def __init__(self, *, alike: float = ALIKE) -> None:
        self._alike = alike
        self._keys: list[str] = []
        self._places: dict[str, int] = {}
        self._vectors: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._marks: NDArray[np.int64] = np.zeros((0, 3), dtype=np.int64)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def add(self, key: str, reading: Reading, text: str) -> None:
        """Begin a group.

        Args:
            key: of the group; must not be there yet.
            reading: of the question that it begins with; one without a vector is near to none.
            text: of that question, folded.
        """
        place = len(self._keys)
        vector = np.asarray(reading.vector, dtype=np.float32)
        self._make_room(place, len(vector))
        self._vectors[place] = vector if len(vector) else 0.0
        self._marks[place] = _marks(reading, text)
        self._keys.append(key)
        self._places[key] = place

    def remove(self, key: str) -> None:
        """End a group. Raises KeyError when there is none."""
        place = self._places.pop(key)
        last = self._keys.pop()
        if last != key:
            self._keys[place] = last
            self._vectors[place] = self._vectors[len(self._keys)]
            self._marks[place] = self._marks[len(self._keys)]
            self._places[last] = place

    def nearest(self, reading: Reading, text: str) -> str | None:
        """The group that a question belongs to.

        Args:
            reading: of the question.
            text: of the question, folded.

        Returns:
            Key of the nearest group that is the same question; None when there is none.
        """
        count = len(self._keys)
        kind, words, topic = _marks(reading, text)
        kinds, wordings, topics = self._marks[:count].T
        scores = self._scores(reading)
        by_topic = topics == topic
        by_nearness = scores >= self._alike
        answered_alike = np.where((topics != _NONE) & (topic != _NONE), by_topic, by_nearness)
        said_alike = (wordings == words) & (words != _NONE)
        places = np.flatnonzero((kinds == kind) & (said_alike | answered_alike))
        return self._keys[int(places[np.argmax(scores[places])])] if len(places) else None

    def _scores(self, reading: Reading) -> NDArray[np.float32]:
        """Cosines with every group; 0 where the vectors are of different encoders."""
        count = len(self._keys)
        vector = np.asarray(reading.vector, dtype=np.float32)
        if len(vector) != self._vectors.shape[1]:
            return np.zeros(count, dtype=np.float32)
        # Stays in this thread: BLAS wakes others for so little, and waits for them on a busy machine.
        scores: NDArray[np.float32] = np.einsum("ij,j->i", self._vectors[:count], vector)
        return scores

    def _make_room(self, place: int, dim: int) -> None:
        """Grow by steps; vectors of another encoder, from before a restart, are like no other."""
        dim = dim or self._vectors.shape[1]
        if dim != self._vectors.shape[1]:
            self._vectors = np.zeros((len(self._vectors), dim), dtype=np.float32)
        if place >= len(self._vectors):
            self._vectors = np.concatenate((self._vectors, np.zeros((_GROWTH, dim), dtype=np.float32)))
            self._marks = np.concatenate((self._marks, np.zeros((_GROWTH, 3), dtype=np.int64)))


def _marks(reading: Reading, text: str) -> tuple[int, int, int]:
    """Hashes of what must agree, of the wording, and of the topic.

    A question about one's own order is answered without its number; any other means what it numbers.
    """
    numbers = () if reading.personal else tuple(sorted(_NUMBER.findall(text)))
    words = essence(text)
    return (
        hash((reading.product_id, reading.personal, numbers)),
        hash(words) if words else _NONE,
        _NONE if reading.topic is None else hash(reading.topic),
    )
