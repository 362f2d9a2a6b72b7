"""The exam that every integration sits: who sits it, what they bring along, and what is looked at."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from tocsin.ports import Delivery, Failed
from tocsin.settings import Secret

CANARY = "s3cr3t-canary-4711"
"""Stands wherever an integration keeps a secret, and must be seen nowhere else."""

SECRETIVE = ("password", "secret", "token", "key")
"""A setting called so is a secret."""


class Situation(Enum):
    """What can befall a call."""

    BUSY = "refused for now, as by HTTP 503"
    HURRIED = "refused because we ask too fast, as by HTTP 429"
    REFUSED = "refused for good, as by HTTP 404"
    UNREACHABLE = "nobody listens"
    CUT = "done, but the line is cut before the answer"


@dataclass(frozen=True, kw_only=True)
class Bench:
    """An integration, set up against a counterpart, with the canary in its settings."""

    config: object
    integration: Any
    do: Callable[[Any, str], object]
    """Something that the integration does through one of its ports, under this key."""
    done: Callable[[str], int]
    """How often the counterpart did what it was asked under this key."""
    befall: Mapping[Situation, Callable[[], Any]]
    """Makes it befall the next call, of the integration that it returns."""
    deliver: Callable[[datetime, datetime], Delivery] | None = None
    """What comes in, signed at one time and arriving at another."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Who sits the exam: an entry of the registry."""

    bench: Callable[[Path], AbstractContextManager[Bench]]
    situations: frozenset[Situation]
    """Those that its bench can make; not every protocol knows every one."""
    page: str
    """Its page in `docs/howto`."""
    says_when: bool = False
    """Its protocol has a way to say when to come back."""
    hints: bool = False
    """Nobody signs what comes in: it only says where to look, whoever sent it, and nothing of it is believed."""


def failure(bench: Bench, situation: Situation, key: str) -> Failed:
    """What is raised where this befalls it."""
    integration = bench.befall[situation]()
    with pytest.raises(Failed) as caught:
        bench.do(integration, key)
    return caught.value


def told(failed: Exception) -> str:
    """Everything anybody could get to see of it, with what it came from."""
    return "".join(traceback.format_exception(failed))


def unexplained(config: type) -> list[str]:
    """The settings that the set-up page would have nothing to say of."""
    return [each.name for each in fields(config) if not (each.metadata.get("label") and each.metadata.get("hint"))]


def exposed(config: type) -> list[str]:
    """The settings that are called like a secret, and are kept like anything else."""
    hints = get_type_hints(config)
    named = [each.name for each in fields(config) if any(word in each.name.lower() for word in SECRETIVE)]
    return [name for name in named if hints[name] not in (Secret, Secret | None)]
