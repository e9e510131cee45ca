"""Trains the Rasa model from domain, rules, phrases and FAQ packs, once per change of any of them.

Called by `storecast train` and at start. `model_path` needs no Rasa; `train` imports it and takes about half
a minute on two cores, so callers run it in a process of its own
(`python -m bot.dialogue.training HOME CONFIG ENCODER`).
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import structlog
import yaml

from bot.dialogue.arbitration import FAQ_PREFIX
from knowledge.encoder import make_encoder

__all__ = ["TrainingFailed", "model_path", "train"]

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent.parent
_SOURCES = (_HERE / "domain.yml", _HERE / "rules.yml", _HERE / "components.py", _HERE / "details.py")
# What the project's questions call the dialogue's intents.
_SAID_AS = {"cancel_order_now": "cancel_order"}
_RASA_KEYS = ("recipe", "language", "assistant_id", "pipeline", "policies")


class TrainingFailed(Exception):
    """Rasa could not train; the message says what to look at."""


def model_path(home: Path, config: Path, encoder: str = "builtin") -> Path:
    """Where the model for exactly these sources lives, whether it exists yet or not.

    Args:
        home: the data folder.
        config: config.yml; only its Rasa keys count.
        encoder: `knowledge.encoder`; a model is good for one encoder only.
    """
    digest = hashlib.sha256(yaml.safe_dump(_rasa_config(config, encoder)).encode())
    digest.update(make_encoder(encoder).name.encode())
    for file in (*_SOURCES, *_phrase_files(), *_pack_files(), *_question_files()):
        digest.update(file.name.encode() + file.read_bytes())
    return home / "models" / f"dialogue-{digest.hexdigest()[:16]}.tar.gz"


def train(home: Path, config: Path, encoder: str = "builtin") -> Path:
    """Train and put the model in place atomically.

    Returns:
        The model's path, as `model_path` gives it.

    Raises:
        TrainingFailed: Rasa reported errors or contradictory rules.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    # Rasa logs every prediction of its rule check; on the default level that is most of the training time.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.basicConfig(level=logging.WARNING)
    from rasa.model_training import train as rasa_train

    target = model_path(home, config, encoder)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        files = _write_training_data(Path(scratch), _rasa_config(config, encoder))
        result = rasa_train(
            domain=str(files / "domain.yml"),
            config=str(files / "config.yml"),
            training_files=[str(files / "nlu.yml"), str(_HERE / "rules.yml")],
            output=scratch,
            fixed_model_name=target.name.removesuffix(".tar.gz"),
            force_training=True,
        )
        if result.code != 0 or not result.model:
            raise TrainingFailed(f"Rasa stopped with code {result.code}; its messages are above.")
        shutil.move(result.model, target.with_suffix(".part"))
    target.with_suffix(".part").replace(target)
    return target


def _write_training_data(folder: Path, config: dict[str, Any]) -> Path:
    examples = _examples()
    domain = _load(_HERE / "domain.yml")
    domain["intents"] += [intent for intent in examples if intent.startswith(FAQ_PREFIX)]
    nlu = [{"intent": intent, "examples": _listed(lines)} for intent, lines in examples.items()]
    for name, data in (("config", config), ("domain", domain), ("nlu", {"version": "3.1", "nlu": nlu})):
        text = yaml.safe_dump(data, allow_unicode=True, width=10_000)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def _examples() -> dict[str, list[str]]:
    """Phrases by intent, over all languages; small talk and tasks from the project's questions as well.

    The packs' questions are what `ask_faq` looks like, one class a topic: forty narrow classes are easier to
    tell from tasks and small talk than one that is about everything (benchmarks/intents.py).
    """
    from knowledge.training.questions import read_questions  # nothing that serves reads them

    by_intent: dict[str, dict[str, None]] = {}
    for file in _phrase_files():
        for intent, phrases in _load(file)["intents"].items():
            if odd := [phrase for phrase in phrases if not isinstance(phrase, str)]:
                raise TrainingFailed(f"{file}: {intent}: put {odd[0]!r} in quotes, it must be text")
            by_intent.setdefault(intent, {}).update(dict.fromkeys(phrases))
    for line in read_questions():
        if line.group == "chat" and (intent := _SAID_AS.get(line.intent, line.intent)) in by_intent:
            by_intent[intent][line.text] = None
    taken = {phrase for phrases in by_intent.values() for phrase in phrases}
    for file in _pack_files():
        for topic, entry in _load(file)["entries"].items():
            intent = "talk_to_human" if topic == "contact_human" else FAQ_PREFIX + topic
            ways = [way for way in (entry["title"], *entry["ask"]) if way not in taken]
            by_intent.setdefault(intent, {}).update(dict.fromkeys(ways))
    return {intent: list(phrases) for intent, phrases in by_intent.items()}


def _listed(examples: list[str]) -> str:
    # Rasa reads `[text](entity)` in examples as an annotation; none is meant here.
    return "".join(f"- {example.replace('[', '(').replace(']', ')')}\n" for example in examples)


def _rasa_config(config: Path, encoder: str) -> dict[str, Any]:
    """Rasa's part of config.yml, its featurizer set to the encoder that search uses."""
    data = _load(config)
    pipeline = [
        step | {"encoder": encoder} if step["name"].endswith("SharedVectorFeaturizer") else step
        for step in data["pipeline"]
    ]
    return {key: data[key] for key in _RASA_KEYS} | {"pipeline": pipeline}


def _phrase_files() -> list[Path]:
    return sorted((_HERE / "nlu").glob("*.yml"))


def _question_files() -> list[Path]:
    return sorted((_ROOT / "knowledge" / "training" / "questions").glob("*.yml"))


def _pack_files() -> list[Path]:
    """Packs of the languages that have phrases: topics of others would crowd out tasks and small talk."""
    packs = [_ROOT / "knowledge" / "packs" / file.name for file in _phrase_files()]
    return [pack for pack in packs if pack.exists()]


def _load(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


if __name__ == "__main__":
    print(train(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
