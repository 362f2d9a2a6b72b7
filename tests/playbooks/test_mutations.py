"""Whatever is done to a playbook: it is loaded, or every mistake in it is told with its file and its line."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.playbooks.written import SMALL
from tocsin.core.playbook import Playbook
from tocsin.language.handbook import as_handbook
from tocsin.playbooks import PlaybookError, load

SHIPPED = Path(__file__).parents[2] / "src/tocsin/playbooks/community-hubs"
PLAYBOOKS = ((SHIPPED / "playbook.toml").read_text(encoding="utf-8"), SMALL)
VALUES = (
    "0", "-1", "9" * 30, "9" * 4400, "1.5", "nan", "-inf", "1e999", "true", "''", "' '", '"a\\u0000b"', '"\\u2028"',
    '"ﷺ\u202e\u200b"', "[]", "[[]]", "[''] ", "['a', 1]", "{}", "{ a = 1 }", "[{}]", "2026-12-25", "07:30:00",
    "2026-12-25T00:00:00Z", "'../../etc/passwd'", "'commands'", "['commands', 'commands']", "'24:01'", '"""', "0x1F",
    "'" + "x" * 10_000 + "'", "[" * 60 + "]" * 60, "[" * 2000, "{a=" * 60, "= 1", "#", "\t", "\x00", "\x0b", "\x85", "",
)  # fmt: skip
KEYS = (
    "slug",
    "name",
    "people",
    "duties",
    "first",
    "file",
    "body",
    "kinds",
    "gates",
    "a.b.c",
    '"a b"',
    "hours",
    "x",
    "",
)
HEADERS = (
    "[gates]",
    "[gates.start]",
    "[[gates]]",
    "[[roles]]",
    "[roles]",
    "[[messages.a]]",
    "[hours",
    "[]",
    "[review]",
)

Mutation = Callable[[list[str]], None]


@st.composite
def mutations(draw: st.DrawFn) -> Mutation:
    """Something done to one line of a file."""
    place = draw(st.floats(0, 1, exclude_max=True))
    other = draw(st.floats(0, 1, exclude_max=True))
    kind = draw(st.sampled_from(("delete", "twice", "swap", "value", "key", "header", "cut", "character", "text")))
    value, key = draw(st.sampled_from(VALUES)), draw(st.sampled_from(KEYS))
    header, character = draw(st.sampled_from(HEADERS)), draw(st.characters(codec="utf-8"))

    def mutate(lines: list[str]) -> None:
        at, there = int(place * len(lines)), int(other * len(lines))
        line = lines[at]
        where = int(other * (len(line) + 1))
        match kind:
            case "delete":
                del lines[at]
            case "twice":
                lines.insert(there, line)
            case "swap":
                lines[at], lines[there] = lines[there], line
            case "value":
                lines[at] = f"{line.partition('=')[0]}= {value}"
            case "key":
                lines[at] = f"{key} ={line.partition('=')[2] or value}"
            case "header":
                lines.insert(at, header)
            case "cut":
                lines[at] = line[:where]
            case "character":
                lines[at] = f"{line[:where]}{character}{line[where + 1 :]}"
            case "text":
                lines[at] = f"{line[:where]}{value}{line[where:]}"

    return mutate


def loaded(folder: Path) -> Playbook | None:
    """The playbook; None where every line of the refusal says the file and the line, what is wrong, what to write."""
    try:
        return load(folder)
    except PlaybookError as no:
        for line in str(no).splitlines():
            place, says = line[: len(f"{folder}/playbook.toml:")], line[len(f"{folder}/playbook.toml:") :]
            assert place == f"{folder}/playbook.toml:"
            found = re.match(r"([1-9]\d*): .+; .+", says)
            assert found, says[:200]
            assert int(found[1]) <= 1 + Path(folder, "playbook.toml").read_bytes().count(b"\n")
        return None


@given(st.sampled_from(PLAYBOOKS), st.lists(mutations(), min_size=1, max_size=4))
def test_a_playbook_mutated_at_random_is_loaded_or_told_with_its_lines(text: str, done: list[Mutation]) -> None:
    lines = text.split("\n")
    for mutate in done:
        mutate(lines)
    with TemporaryDirectory() as folder:
        shutil.copytree(SHIPPED / "templates", f"{folder}/templates")
        Path(folder, "playbook.toml").write_bytes("\n".join(lines).encode())
        playbook = loaded(Path(folder))
        if playbook is not None:
            assert as_handbook(playbook).startswith("# ")


ODD = st.one_of(
    st.sampled_from(
        ("", " ", "told", "commands", "../x", "24:01", "2026-02-30", "{{ x }}", "a\x00b", "\u2028", "x" * 9000)
    ),
    st.integers(-2, 2) | st.integers(),
    st.booleans() | st.floats(),
    st.text(st.characters(codec="utf-8"), max_size=9),
)
VALUE = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner))


def steps(data: Any, around: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to everything in a playbook."""
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in inside:
        yield (*around, step)
        yield from steps(value, (*around, step))


def as_toml(value: Any) -> str:
    match value:
        case dict():
            return f"{{{', '.join(f'{json.dumps(key)} = {as_toml(each)}' for key, each in value.items())}}}"
        case list():
            return f"[{', '.join(map(as_toml, value))}]"
        case float():
            return repr(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


@given(st.data(), st.sampled_from(PLAYBOOKS))
def test_what_is_toml_and_makes_no_sense_is_told_with_its_lines(data: st.DataObject, text: str) -> None:
    playbook = tomllib.loads(text)
    for _ in range(data.draw(st.integers(1, 5))):
        *around, last = data.draw(st.sampled_from(list(steps(playbook))))
        inside: Any = playbook
        for step in around:
            inside = inside[step]
        if data.draw(st.integers(0, 3)):
            inside[last] = data.draw(VALUE)
        else:
            del inside[last]
    written = "\n".join(f"{json.dumps(key)} = {as_toml(value)}" for key, value in playbook.items())
    with TemporaryDirectory() as folder:
        shutil.copytree(SHIPPED / "templates", f"{folder}/templates")
        Path(folder, "playbook.toml").write_bytes(written.encode())
        loaded(Path(folder))


@given(st.sampled_from(PLAYBOOKS), st.binary(max_size=30), st.floats(0, 1), st.integers(0, 40))
def test_bytes_put_into_a_playbook_do_not_break_it_either(text: str, put: bytes, place: float, gone: int) -> None:
    content = text.encode()
    at = int(place * len(content))
    with TemporaryDirectory() as folder:
        shutil.copytree(SHIPPED / "templates", f"{folder}/templates")
        Path(folder, "playbook.toml").write_bytes(content[:at] + put + content[at + gone :])
        loaded(Path(folder))


BITS = (
    "{{",
    "}}",
    "{%",
    "{{ titel }}",
    "{{ title }}",
    "{{ ''.__class__ }}",
    "\n",
    "\r\n",
    "\x00",
    "é",
    "\u202e",
    " " * 99,
)


@given(
    st.sampled_from(sorted(path.name for path in (SHIPPED / "templates").iterdir())),
    st.lists(st.sampled_from(BITS) | st.binary(max_size=9), min_size=1, max_size=6),
    st.floats(0, 1),
    st.integers(0, 2000),
)
def test_a_template_mutated_at_random_is_loaded_or_told_with_its_lines(
    name: str, put: list[str | bytes], place: float, gone: int
) -> None:
    content = (SHIPPED / "templates" / name).read_bytes()
    at, bits = int(place * len(content)), [bit.encode() if isinstance(bit, str) else bit for bit in put]
    with TemporaryDirectory() as folder:
        shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
        Path(folder, "templates", name).write_bytes(content[:at] + b"".join(bits) + content[at + gone :])
        loaded(Path(folder))
