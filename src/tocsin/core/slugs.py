"""Short names that machines and addresses can carry, made from what people write."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count
from unicodedata import combining, normalize


def slug(text: str, most: int = 60, keep: str = "") -> str:
    """Lower-case ASCII letters, digits and hyphens (and what `keep` names), at most `most`; accents are folded.

    Empty where nothing of the text can be kept, as of a title in Japanese.
    """
    letters = normalize("NFKD", text).casefold().translate(_PLAIN)
    bare = "".join(letter for letter in letters if not combining(letter))
    return re.sub(f"[^a-z0-9{re.escape(keep)}]+", "-", bare).strip("-" + keep)[:most].strip("-" + keep)


def free_slug(text: str, otherwise: str, taken: Callable[[str], bool], keep: str = "") -> str:
    """A slug of the text that is not taken: `ada`, `ada-2`, …; of `otherwise` where the text gives none."""
    root = slug(text, keep=keep) or otherwise
    candidates = (root if number == 1 else f"{root}-{number}" for number in count(1))
    return next(candidate for candidate in candidates if not taken(candidate))


_PLAIN = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Latin letters that Unicode does not take apart."""
