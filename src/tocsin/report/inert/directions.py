"""Changes of direction that end where the text ends."""

import re

from tocsin.report.inert.grammar import grammar

_EMBEDDINGS, _POP_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
_ISOLATES, _POP_ISOLATE = "\u2066\u2067\u2068", "\u2069"
_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def directions_closed(text: str) -> str:
    """The text, and after its last block or word whatever ends the changes of direction that it leaves open."""
    closers = _missing_closers(text)
    if not closers:
        return text
    body = text.rstrip()
    tokens = [token for token in grammar(True).parse(text) if token.map and token.nesting >= 0]
    if tokens[-2:] and tokens[-2:][0].type == "paragraph_open":
        return body + closers + text[len(body) :]
    return f"{body}\n\n{closers}{text[len(body) :]}"


def _missing_closers(text: str) -> str:
    opened, isolates = list[str](), 0
    for char in _DIRECTIONS.findall(text):
        if char in _EMBEDDINGS:
            opened.append(_POP_EMBEDDING)
        elif char in _ISOLATES:
            opened.append(_POP_ISOLATE)
        elif char == _POP_EMBEDDING and opened[-1:] == [char]:
            opened.pop()
        elif char == _POP_ISOLATE and isolates:
            # Closing an isolate closes whatever was embedded in it.
            while opened.pop() != char:
                pass
        isolates += (char in _ISOLATES) - (char == _POP_ISOLATE and isolates > 0)
    return "".join(reversed(opened))
