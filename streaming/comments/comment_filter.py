"""What of a comment may be shown and spoken, and whether it is spam or abuse. Pure, one comment at a time.

Called by the intake for every comment and by whoever shows a viewer's name. What needs other comments
(floods, copies) is in `streaming.comments.floods`. Never logs: texts of viewers are nobody's business but the
room's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from linkify_it import LinkifyIt  # type: ignore[import-untyped]  # has no types

from streaming.comments.filter_words import load_words
from streaming.comments.personal_data import REGIONS, Masker, PersonalKind
from streaming.comments.plain_text import folded, lookalike, plain

__all__ = ["Cleaned", "CommentFilter", "Refusal"]

Refusal = Literal["abuse", "link", "advert", "characters"]

_MOST_NAME = 24
# "How much???????" is a question; a text this long of which so much is one and the same sign is a flood.
_FLOOD_SHARE = 0.9
_FLOOD_LENGTH = 60
# A name of a site without https:// and without a path is a link only with an ending that nobody writes by
# leaving out the space after a full stop ("very nice.is it new?" is in Iceland otherwise).
_ENDINGS = frozenset(
    "com net org info biz shop store xyz top site online club vip live app link icu рф".split()
)
_DOT = re.compile(
    r"(?<=[a-z0-9])\s?(?:[(\[]\s?(?:dot|\.|punto|点)\s?[)\]]|\sdot\s|。|\s\.\s?(?=(?:com|net|org|shop|me)\b))\s?(?=[a-z0-9])"
)
# Where a script without spaces meets Latin letters, a link begins or ends.
_EDGE = re.compile(r"(?<=[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])(?=[a-z0-9])"
                   r"|(?<=[a-z0-9/])(?=[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])")  # fmt: skip
# An account beside the name of a messenger: "vx: shop888", "+ line @cheap_bags", a number.
_ACCOUNT = re.compile(
    r"^[\s:：=\-–>→+@号是idnome.]{0,8}(?:(?=[a-z_.-]{0,20}\d)[a-z0-9_.-]{5,30}|\d[\d ().-]{6,})"
    r"|^[^\w]{0,4}@[a-z0-9_.]{3,30}"
)
_LETTERS_APART = re.compile(r"(?<!\w)(?:[^\W\d_][ .*_-]){2,12}[^\W\d_](?!\w)")
_STRETCHED = re.compile(r"(.)\1{2,}")
_LEET = str.maketrans("013457@$!|", "oieastasil")
_IN_NAMES = " .'’·-"
_EMOJI_MARKS = "\ufe0e\ufe0f\u20e3"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A comment as it may be shown.

    Attributes:
        text: plain, personal data masked; empty when nothing readable is left.
        folded: the same for comparing with others.
        masked: kinds of personal data that were taken out.
        refusal: why it must be neither shown nor answered; None when it may be.
    """

    text: str
    folded: str
    masked: frozenset[PersonalKind]
    refusal: Refusal | None


class CommentFilter:
    """Cleans comments and names.

    Args:
        own_hosts: hosts that viewers may link to, with everything under them: the shop's own.
        blocked: words or phrases that this shop does not want to see, besides the shipped lists.
        regions: where national telephone numbers are known from.
    """

    def __init__(
        self,
        *,
        own_hosts: Sequence[str] = (),
        blocked: Sequence[str] = (),
        regions: Sequence[str] = REGIONS,
    ) -> None:
        self._own_hosts = tuple(host.casefold().removeprefix("www.") for host in own_hosts)
        self._words = load_words(tuple(blocked))
        self._masker = Masker(self._words.streets, regions=regions)
        self._links = LinkifyIt()

    def clean(self, text: str, *, language: str = "") -> Cleaned:
        """Clean a comment.

        Args:
            text: as the viewer wrote it.
            language: as it was read; some words are insults in one language only.
        """
        shown = plain(text)
        small = folded(shown)
        refusal = self._refusal(text, shown, small, language.partition("-")[0])
        masked, kinds = self._masker.mask(shown)
        return Cleaned(masked, folded(masked) if kinds else small, kinds, refusal)

    def name(self, name: str) -> str:
        """A viewer's name as it may be shown and spoken: letters, digits and what stands within names.

        Returns:
            Empty for a name that is an insult, an advertisement, personal data or no name at all; such a
            viewer is counted, not named.
        """
        cleaned = self.clean(name[: 4 * _MOST_NAME].replace("_", " "))
        if cleaned.refusal or cleaned.masked:
            return ""
        kept = "".join(sign if _belongs_in_name(sign) else " " for sign in cleaned.text)
        short = " ".join(kept.split())[:_MOST_NAME].strip(_IN_NAMES)
        return short if any(sign.isalnum() for sign in short) else ""

    def _refusal(self, text: str, shown: str, small: str, language: str) -> Refusal | None:
        if _is_one_sign(text):
            return "characters"
        for form in _forms(small):
            local = self._words.abuse_in.get(language)
            if self._words.abuse.search(form) or (local and local.search(form)):
                return "abuse"
            if self._words.ads.search(form) or self._leads_away(form):
                return "advert"
        if self._words.abuse_exact.search(shown.casefold()):
            return "abuse"
        return "link" if self._has_foreign_link(lookalike(small)) else None

    def _leads_away(self, form: str) -> bool:
        """Whether an account of a messenger is named."""
        return any(_ACCOUNT.search(form[name.end() :]) for name in self._words.messengers.finditer(form))

    def _has_foreign_link(self, small: str) -> bool:
        found = self._links.match(_EDGE.sub(" ", _DOT.sub(".", small))) or []
        return any(_is_link(match.url, match.schema) and not self._is_own(match.url) for match in found)

    def _is_own(self, url: str) -> bool:
        host = _host(url)
        return any(host == own or host.endswith(f".{own}") for own in self._own_hosts)


def _forms(small: str) -> Iterator[str]:
    """A folded text as it is, and as it is meant: borrowed letters, digits for letters, stretched, apart."""
    seen: set[str] = set()
    latin = lookalike(small)
    together = _LETTERS_APART.sub(lambda run: re.sub(r"[ .*_-]", "", run[0]), latin)
    for form in (
        small,
        latin,
        together,
        _unleeted(together),
        _STRETCHED.sub(r"\1", together),
        _STRETCHED.sub(r"\1\1", together),
    ):
        if form not in seen:
            seen.add(form)
            yield form


def _unleeted(text: str) -> str:
    """Digits and signs inside words as the letters they stand for; numbers stay numbers."""
    return " ".join(
        word.translate(_LEET) if any(map(str.isalpha, word)) else word for word in text.split(" ")
    )


def _belongs_in_name(sign: str) -> bool:
    """Letters, digits and their marks in any script; `isalnum` knows no vowel signs."""
    return sign in _IN_NAMES or (unicodedata.category(sign)[0] in "LMN" and sign not in _EMOJI_MARKS)


def _is_one_sign(text: str) -> bool:
    signs = [sign for sign in text[:1000].casefold() if not sign.isspace() and sign not in _EMOJI_MARKS]
    if len(signs) < _FLOOD_LENGTH:
        return False
    most = max(signs.count(sign) for sign in set(signs))
    return most >= _FLOOD_SHARE * len(signs)


def _is_link(url: str, schema: str) -> bool:
    """Whether what looks like a link is one: named as such, with a path, or a well-known ending."""
    if schema == "mailto:":
        return False  # masked as personal data
    if schema:
        return True
    rest = url.partition("://")[2]
    host = _host(url)
    return host.startswith("www.") or "/" in rest.rstrip("/") or host.rpartition(".")[2] in _ENDINGS


def _host(url: str) -> str:
    return re.split(r"[/?#:]", url.partition("://")[2] or url, maxsplit=1)[0].rpartition("@")[2].casefold()
