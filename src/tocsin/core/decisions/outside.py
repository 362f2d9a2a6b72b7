"""Word to the communities: sent, or first proposed to whoever approves it."""

from __future__ import annotations

from datetime import datetime

from tocsin.core import commands as c
from tocsin.core import events as e
from tocsin.core.duties import carrying
from tocsin.core.events import Fact
from tocsin.core.given import Given
from tocsin.core.ids import Seq
from tocsin.core.incident import Incident, Proposal
from tocsin.core.moments import utc
from tocsin.core.playbook import GAP
from tocsin.core.refused import Refused


def post_update(incident: Incident, command: c.PostUpdate, given: Given) -> list[Fact]:
    """Also where no community is known yet: what was said outside belongs on the timeline, whoever carried it."""
    _must_be_sendable(command.text, command.next_by, given)
    proposal = _proposal(incident, command.proposal) if command.proposal is not None else None
    drafted_by = command.drafted_by or (proposal.by if proposal else given.by.handle)
    event = e.Updated(
        kind=command.kind,
        text=command.text,
        communities=given.communities(command.communities) or incident.communities,
        drafted_by=given.member(drafted_by).handle,
        approved_by=given.member(command.approved_by or given.by.handle).handle,
        next_by=utc(command.next_by),
    )
    return [Fact(event=event, about=command.proposal)]


def propose(incident: Incident, command: c.ProposeUpdate, given: Given) -> list[Fact]:
    """A newer proposal of the same person to the same communities takes the place of the one before."""
    _must_be_sendable(command.text, command.next_by, given)
    communities = given.communities(command.communities) or incident.communities
    if not communities:
        raise Refused("Nobody would be told. Say first which communities are affected.")
    approving = carrying(incident, given.playbook, "approves")
    if given.by.handle in approving:
        raise Refused("You approve what is said outside yourself. Send it.")
    if not approving:
        raise Refused("Nobody is there who could approve it. Send it yourself, or find somebody who takes command.")
    event = e.UpdateProposed(
        kind=command.kind, text=command.text, communities=communities, next_by=utc(command.next_by)
    )
    same = (each for each in incident.proposals if (each.by, each.communities) == (given.by.handle, communities))
    return [*(Fact(event=e.ProposalTurnedDown(), about=each.seq) for each in same), Fact(event=event)]


def turn_down(incident: Incident, command: c.TurnDownProposal, given: Given) -> list[Fact]:
    """Its author takes it back; whoever approves says what should change."""
    proposal = _proposal(incident, command.proposal)
    if given.by.handle != proposal.by and given.by.handle not in carrying(incident, given.playbook, "approves"):
        raise Refused(f"It is {given.name(proposal.by)}'s proposal. They can take it back, or whoever approves can.")
    if given.by.handle != proposal.by and not command.why.strip():
        raise Refused(f"Say what should change, so that {given.name(proposal.by)} can write it.")
    return [Fact(event=e.ProposalTurnedDown(why=command.why), about=proposal.seq)]


def must_be_whole(text: str, empty: str) -> None:
    """Nothing goes out with a hole in it."""
    if not text.strip():
        raise Refused(empty)
    if gaps := GAP.findall(text):
        raise Refused(f"Something is left to fill in: {'; '.join(gaps)}. Write it, or take the line out.")


def must_be_to_come(next_by: datetime | None, given: Given) -> None:
    if next_by is not None and next_by <= given.at.at:
        raise Refused("The next update cannot be promised for a time that has passed.")


def _must_be_sendable(text: str, next_by: datetime | None, given: Given) -> None:
    must_be_whole(text, "Write what the communities should hear: what is known, what was tried, what comes next.")
    must_be_to_come(next_by, given)


def _proposal(incident: Incident, seq: Seq) -> Proposal:
    found = next((each for each in incident.proposals if each.seq == seq), None)
    if found is None:
        raise Refused(f"No proposal waits in line {seq}: it was sent, or turned down, or is none.")
    return found
