"""Imports Rasa without what a loaded model of ours never touches: TensorFlow and the chat channels.

Rasa 3.6.21 imports both whatever the model is: half of a worker's start and more than half of its memory
(515 MB against 231). Three of its modules need TensorFlow when imported, to define classes for training
neural networks; they and the channels are replaced by empty ones, and only for a model whose components are
known to need neither.
Called by `worker` before anything of Rasa is imported.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = ["leave_out_what_is_not_needed"]

_TRAINING = (
    "rasa.graph_components.validators.default_recipe_validator",
    "rasa.utils.tensorflow.callback",
    "rasa.utils.tensorflow.data_generator",
)
_CHANNELS = (
    "botframework", "callback", "console", "facebook", "hangouts", "mattermost", "rasa_chat", "rest",
    "rocketchat", "slack", "socketio", "telegram", "twilio", "twilio_voice", "webexteams",
)  # fmt: skip
# Whoever puts another component into config.yml gets all of Rasa.
_LIGHT = (
    "bot.dialogue.",
    "rasa.core.policies.ensemble",
    "rasa.core.policies.memoization",
    "rasa.core.policies.rule_policy",
    "rasa.graph_components.",
    "rasa.nlu.classifiers.fallback_classifier",
    "rasa.nlu.classifiers.keyword_intent_classifier",
    "rasa.nlu.classifiers.logistic_regression_classifier",
    "rasa.nlu.classifiers.regex_message_handler",
    "rasa.nlu.extractors.regex_entity_extractor",
    "rasa.nlu.tokenizers.whitespace_tokenizer",
)


class _LeftOut:
    """Stands for a class that nothing here may use."""

    def __init__(self, *_: Any, **__: Any) -> None:
        raise ImportError(f"{type(self).__name__} is left out of the worker; see bot/dialogue/slim.py")

    @classmethod
    def name(cls) -> str:
        """Rasa lists its channels by name when it is imported."""
        return cls.__name__


class _Empty(ModuleType):
    """A module in which every class can be imported and none used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (_LeftOut,), {})


def leave_out_what_is_not_needed(model: Path) -> bool:
    """Replace modules that the model can do without, for the rest of this process.

    Args:
        model: the .tar.gz that `bot.dialogue.training` wrote; an unreadable one is left for the engine to
            complain of.

    Returns:
        Whether anything was left out; False when a component of the model might need it.
    """
    if not all(uses.startswith(_LIGHT) for uses in _components(model) or ("unknown",)):
        return False
    for name in (*_TRAINING, *(f"rasa.core.channels.{channel}" for channel in _CHANNELS)):
        sys.modules.setdefault(name, _Empty(name))
    return True


def _components(model: Path) -> list[str]:
    """Dotted names of the classes that the model's prediction graph is made of; [] when it can't be read."""
    try:
        with tarfile.open(model) as archive, archive.extractfile("metadata.json") as file:  # type: ignore[union-attr]
            nodes = json.load(file)["predict_schema"]["nodes"]
    except (OSError, KeyError, ValueError, tarfile.TarError):
        return []
    return [node["uses"] for node in nodes.values()]
