"""The room: how an incident stands, what it waits for, and its log, for whoever works on it or looks on."""

from __future__ import annotations

from tocsin.core.ids import IncidentNumber, Seq
from tocsin.core.timeline import timeline
from tocsin.report import strip
from tocsin.store import log
from tocsin.store.follows import of_incident as followed_by
from tocsin.web.answers import Answer, Bytes, NotThere, Shown
from tocsin.web.asked import Asked
from tocsin.web.room import stretch
from tocsin.web.room.lines import MARKS, clock, rendered, telling_in
from tocsin.web.room.panels import link_of, panels
from tocsin.web.room.reading import must_be_seen, room, with_wishes
from tocsin.web.routes import get
from tocsin.web.showing import place


def show(asked: Asked) -> Answer:
    """The whole room, with the newest lines or those that are asked for."""
    return _shown(asked, "room/page.html")


def show_lines(asked: Asked) -> Answer:
    """A part of the log: a page of its own, or for a script what goes below the lines it has. `only`: one line."""
    if "only" not in asked.query:
        return _shown(asked, "room/older.html" if asked.fragment else "room/page.html")
    return _one(asked, must_be_seen(asked), Seq(asked.query.number("only") or 0))


def _one(asked: Asked, number: IncidentNumber, seq: Seq) -> Bytes:
    """A line as it stands in the log, or its words as plain text: all of them, where the log shows only a part."""
    if asked.query.line("as") == "text":
        return Bytes(body=_plain(asked, number, seq).encode(), media="text/plain; charset=utf-8")
    found = rendered(asked, number, [seq])
    if not found:
        raise NotThere
    return Bytes(body=found[0][1].encode(), media="text/html; charset=utf-8")


def _plain(asked: Asked, number: IncidentNumber, seq: Seq) -> str:
    with asked.read() as c:
        lines = timeline(log.with_marks(c, number, [seq], MARKS), asked.tocsin.playbook, asked.name)
    found = next((line for line in lines if line.seq == seq and not line.removed), None)
    if found is None:
        raise NotThere
    return found.text


def show_panels(asked: Asked) -> Answer:
    """Everything but the log and the composer, each part to be put in the place of the one that stands there."""
    with asked.read() as c:
        found = with_wishes(room(asked, c, must_be_seen(asked)), c, ())
    telling = telling_in(found)
    given = {"room": found, "incident": found.incident, "p": panels(found, telling), "telling": telling}
    return Shown(template="room/panels.html", given={**given, "oob": True, "link_of": link_of})


def _shown(asked: Asked, template: str) -> Shown:
    with asked.read() as c:
        found = room(asked, c, must_be_seen(asked))
        part = stretch.stretch(asked, c, found)
        found = with_wishes(found, c, part.seqs)
        follows = asked.me.handle in followed_by(c, found.number)
    telling = telling_in(found)
    given = {
        "room": found,
        "incident": found.incident,
        "p": panels(found, telling),
        "telling": telling,
        "days": stretch.days(asked, found, part, telling),
        "part": part,
        "filters": stretch.filters(asked, found),
        "zones": stretch.zones(asked, found),
        "log_zone": place(clock(asked)[0]),
        "log_zone_name": clock(asked)[0],
        "is_newest": part.newest,
        "empty": _EMPTY.get(part.show, "Nothing stands in the log yet."),
        "older": part.older and stretch.address(asked, found, before=part.older),
        "newest": stretch.address(asked, found),
        "oob": False,
        "follows": follows,
        "link_of": link_of,
    }
    return Shown(template=template, given=given)


def show_strip_css(asked: Asked) -> Answer:
    """The rules of the picture, which are kept beside what draws it."""
    return Bytes(body=strip.CSS.encode(), media="text/css", headers={"Cache-Control": "no-cache"})


_EMPTY = {
    "key": "No line is marked as a key moment yet. The bookmark beside a line keeps it for the report.",
    "commands": "No command was written down yet, and no fix that somebody tried.",
    "outside": "Nothing was said to the outside yet, and nothing was heard from there.",
}

ROUTES = (
    get("/incidents/{number}", show, "signed-in"),
    get("/incidents/{number}/lines", show_lines, "signed-in"),
    get("/incidents/{number}/panels", show_panels, "signed-in"),
    get("/static/strip.css", show_strip_css, "anyone"),
)
