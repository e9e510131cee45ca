"""NLU components of ours in Rasa's pipeline: the shared vector, order details, and who answers.

Named by module path in config.yml. During training they read plain text; in a turn they read the front door's
work from `context.current_turn`, so that a message is encoded and searched once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.shared.nlu.constants import (
    ENTITIES,
    FEATURE_TYPE_SENTENCE,
    FEATURE_TYPE_SEQUENCE,
    INTENT,
    TEXT,
)
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.dialogue.arbitration import Evidence, decide, word_count
from bot.dialogue.context import current_turn
from bot.dialogue.details import find_emails, find_order_numbers
from knowledge.encoder import make_encoder

__all__ = ["IntentArbiter", "OrderDetailExtractor", "SharedVectorFeaturizer", "VectorClassifier"]

# Intents that are about one order, so that a bare number in them is an order number.
_ABOUT_AN_ORDER = frozenset({"track_order", "cancel_order", "return_item", "inform"})
_MAYBE_AN_ORDER = 0.15


class _Stateless(GraphComponent):
    """A component that keeps nothing between training and use."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> _Stateless:
        """Build the component (Rasa's signature)."""
        return cls(config)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SharedVectorFeaturizer(_Stateless, DenseFeaturizer):
    """Hands the message's vector to Rasa: the front door's in a turn, freshly encoded in training."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's hook: `encoder` as in `knowledge.encoder` of config.yml; `scale` multiplies the vectors.

        Rasa's classifier has no setting for regularisation; longer vectors are the same as a weaker one.
        """
        return {"encoder": "builtin", "scale": 1.0}

    @staticmethod
    def validate_config(config: dict[str, Any]) -> None:
        """Rasa's hook: nothing beyond the defaults."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Encode all training phrases in one go."""
        encoder = make_encoder(self._config["encoder"])
        examples = training_data.training_examples
        vectors = encoder.encode([example.get(TEXT) or "" for example in examples])
        for example, vector in zip(examples, vectors, strict=True):
            self._add(example, vector)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Attach the vector of the turn."""
        turn = current_turn.get()
        for message in messages:
            if turn is not None:
                vector = turn.vector
            else:  # `rasa shell` and `rasa test` run without a front door
                vector = make_encoder(self._config["encoder"]).encode([message.get(TEXT) or ""])[0]
            self._add(message, vector)
        return messages

    def _add(self, message: Message, vector: np.ndarray[Any, np.dtype[np.float32]]) -> None:
        name = type(self).__name__
        scaled = vector[np.newaxis, :] * np.float32(self._config["scale"])
        for kind in (FEATURE_TYPE_SEQUENCE, FEATURE_TYPE_SENTENCE):
            message.add_features(Features(scaled, kind, TEXT, name))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class VectorClassifier(LogisticRegressionClassifier):
    """Rasa's classifier on dense vectors; its sparse matrices cost three times the time, in training too."""

    def _create_X(self, messages: list[Message]) -> np.ndarray[Any, np.dtype[np.float32]]:
        return np.vstack([message.get_dense_features(TEXT)[1].features for message in messages])


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class OrderDetailExtractor(_Stateless):
    """Finds order numbers and e-mail addresses; plain numbers count only where an order is meant."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Add entities `order_number` and `email`."""
        turn = current_turn.get()
        for message in messages:
            text = message.get(TEXT) or ""
            ranking = message.get("intent_ranking") or []
            about = sum(rank["confidence"] for rank in ranking if rank["name"] in _ABOUT_AN_ORDER)
            bare = about >= _MAYBE_AN_ORDER or (turn is not None and turn.expecting is not None)
            numbers, emails = find_order_numbers(text, bare=bare), find_emails(text)
            found = [("order_number", n) for n in numbers[-1:]] + [("email", e) for e in emails[-1:]]
            entities = [self._entity(kind, value) for kind, value in found]
            message.set(ENTITIES, message.get(ENTITIES, []) + entities, add_to_output=True)
        return messages

    def _entity(self, kind: str, value: str) -> dict[str, Any]:
        return {"entity": kind, "value": value, "start": 0, "end": 0, "extractor": type(self).__name__}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentArbiter(_Stateless):
    """Weighs the classifier against the knowledge base and the running form (see `arbitration`)."""

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the final intent; the ranking stays as the classifier gave it."""
        turn = current_turn.get()
        if turn is None:
            return messages
        for message in messages:
            ranking = {r["name"]: float(r["confidence"]) for r in message.get("intent_ranking") or []}
            evidence = Evidence(
                ranking=ranking,
                hits=turn.hits,
                outcome=turn.outcome,
                product_score=turn.product_score,
                details=frozenset(entity["entity"] for entity in message.get(ENTITIES, [])),
                expecting=turn.expecting,
                question=turn.question,
                words=word_count(message.get(TEXT) or ""),
                known=turn.known,
            )
            decision = decide(evidence)
            turn.hits, turn.outcome = decision.hits, decision.outcome
            intent = {"name": decision.intent, "confidence": decision.confidence}
            message.set(INTENT, intent, add_to_output=True)
        return messages
