"""YAML that knows on which line each thing stands, so that a mistake can be pointed at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from tocsin.core.refused import Refused


@dataclass(frozen=True, kw_only=True)
class Marked:
    """What a YAML file says, with its name and its lines."""

    name: str
    said: object
    node: yaml.Node | None

    def where(self, path: Sequence[int | str]) -> str:
        """`people.yaml, line 7`: where the thing at the end of a path stands, or the last on the way there."""
        node = self.at(path)
        return self.name if node is None else _where(self.name, node.start_mark)

    def at(self, path: Sequence[int | str]) -> yaml.Node | None:
        """The node a path leads to, or the last on the way there."""
        node = self.node
        for step in path:
            further = _step(node, step)
            if further is None:
                return node
            node = further
        return node


def read_yaml(content: bytes, name: str) -> Marked:
    """What stands in the file of that name; refused where it is no YAML, or where a key stands twice."""
    try:
        text = _text(content, name)
        _no_tag(text, name)
        loader = _Loader(text)
        node = loader.get_single_node()
        _no_key_twice(node, name)
        return Marked(name=name, node=node, said=None if node is None else loader.construct_document(node))
    except yaml.MarkedYAMLError as trouble:
        where = _where(name, trouble.problem_mark) if trouble.problem_mark else name
        raise Refused(f"{where}: this is not YAML that can be read: {trouble.problem or trouble.context}.") from None
    except (yaml.YAMLError, ValueError, RecursionError) as trouble:
        raise Refused(f"{name}: this is not YAML that can be read: {str(trouble).splitlines()[0]}.") from None


class _Loader(yaml.SafeLoader):
    """Says on which line a value stands that looks like a number or a date, and is none."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, ArithmeticError) as trouble:
            problem = str(trouble).partition(";")[0]
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark) from None


def _no_tag(text: str, name: str) -> None:
    """A tag makes a value what it does not look like, which nobody needs here and PyYAML trips over."""
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        if isinstance(token, yaml.TagToken):
            tag = "".join(part or "" for part in token.value)
            raise Refused(f"{_where(name, token.start_mark)}: a tag, “{tag}”, stands there. Leave it out.")


def _where(name: str, mark: yaml.Mark) -> str:
    return f"{name}, line {mark.line + 1}"


def _text(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = content.count(b"\n", 0, trouble.start) + 1
        how = "Convert it first, for example with `iconv -f latin1 -t utf-8`."
        raise Refused(f"{name}, line {line}: this is not valid UTF-8. {how}") from None


def _step(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    match node:
        case yaml.MappingNode():
            return next((value for key, value in node.value if key.value == step), None)
        case yaml.SequenceNode() if isinstance(step, int) and step < len(node.value):
            found: yaml.Node = node.value[step]
            return found
        case _:
            return None


def _no_key_twice(node: yaml.Node | None, name: str) -> None:
    """YAML itself would silently keep the last."""
    for mapping in _mappings(node, set()):
        seen: set[str] = set()
        for key in (key for key, _ in mapping.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise Refused(f"{_where(name, key.start_mark)}: “{key.value}” stands there twice. Keep one of the two.")
            seen.add(key.value)


def _mappings(node: yaml.Node | None, met: set[int]) -> Iterator[yaml.MappingNode]:
    if id(node) in met:  # an alias: it may even stand within itself
        return
    met.add(id(node))
    match node:
        case yaml.MappingNode():
            yield node
            for _, value in node.value:
                yield from _mappings(value, met)
        case yaml.SequenceNode():
            for value in node.value:
                yield from _mappings(value, met)
