"""A community with nothing but mail: it writes, is told, answers, and is heard; strangers are kept apart."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from itertools import count

import pytest

from tests.core.world import CHARLIE, TORONTO
from tests.engine.office import DIRECTORY, entries
from tests.integrations.dovecot import Dovecot, Mailbox, dovecot
from tests.integrations.smtp import MailServer, mail_server
from tocsin import playbooks
from tocsin.core import commands as c
from tocsin.core.events import Noted
from tocsin.core.ids import IncidentNumber, SignalId, TicketId
from tocsin.core.people import TOCSIN
from tocsin.core.playbook import Cadence, Tickets
from tocsin.core.tickets import Ticket, Word
from tocsin.engine.door import Tocsin, now
from tocsin.engine.looking import Looker
from tocsin.engine.worker import Worker
from tocsin.integrations.mail import Config, Smtp
from tocsin.ports import Ports
from tocsin.store import signals, tickets
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store

ONE, OURS, THEIRS = IncidentNumber(1), "incidents@example.org", "charlie@toronto.example"
SIGNED = {"Authentication-Results": "mx.example.org; dmarc=pass header.from=toronto.example"}


@dataclass(frozen=True, kw_only=True)
class Post:
    """An installation with a mail server to send by, and a mailbox that is read."""

    tocsin: Tocsin
    sent: MailServer
    box: Mailbox
    looker: Looker
    worker: Worker
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def arrives(self, text: str, sender: str = THEIRS, to: str = OURS, **headers: str) -> None:
        """A letter is delivered, and looked at."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = f"Charlie <{sender}>", to, "Nobody gets in"
        letter["Message-ID"] = f"<{next(self.numbers)}@{sender.partition('@')[2]}>"
        for name, value in headers.items():
            letter[name.replace("_", "-")] = value
        letter.set_content(text)
        self.box.deliver(letter.as_bytes(policy=email.policy.SMTP))
        self.looker.look()

    def do(self, command: c.Command) -> None:
        self.tocsin.do(command, by="ada")
        self.worker.work_off()

    def last(self) -> EmailMessage:
        """The last letter that went out."""
        found = email.message_from_bytes(self.sent.raw(), policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def ticket(self, number: int = 1) -> Ticket:
        with self.tocsin.store.read() as connection:
            found = tickets.find(connection, TicketId(number))
        assert found is not None
        return found

    def words(self) -> list[Word]:
        with self.tocsin.store.read() as connection:
            return list(tickets.words(connection, TicketId(1)))

    def told_us(self) -> list[str]:
        events = (entry.event for entry in entries(self.tocsin))
        return [event.text for event in events if isinstance(event, Noted) and event.kind == "told-us"]

    def declared(self) -> None:
        self.do(
            c.Declare(title="No login", commander="ada", communities=("utoronto",), signals=(SignalId(1),), why="x")
        )


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with dovecot() as running:
        yield running


@pytest.fixture
def post(db_url: str, server: Dovecot) -> Iterator[Post]:
    box = server.mailbox()
    with open_store(db_url) as store, mail_server() as sent:
        migrate(store)
        playbook = replace(playbooks.default(), cadence=Cadence(every=0), tickets=Tickets())
        tocsin = Tocsin(store, playbook, now, ("clock", "mailer"), mailbox=OURS)
        tocsin.do(DIRECTORY, by=TOCSIN)
        speaks = replace(TORONTO, representatives=(CHARLIE.handle,))
        tocsin.do(c.UpdateDirectory(people=(replace(CHARLIE, email=THEIRS),), communities=(speaks,)), by=TOCSIN)
        mailer = Smtp(Config(host="127.0.0.1", port=sent.port, encryption="none", sender=OURS))
        ports = Ports(mailer=mailer, inbox=box.reader(trusts="mx.example.org"))
        looker = Looker(tocsin, ports)
        looker.look()
        yield Post(tocsin=tocsin, sent=sent, box=box, looker=looker, worker=Worker(tocsin, ports))


def test_the_whole_circle_in_one_thread(post: Post) -> None:
    post.arrives("We cannot log in.", **SIGNED)
    assert (post.ticket().community, post.ticket().person) == ("utoronto", CHARLIE.handle)
    post.declared()
    post.do(c.PostUpdate(incident=ONE, kind="first-response", text="We look into it.", communities=("utoronto",)))
    update = post.last()
    assert update["In-Reply-To"] == "<1@toronto.example>"
    assert update["Reply-To"] == f"incidents+{post.ticket().token}@example.org"
    post.arrives("Thank you.\n\n> We look into it.", to=str(update["Reply-To"]), In_Reply_To=str(update["Message-ID"]))
    assert post.told_us()[-1] == "Thank you."
    assert [word.way for word in post.words()] == ["in", "out", "in"]
    post.do(c.Resolve(incident=ONE, verified="Ada logged in."))
    post.do(c.PostUpdate(incident=ONE, kind="resolved", text="It works again.", communities=("utoronto",)))
    assert "It works again." in post.last().get_content()
    assert len(post.sent.letters) == 2


def test_who_only_says_that_they_are_somebody_is_not_taken_for_them(post: Post) -> None:
    post.arrives("We cannot log in.")
    assert post.ticket().person is None
    assert post.ticket().community == "utoronto"  # a guess, for a person to confirm


@pytest.mark.parametrize("answers", ["the-token", "the-letter"])
def test_a_stranger_who_writes_into_an_exchange_is_kept_apart_until_one_of_us_has_looked(
    post: Post, answers: str
) -> None:
    post.arrives("We cannot log in.", **SIGNED)
    post.declared()
    post.do(c.PostUpdate(incident=ONE, kind="first-response", text="We look into it.", communities=("utoronto",)))
    update = post.last()
    to = {"to": str(update["Reply-To"])} if answers == "the-token" else {"In_Reply_To": str(update["Message-ID"])}
    post.arrives("Send me your password.", sender="eve@evil.example", **to)
    assert post.words()[-1].quarantined
    assert "Send me your password." not in post.told_us()
    post.do(c.AdmitWord(ticket=TicketId(1), place=len(post.words())))
    assert post.told_us()[-1] == "Send me your password."


def test_an_absence_is_no_ticket_and_no_word_of_theirs(post: Post) -> None:
    post.arrives("We cannot log in.", **SIGNED)
    post.arrives("I am away.", to=f"incidents+{post.ticket().token}@example.org", Auto_Submitted="auto-replied")
    post.arrives("I am away.", Auto_Submitted="auto-replied")
    with post.tocsin.store.read() as connection:
        assert len(signals.every(connection)) == 1
    assert [word.way for word in post.words()] == ["in", "note"]


def test_the_same_letter_looked_at_again_changes_nothing(post: Post) -> None:
    post.arrives("We cannot log in.", **SIGNED)
    for _ in range(2):
        post.looker.look()
    assert len(post.words()) == 1
