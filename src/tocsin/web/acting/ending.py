"""How an incident ends, and that it has not: resolved with how it was verified, cancelled, reopened."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.gates import seen_for, unmet
from tocsin.core.ids import IncidentNumber, Slug
from tocsin.core.incident import Incident
from tocsin.core.playbook import Need
from tocsin.store import log
from tocsin.store.people import StoredDirectory
from tocsin.store.reports import sections
from tocsin.web.acting import frame
from tocsin.web.answers import Answer, SentOn, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post

REMEDIES: dict[Need, tuple[str, str]] = {
    "commander": ("roles", "Take command, or offer it"),
    "told": ("update", "Write to them"),
    "title": ("title", "Give it a title"),
    "owner": ("roles", "See who has which role"),
    "impact": ("impact", "Say when"),
}
"""Where what is missing can be helped: the page, and what the link to it says."""
REASONS: dict[e.CancelReason, tuple[str, str]] = {
    "false-alarm": ("A false alarm", "Nobody is affected, and nobody was."),
    "duplicate": ("A duplicate of another", "What is known moves there; say which."),
    "external": ("Somebody else's to solve", "It is real, and it lies with somebody we do not speak for."),
}


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What stands in the way, or is only said; and where it can be helped."""

    sentence: str
    blocks: bool
    page: str = ""
    remedy: str = ""


def resolve_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        missing = _missing(asked, connection, it) if it.state == "open" else []
        return frame.shown(asked, connection, it, "resolve", missing=missing)


def resolve(asked: Asked) -> Answer:
    number, form = frame.must_be_there(asked), asked.form
    if not form.text("verified").strip() and "verified" in asked.tocsin.playbook.gates.resolve.blocks:
        raise Wrong(verified="Say how it was verified that it is over: what did you try, and did it work?")
    done = asked.do(c.Resolve(incident=number, verified=form.text("verified"), text=form.text("text")))
    if form.ticked("tell") and not asked.fragment:
        return SentOn(to=f"/incidents/{number}/update?kind=resolved", said="It is resolved. Now say so.")
    return frame.back(asked, done, "It is resolved. What is owed now is the report.")


def _missing(asked: Asked, connection: sa.Connection, it: Incident) -> list[Missing]:
    """Before it can be resolved; how it was verified is asked for on the page itself."""
    gate, playbook = asked.tocsin.playbook.gates.resolve, asked.tocsin.playbook
    seen, text = seen_for(gate, lambda: log.entries(connection, it.number)), sections(connection, it.number)
    directory, as_verified = StoredDirectory(connection), replace(it, verified="so")

    def name(slug: Slug) -> str:
        community = directory.community(slug)
        return community.name if community else slug

    return [
        Missing(sentence=said, blocks=need in gate.blocks, page=page, remedy=remedy)
        for need in (*gate.blocks, *gate.warns)
        for page, remedy in (REMEDIES.get(need, ("", "")),)
        for said in unmet((need,), as_verified, playbook, text, seen=seen, name=name)
    ]


def cancel_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        return frame.shown(asked, connection, frame.incident(asked, connection), "cancel", reasons=REASONS)


def cancel(asked: Asked) -> Answer:
    number, form = frame.must_be_there(asked), asked.form
    reason = next((each for each in REASONS if each == form.line("reason")), None)
    if reason is None:
        raise Wrong(reason="Choose which of the three it is.")
    other = form.number("duplicate_of") if reason == "duplicate" else None
    if reason == "duplicate" and other is None:
        raise Wrong(duplicate_of="Give the number of the incident that it repeats.")
    command = c.Cancel(
        incident=number, reason=reason, duplicate_of=IncidentNumber(other) if other else None, why=form.text("why")
    )
    return frame.back(asked, asked.do(command), "It is cancelled. Its signals wait for a decision again.")


def reopen_page(asked: Asked) -> Shown:
    with asked.read() as connection:
        return frame.shown(asked, connection, frame.incident(asked, connection), "reopen")


def reopen(asked: Asked) -> Answer:
    number = frame.must_be_there(asked)
    if not asked.form.text("why").strip():
        raise Wrong(why="Say why it is not over: what happened?")
    return frame.back(asked, asked.do(c.Reopen(incident=number, why=asked.form.text("why"))), "It is open again.")


ROUTES = (
    get("/incidents/{number}/resolve", resolve_page, "responder"),
    post("/incidents/{number}/resolve", resolve, "responder", again=resolve_page),
    get("/incidents/{number}/cancel", cancel_page, "responder"),
    post("/incidents/{number}/cancel", cancel, "responder", again=cancel_page),
    get("/incidents/{number}/reopen", reopen_page, "responder"),
    post("/incidents/{number}/reopen", reopen, "responder", again=reopen_page),
)
