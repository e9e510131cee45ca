"""FAQ entries and their language variants: checked when they come in, plain frozen data from then on.

Used by `KnowledgeBase`, by the store that keeps sellers' own entries, and by the API. Reads the starter
packs; writes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import yaml

from knowledge.errors import EntryError
from knowledge.facts import KNOWN_VALUES
from knowledge.messages import check, names

__all__ = ["Entry", "Origin", "Variant", "entry_from_dict", "entry_to_dict", "load_packs"]

Origin = Literal["starter", "own"]

_ID = re.compile(r"[a-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
# Generous for a person, small enough that one entry can't slow every search down.
_MAX_TITLE_CHARS = 300
_MAX_ASK_CHARS = 500
_MAX_ASKS = 200
_MAX_SENTENCE_CHARS = 2000
_MAX_SENTENCES = 20

# The C reader is ten times faster, which counts with sixty files at start; some builds of PyYAML lack it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Variant:
    """An entry in one language.

    Attributes:
        title: the question as the shop prints it.
        ask: other ways of asking it.
        answer: sentences, ICU messages; one whose fact is not given is left out.

    Raises:
        EntryError: empty, too long, or a sentence that is malformed or uses an unknown value.
    """

    title: str
    ask: tuple[str, ...]
    answer: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_text(self.title, "title", _MAX_TITLE_CHARS)
        _check_count(self.ask, "ask", least=0, most=_MAX_ASKS)
        _check_count(self.answer, "answer", least=1, most=_MAX_SENTENCES)
        for number, way in enumerate(self.ask):
            _check_text(way, f"ask.{number}", _MAX_ASK_CHARS)
        for number, sentence in enumerate(self.answer):
            _check_sentence(sentence, f"answer.{number}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A question and its answer in one or more languages.

    Attributes:
        variants: by language code; read-only.
        origin: `starter` for shipped entries, `own` for a seller's.

    Raises:
        EntryError: bad id or language code, or no variant.
    """

    id: str
    variants: Mapping[str, Variant]
    origin: Origin = "own"

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise EntryError("id", "must be 1 to 64 of a-z, 0-9, - and _")
        if not self.variants:
            raise EntryError("variants", "at least one language is needed")
        for language in self.variants:
            if not _LANGUAGE.fullmatch(language):
                raise EntryError(f"variants.{language}", "not a language code such as en or zh-TW")
        if self.origin not in {"starter", "own"}:
            raise EntryError("origin", "must be starter or own")
        object.__setattr__(self, "variants", MappingProxyType(dict(self.variants)))


def entry_to_dict(entry: Entry) -> dict[str, Any]:
    """An entry as JSON-ready data; `entry_from_dict` reads it back."""
    variants = {
        language: {"title": variant.title, "ask": list(variant.ask), "answer": list(variant.answer)}
        for language, variant in entry.variants.items()
    }
    return {"id": entry.id, "origin": entry.origin, "variants": variants}


def entry_from_dict(data: Any, *, entry_id: str | None = None, origin: Origin | None = None) -> Entry:
    """Read an entry from JSON or YAML data.

    Args:
        data: `{"variants": {language: {"title", "ask", "answer"}}}`, `id` and `origin` unless given here.
        entry_id: id that wins over the one in `data` (the API has it in the path).
        origin: likewise; `own` when neither says.

    Raises:
        EntryError: anything missing, unknown or out of bounds, with the path to it.
    """
    _check_keys(data, "", required={"variants"}, allowed={"id", "origin", "variants"})
    if not isinstance(data["variants"], Mapping):
        raise EntryError("variants", "must map language codes to variants")
    variants = {
        str(language): _variant(value, f"variants.{language}") for language, value in data["variants"].items()
    }
    return Entry(str(entry_id or data.get("id") or ""), variants, origin or data.get("origin") or "own")


def load_packs(folder: Path, languages: Iterable[str] | None = None) -> dict[str, Entry]:
    """Read the starter packs of a folder, one file a language, and join them by topic.

    Args:
        folder: where `<language>.yml` are.
        languages: which files; None for all there are.

    Returns:
        Entries by id, in the order of the English pack where there is one.

    Raises:
        EntryError: unreadable, or an entry breaks a rule; `field` starts with the file's name.
    """
    wanted = None if languages is None else set(languages)
    files = [path for path in sorted(folder.glob("*.yml")) if wanted is None or path.stem in wanted]
    files.sort(key=lambda path: path.stem != "en")
    topics: dict[str, dict[str, Variant]] = {}
    for path in files:
        for topic, variant in _load_pack(path).items():
            topics.setdefault(topic, {})[path.stem] = variant
    return {topic: Entry(topic, variants, "starter") for topic, variants in topics.items()}


def _load_pack(path: Path) -> dict[str, Variant]:
    try:
        pack = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  # a safe loader, see above
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise EntryError(path.name, f"can't be read: {error}") from error
    _check_keys(pack, path.name, required={"language", "entries"}, allowed={"language", "entries"})
    if pack["language"] != path.stem or not isinstance(pack["entries"], Mapping):
        raise EntryError(path.name, "language must be the file's name and entries a mapping")
    return {str(topic): _variant(value, f"{path.name}.{topic}") for topic, value in pack["entries"].items()}


def _variant(data: Any, where: str) -> Variant:
    _check_keys(data, where, required={"title", "answer"}, allowed={"title", "ask", "answer"})
    ask = data.get("ask") or ()
    for field, value in (("ask", ask), ("answer", data["answer"])):
        if isinstance(value, str) or not isinstance(value, list | tuple):
            raise EntryError(f"{where}.{field}", "must be a list of texts")
    try:
        return Variant(data["title"], tuple(ask), tuple(data["answer"]))
    except EntryError as error:
        raise EntryError(f"{where}.{error.field}", error.reason) from error


def _check_keys(data: Any, where: str, *, required: set[str], allowed: set[str]) -> None:
    if not isinstance(data, Mapping):
        raise EntryError(where or "entry", "must be a mapping")
    prefix = f"{where}." if where else ""
    for key in required - set(data):
        raise EntryError(prefix + key, "is missing")
    for key in set(data) - allowed:
        raise EntryError(f"{prefix}{key}", f"unknown; known are {', '.join(sorted(allowed))}")


def _check_text(text: Any, field: str, most: int) -> None:
    if not isinstance(text, str) or not text.strip():
        raise EntryError(field, "must be text that is not empty")
    if len(text) > most:
        raise EntryError(field, f"has {len(text)} characters; at most {most}")


def _check_count(items: tuple[str, ...], field: str, *, least: int, most: int) -> None:
    if not least <= len(items) <= most:
        raise EntryError(field, f"has {len(items)} texts; {least} to {most} are allowed")


def _check_sentence(sentence: str, field: str) -> None:
    _check_text(sentence, field, _MAX_SENTENCE_CHARS)
    # Well-formedness does not depend on the language; plural categories that it lacks are merely unused.
    if problem := check(sentence, "en"):
        raise EntryError(field, f"not a well-formed message: {problem}")
    if unknown := names(sentence) - KNOWN_VALUES:
        known = ", ".join(sorted(KNOWN_VALUES))
        raise EntryError(field, f"unknown value {', '.join(sorted(unknown))}; known are {known}")
