"""`/ask/{community}`: the form in which anybody of a community says, without signing in, that something fails."""

from __future__ import annotations

from tocsin.core.moments import zone
from tocsin.core.people import Community
from tocsin.store import people, places
from tocsin.web.answers import Answer, NotThere, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.desk.hours import attended
from tocsin.web.desk.limits import later
from tocsin.web.desk.writing import MOST_EMAIL, MOST_NAME, MOST_TEXT, ask, must_wait, what_is_wrong
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post
from tocsin.web.showing import place


def page(asked: Asked) -> Shown:
    """The form of one community; that there are others is nobody's business here."""
    it = _community(asked)
    clock = it.zone or asked.tocsin.playbook.zone
    with asked.read() as connection:
        team = people.everybody(connection)
    given = {
        "it": it,
        "hours": attended(team, asked.tocsin.playbook, asked.now, clock),
        "there": f"{asked.now.astimezone(zone(clock)):%H:%M} {place(clock)} time",
        "mailed": _mailed(asked),
        "most": (MOST_NAME, MOST_EMAIL, MOST_TEXT),
        "criterion": asked.form.line("criterion"),
    }
    return Shown(template="desk/ask.html", given=given)


def send(asked: Asked) -> Answer:
    it = _community(asked)
    if wrong := what_is_wrong(asked, mailed=_mailed(asked)):
        raise Wrong(**wrong)
    if wait := must_wait(asked, it.slug):
        return later(page(asked), wait)
    ticket = ask(asked, it.slug, asked.form.line("name"), asked.form.line("email"), by="form")
    return SentOn(to=f"/asked/{ticket.token}", said="We have it. Thank you for telling us.")


def _community(asked: Asked) -> Community:
    """Where the forms are closed, or there is no such community, there is no such page."""
    with asked.read() as connection:
        found = places.place(connection, Community, asked.parts["slug"])
    if found is None or not asked.site.config.desk:
        raise NotThere
    return found


def _mailed(asked: Asked) -> bool:
    return "mailer" in asked.tocsin.serves


ROUTES = (
    get("/ask/{slug:path}", page, "anyone"),
    post("/ask/{slug:path}", send, "anyone", again=page),
)
