"""The run of show: a YAML file that a seller wrote -> `Show`.

Called by the command line and by the session when a room opens. Reads the file and nothing else: whether the
shop has the products is looked at by `check`. All problems of a file are told at once, with their lines.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import cast, get_args
from zoneinfo import available_timezones

import yaml

from streaming.script.errors import Problem, ScriptError, suggestion
from streaming.script.line_reading import LineReader
from streaming.script.nodes import Fields
from streaming.show import Persona, Poll, Rule, RuleKind, Segment, SegmentKind, Shift, Show, Variant, Weekday

__all__ = ["load_show", "read_show"]

_SHOW = ("room", "title", "profile", "personas", "shifts", "segments", "rules")
_PERSONA = ("name", "presenter", "voices", "pace")
_SHIFT = ("days", "hours", "timezone", "language", "captions", "persona", "segments")
_SEGMENT = ("kind", "product", "variants", "countdown_s", "most_s", "poll")
_POLL = ("question", "options", "open_s")
_RULE = ("kind", "every_min", "lines")

_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_PRESENTERS = ("lina", "mei", "omar")
_ROOM = re.compile(r"[a-z0-9-]{1,40}")
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*(?:-|–|to)\s*(\d{1,2}):(\d{2})")
_WITH_PRODUCT = frozenset({"pitch", "demo", "flash_sale"})
# Of each round, so that there is always something to say.
_ROUND = frozenset(get_args(SegmentKind)) - {"opening", "sign_off"}
_QA_S = 120.0
_POLL_S = 120.0
_OPTIONS = (2, 4)


def load_show(
    file: Path,
    *,
    facts: Collection[str] = (),
    languages: Collection[str] = (),
    profiles: Collection[str] = (),
) -> Show:
    """Read a run of show from a file; as `read_show`. Blocks: call it at start, not in a coroutine."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScriptError(str(file), [Problem(1, "", f"can't be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ScriptError(str(file), [Problem(1, "", "is not UTF-8 text; save it as UTF-8")]) from error
    return read_show(text, source=str(file), facts=facts, languages=languages, profiles=profiles)


def read_show(
    text: str,
    *,
    source: str,
    facts: Collection[str] = (),
    languages: Collection[str] = (),
    profiles: Collection[str] = (),
) -> Show:
    """Read a run of show.

    Args:
        text: the YAML.
        source: what to call the file in messages.
        facts: names of the shop's facts that lines may use besides the show's own values.
        languages: codes that there are; empty allows any code of the right form.
        profiles: names of region profiles that there are; empty allows any.

    Raises:
        ScriptError: with all problems of the file.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        remedy = "look at the indentation and the quotes here, and write sentences below a `|`"
        what = f"is not valid YAML: {error.problem}; {remedy}"
        raise ScriptError(source, [Problem(mark.line + 1 if mark else 1, "", what)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise ScriptError(source, [Problem(1, "", f"is not valid YAML: {reason}")]) from error
    if root is None:
        raise ScriptError(source, [Problem(1, "", "is empty")])
    problems: list[Problem] = []
    lines = LineReader(facts=frozenset(facts), languages=frozenset(languages))
    show = _Reader(Fields(root, "", problems, _SHOW), lines, profiles).show()
    if problems:
        raise ScriptError(source, problems)
    return show


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    """Names of the time zones; finding them reads hundreds of files."""
    return frozenset(available_timezones())


class _Reader:
    """Reads the sections; what is wrong goes to the problems, and an empty value stands in its place."""

    def __init__(self, root: Fields, lines: LineReader, profiles: Collection[str]) -> None:
        self._root = root
        self._lines = lines
        self._profiles = profiles

    def show(self) -> Show:
        root = self._root
        room = root.text("room")
        if room and not _ROOM.fullmatch(room):
            root.wrong(
                "must be small letters, digits and dashes, at most 40", root.node_of("room"), name="room"
            )
        profile = root.choice("profile", self._profiles) if self._profiles else root.text("profile")
        personas = {key: self._persona(key, one) for key, one in root.entries("personas", _PERSONA)}
        segments = {key: self._segment(key, one) for key, one in root.entries("segments", _SEGMENT)}
        shifts = tuple(
            self._shift(key, one, personas, segments) for key, one in root.entries("shifts", _SHIFT)
        )
        rules = tuple(self._rule(key, one) for key, one in root.entries("rules", _RULE, needed=False))
        return Show(
            room=room,
            title=root.text("title"),
            profile=profile,
            personas=personas,
            segments=segments,
            shifts=shifts,
            rules=rules,
        )

    def _persona(self, key: str, one: Fields) -> Persona:
        presenter = one.text("presenter")
        if not (presenter.lower().endswith(".vrm") and ".." not in presenter):
            presenter = one.choice("presenter", _PRESENTERS, "")
        voices = one.under("voices") if "voices" in one else None
        return Persona(
            id=key,
            name=one.text("name"),
            presenter=presenter,
            voices=self._lines.texts(voices) if voices else {},
            pace=one.number("pace", 1.0, least=0.5, most=2.0),
        )

    def _shift(
        self, key: str, one: Fields, personas: Mapping[str, Persona], segments: Mapping[str, Segment]
    ) -> Shift:
        start, end = self._hours(one)
        language = self._lines.language(one, "language")
        captions = self._lines.language(one, "captions") if "captions" in one else ""
        if captions and captions == language:
            one.wrong("is the spoken language; leave it out", one.node_of("captions"), name="captions")
        return Shift(
            id=key,
            start=start,
            end=end,
            days=self._days(one),
            timezone=one.choice("timezone", _zones()),
            language=language,
            captions=captions or None,
            persona=one.choice("persona", personas),
            segments=self._order(one, segments),
            line=one.line,
        )

    def _hours(self, one: Fields) -> tuple[time, time]:
        written = one.text("hours")
        found = _HOURS.fullmatch(written)
        numbers = [int(part) for part in found.groups()] if found else []
        if numbers[2:] == [24, 0]:
            numbers[2] = 0
        try:
            return time(numbers[0], numbers[1]), time(numbers[2], numbers[3])
        except (IndexError, ValueError):
            if written:
                one.wrong("must be like 08:00-14:00", one.node_of("hours"), name="hours")
            return time(), time()

    def _days(self, one: Fields) -> frozenset[Weekday]:
        if "days" not in one:
            return frozenset(_WEEKDAYS)
        days: set[Weekday] = set()
        for written, node in one.words("days"):
            for word in written.lower().replace(" ", "").split(","):
                first, _, last = word.partition("-")
                if first not in _WEEKDAYS or (last or first) not in _WEEKDAYS:
                    what = f"{word} is no day; write mon, tue, wed, thu, fri, sat or sun, or mon-fri"
                    one.wrong(what, node, name="days")
                    continue
                begin, end = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
                days.update(_WEEKDAYS[day % 7] for day in range(begin, end + 1 + 7 * (end < begin)))
        return frozenset(days)

    def _order(self, one: Fields, segments: Mapping[str, Segment]) -> tuple[str, ...]:
        words = one.words("segments")
        for word, node in words:
            if word not in segments:
                one.wrong(f"there is no segment {word}; {suggestion(word, segments)}", node, name="segments")
        order = tuple(word for word, _ in words)
        kinds = {segments[word].kind for word in order if word in segments}
        if kinds and not kinds & _ROUND:
            one.wrong(
                "has only openings and sign-offs; add segments that go round",
                one.node_of("segments"),
                name="segments",
            )
        return order

    def _segment(self, key: str, one: Fields) -> Segment:
        kind = one.choice("kind", get_args(SegmentKind))
        for field, kinds in (
            ("product", _WITH_PRODUCT),
            ("countdown_s", {"flash_sale"}),
            ("most_s", {"qa"}),
            ("poll", {"poll"}),
        ):
            if kind and field in one and kind not in kinds:
                what = f"a segment of kind {kind} has no {field}; it belongs to {', '.join(sorted(kinds))}"
                one.wrong(what, one.node_of(field), name=field)
        sale = kind == "flash_sale"
        return Segment(
            id=key,
            kind=cast(SegmentKind, kind),
            variants=self._variants(one, kind),
            product=one.text("product") if kind in _WITH_PRODUCT else None,
            countdown_s=int(one.number("countdown_s", None, least=30, most=86_400)) if sale else None,
            most_s=int(one.number("most_s", _QA_S, least=10, most=3600)) if kind == "qa" else None,
            poll=self._poll(one) if kind == "poll" else None,
            line=one.line,
        )

    def _variants(self, one: Fields, kind: str) -> tuple[Variant, ...]:
        parts = one.parts("variants")
        if not parts and "variants" in one:
            one.wrong("needs at least one way to say it", one.node_of("variants"), name="variants")
        return tuple(
            Variant(
                self._lines.by_language(
                    Fields(node, f"{one.where}.variants[{number}]", one.problems),
                    product=kind in _WITH_PRODUCT,
                    sale=kind == "flash_sale",
                )
            )
            for number, node in enumerate(parts, 1)
        )

    def _poll(self, one: Fields) -> Poll | None:
        poll = one.under("poll", _POLL)
        if poll is None:
            return None
        question = poll.under("question")
        nodes = poll.parts("options")
        if not _OPTIONS[0] <= len(nodes) <= _OPTIONS[1]:
            poll.wrong("must be two to four", poll.node_of("options"), name="options")
        options = tuple(
            self._lines.texts(Fields(node, f"{poll.where}.options[{number}]", poll.problems))
            for number, node in enumerate(nodes, 1)
        )
        asked = self._lines.texts(question) if question else {}
        for option in options:
            if set(option) != set(asked):
                what = "the question and every option must be in the same languages"
                poll.wrong(what, poll.node_of("options"), name="options")
                break
        open_s = int(poll.number("open_s", _POLL_S, least=20, most=3600))
        return Poll(question=asked, options=options, open_s=open_s)

    def _rule(self, key: str, one: Fields) -> Rule:
        kind = one.choice("kind", get_args(RuleKind))
        if kind != "line" and "lines" in one:
            what = f"a rule of kind {kind} is worded already; leave its lines out, or make it kind line"
            one.wrong(what, one.node_of("lines"), name="lines")
        lines = one.under("lines") if kind == "line" else None
        return Rule(
            id=key,
            kind=cast(RuleKind, kind),
            every_min=one.number("every_min", None, least=1, most=1440),
            lines=self._lines.by_language(lines) if lines else {},
            line=one.line,
        )
