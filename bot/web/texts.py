"""Texts that people type, made clean before anything else sees them.

Called by every edge that takes a message, an id or a name. Pure.
"""

from __future__ import annotations

import re
import unicodedata

from bot.web.errors import ApiError

__all__ = ["MAX_ID_CHARS", "clean_id", "clean_line", "clean_text"]

MAX_ID_CHARS = 100
# Line ends become \n; all other control characters go. ZWJ, ZWNJ and direction marks are format
# characters that scripts need (category Cf), so they stay; a byte order mark inside a text means nothing.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# Longer runs of combining marks occur in no language (Unicode UAX #15, section 13, Stream-Safe Text Format,
# read 2026-11-22), and normalising them takes time that grows with the square of their number.
_MARKS = 30


def clean_text(text: object, *, max_chars: int, field: str = "message", language: str | None = None) -> str:
    """The text as it goes on: NFC, no control characters but line ends and tabs, no space around it.

    Args:
        text: what came in, of any type.
        max_chars: greatest length of the result.
        field: named in the error.
        language: of the error's sentence, None when not known.

    Returns:
        1 to `max_chars` characters, at least one of them visible.

    Raises:
        ApiError: `not_text`, `message_empty` or `message_too_long`.
    """
    if not isinstance(text, str) or _SURROGATE.search(text):
        raise ApiError("not_text", field=field, language=language)
    # No script shrinks more than threefold under NFC (UAX #15, section 9), plus what is dropped below.
    if len(text) > 4 * max_chars:
        raise _too_long(max_chars, field, language)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isascii():
        text = unicodedata.normalize("NFC", _without_long_runs(text))
    text = text.strip()
    if not any(unicodedata.category(character)[0] not in "ZC" for character in text):
        raise ApiError("message_empty", field=field, language=language)
    if len(text) > max_chars:
        raise _too_long(max_chars, field, language)
    return text


def clean_id(value: object, *, field: str, max_chars: int = MAX_ID_CHARS) -> str:
    """An id exactly as it came: ids are compared, so they are refused rather than changed.

    Raises:
        ApiError: `invalid`, when it is no text, empty, too long, or holds control characters.
    """
    good = isinstance(value, str) and 0 < len(value) <= max_chars and value.isprintable()
    if not isinstance(value, str) or not good:
        reason = f"1 to {max_chars} printable characters are allowed"
        raise ApiError("invalid", field=field, values={"reason": reason})
    return value


def clean_line(value: str, *, field: str, max_chars: int) -> str:
    """A short text on one line, such as a name.

    Raises:
        ApiError: `invalid`, when nothing is left of it or it is too long.
    """
    try:
        text = clean_text(value, max_chars=max_chars, field=field)
    except ApiError as error:
        reason = f"1 to {max_chars} characters are allowed"
        raise ApiError("invalid", field=field, values={"reason": reason}) from error
    return " ".join(text.split())


def _too_long(max_chars: int, field: str, language: str | None) -> ApiError:
    return ApiError("message_too_long", field=field, values={"max": max_chars}, language=language)


def _without_long_runs(text: str) -> str:
    kept, run = [], 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MARKS:
            kept.append(character)
    return "".join(kept)
