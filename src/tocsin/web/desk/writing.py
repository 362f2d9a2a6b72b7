"""What people outside write at our desk: read with care, and handed to the door, each thing once."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256

from tocsin.core import commands as c
from tocsin.core.ids import Slug, TicketId
from tocsin.core.people import TOCSIN
from tocsin.core.tickets import Ticket
from tocsin.engine.letterbox import token
from tocsin.store import tickets
from tocsin.web.answers import NotThere
from tocsin.web.asked import Asked
from tocsin.web.showing import lapse

MOST_TEXT, MOST_NAME, MOST_EMAIL = 10_000, 120, 254
TRAP = "website"
"""A field that nobody sees: who fills it in is a program."""
_EMAIL = re.compile(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+")
_LONGEST_SUBJECT = 90


def what_is_wrong(asked: Asked, *, mailed: bool) -> dict[str, str]:
    """With who somebody says they are, by field. `mailed`: we answer by mail, so an address is needed."""
    name, email = asked.form.line("name"), asked.form.line("email")
    wrong = wrong_text(asked) | wrong_choice(asked)
    if not name:
        wrong["name"] = "Give your name, so that we know who asks."
    elif len(name) > MOST_NAME:
        wrong["name"] = f"That is too long for a name. Use at most {MOST_NAME} characters."
    if not email and mailed:
        wrong["email"] = "Give your mail address: we answer there."
    elif email and (len(email) > MOST_EMAIL or not _EMAIL.fullmatch(email)):
        wrong["email"] = "That is no mail address. Write it as ada@example.org."
    return wrong


def wrong_text(asked: Asked) -> dict[str, str]:
    text = asked.form.text("text").strip()
    if not text:
        return {"text": "Say what happens, in your own words."}
    if len(text) > MOST_TEXT:
        return {
            "text": f"That is {len(text):,} characters. Use at most {MOST_TEXT:,}: the end of a long log is enough."
        }
    return {}


def wrong_choice(asked: Asked) -> dict[str, str]:
    chosen = asked.form.line("criterion")
    if chosen and chosen not in {each.slug for each in asked.tocsin.playbook.criteria}:
        return {"criterion": "Choose one of these."}
    if asked.form.line(TRAP):
        return {TRAP: "This field has to be empty: only programs fill it in. Empty it, and send the form again."}
    return {}


def ask(asked: Asked, community: Slug, name: str, email: str, *, by: str) -> Ticket:
    """The ticket that a form has become; the same form sent twice is one. `by`: how it came, `form` or `page`."""
    identity = _identity(asked, by)
    criterion = asked.form.line("criterion")
    command = c.TakeTicket(
        subject=_subject(asked, criterion),
        text=asked.form.text("text").strip(),
        name=name,
        email=email,
        community=community,
        criterion=criterion,
        proven=asked.signed_in is not None and asked.signed_in.email.casefold() == email.casefold(),
        reference=identity,
        token=token(),
    )
    number = asked.tocsin.do(command, by=TOCSIN, source=f"desk:{identity}").ticket
    return there(asked, number)


def add(asked: Asked, ticket: Ticket, name: str, email: str, *, by: str) -> None:
    """One more word of theirs; the same form sent twice is one."""
    identity = _identity(asked, by)
    command = c.TakeWord(
        ticket=ticket.id,
        source=identity,
        way="in",
        text=asked.form.text("text").strip(),
        name=name,
        email=email,
        proven=True,
    )
    asked.tocsin.do(command, by=TOCSIN, source=f"desk:{ticket.id}:{identity}")


def there(asked: Asked, number: TicketId | None) -> Ticket:
    with asked.read() as connection:
        found = tickets.find(connection, number) if number is not None else None
    if found is None:
        raise NotThere
    return found


def must_wait(asked: Asked, about: str) -> timedelta | None:
    """How long, where too much came from where they are, or about the same; the errors of the page say so."""
    wait = asked.site.desk.begin(asked.client, about, asked.wall)
    if wait is not None:
        asked.errors = {
            "": f"A lot was written from where you are, or about this, in the last minutes. What you wrote was not sent"
            f" yet. It stands below; send it again in {lapse(max(wait, timedelta(minutes=1)))}."
        }
    return wait


def _identity(asked: Asked, by: str) -> str:
    """What this sending of the form is known by; nobody else can make up the same."""
    return f"{by}:{sha256((asked.source() or token()).encode()).hexdigest()[:32]}"


def _subject(asked: Asked, criterion: str) -> str:
    """What they cannot do, where they chose it; else how their text begins."""
    named = next((each.name for each in asked.tocsin.playbook.criteria if each.slug == criterion), "")
    first = " ".join(asked.form.text("text").strip().partition("\n")[0].split())
    begins = first if len(first) <= _LONGEST_SUBJECT else f"{first[:_LONGEST_SUBJECT].rsplit(' ', 1)[0]} …"
    return named or begins
