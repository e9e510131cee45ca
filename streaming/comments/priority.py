"""What a waiting question is worth: who is near to buying, how many ask, how long they wait. Pure.

Called by the intake whenever it must choose. Every part but the age is bounded and the age is not, so no
question waits for ever behind newer ones. Gifts and orders of the askers count for nothing: answers are not
for sale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Weights", "longest_lead_ms", "worth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """Points.

    Attributes:
        buying: for a text that surely comes from a buyer.
        asking: for a text that surely asks something.
        doubling: each time that twice as many viewers ask it.
        doublings: counted at most; beyond, a crowd shouts no louder.
        served: taken off where every asker has had an answer lately.
        point_ms: so long a wait is worth one point. With 20 s instead, in a storm of a thousand comments a
            minute as many viewers get an answer, but half of them after 203 s rather than 140
            (`benchmarks.storm`).
    """

    buying: float = 3.0
    asking: float = 1.0
    doubling: float = 1.0
    doublings: int = 6
    served: float = 3.0
    point_ms: int = 45_000


def worth(
    *, buying: float, asks: float, askers: int, waited_ms: int, is_served: bool, weights: Weights
) -> float:
    """Points of a question now.

    Args:
        buying: 0..1.
        asks: 0..1.
        askers: at least 1.
        waited_ms: since it was first asked.
        is_served: whether every asker has had an answer lately.
        weights: points for each.
    """
    points = weights.buying * buying + weights.asking * asks
    points += weights.doubling * min(math.log2(askers), weights.doublings)
    points -= weights.served if is_served else 0.0
    return points + waited_ms / weights.point_ms


def longest_lead_ms(weights: Weights) -> int:
    """How much older than any other a question must be to go before it, whatever the other one is worth.

    Among questions that are not urgent; what is broken on the stage is said first.
    """
    most = weights.buying + weights.asking + weights.doubling * weights.doublings + weights.served
    return math.ceil(most * weights.point_ms)
