"""What work costs, in numbers that are the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count


def calls(work: Callable[[str], object], source: str) -> int:
    """How often anything was called."""
    made, before = count(), sys.getprofile()
    sys.setprofile(lambda _frame, _event, _arg: next(made) and None)
    try:
        work(source)
    finally:
        sys.setprofile(before)
    return next(made)
