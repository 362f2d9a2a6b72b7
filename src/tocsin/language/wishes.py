"""What is to be delivered outside, in words."""

from __future__ import annotations

from tocsin.core.effects import Effect, PublishReport, Remind, SendMail


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
        case _:
            return "Something that this version cannot read"
