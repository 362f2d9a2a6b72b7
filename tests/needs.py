"""What a test needs that may not be there: it is skipped with a sentence, or fails where everything must be there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest


def need(sentence: str) -> NoReturn:
    """Skip, saying what is missing and how to get it; with TOCSIN_TEST_REQUIRE=all, fail."""
    if os.environ.get("TOCSIN_TEST_REQUIRE") == "all":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence, allow_module_level=True)


def program(name: str, how_to_get: str) -> str:
    """The path of a program, as in `program("git", "apt-get install git")`."""
    return shutil.which(name) or need(f"The program {name} is not installed; {how_to_get}")


def shared(path: str) -> Path:
    """The path of test data in the folder `shared` beside the repository, as in `shared("data/incidents")`."""
    found = Path(__file__).resolve().parents[2] / "shared" / path
    return (
        found if found.exists() else need(f"The test data {path} is not in the folder “shared” beside the repository.")
    )
