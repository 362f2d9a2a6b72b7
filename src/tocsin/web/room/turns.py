"""The lines that change the incident, in words: who does what, what it is, how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from tocsin.core import events as e
from tocsin.core.events import Entry
from tocsin.web.room.said import Said, Tag, fact, link
from tocsin.web.room.telling import Telling

# ── who does what ──────────────────────────────────────────────────────────────────────────────────────────────────


def role(entry: Entry, telling: Telling) -> Said:
    who = telling.bold(entry.by)
    match entry.event:
        case e.RoleAssigned(role=role, person=person, relieves=relieves):
            did = _took(entry.by == person, bool(relieves))
            head = Markup(did).format(  # noqa: S704 — ours; the words put into it are escaped
                who=who,
                role=telling.role(role),
                person=telling.bold(person),
                before=Markup(", ").join(telling.bold(each) for each in relieves),
            )
            loud = telling.role(role) == "command" or relieves
            return Said(css="role", icon="swap", head=head) if loud else fact("user", head)
        case e.RoleOffered(role=role, to=to, text=text):
            whom = telling.party(to)
            head = Markup("{} offered {} to <b>{}</b>").format(who, telling.role(role), whom)
            return Said(css="role", icon="swap", head=head, text=text)
        case e.RoleDeclined(role=role, why=why):
            return fact("user", Markup("{} cannot take {} now").format(who, telling.role(role)), why)
        case e.OfferWithdrawn(role=role, to=to):
            head = Markup("{} no longer offers {} to <b>{}</b>").format(who, telling.role(role), telling.party(to))
            return fact("user", head)
        case e.RoleReleased(role=role, person=person):
            by = "" if person == entry.by else Markup(", said {}").format(telling.person(entry.by))
            return fact("user", Markup("{} laid down {}{}").format(telling.bold(person), telling.role(role), by))
        case _:
            raise TypeError(type(entry.event).__name__)


def _took(oneself: bool, relieves: bool) -> str:
    match oneself, relieves:
        case True, True:
            return "{who} accepted {role} from {before}"
        case True, False:
            return "{who} took {role}"
        case False, True:
            return "{who} gave {role} to {person}, after {before}"
        case _:
            return "{who} gave {role} to {person}"


def ask(entry: Entry, telling: Telling) -> Said:
    who = telling.bold(entry.by)
    match entry.event:
        case e.AskMade(what=what, to=to, until=until):
            by = Markup("by {}").format(telling.time(until)) if until else ""
            head = Markup("{} asked <b>{}</b>").format(who, telling.party(to))
            return Said(css="note", icon="user", head=head, aside=by, text=what)
        case e.AskAccepted():
            return fact("user", Markup("{} does it").format(who))
        case e.AskDeclined(why=why):
            return fact("user", Markup("{} cannot").format(who), why)
        case e.AskFinished(outcome=outcome):
            return Said(css="note", icon="check", head=Markup("{} is done with it").format(who), text=outcome)
        case _:
            raise TypeError(type(entry.event).__name__)


# ── what it is, and how far we are ─────────────────────────────────────────────────────────────────────────────────

_REASONS: Mapping[e.CancelReason, str] = {
    "false-alarm": "a false alarm",
    "duplicate": "another incident already",
    "external": "not of our making",
}


def turn(entry: Entry, telling: Telling) -> Said:
    who = telling.bold(entry.by)
    match entry.event:
        case e.Declared() as it:
            text = "\n\n".join(dict.fromkeys(each for each in (it.description, it.why) if each))
            drill = ("", "Exercise") if it.drill else None
            head = Markup("{} declared <b>incident {}</b>").format(who, telling.number)
            tags = (drill,) if drill else ()
            return Said(css="declare", icon="flag", head=head, tags=tags, text=text, quiet=_about(it, telling))
        case e.Acknowledged():
            return fact("user", Markup("{} has it").format(who))
        case e.Resolved(text=text, verified=verified):
            seen: tuple[Tag, ...] = (("good", "Verified"),) if verified.strip() else ()
            quiet = Markup("How it was verified: {}").format(verified) if verified.strip() else ""
            head = Markup("{} resolved it").format(who)
            return Said(css="good", icon="check", head=head, tags=seen, text=text, quiet=quiet)
        case e.Reopened(why=why):
            return Said(css="signal", icon="half", head=Markup("{} reopened it").format(who), text=why)
        case e.Cancelled(reason=reason, why=why, duplicate_of=other):
            link = Markup('<a href="/incidents/{0}">incident {0}</a>').format(other) if other else ""
            head = Markup("{} cancelled it: {} {}").format(who, _REASONS[reason], link)
            return Said(css="clear", icon="dash", head=head, text=why)
        case _:
            raise TypeError(type(entry.event).__name__)


def _about(it: e.Declared, telling: Telling) -> str:
    criterion = next((each.name for each in telling.playbook.criteria if each.slug == it.criterion), it.criterion or "")
    parts = (criterion, ", ".join(map(telling.service, it.services)), ", ".join(map(telling.community, it.communities)))
    return " · ".join(part for part in parts if part)


def thought(entry: Entry, telling: Telling) -> Said:
    who = telling.bold(entry.by)
    match entry.event:
        case e.PhaseSet(phase=phase):
            name = next((each.name for each in telling.playbook.phases if each.slug == phase), phase)
            return fact("flag", Markup("{} moved it to <b>{}</b>").format(who, name))
        case e.PlanSet() as plan:
            told = {"Cause": plan.cause, "Tried": plan.tried, "Next": plan.next}
            more = [f"**{title}:** {text}" for title, text in told.items() if text]
            text = "\n\n".join(part for part in (plan.state or "", *more) if part)
            return Said(css="note", icon="pen", head=Markup("{} set the state").format(who), text=text)
        case e.ImpactSet(start=start, end=end):
            began = Markup("began {}").format(telling.range(start)) if start else ""
            ended = Markup("ended {}").format(telling.range(end)) if end else ""
            both = Markup(", ").join(part for part in (began, ended) if part) or "at a time nobody knows"
            return fact("clock", Markup("{} said when people were affected: {}").format(who, both))
        case _:
            raise TypeError(type(entry.event).__name__)


def other(entry: Entry, telling: Telling) -> Said:
    icon, words, text = _plain(entry.event, telling)
    return fact(icon, Markup("{} {}").format(telling.bold(entry.by), words), text)


def _plain(event: e.Event, telling: Telling) -> tuple[str, Markup | str, str]:
    match event:
        case e.Retitled(title=title):
            return "pen", Markup("named it <b>{}</b>").format(title), ""
        case e.ServicesSet(services=slugs):
            return "laptop", _set("services", map(telling.service, slugs)), ""
        case e.CommunitiesSet(communities=slugs):
            return "users", _set("communities", map(telling.community, slugs)), ""
        case e.CriterionSet(criterion=slug):
            name = next((each.name for each in telling.playbook.criteria if each.slug == slug), slug or "none of ours")
            return "flag", Markup("said what people cannot do: <b>{}</b>").format(name), ""
        case e.TicketLinked(ticket=ticket):
            return "ticket", Markup("linked the ticket {}").format(link(ticket)), ""
        case e.TicketUnlinked(ticket=ticket):
            return "ticket", Markup("took the ticket {} away").format(link(ticket)), ""
        case e.LinkAdded(url=url, title=title):
            return "link", Markup("keeps at hand: {} {}").format(title, link(url)), ""
        case e.ActionAdded(text=text, url=url):
            return "check", Markup("added an action {}").format(link(url)), text
        case e.ActionLinked(url=url):
            return "link", Markup("tracks it at {}").format(link(url)), ""
        case e.ActionCompleted():
            return "check", "has it done", ""
        case e.ProposalTurnedDown(why=why):
            return "send", "does not send it like this", why
        case e.NoActionNeeded(why=why):
            return "check", "says that no action is needed", why
        case _:
            return _report(event, telling)


def _set(what: str, names: Iterable[str]) -> Markup:
    return Markup("set the {}: <b>{}</b>").format(what, ", ".join(names) or "none")


def _report(event: e.Event, telling: Telling) -> tuple[str, Markup | str, str]:
    match event:
        case e.ReportOffered(to=to):
            return "file", Markup("asked {} to own the report").format(telling.bold(to)), ""
        case e.ReportOwned(owner=owner):
            return "file", Markup("made {} the owner of the report").format(telling.bold(owner)), ""
        case e.ReviewRequested(revision=revision):
            return "file", f"asked for a review of revision {revision} of the report", ""
        case e.ReportReviewed(verdict=verdict, text=text):
            words = "finds the report complete" if verdict == "approve" else "asks for changes in the report"
            return "file", words, text
        case e.ReportApproved(revision=revision):
            return "file", f"completed the review of revision {revision}", ""
        case e.ReviewReopened():
            return "file", "changed the report after the review was asked for", ""
        case e.PublicationRequested(revision=revision):
            return "file", f"asked to publish revision {revision} of the report", ""
        case e.ReportPublished(without=without):
            link = Markup('<a href="/incidents/{}/report">the report</a>').format(telling.number)
            return "file", Markup("published {}").format(link), without
        case other:
            return "dot", type(other).__name__, ""
