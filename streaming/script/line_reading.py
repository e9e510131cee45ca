"""The texts of a run of show: blocks by language -> lines, each checked where it stands.

Used by `script`. Knows the values that a line may use, and which of them there are where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from streaming.script.errors import suggestion
from streaming.script.marks import MarkError, parse, sentences
from streaming.script.nodes import Fields, is_empty, line_of
from streaming.script.patterns import all_arguments, compiled
from streaming.show import Line, Mark

__all__ = ["SHOW_VALUES", "LineReader"]

_OF_PRODUCT = frozenset({"title", "price", "stock"})
_OF_SALE = frozenset({"before", "minutes"})
_OF_SHOW = frozenset({"coupon", "shop"})
SHOW_VALUES = _OF_PRODUCT | _OF_SALE | _OF_SHOW
"""Names of the values that the director gives besides the shop's facts."""

_COUNTS = frozenset({"stock", "minutes"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class LineReader:
    """Reads texts by language.

    Args:
        facts: names that lines may use.
        languages: codes that there are; empty allows any of the right form.
    """

    def __init__(self, *, facts: frozenset[str], languages: frozenset[str]) -> None:
        self._facts = facts
        self._languages = languages

    def language(self, fields: Fields, name: str) -> str:
        """A language code of a field."""
        code = fields.text(name)
        node = fields.node_of(name)
        return code if not code or self._is_language(code, fields, node, name) else ""

    def texts(self, fields: Fields) -> dict[str, str]:
        """Plain texts by language, without marks or values."""
        texts = {}
        for code, key, node in fields.items():
            if self._is_language(code, fields, key):
                text = fields.text(code)
                if "<" in text or "{" in text:
                    fields.wrong("is shown as it stands: neither marks nor values here", node, name=code)
                texts[code] = text
        if not texts:
            fields.wrong("needs a text for each language, as in `en: Hello`")
        return texts

    def by_language(
        self, fields: Fields, *, product: bool = False, sale: bool = False
    ) -> dict[str, tuple[Line, ...]]:
        """Lines by language.

        Args:
            fields: language code -> text block, one line a sentence; or a list of sentences.
            product: the lines speak of a product, so that they may use its values.
            sale: the lines speak of a flash sale.
        """
        here = _OF_SHOW | (_OF_PRODUCT if product else frozenset()) | (_OF_SALE if sale else frozenset())
        found: dict[str, tuple[Line, ...]] = {}
        for code, key, node in fields.items():
            if not self._is_language(code, fields, key):
                continue
            lines: list[Line] = []
            for number, text in _written(node):
                try:
                    lines += self._read(text, number, code, here)
                except MarkError as error:
                    fields.wrong(f"this line {error}", name=code, line=number)
            if not any(text for _, text in _written(node)):
                fields.wrong("has no sentences; write them below, each on a line of its own", key, name=code)
            found[code] = tuple(lines)
        if not found:
            fields.wrong("needs sentences in at least one language, as in `en: |`")
        return found

    def _read(self, text: str, number: int, language: str, here: frozenset[str]) -> Iterator[Line]:
        """The lines that one written line makes. Raises MarkError, whose message goes on from `this line`."""
        if text.startswith("# "):
            raise MarkError("would be spoken with its #; remarks stand outside the text block")
        parts = parse(text)
        pattern = "".join(part for part in parts if isinstance(part, str))
        self._check_pattern(pattern, language, here)
        if not here & _OF_PRODUCT and Mark("card") in parts:
            raise MarkError(
                'shows a card, but the segment has no product: say which, as in <card product="mug"/>'
            )
        return (Line(cut, number) for cut in sentences(parts, language))

    def _check_pattern(self, pattern: str, language: str, here: frozenset[str]) -> None:
        try:
            found = all_arguments(pattern)
            compiled(pattern, language)
        except (ValueError, RecursionError) as error:
            reason = f"has a broken value in braces ({error})"
            example = "{stock, plural, one {# piece} other {# pieces}}"
            raise MarkError(f"{reason}; write a value like {{price}}, a count like {example}") from error
        for argument in found:
            name = argument.name
            if name not in SHOW_VALUES | self._facts:
                known = here | self._facts
                raise MarkError(f"uses {{{name}}}, which is not known; {suggestion(name, known)}")
            if name in SHOW_VALUES - here - self._facts:
                kind = "a flash sale" if name in _OF_SALE else "a segment with a product"
                raise MarkError(f"uses {{{name}}}, which only {kind} has")
            if argument.kind not in {"", "select"} and name in SHOW_VALUES - _COUNTS:
                raise MarkError(
                    f"counts {{{name}}}, which is a text; only {', '.join(sorted(_COUNTS))} are numbers"
                )

    def _is_language(self, code: str, fields: Fields, node: yaml.Node | None, name: str = "") -> bool:
        if self._languages and code not in self._languages:
            fields.wrong(f"there is no language {code}; {suggestion(code, self._languages)}", node, name=name)
        elif not _LANGUAGE.fullmatch(code):
            fields.wrong(f"{code} is no language code; write one like en or zh-TW", node, name=name)
        else:
            return True
        return False


def _written(node: yaml.Node) -> list[tuple[int, str]]:
    """The lines of a text, with their numbers in the file; empty ones are left out."""
    if isinstance(node, yaml.SequenceNode):
        return [line for item in node.value for line in _written(item)]
    if is_empty(node) or not isinstance(node, yaml.ScalarNode):
        return []
    # The text of a block begins on the line after its sign; a folded one keeps no line of its own.
    first = line_of(node) + (node.style in {"|", ">"})
    step = 1 if node.style == "|" else 0
    return [
        (first + place * step, line.strip())
        for place, line in enumerate(str(node.value).split("\n"))
        if line.strip()
    ]
