"""What was spoken before, kept: in memory and on disk, by what it is made of.

Wraps each engine inside the stack, not the stack: what a stand-in spoke while the first engine was down would
be kept for good. Bounded in bytes in both places, the longest unused goes first. A file that is damaged, cut
off or of another version is thrown away, never trusted.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import tempfile
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from streaming.show import Mark
from streaming.speech import VISEMES, Speech, TimedMark, Viseme, Voice, Word

__all__ = ["CachedVoice", "SpeechCache"]

_log = structlog.get_logger(__name__)
# Counts up when the same sentence would sound or be timed differently: spoken forms, levels, lip-sync.
_VERSION = 1
_MAGIC = b"SCV1"
_DIGEST_BYTES = 32
# Besides its audio: objects of words, visemes and marks, about.
_OVERHEAD_BYTES = 8_000
_SUFFIX = ".speech"
Parts = tuple[str | Mark, ...]


class SpeechCache:
    """Speeches by key.

    Args:
        folder: made when missing; None keeps nothing on disk. Nothing else belongs into it.
        memory_bytes: most bytes in memory.
        disk_bytes: most bytes on disk.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        memory_bytes: int = 64 * 1024 * 1024,
        disk_bytes: int = 512 * 1024 * 1024,
    ) -> None:
        self._folder, self._memory_bytes, self._disk_bytes = folder, memory_bytes, disk_bytes
        self._speeches: OrderedDict[str, Speech] = OrderedDict()
        self._held_bytes = 0
        self._files: OrderedDict[str, int] | None = None
        self._disk = asyncio.Lock()

    @property
    def held_bytes(self) -> int:
        """In memory now."""
        return self._held_bytes

    async def get(self, key: str) -> Speech | None:
        """The speech, or None when it is not here."""
        speech = self._speeches.get(key)
        if speech is not None:
            self._speeches.move_to_end(key)
            return speech
        if self._folder is None:
            return None
        async with self._disk:
            speech = await asyncio.to_thread(self._read, key)
        if speech is not None:
            self._hold(key, speech)
        return speech

    async def put(self, key: str, speech: Speech) -> None:
        """Keep it; a full or broken disk is logged and otherwise ignored."""
        self._hold(key, speech)
        if self._folder is None:
            return
        async with self._disk:
            try:
                await asyncio.to_thread(self._write, key, speech)
            except OSError as error:
                _log.warning("voice_cache_not_written", reason=error.strerror)

    def _hold(self, key: str, speech: Speech) -> None:
        if key in self._speeches:
            self._held_bytes -= _bytes_of(self._speeches.pop(key))
        self._speeches[key] = speech
        self._held_bytes += _bytes_of(speech)
        while self._held_bytes > self._memory_bytes and self._speeches:
            _, oldest = self._speeches.popitem(last=False)
            self._held_bytes -= _bytes_of(oldest)

    # --- Disk; in a thread, one at a time ---------------------------------------------------------------

    def _known_files(self, folder: Path) -> OrderedDict[str, int]:
        """Sizes of the files that are there, the longest unused first."""
        if self._files is None:
            folder.mkdir(parents=True, exist_ok=True)
            stats = ((path.stem, path.stat()) for path in folder.glob("*" + _SUFFIX))
            found = sorted((stat.st_mtime, name, stat.st_size) for name, stat in stats)
            self._files = OrderedDict((name, size) for _, name, size in found)
        return self._files

    def _read(self, key: str) -> Speech | None:
        assert self._folder is not None  # noqa: S101  # the caller looked
        path = self._folder / (key + _SUFFIX)
        try:
            data = path.read_bytes()
            speech = _decoded(data)
            os.utime(path)
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("voice_cache_not_read", reason=error.strerror)
            return None
        except (ValueError, KeyError, TypeError) as error:
            _log.warning("voice_cache_file_dropped", reason=type(error).__name__)
            path.unlink(missing_ok=True)
            self._known_files(self._folder).pop(key, None)
            return None
        files = self._known_files(self._folder)
        files[key] = len(data)
        files.move_to_end(key)
        return speech

    def _write(self, key: str, speech: Speech) -> None:
        assert self._folder is not None  # noqa: S101  # the caller looked
        files = self._known_files(self._folder)
        data = _encoded(speech)
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            # Whole or not at all: a reader never sees half a file.
            os.replace(name, self._folder / (key + _SUFFIX))
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        files[key] = len(data)
        files.move_to_end(key)
        while sum(files.values()) > self._disk_bytes and files:
            oldest, _ = files.popitem(last=False)
            (self._folder / (oldest + _SUFFIX)).unlink(missing_ok=True)


class CachedVoice:
    """A voice that remembers. Closing it closes the voice behind it.

    Args:
        voice: what speaks when nothing is remembered.
        cache: may be shared by several voices; their names keep them apart.
    """

    def __init__(self, voice: Voice, cache: SpeechCache) -> None:
        self._voice, self._cache = voice, cache
        self.name = voice.name
        self._under_way: dict[str, asyncio.Lock] = {}

    async def speak(
        self, parts: Parts, *, language: str, voice: str | None = None, pace: float = 1.0
    ) -> Speech:
        """As `streaming.speech.Voice`; the same sentence asked for twice at once is made once."""
        key = _key(self.name, voice, language, pace, parts)
        if (known := await self._cache.get(key)) is not None:
            return known
        turn = self._under_way.setdefault(key, asyncio.Lock())
        try:
            async with turn:
                if (known := await self._cache.get(key)) is not None:
                    return known
                speech = await self._voice.speak(parts, language=language, voice=voice, pace=pace)
                # Silence may only mean that an engine was down; it costs nothing to make again.
                if not speech.silent:
                    await self._cache.put(key, speech)
                return speech
        finally:
            if not turn.locked():
                self._under_way.pop(key, None)

    async def close(self) -> None:
        """Close the voice behind."""
        await self._voice.close()


def _key(engine: str, voice: str | None, language: str, pace: float, parts: Parts) -> str:
    content = [
        _VERSION, engine, voice, language, round(pace, 3),
        [[part.name, part.value] if isinstance(part, Mark) else part for part in parts],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, ensure_ascii=True).encode()).hexdigest()


def _bytes_of(speech: Speech) -> int:
    return len(speech.pcm) + _OVERHEAD_BYTES


def _encoded(speech: Speech) -> bytes:
    fields = asdict(speech)
    del fields["pcm"]
    head = json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    body = len(head).to_bytes(4, "big") + head + speech.pcm
    return _MAGIC + hashlib.sha256(body).digest() + body


def _decoded(data: bytes) -> Speech:
    """Raises ValueError, KeyError or TypeError for anything but a whole file of ours."""
    start = len(_MAGIC) + _DIGEST_BYTES
    body = data[start:]
    if data[: len(_MAGIC)] != _MAGIC or hashlib.sha256(body).digest() != data[len(_MAGIC) : start]:
        raise ValueError("damaged")
    size = int.from_bytes(body[:4], "big")
    fields: dict[str, Any] = json.loads(body[4 : 4 + size])
    visemes = tuple(Viseme(**viseme) for viseme in fields.pop("visemes"))
    if any(viseme.name not in VISEMES for viseme in visemes):
        raise ValueError("unknown viseme")
    return Speech(
        pcm=body[4 + size :],
        words=tuple(Word(**word) for word in fields.pop("words")),
        visemes=visemes,
        marks=tuple(TimedMark(Mark(**mark["mark"]), mark["at_ms"]) for mark in fields.pop("marks")),
        **fields,
    )
