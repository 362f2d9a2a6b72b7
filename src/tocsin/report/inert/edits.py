"""Small changes to a text, found by where they stand in it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Edit:
    """`new` in place of what stands from `start` to `end`."""

    start: int
    end: int
    new: str


def escape(at: int) -> Edit:
    return Edit(start=at, end=at, new="\\")


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after all of them, in whatever order they come; none reaches into another."""
    parts, done = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        parts += [text[done : edit.start], edit.new]
        done = edit.end
    return "".join([*parts, text[done:]])
