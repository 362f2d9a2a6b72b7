"""Freshdesk: every word is said once, whatever breaks, and what people write there is read whole."""

from __future__ import annotations

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.emulators.freshdesk.desk import STATUSES
from tests.emulators.freshdesk.running import Emulator, running
from tests.needs import program
from tocsin.core.refused import Refused
from tocsin.integrations import serves
from tocsin.integrations.freshdesk import Config, Freshdesk
from tocsin.integrations.freshdesk.answers import SETTLED
from tocsin.integrations.freshdesk.marks import mark, tag
from tocsin.integrations.freshdesk.way import Internal, Way
from tocsin.language.webpages import readable
from tocsin.ports import Checkable, Correspondent, Delivery, Failed, Inbound, Received
from tocsin.settings import Secret, configured

AT = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
ADA = Correspondent(email="ada@reef.example", name="Ada")
AGENT = Correspondent(email="rachel@openshore.example", name="Rachel")


@pytest.fixture(scope="module")
def standing() -> Iterator[Emulator]:
    with running() as desk:
        yield desk


@pytest.fixture
def desk(standing: Emulator) -> Emulator:
    standing.tell("reset", limit=1_000_000)
    return standing


@pytest.fixture
def freshdesk(desk: Emulator) -> Freshdesk:
    return set_up(desk)


@pytest.fixture
def ticket(desk: Emulator) -> str:
    return asked(desk)


def set_up(desk: Emulator, **told: Any) -> Freshdesk:
    return Freshdesk(Config(domain=desk.address, key=Secret("KEY"), **{"timeout": 2.0, **told}))


def asked(desk: Emulator, **told: Any) -> str:
    """A ticket of Ada's; its number."""
    letter = {"email": ADA.email, "name": ADA.name, "company": "Reef", "subject": "Hub", "description": "It is down"}
    return str(desk.tell("ticket", **{**letter, **told})["id"])


def failing(do: Callable[[], object]) -> Failed:
    with pytest.raises(Failed) as caught:
        do()
    return caught.value


def mailed(desk: Emulator, key: str) -> int:
    return sum(mark(key) in each["body"] for each in desk.tell("mailed"))


# --- reading ---------------------------------------------------------------------------------------------------------


def test_a_ticket_is_read_whole(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    desk.tell("agent_reply", ticket=int(ticket), body="<p>We see.</p>")
    desk.tell("agent_note", ticket=int(ticket), body="Disk?")
    desk.tell("customer_reply", ticket=int(ticket), body="<div>Thanks<br>Ada</div>")
    found = freshdesk.ticket(ticket)
    assert (found.reference, found.subject, found.by, found.text) == (ticket, "Hub", ADA, "It is down")
    assert (found.company, found.link, found.closed) == ("Reef", f"{desk.address}/a/tickets/{ticket}", False)
    assert [(each.text, each.by, each.from_us, each.private) for each in found.remarks] == [
        ("We see.", AGENT, True, False),
        ("Disk?", AGENT, True, True),
        ("Thanks\nAda", ADA, False, False),
    ]


def test_every_page_of_a_long_exchange_is_read(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    for number in range(101):
        desk.tell("customer_reply", ticket=int(ticket), body=f"More {number}")
    assert [each.text for each in freshdesk.ticket(ticket).remarks] == [f"More {number}" for number in range(101)]


def test_somebody_else_who_writes_into_a_ticket_is_known_by_their_own_name(
    desk: Emulator, freshdesk: Freshdesk, ticket: str
) -> None:
    desk.tell("contact", email="bob@reef.example", name="Bob")
    desk.tell("customer_reply", ticket=int(ticket), body="Me too", email="bob@reef.example")
    assert freshdesk.ticket(ticket).remarks[0].by == Correspondent(email="bob@reef.example", name="Bob")


def test_a_writer_who_may_not_be_looked_up_is_known_by_the_address(
    desk: Emulator, freshdesk: Freshdesk, ticket: str
) -> None:
    desk.tell("customer_reply", ticket=int(ticket), body="Me too", email="bob@reef.example")
    desk.tell("trouble", do="refuse", status=403, path="contacts/")
    assert freshdesk.ticket(ticket).remarks[0].by == Correspondent(email="bob@reef.example", name="bob")


def test_our_own_words_are_known_as_ours(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    freshdesk.reply("one", ticket, "We know.")
    freshdesk.note("two", ticket, "Incident 7")
    desk.tell("agent_reply", ticket=int(ticket), body=f"<p>Yes</p><blockquote><p>{mark('one')}</p></blockquote>")
    desk.tell("customer_reply", ticket=int(ticket), body=f"Thanks for {mark('one')}<br>{mark('one')}")
    assert [each.ours for each in freshdesk.ticket(ticket).remarks] == [True, True, False, False]


@pytest.mark.parametrize("ticket", ["4711", "", "../agents/me", "1?include=x", "0", "١"])
def test_a_ticket_that_is_not_there_fails_for_good(freshdesk: Freshdesk, ticket: str) -> None:
    assert failing(lambda: freshdesk.ticket(ticket)).permanent


def test_what_changed_comes_with_what_waits_longest_first(desk: Emulator, freshdesk: Freshdesk) -> None:
    tickets = [asked(desk) for _ in range(102)]
    desk.tell("forward", seconds=600)
    desk.tell("customer_reply", ticket=int(tickets[0]), body="Still")
    assert freshdesk.changed(datetime.now(UTC) - timedelta(hours=1)) == [*tickets[1:], tickets[0]]
    assert freshdesk.changed(datetime.now(UTC) + timedelta(seconds=300)) == [tickets[0]]


def test_what_changed_at_the_last_moment_comes_again(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    """Their times are whole seconds, and not ours."""
    assert freshdesk.changed(datetime.now(UTC)) == [ticket]


# --- words -----------------------------------------------------------------------------------------------------------


def test_a_reply_is_mailed_as_html_with_its_mark_last(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    reference = freshdesk.reply("one", ticket, "We *know*.\n<script>no</script>")
    (letter,) = desk.tell("mailed")
    assert letter["to"] == ADA.email
    assert "<em>know</em>" in letter["body"]
    assert "<script" not in letter["body"]
    (said,) = desk.messages(ticket)
    last = readable(said["body"]).splitlines()[-1]
    assert (str(said["id"]), said["private"], last) == (reference, False, mark("one"))


def test_a_reply_comes_from_the_address_that_is_set(desk: Emulator, ticket: str) -> None:
    desk.tell("mailbox", name="Reef", email="reef@openshore.example")
    set_up(desk, from_email="reef@openshore.example").reply("one", ticket, "We know.")
    assert "<reef@openshore.example>" in desk.messages(ticket)[0]["from_email"]


def test_a_note_is_private_and_mailed_to_nobody(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    reference = freshdesk.note("one", ticket, "Incident 7")
    (said,) = desk.messages(ticket)
    assert (str(said["id"]), said["private"], desk.tell("mailed")) == (reference, True, [])


def test_a_new_ticket_begins_with_our_word(desk: Emulator, freshdesk: Freshdesk) -> None:
    number = freshdesk.open("one", ADA, "Hub\nis down", "We know.")
    found = freshdesk.ticket(number)
    assert (found.by, found.subject, found.text, found.closed) == (
        ADA,
        "Hub is down",
        f"We know.\n\n{mark('one')}",
        False,
    )
    assert found.ours
    assert tag("one") in desk.ticket(number)["tags"]
    assert (mailed(desk, "one"), desk.ticket(number)["type"], desk.ticket(number)["priority"]) == (1, "Incident", 3)


def test_a_new_ticket_leaves_by_the_mailbox_that_is_set(desk: Emulator) -> None:
    box = desk.tell("mailbox", name="Reef", email="reef@openshore.example")["id"]
    number = set_up(desk, from_email="Reef@openshore.example").open("one", ADA, "Hub", "We know.")
    assert desk.ticket(number)["email_config_id"] == box


def test_a_mailbox_that_the_account_has_not_is_named(desk: Emulator) -> None:
    failed = failing(lambda: set_up(desk, from_email="no@openshore.example").open("one", ADA, "Hub", "We know."))
    assert "sends no mail from no@openshore.example" in str(failed)


WORDS: dict[str, Callable[[Freshdesk, str, str], str]] = {
    "reply": lambda freshdesk, key, ticket: freshdesk.reply(key, ticket, "We know."),
    "note": lambda freshdesk, key, ticket: freshdesk.note(key, ticket, "Incident 7"),
    "open": lambda freshdesk, key, ticket: freshdesk.open(key, ADA, "Hub", "We know."),
}
PATHS = {"reply": "/reply", "note": "/notes", "open": "outbound_email"}
each_word = pytest.mark.parametrize("word", WORDS)


@each_word
def test_the_same_key_again_says_nothing_and_finds_what_was_said(
    desk: Emulator, freshdesk: Freshdesk, ticket: str, word: str
) -> None:
    assert WORDS[word](freshdesk, "one", ticket) == WORDS[word](freshdesk, "one", ticket)
    assert len(desk.asked("POST")) == 1


@each_word
@pytest.mark.parametrize("do", ["cut-after", "late", "nonsense", "answer"])
def test_what_was_done_without_an_answer_is_found_and_not_done_twice(
    desk: Emulator, freshdesk: Freshdesk, ticket: str, word: str, do: str
) -> None:
    desk.tell("trouble", do=do, path=PATHS[word], seconds=45, status=502)
    failed = failing(lambda: WORDS[word](freshdesk, "one", ticket))
    assert (failed.unsure, failed.permanent, failed.after) == (True, False, SETTLED)
    desk.tell("forward", seconds=SETTLED.total_seconds())
    WORDS[word](freshdesk, "one", ticket)
    assert len(desk.asked("POST")) == 1


@each_word
def test_an_answer_that_does_not_come_in_time_leaves_us_unsure(desk: Emulator, ticket: str, word: str) -> None:
    desk.tell("trouble", do="wait", path=PATHS[word], seconds=1)
    failed = failing(lambda: WORDS[word](set_up(desk, timeout=0.3), "one", ticket))
    assert (failed.unsure, failed.after) == (True, SETTLED)
    assert "did not answer within 0.3 seconds" in str(failed)


def test_a_ticket_opened_long_ago_is_found_by_the_search(desk: Emulator, freshdesk: Freshdesk) -> None:
    number = freshdesk.open("one", ADA, "Hub", "We know.")
    stamp = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    desk.tell("set", index_lag=0)
    desk.tell("backdate", ticket=int(number), at=stamp)
    assert freshdesk.open("one", ADA, "Hub", "We know.") == number


def test_what_a_customer_quotes_is_not_taken_for_our_word(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    desk.tell("customer_reply", ticket=int(ticket), body=f"You wrote {mark('one')}")
    freshdesk.reply("one", ticket, "We know.")
    assert mailed(desk, "one") == 1


def test_a_note_is_not_taken_for_a_reply(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    freshdesk.note("one", ticket, "Incident 7")
    freshdesk.reply("one", ticket, "We know.")
    assert mailed(desk, "one") == 1


@each_word
def test_our_word_is_found_on_the_last_page(desk: Emulator, freshdesk: Freshdesk, ticket: str, word: str) -> None:
    first = WORDS[word](freshdesk, "one", ticket)
    for number in range(101):
        if word == "open":
            asked(desk, subject=f"Another {number}")
        else:
            desk.tell("customer_reply", ticket=int(ticket), body=f"More {number}")
    assert WORDS[word](freshdesk, "one", ticket) == first


@pytest.mark.parametrize("word", ["reply", "open"])
def test_leaving_is_said_right_before_what_cannot_be_called_back(desk: Emulator, ticket: str, word: str) -> None:
    heard: list[list[str]] = []

    def leaving() -> None:
        heard.append(desk.asked("POST"))

    for _ in range(2):
        if word == "reply":
            set_up(desk).reply("one", ticket, "We know.", leaving)
        else:
            set_up(desk).open("one", ADA, "Hub", "We know.", leaving)
    assert heard == [[]]


def test_who_forbids_leaving_is_let_through_and_nothing_is_sent(
    desk: Emulator, freshdesk: Freshdesk, ticket: str
) -> None:
    def no() -> None:
        raise Failed("It was taken anew.")

    assert str(failing(lambda: freshdesk.reply("one", ticket, "We know.", no))) == "It was taken anew."
    assert desk.tell("mailed") == []


# --- what becomes of a ticket ----------------------------------------------------------------------------------------


def test_a_colleague_is_assigned_by_their_address(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    agent = desk.tell("agent", email="bob@openshore.example", name="Bob")["id"]
    for _ in range(2):
        freshdesk.assign("one", ticket, "Bob@openshore.example")
    assert (desk.ticket(ticket)["responder_id"], len(desk.asked("PUT"))) == (agent, 1)


def test_somebody_who_is_no_agent_fails_for_good(freshdesk: Freshdesk, ticket: str) -> None:
    failed = failing(lambda: freshdesk.assign("one", ticket, "eve@reef.example"))
    assert (failed.permanent, "has no agent with the address eve@reef.example" in str(failed)) == (True, True)


def test_a_ticket_is_marked_once_and_keeps_its_own_tags(desk: Emulator) -> None:
    ticket = asked(desk, tags=["vip"])
    for _ in range(2):
        set_up(desk, tag="incident").mark("one", ticket)
    told = desk.ticket(ticket)
    assert (told["type"], told["tags"], told["priority"]) == ("Incident", ["vip", "incident"], 3)
    assert len(desk.asked("PUT")) == 1


def test_a_ticket_that_ranks_higher_stays_so(desk: Emulator, freshdesk: Freshdesk) -> None:
    ticket = asked(desk, priority=4)
    freshdesk.mark("one", ticket)
    assert desk.ticket(ticket)["priority"] == 4


def test_a_ticket_is_left_alone_where_the_settings_say_so(desk: Emulator, ticket: str) -> None:
    set_up(desk, type="", priority="").mark("one", ticket)
    assert desk.asked("PUT") == []


@pytest.mark.parametrize(
    ("closes_as", "before", "after"),
    [("closed", 2, 5), ("closed", 4, 5), ("closed", 5, 5), ("resolved", 3, 4), ("resolved", 4, 4), ("resolved", 5, 5)],
)
def test_a_ticket_ends_as_the_settings_say(desk: Emulator, closes_as: str, before: int, after: int) -> None:
    ticket = asked(desk, status=before)
    set_up(desk, closes_as=closes_as).close("one", ticket)
    assert (desk.ticket(ticket)["status"], len(desk.asked("PUT"))) == (after, before != after)


@pytest.mark.parametrize("status", STATUSES)
def test_a_ticket_is_closed_where_it_is_resolved_or_closed(desk: Emulator, freshdesk: Freshdesk, status: int) -> None:
    assert freshdesk.ticket(asked(desk, status=status)).closed == (status in (4, 5))


def test_a_field_that_has_to_be_filled_first_is_named(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    desk.tell("set", mandatory=["cf_cause", "cf_hub"])
    failed = failing(lambda: freshdesk.close("one", ticket))
    assert failed.permanent
    assert str(failed).endswith(
        f"does not close ticket {ticket} while “cf_cause” and “cf_hub” is empty: fill it in there, and try again."
    )


# --- what goes wrong -------------------------------------------------------------------------------------------------


def refused(desk: Emulator, status: int, body: object = None, **more: Any) -> Failed:
    desk.tell("trouble", do="refuse", status=status, body=body, **more)
    return failing(lambda: set_up(desk).ticket("81"))


@pytest.mark.parametrize(
    ("status", "body", "said", "permanent"),
    [
        (400, {"description": "x", "errors": [{"field": "a", "message": "b", "code": "c"}]}, "saying “a: b”", True),
        (400, {"code": "x", "message": "Not like that"}, "would not read ticket 81 (400), saying “Not like", True),
        (400, "<html>", "would not read ticket 81 (400).", True),
        (401, {"code": "invalid_credentials", "message": "x"}, "does not know the key in freshdesk.key", False),
        (403, {"code": "access_denied", "message": "No."}, "freshdesk.key read ticket 81, saying “No.”: see", False),
        (404, None, "could not read ticket 81: it is not there.", True),
        (302, None, "freshdesk.domain has to be the account's own name", False),
        (429, "Too many", "asks for patience", False),
        (500, "<html>", "has troubles of its own (500) and did not read ticket 81.", False),
        (200, "<html>Sign in</html>", "its answer makes no sense", False),
    ],
)
def test_a_refusal_is_one_plain_sentence(desk: Emulator, status: int, body: Any, said: str, permanent: bool) -> None:
    failed = refused(desk, status, body)
    assert said in str(failed)
    assert (failed.permanent, failed.unsure) == (permanent, False)


def test_an_answer_of_another_shape_makes_no_sense(desk: Emulator, freshdesk: Freshdesk) -> None:
    desk.tell("trouble", do="refuse", status=200, body=[])
    assert "was asked to say who we are, but its answer makes no sense" in str(failing(freshdesk.check))


def test_who_may_not_see_one_ticket_may_see_others(desk: Emulator) -> None:
    assert refused(desk, 403).receiver


@pytest.mark.parametrize(("after", "seconds"), [(7, 7), (0.5, 1), (2.5, 2.5), (None, 60), (1e300, 86400)])
def test_retry_after_is_honoured(desk: Emulator, after: float | None, seconds: float) -> None:
    assert refused(desk, 429, after=after).after == timedelta(seconds=seconds)


def test_a_limit_that_is_reached_says_when_to_come_back(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    desk.tell("set", limit=1)
    freshdesk.check()
    after = failing(freshdesk.check).after
    assert after is not None
    assert timedelta() < after <= timedelta(seconds=60)


def test_nothing_is_sent_when_no_call_is_left_for_it(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    desk.tell("set", limit=1)
    failed = failing(lambda: freshdesk.reply("one", ticket, "We know."))
    assert (failed.unsure, failed.after, desk.asked("POST")) == (False, timedelta(minutes=1), [])
    assert "has no call left for us this minute" in str(failed)


def test_the_key_is_told_nowhere(desk: Emulator) -> None:
    said = {"code": "x", "message": "Bad key KEY-4711-canary, Basic S0VZLTQ3MTEtY2FuYXJ5Olg="}
    desk.tell("trouble", do="refuse", status=400, body=said)
    failed = failing(Freshdesk(Config(domain=desk.address, key=Secret("KEY-4711-canary"))).check)
    assert "Bad key ***, Basic ***" in str(failed)


def test_a_next_page_elsewhere_is_not_gone_to(desk: Emulator, freshdesk: Freshdesk, ticket: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.2)
        there = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"
        desk.tell("trouble", do="refuse", status=200, body=[], path="conversations", link=f'<{there}>; rel="next"')
        freshdesk.ticket(ticket)
        with pytest.raises(TimeoutError):
            elsewhere.accept()


def test_nobody_there_is_nothing_done() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        domain = f"http://127.0.0.1:{closed.getsockname()[1]}"
        failed = failing(lambda: Freshdesk(Config(domain=domain, key=Secret("KEY"))).reply("one", "1", "We know."))
    assert (failed.unsure, failed.permanent, str(failed)) == (
        False,
        False,
        f"{domain} cannot be reached: connection refused.",
    )


def test_a_secret_that_is_not_there_is_said(desk: Emulator) -> None:
    key = configured(Config, "freshdesk", {"domain": desk.address, "key": "env:NOWHERE"}, environ={}).key
    assert "There is no NOWHERE" in str(failing(Freshdesk(Config(domain=desk.address, key=key)).check))


# --- the way out -----------------------------------------------------------------------------------------------------


def way(address: str, **told: Any) -> httpx.Client:
    """To where a name leads that we resolve."""
    inner = httpx.MockTransport(lambda request: httpx.Response(200, json=_shown(request)))
    return httpx.Client(transport=Way(inner, resolve=lambda _host, _port: [address], **told), trust_env=False)


def _shown(request: httpx.Request) -> dict[str, str]:
    sni = str(request.extensions["sni_hostname"])
    return {"host": request.url.host, "head": request.headers["host"], "sni": sni}


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "192.168.1.1", "169.254.169.254", "::1", "fd00::1", "::ffff:10.1.2.3"]
)
def test_a_name_that_leads_into_our_own_network_is_not_called(address: str) -> None:
    with way(address) as client, pytest.raises(Internal):
        client.get("https://openshore.freshdesk.com/")


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111"])
def test_what_was_looked_at_is_what_is_called(address: str) -> None:
    name = "openshore.freshdesk.com"
    with way(address) as client:
        assert client.get(f"https://{name}/").json() == {"host": address, "head": name, "sni": name}


def test_a_name_that_nobody_knows_cannot_be_reached() -> None:
    def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    client = httpx.Client(transport=Way(httpx.HTTPTransport(), resolve=nowhere))
    with client, pytest.raises(httpx.ConnectError, match="nobody knows this name"):
        client.get("https://openshore.freshdesk.com/")


@pytest.fixture
def certified(tmp_path: Path) -> Iterator[tuple[Emulator, ssl.SSLContext]]:
    """An account on this machine with a certificate for its name, and who trusts that."""
    key, certificate, both = (tmp_path / name for name in ("key.pem", "certificate.pem", "both.pem"))
    openssl = program("openssl", "apt-get install openssl")
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2"]
    named = ["-subj", "/CN=openshore", "-addext", "subjectAltName=DNS:openshore.freshdesk.com"]
    subprocess.run([openssl, "req", "-x509", *made, *named], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    with running(certificate=both) as desk:
        yield desk, ssl.create_default_context(cafile=str(certificate))


def test_a_certificate_has_to_be_that_of_the_name(certified: tuple[Emulator, ssl.SSLContext]) -> None:
    desk, context = certified
    assert asking("openshore.freshdesk.com", desk.port, context).is_success
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        asking("another.freshdesk.com", desk.port, context)


def asking(name: str, port: int, context: ssl.SSLContext) -> httpx.Response:
    transport = Way(httpx.HTTPTransport(verify=context), internal=True, resolve=lambda _host, _port: ["127.0.0.1"])
    with httpx.Client(transport=transport, auth=("KEY", "X"), trust_env=False) as client:
        return client.get(f"https://{name}:{port}/api/v2/agents/me")


# --- what is set -----------------------------------------------------------------------------------------------------


def test_it_serves_tickets_and_can_be_tried(freshdesk: Freshdesk) -> None:
    assert serves(freshdesk) == {"tickets"}
    assert isinstance(freshdesk, Checkable)
    assert isinstance(freshdesk, Inbound)
    freshdesk.check()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("domain", each) for each in ("", "openshore", "support.openshore.org", "https://openshore.freshdesk.com")],
        *[("domain", each) for each in ("http://10.0.0.1", "http://127.0.0.1/x", "a.freshdesk.com.example.org")],
        ("domain", "openshore.freshdesk.com\n"),
        *[("priority", each) for each in ("highest", "3")],
        ("closes_as", "pending"),
        *[("from_email", each) for each in ("support", "Support <support@openshore.org>")],
        *[("tag", each) for each in ("a,b", " a", "x" * 33)],
        *[("timeout", each) for each in (0, 61, float("nan"))],
        ("rate", 0),
    ],
)
def test_a_setting_that_will_not_do_is_refused_by_its_name(name: str, value: object) -> None:
    told: dict[str, object] = {"domain": "openshore.freshdesk.com", "key": "env:KEY", name: value}
    with pytest.raises(Refused, match=f"freshdesk.{name}"):
        configured(Config, "freshdesk", told)


def test_colleagues_see_a_ticket_at_the_account() -> None:
    config = Config(domain="openshore.freshdesk.com", key=Secret("KEY"))
    assert config.address == "https://openshore.freshdesk.com"


# --- webhooks --------------------------------------------------------------------------------------------------------


def hint(body: bytes) -> list[Received]:
    freshdesk = Freshdesk(Config(domain="openshore.freshdesk.com", key=Secret("KEY")))
    return list(freshdesk.receive(Delivery(headers={}, body=body, at=AT)))


@pytest.mark.parametrize(
    "body",
    [
        b'{"ticket_id": 81}',
        b'{"ticket_id": "81", "ticket_subject": "Hub"}',
        b'{"freshdesk_webhook": {"ticket_id": 81, "ticket_status": "Open"}}',
        b'{"freshdesk_webhook": {"ticket_id": "#81"}}',
        b'{"ticket_id": "81", "ticket_subject": "The "hub""}',
        b'{"ticket_subject": "a\nb", "ticket_id": 81, ',
        b"ticket_id=81&ticket_subject=Hub",
        b"freshdesk_webhook%5Bticket_id%5D=81&x=%FF",
        b'\xff{"ticket_id" : 81',
    ],
)
def test_a_webhook_says_which_ticket_to_look_at(body: bytes) -> None:
    assert hint(body) == [Received(source="freshdesk:81", text="81")]


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[1]", b"81", b'{"ticket_id": 0}', b'{"ticket_id": true}', b'{"ticket_id": -1}'),
        *(b"ticket_id=x", b'{"ticket_id": {"a": 1}}', b'{"id": 81}', b"[" * 100_000, b"&" * 100_000),
        b'{"ticket_id": ' + b"9" * 40,
    ],
)
def test_a_webhook_that_names_no_ticket_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="names no ticket"):
        hint(body)


# --- text ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("just text", "just text"),
        ("<div>Hi <b>Ada</b>,<br>it is&nbsp;down &lt;3</div>", "Hi Ada,\nit is down <3"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ('<a href="https://a.example/x">here</a>', "here (https://a.example/x)"),
        ('<a href="https://a.example/">a.example</a>', "a.example"),
        ('<a href="mailto:ada@a.example">ada@a.example</a>', "ada@a.example"),
        ('<a href="javascript:x()">here</a>', "here"),
        ("<ul><li>one<li><p>two</p></ul>", "- one\n- two"),
        ("<p>Yes</p><blockquote><p>No?</p><blockquote>Oh</blockquote></blockquote>So", "Yes\n\n> No?\n>\n> > Oh\n\nSo"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>1<td>2<tr><td>3<td>4</table>", "1 | 2\n3 | 4"),
        ("<script>x</script><style>y</style>z<img src='http://a.example/t.gif'>", "z"),
        ("<head><title>t</title><p>body", "body"),
        ("a\0b", "ab"),
    ],
)
def test_html_is_read_as_its_words(html: str, text: str) -> None:
    assert readable(html) == text


def test_html_that_is_too_long_says_so() -> None:
    assert readable("x " * 200_000).endswith("x\n\n[The rest was too long to be read.]")


@pytest.mark.parametrize("html", ["<div>" * 40_000 + "x", "<blockquote>" * 20_000 + "x", "<b>" * 80_000 + "x"])
def test_html_that_is_deeper_than_any_letter_is_read_all_the_same(html: str) -> None:
    assert readable(html) == "x"


# --- whatever breaks -------------------------------------------------------------------------------------------------

TROUBLE = st.fixed_dictionaries(
    {
        "do": st.sampled_from(["refuse", "answer", "cut-before", "cut-after", "late", "nonsense"]),
        "status": st.sampled_from([429, 500, 502, 503, 504]),
        "skip": st.integers(0, 3),
        "times": st.integers(1, 2),
        "seconds": st.integers(1, 55),
        "method": st.sampled_from(["", "GET", "POST", "PUT"]),
    }
)
STEPS_TO_TAKE: dict[str, Callable[[Freshdesk, str, str], object]] = {
    **WORDS,
    "close": lambda freshdesk, key, ticket: freshdesk.close(key, ticket),
}
STEPS = st.lists(
    st.tuples(st.sampled_from(["reply", "open", "note", "close"]), st.integers(1, 2), st.lists(TROUBLE, max_size=3)),
    min_size=1,
    max_size=4,
)


@dataclass
class Walk:
    """Asks until it is done, as the worker does: not before it is welcome, and never after a failure for good."""

    desk: Emulator
    freshdesk: Freshdesk
    ticket: str
    said: set[tuple[str, str]] = field(default_factory=set)

    def take(self, step: str, number: int, troubles: list[dict[str, Any]]) -> None:
        key = f"{step}-{number}"
        self.said.add((step, key))
        for trouble in troubles:
            self.desk.tell("trouble", **trouble)
        first = self._until_done(step, key)
        self.desk.tell("peace")
        assert self._until_done(step, key) == first  # whoever asked died before it was written down

    def _until_done(self, step: str, key: str) -> object:
        while True:
            try:
                return STEPS_TO_TAKE[step](self.freshdesk, key, self.ticket)
            except Failed as failed:
                assert not failed.permanent, failed
                self.desk.tell("forward", seconds=(failed.after or timedelta(seconds=1)).total_seconds())

    def stands_once(self) -> None:
        self.desk.tell("forward", seconds=600)  # nothing is late any more
        tickets, messages = self.desk.tell("tickets"), self.desk.messages(self.ticket)
        bodies = [each["body"] for each in messages] + [each["description"] for each in tickets]
        for step, key in self.said - {each for each in self.said if each[0] == "close"}:
            assert sum(mark(key) in body for body in bodies) == 1, key
            assert mailed(self.desk, key) == (0 if step == "note" else 1), key
        if any(step == "close" for step, _ in self.said):
            assert self.desk.ticket(self.ticket)["status"] == 5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_breaks_every_word_stands_once_and_was_mailed_once(
    standing: Emulator, steps: list[tuple[str, int, list[dict[str, Any]]]]
) -> None:
    standing.tell("reset", limit=1_000_000)
    walk = Walk(desk=standing, freshdesk=set_up(standing), ticket=asked(standing))
    for step, number, troubles in steps:
        walk.take(step, number, troubles)
    walk.stands_once()
