"""The report's life: owned, written, reviewed, published; and the actions that come out of it."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.events import Fact
from tocsin.core.gates import seen_for
from tocsin.core.given import Given
from tocsin.core.ids import Seq
from tocsin.core.incident import Action, Incident
from tocsin.core.links import is_address
from tocsin.core.moments import zone
from tocsin.core.refused import Refused
from tocsin.core.report import missing, must_be_over, waits_for


def own(incident: Incident, command: c.OwnReport, given: Given) -> list[Fact]:
    """Taken by whoever asks; put to somebody else, it is an offer, theirs once they take it."""
    must_be_over(incident)
    person = given.member(command.person or given.by.handle)
    if person.handle == incident.report.owner:
        raise Refused(f"{person.name} owns this report already.")
    if person.handle == given.by.handle:
        return [Fact(event=e.ReportOwned(owner=person.handle))]
    return [Fact(event=e.ReportOffered(to=person.handle))]


def write(incident: Incident, command: c.WriteReport, given: Given) -> list[Fact]:
    """The prose itself is kept beside the log; here only what it does to a review under way."""
    must_be_over(incident)
    named = [given.playbook.section(each).slug for each in command.sections]
    if twice := [slug for slug in named if named.count(slug) > 1]:
        raise Refused(f"The section “{twice[0]}” is given twice. Put its texts together.")
    if command.zone:
        zone(command.zone)
    if not command.sections and not command.zone:
        raise Refused("Give at least one section to write: overview=…")
    if incident.report.asked is None or not _changes(command, given):
        return []
    return [Fact(event=e.ReviewReopened(revision=given.revision() + 1))]


_ASK = "tocsin do ask-for-review --incident {}"


def ask_for_review(incident: Incident, command: c.AskForReview, given: Given) -> list[Fact]:
    must_be_over(incident)
    if incident.report.asked is not None and incident.report.asked != incident.report.published:
        raise Refused("This report is under review already.")
    if gaps := _missing(incident, given):
        raise Refused("Not yet: " + " ".join(gaps))
    return [Fact(event=e.ReviewRequested(revision=given.revision()))]


def review(incident: Incident, command: c.Review, given: Given) -> list[Fact]:
    must_be_over(incident)
    report = incident.report
    if report.asked is None:
        raise Refused(f"Nobody has asked for a review of this report yet: {_ASK.format(incident.number)}.")
    if command.verdict == "ask-for-changes" and not command.text.strip():
        raise Refused("Say what should change.")
    said = Fact(event=e.ReportReviewed(verdict=command.verdict, revision=report.asked, text=command.text))
    if command.verdict == "ask-for-changes" or report.approved is not None:
        return [said]
    unread = waits_for(incident, given.playbook, given.name, also=(given.by.handle,))
    return [said] if unread else [said, Fact(event=e.ReportApproved(revision=report.asked))]


def publish(incident: Incident, command: c.Publish, given: Given) -> list[Fact]:
    must_be_over(incident)
    asked = incident.report.asked
    if asked is None:
        gaps = _missing(incident, given)
        raise Refused(" ".join([f"Ask for a review first: {_ASK.format(incident.number)}.", *gaps]))
    if incident.report.approved is None and (unread := waits_for(incident, given.playbook, given.name)):
        raise Refused("Not yet: " + " ".join(unread))
    return [Fact(event=e.PublicationRequested(revision=asked))]


def publish_replayed(incident: Incident, command: c.PublishReplayed, given: Given) -> list[Fact]:
    """As it stands, with the status it has elsewhere: it was reviewed there, or it was not."""
    must_be_over(incident)
    event = e.PublicationRequested(revision=given.revision(), status=command.status, replayed=True)
    return [Fact(event=event, by=given.person(command.publisher).handle)]


def record_publication(incident: Incident, command: c.RecordPublication, given: Given) -> list[Fact]:
    request = given.line(command.request).event
    if not isinstance(request, e.PublicationRequested):
        raise Refused(f"Line {command.request} asks for no publication.")
    event = e.ReportPublished(
        revision=request.revision,
        path=command.path,
        commit=command.commit,
        request=command.request,
        without=command.without,
    )
    return [Fact(event=event, about=command.request)]


def add_action(incident: Incident, command: c.AddAction, given: Given) -> list[Fact]:
    if not command.text.strip():
        raise Refused("Say what should be done.")
    url = _web(command.url) if command.url.strip() else ""
    return [Fact(event=e.ActionAdded(text=command.text, url=url, improves=command.improves, done=command.done))]


def link_action(incident: Incident, command: c.LinkAction, given: Given) -> list[Fact]:
    action = _action(incident, command.action)
    return [Fact(event=e.ActionLinked(url=_web(command.url)), about=action.seq)]


def complete_action(incident: Incident, command: c.CompleteAction, given: Given) -> list[Fact]:
    action = _action(incident, command.action)
    if action.done:
        raise Refused("That action is done already.")
    return [Fact(event=e.ActionCompleted(), about=action.seq)]


def no_action(incident: Incident, command: c.NoAction, given: Given) -> list[Fact]:
    if incident.actions:
        raise Refused(f"There are actions already: {', '.join(action.text for action in incident.actions)}.")
    if not command.why.strip():
        raise Refused("Say why nothing needs doing.")
    return [Fact(event=e.NoActionNeeded(why=command.why))]


def _missing(incident: Incident, given: Given) -> list[str]:
    shown = seen_for(given.playbook.gates.review, given.entries)
    return missing(incident, given.sections(), given.playbook, seen=shown)


def _changes(command: c.WriteReport, given: Given) -> bool:
    now = given.sections()
    if command.zone and command.zone != given.zone():
        return True
    return any(now.get(given.playbook.section(key).slug, "") != text for key, text in command.sections.items())


def _web(url: str) -> str:
    if not is_address(url.strip()):
        raise Refused("Give the address of the issue that tracks it; it begins with https:// or http://.")
    return url.strip()


def _action(incident: Incident, seq: Seq) -> Action:
    action = next((action for action in incident.actions if action.seq == seq), None)
    if action is None:
        known = ", ".join(f"{action.seq} ({action.text})" for action in incident.actions) or "none"
        raise Refused(f"Line {seq} is no action. Actions: {known}.")
    return action
