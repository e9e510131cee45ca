"""A YAML mapping read field by field, with the line of everything and no exception for what is wrong.

Used by `script`. Reads the nodes and not the values, because YAML 1.1 takes 12:30 for 750 and the language
`no` for false. A field that can't be read is noted and gives an empty value, so that one look at a file finds
all its problems; whoever uses this must not use the values once there is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

import yaml

from streaming.script.errors import Problem, suggestion

__all__ = ["Fields", "is_empty", "line_of"]

# Ids appear in addresses, logs and checkpoints.
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def line_of(node: yaml.Node) -> int:
    """Number of the line at which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def is_empty(node: yaml.Node | None) -> bool:
    """Whether nothing was written: no node, `null`, `~` or nothing after the colon."""
    return node is None or node.tag == "tag:yaml.org,2002:null"


class Fields:
    """The fields of one mapping.

    Args:
        node: anything; what is not a mapping is a problem and has no fields.
        where: way to it, for messages.
        problems: the list that problems are added to.
        known: names of the fields; any other is a problem. None allows all.
    """

    def __init__(
        self, node: yaml.Node, where: str, problems: list[Problem], known: Collection[str] | None = None
    ) -> None:
        self.node = node
        self.line = line_of(node)
        self.where = where
        self.problems = problems
        self._fields: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        if not isinstance(node, yaml.MappingNode):
            if not is_empty(node):
                self.wrong("must be a list of fields, each `name: value` on a line of its own")
            return
        for key, value in node.value:
            self._take(key, value, known)

    def _take(self, key: yaml.Node, value: yaml.Node, known: Collection[str] | None) -> None:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        if name in self._fields:
            self.wrong(f"{name} is given twice; keep one of them", key)
        elif known is not None and name not in known:
            self.wrong(f"there is no field {name}; {suggestion(name, known)}", key)
        else:
            self._fields[name] = (key, value)

    def __contains__(self, name: str) -> bool:
        return name in self._fields

    def wrong(self, what: str, node: yaml.Node | None = None, *, name: str = "", line: int = 0) -> None:
        """Note a problem: at a line, else at a node, else where this mapping begins."""
        where = ".".join(filter(None, (self.where, name)))
        self.problems.append(Problem(line or (line_of(node) if node else self.line), where, what))

    def node_of(self, name: str, *, needed: bool = False) -> yaml.Node | None:
        """The value of a field; None when it is not given or empty, which is a problem when it is needed."""
        if name in self._fields and not is_empty(self._fields[name][1]):
            return self._fields[name][1]
        if needed:
            at = self._fields[name][0] if name in self._fields else None
            self.wrong("is missing; it is needed here", at, name=name)
        return None

    def text(self, name: str, default: str | None = None) -> str:
        """A text on one line; needed when there is no default."""
        node = self.node_of(name, needed=default is None)
        if node is None:
            return default or ""
        if not isinstance(node, yaml.ScalarNode):
            self.wrong("must be a text", node, name=name)
            return ""
        return " ".join(str(node.value).split())

    def choice(self, name: str, known: Collection[str], default: str | None = None) -> str:
        """One of the known words."""
        word = self.text(name, default)
        if word and word != default and word not in known:
            self.wrong(f"{word} is not known; {suggestion(word, known)}", self.node_of(name), name=name)
            return ""
        return word

    def number(self, name: str, default: float | None, *, least: float, most: float) -> float:
        """A number in a range; needed when there is no default."""
        word = self.text(name, None if default is None else str(default))
        if not word:
            return least
        try:
            value = float(word)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            self.wrong(f"must be a number from {least:g} to {most:g}", self.node_of(name), name=name)
            return least
        return value

    def words(self, name: str) -> list[tuple[str, yaml.Node]]:
        """A list of texts, each with its node; a single text is a list of one."""
        node = self.node_of(name, needed=True)
        items = node.value if isinstance(node, yaml.SequenceNode) else [] if node is None else [node]
        for item in items:
            if not isinstance(item, yaml.ScalarNode):
                self.wrong("must be a list of texts such as [one, two]", item, name=name)
                return []
        return [(str(item.value), item) for item in items]

    def parts(self, name: str) -> list[yaml.Node]:
        """The items of a list; a problem when it is none."""
        node = self.node_of(name, needed=True)
        if node is not None and not isinstance(node, yaml.SequenceNode):
            self.wrong("must be a list: begin each item with a dash", node, name=name)
            return []
        return list(node.value) if node is not None else []

    def under(self, name: str, known: Collection[str] | None = None) -> Fields | None:
        """The fields of a field; None when it is missing, which is a problem."""
        node = self.node_of(name, needed=True)
        return (
            None if node is None else Fields(node, f"{self.where}.{name}".lstrip("."), self.problems, known)
        )

    def entries(
        self, name: str, known: Collection[str], *, needed: bool = True
    ) -> Iterator[tuple[str, Fields]]:
        """The entries of a section, `id: fields`, in their order."""
        node = self.node_of(name, needed=needed)
        if node is None:
            return
        section = Fields(node, name, self.problems)
        for key, (key_node, value) in section._fields.items():
            if not _ID.fullmatch(key):
                section.wrong(f"{key} must be small letters, digits and dashes, at most 40", key_node)
            entry = Fields(value, f"{name}.{key}", self.problems, known)
            entry.line = line_of(key_node)
            if is_empty(value):
                entry.wrong("has nothing in it")
            yield key, entry

    def items(self) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        """Name, its node and the value of every field, in their order."""
        return ((name, key, value) for name, (key, value) in self._fields.items())
