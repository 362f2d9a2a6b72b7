"""One of every event, so that a new kind cannot be forgotten."""

from __future__ import annotations

from tests.core.world import MINUTE, NOON
from tocsin.core import events as e
from tocsin.core.ids import EffectId, Handle, IncidentNumber, Seq, SignalId, Slug, TicketId
from tocsin.core.moments import Moment
from tocsin.core.people import Party

ADA, BOB = Handle("ada"), Handle("bob")
COMMANDER = Slug("commander")

_EXAMPLES: tuple[e.Event, ...] = (
    e.Declared(
        title="Nobody can log in", description="Since *this* morning.", services=(Slug("utoronto/prod"),),
        communities=(Slug("utoronto"),), criterion=Slug("login"), severity=Slug("high"), wants_channel=False,
        drill=True, mark="5f0c", why="A class of forty begins.",
    ),
    e.Acknowledged(),
    e.SignalReceived(
        signal=SignalId(7), kind="ticket", text="I cannot log in.", service=Slug("utoronto/prod"),
        criterion=Slug("login"), people=("xenia", "mallory"), count=3, everyone=True, link="https://desk.example.org/7",
    ),
    e.SignalCleared(signal=SignalId(7), why="The alert cleared."),
    e.Retitled(title="No logins"),
    e.ServicesSet(services=(Slug("hubs"),)),
    e.CommunitiesSet(communities=(Slug("utoronto"), Slug("dubois"))),
    e.CriterionSet(criterion=Slug("start")),
    e.TicketLinked(ticket="freshdesk:7"),
    e.TicketUnlinked(ticket="freshdesk:7"),
    e.LinkAdded(url="https://grafana.example.org/d/1", title="Dashboard"),
    e.PhaseSet(phase=Slug("finding")),
    e.PlanSet(state="No logins.", cause="The disk is full.", tried="A restart.", next="A larger disk."),
    e.ImpactSet(start=Moment(at=NOON, until=NOON + MINUTE), end=Moment(at=NOON + 60 * MINUTE)),
    e.Resolved(verified="Logged in as a guest.", text="The disk was grown."),
    e.Reopened(why="It is back."),
    e.Cancelled(reason="duplicate", why="The same hub.", duplicate_of=IncidentNumber(2)),
    e.RoleAssigned(role=COMMANDER, person=BOB, relieves=(ADA,), settles=(Party(person=BOB),)),
    e.RoleOffered(
        role=COMMANDER, to=Party(person=BOB), text="It is late here.", settles=(Party(group=Slug("triagers")),)
    ),
    e.RoleDeclined(role=COMMANDER, to=Party(person=BOB), why="I am ill."),
    e.OfferWithdrawn(role=COMMANDER, to=Party(person=BOB)),
    e.RoleReleased(role=COMMANDER, person=ADA),
    e.AskMade(what="Look at the disk.", to=Party(group=Slug("triagers")), until=NOON + 60 * MINUTE),
    e.AskAccepted(),
    e.AskDeclined(why="No access."),
    e.AskFinished(outcome="It is full."),
    e.Noted(
        kind="command", text="`df -h`", output="100%", outcome="It is full.", link="https://chat.example.org/1",
        via="chat", signal=SignalId(7), ticket=TicketId(3), who="Sam Wu",
    ),
    e.NoteEdited(text="`df -h /`", output="99%", outcome="Nearly full."),
    e.NoteRemoved(why="Another incident's."),
    e.Highlighted(on=False),
    e.Redacted(why="A password."),
    e.Updated(
        kind="first-response", text="We are on it.", communities=(Slug("utoronto"),), drafted_by=ADA, approved_by=BOB,
        next_by=NOON + 180 * MINUTE, went=True,
    ),
    e.UpdateProposed(
        kind="update", text="We found it.", communities=(Slug("utoronto"),), next_by=NOON + 60 * MINUTE
    ),
    e.ProposalTurnedDown(why="Say what people can do."),
    e.DeliveryReported(
        effect=EffectId(5), wish="SendMail", outcome="delayed", to=BOB, community=Slug("utoronto"),
        trouble="The server is busy.",
    ),
    e.ReportOffered(to=BOB),
    e.ReportOwned(owner=BOB),
    e.ReviewRequested(revision=3),
    e.ReportReviewed(verdict="ask-for-changes", revision=3, text="When did it end?"),
    e.ReportApproved(revision=4),
    e.ReviewReopened(revision=5),
    e.PublicationRequested(revision=4, status="Closed", replayed=True),
    e.ReportPublished(
        revision=4,
        path="reports/2026-11-12-no-logins.md",
        commit="0123abc",
        request=Seq(40),
        without="The report is too big for a PDF.",
    ),
    e.ActionAdded(text="Add an alert.", url="https://github.com/a/b/issues/1", improves="technology", done=True),
    e.ActionLinked(url="https://github.com/a/b/issues/1"),
    e.ActionCompleted(),
    e.NoActionNeeded(why="The provider has mended it."),
)  # fmt: skip

EXAMPLES: dict[str, e.Event] = {type(event).__name__: event for event in _EXAMPLES}
"""Every field of each differs from its default."""
