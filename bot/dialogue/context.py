"""What a worker knows about the one message it is working on, beside the text.

Set by `engine` for the length of a turn; read by the NLU components and the actions. A context variable,
because turns of different conversations may overlap while one of them waits for the shop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

__all__ = ["KnowledgeHit", "SkillCall", "TurnContext", "current_turn"]

SkillCall = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class KnowledgeHit:
    """An entry of the knowledge base that may answer; `score` is 0..1."""

    entry_id: str
    score: float


@dataclass(slots=True, kw_only=True)
class TurnContext:
    """One message on its way through the dialogue.

    Attributes:
        vector: float32 (dim,), unit length or zero; the message, encoded once by the front door.
        hits: what the knowledge base found, best first.
        outcome: what the knowledge base thinks of its best hit.
        also: entries that answer further questions in the same message.
        product_score: 0..1, how well the best product of the catalogue fits.
        expecting: the slot a running form asks for (`order_number`, `email`), else None.
        question: what a yes or no would answer (`cancel`, `return`, `handoff`), else None.
        status: `bot`, or `waiting` when staff have been called.
        call_skill: runs a skill in the front door, where the shop is.
        known: what the message means by heart (`phrases`), else None.
        explained: an action said this turn why a detail was not understood.
    """

    vector: npt.NDArray[np.float32]
    call_skill: SkillCall
    hits: tuple[KnowledgeHit, ...] = ()
    outcome: Literal["answer", "clarify", "unknown"] = "unknown"
    also: tuple[str, ...] = ()
    product_score: float = 0.0
    expecting: str | None = None
    question: str | None = None
    status: str = "bot"
    known: str | None = None
    explained: bool = False


current_turn: ContextVar[TurnContext | None] = ContextVar("current_turn", default=None)
