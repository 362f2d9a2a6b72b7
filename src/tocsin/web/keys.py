"""The keyboard shortcuts, and the switch that turns single letters off."""

from __future__ import annotations

from tocsin.web.answers import Shown
from tocsin.web.asked import Asked
from tocsin.web.routes import get

KEYS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Everywhere",
        (
            ("?", "This list"),
            ("/", "Search the incidents"),
            ("g n", "Now"),
            ("g t", "Triage"),
            ("g i", "Incidents"),
            ("g p", "People"),
            ("d", "Declare an incident"),
            ("Esc", "Leave a field, which keeps what you typed; close a panel"),
            ("Ctrl Enter", "Send the form you are in; on a Mac, ⌘ Enter"),
        ),
    ),
    (
        "In the room of an incident",
        (
            ("n", "Write a line"),
            ("u", "Write an update to the communities"),
            ("j", "Next line of the log"),
            ("k", "Previous line"),
            ("p", "Keep the line for the report, or no more"),
            ("l", "Copy the address of the line"),
            ("o", "Open or close its output or thread"),
            ("z", "Show times in UTC, and back"),
        ),
    ),
    ("Where you say what people cannot do", (("1 … 4", "Choose the first, second, third, fourth"),)),
)


def show(asked: Asked) -> Shown:
    return Shown(template="keys.html", given={"keys": KEYS})


ROUTES = (get("/keys", show, "signed-in"),)
