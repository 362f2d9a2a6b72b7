"""What an incident answers to a command: facts, or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tocsin.core import commands as c
from tocsin.core.decisions import asks, deliveries, life, notes, outside, reports, roles
from tocsin.core.decisions.times import must_not_be_long_before
from tocsin.core.events import Fact
from tocsin.core.given import Given
from tocsin.core.incident import Incident
from tocsin.core.refused import Refused

Decision = Callable[[Incident, Any, Given], list[Fact]]

DECISIONS: dict[type[c.Command], Decision] = {
    c.Declare: life.declare,
    c.Acknowledge: life.acknowledge,
    c.Retitle: life.retitle,
    c.SetServices: life.set_services,
    c.SetCommunities: life.set_communities,
    c.SetCriterion: life.set_criterion,
    c.AttachSignal: life.attach_signal,
    c.LinkTicket: life.link_ticket,
    c.UnlinkTicket: life.unlink_ticket,
    c.AddLink: life.add_link,
    c.SetPhase: life.set_phase,
    c.SetPlan: life.set_plan,
    c.SetImpact: life.set_impact,
    c.Resolve: life.resolve,
    c.Reopen: life.reopen,
    c.Cancel: life.cancel,
    c.Assign: roles.assign,
    c.OfferRole: roles.offer,
    c.AcceptRole: roles.accept,
    c.DeclineRole: roles.decline,
    c.WithdrawOffer: roles.withdraw,
    c.Release: roles.release,
    c.Delegate: asks.delegate,
    c.AcceptAsk: asks.accept,
    c.DeclineAsk: asks.decline,
    c.FinishAsk: asks.finish,
    c.Note: notes.note,
    c.EditNote: notes.edit,
    c.RemoveNote: notes.remove,
    c.Highlight: notes.highlight,
    c.Redact: notes.redact,
    c.PostUpdate: outside.post_update,
    c.ProposeUpdate: outside.propose,
    c.TurnDownProposal: outside.turn_down,
    c.ReportDelivery: deliveries.in_log,
    c.TryAgain: deliveries.in_log,
    c.GiveUp: deliveries.in_log,
    c.ConfirmArrival: deliveries.in_log,
    c.OwnReport: reports.own,
    c.WriteReport: reports.write,
    c.AskForReview: reports.ask_for_review,
    c.Review: reports.review,
    c.Publish: reports.publish,
    c.PublishReplayed: reports.publish_replayed,
    c.RecordPublication: reports.record_publication,
    c.AddAction: reports.add_action,
    c.LinkAction: reports.link_action,
    c.CompleteAction: reports.complete_action,
    c.NoAction: reports.no_action,
}
"""The table of contents: every command an incident knows, and where its answer is decided."""


def decide(incident: Incident, command: c.Command, given: Given) -> list[Fact]:
    """The facts that follow from a command, in order; raises `Refused` with a sentence where it may not be."""
    c.must_be_legible(command)
    if (incident.state == "undeclared") != isinstance(command, c.Declare):
        known = "is declared already; write on it instead" if incident.declared_at else "does not exist"
        raise Refused(f"Incident {incident.number} {known}.")
    must_not_be_long_before(incident, given.at.at)
    return DECISIONS[type(command)](incident, command, given)
