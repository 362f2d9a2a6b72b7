"""`tocsin signal draft`: what is answered to whoever told us, with what to see to before it goes out."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.cli.times import stamp
from tocsin.language.responding import Answer
from tocsin.language.wording import gaps


def as_data(answer: Answer) -> dict[str, object]:
    """For programs."""
    return {
        "signal": answer.signal.id,
        "occasion": answer.occasion,
        "community": answer.community,
        "zone": answer.zone,
        "promise": stamp(answer.promise),
        "gaps": gaps(answer.text),
        "untrue": [*_untrue(answer)],
        "text": answer.text,
    }


def advice(answer: Answer, *, in_ticket: bool) -> Iterator[str]:
    """What to see to before it goes out, and what to write down after. `in_ticket`: we have a ticket to answer in."""
    number = answer.signal.id
    yield from _untrue(answer)
    if missing := gaps(answer.text):
        yield f"Fill in what stands in brackets: {'; '.join(missing)}."
    if answer.community is None:
        known = f" ({', '.join(answer.communities)})" if answer.communities else ""
        yield f"To have it addressed, and the times on the reader's clock, name a community: --community{known}."
    if in_ticket and answer.occasion == "first-response":
        yield f"To send it, through their ticket: tocsin signal draft {number} | tocsin do respond - --signal {number}"
    elif not in_ticket:
        where = answer.signal.link or "where they told you"
        yield f"Tocsin does not send it. Answer {where}, then write down that you did:"
        yield f"tocsin do add-to-signal 'They have our answer.' --signal {number}"
    if answer.promise is not None:
        yield "Until it is declared, nobody is reminded of what it promises."
    if answer.occasion == "support-request" and answer.so_far is not None:
        why = " --why WHY" if answer.so_far.proposal == "incident" else ""
        told = " --answer TEXT" if in_ticket else ""
        judge = f"tocsin do judge --signal {number} --verdict support-request{told}{why}"
        yield f"To {'answer it and ' if told else ''}leave it to the ticket system: {judge}"


def _untrue(answer: Answer) -> Iterator[str]:
    """A message that says what is not so is still written: whoever asks for it may know more."""
    signal, first = answer.signal, answer.occasion == "first-response"
    if signal.incident is not None:
        belongs = f"Signal {signal.id} belongs to incident {signal.incident}"
        typed = f"tocsin incident draft {signal.incident} first-response"
        yield f"{belongs}, whose own is: {typed}" if first else f"{belongs}; this says that it is none."
    elif first and signal.state == "closed":
        yield f"Signal {signal.id} is closed; this says that somebody looks at it."
    elif first and signal.acknowledged_by is None:
        yield f"Nobody has said yet that they look at it. To say so: tocsin do acknowledge --signal {signal.id}"
    elif not first and answer.so_far is not None and answer.so_far.proposal == "incident":
        yield f"By the playbook it is an incident. {answer.so_far.sentence}"
