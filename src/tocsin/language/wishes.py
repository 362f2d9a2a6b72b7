"""What is to be delivered outside, in words."""

from __future__ import annotations

from tocsin.core.effects import (
    AnswerTicket,
    AssignTicket,
    CloseTicket,
    Effect,
    MarkTicket,
    NoteTicket,
    PublishReport,
    Remind,
    Reply,
    SendMail,
    TellByTicket,
    TellTicket,
)


def thing(effect: Effect, name: str) -> str:
    """What is to be delivered, as the beginning of a sentence; `name`: whom it goes to."""
    match effect:
        case SendMail(to=None, community=community, about=line):
            return f"Word to {community or 'a group of nobody'} about line {line}"
        case SendMail(reminds=True, about=line):
            return f"The reminder to {name} of line {line}"
        case SendMail(about=line):
            return f"The mail to {name} about line {line}"
        case PublishReport():
            return "The report"
        case Remind(about=line):
            return f"The reminder of line {line}"
        case Reply(ticket=ticket):
            return f"The answer in ticket {ticket}"
        case TellTicket(ticket=ticket, about=line) | AnswerTicket(ticket=ticket, about=line):
            return f"Word in ticket {ticket} about line {line}"
        case TellByTicket(community=community, about=line):
            return f"Word to {community} about line {line}"
        case NoteTicket(ticket=ticket, about=line):
            return f"The note for colleagues in ticket {ticket} about line {line}"
        case AssignTicket(ticket=ticket, to=to):
            return f"That {to} answers in ticket {ticket}"
        case MarkTicket(ticket=ticket):
            return f"That ticket {ticket} is an incident"
        case CloseTicket(ticket=ticket):
            return f"The end of ticket {ticket}"
        case _:
            return "Something that this version cannot read"
