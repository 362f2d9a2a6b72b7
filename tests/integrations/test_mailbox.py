"""Letters in, from a real mailbox and from servers that fail."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integrations.dovecot import PASSWORD, Dovecot, Mailbox, dovecot
from tests.integrations.imap import CUT, SILENCE, scripted_server, wire
from tests.integrations.smtp import certificate, closed_port
from tests.needs import program
from tocsin.core.refused import Refused
from tocsin.integrations.mailbox import Config, Imap
from tocsin.ports import Checkable, Failed, Inbox, Ports
from tocsin.settings import Secret, configured

USER = "canary-user@example.net"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    program("openssl", "apt-get install openssl")
    with dovecot() as running:
        yield running


@pytest.fixture
def mailbox(server: Dovecot) -> Mailbox:
    return server.mailbox()


def letter(number: int, text: bytes = b"It is down.") -> bytes:
    return b"From: Ada <ada@example.net>\r\nMessage-ID: <%d@example.net>\r\nSubject: S\r\n\r\n%b\r\n" % (number, text)


def references(inbox: Imap, place: str = "", most: int = 50) -> list[str]:
    return [each.reference.partition("@")[0] for each in inbox.since(place, most).letters]


def scripted(port: int, **told: Any) -> Imap:
    usual: dict[str, Any] = {"host": "127.0.0.1", "encryption": "none", "timeout": 0.3, "user": USER}
    return Imap(Config(port=port, **{**usual, "password": Secret(PASSWORD), **told}))


def failure(inbox: Imap) -> Failed:
    with pytest.raises(Failed) as caught:
        inbox.since("")
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    return caught.value


def failure_of(**script: bytes) -> Failed:
    """What becomes of a reading of one letter at a server that follows this script."""
    with scripted_server(**script) as server:
        server.letters.append(letter(1))
        return failure(scripted(server.port))


# ── a real mailbox ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_empty_mailbox_has_a_place_too(mailbox: Mailbox) -> None:
    post = mailbox.reader().since("")
    assert post.letters == ()
    assert mailbox.reader().since(post.place) == post


def test_letters_come_once_in_their_order(mailbox: Mailbox) -> None:
    mailbox.deliver(letter(1), letter(2))
    first = mailbox.reader().since("")
    mailbox.deliver(letter(3))
    assert [each.reference for each in first.letters] == ["1@example.net", "2@example.net"]
    assert references(mailbox.reader(), first.place) == ["3"]


def test_many_letters_come_a_few_at_a_time(mailbox: Mailbox) -> None:
    mailbox.deliver(*map(letter, range(7)))
    came: list[int] = []
    place = ""
    for _ in range(3):
        post = mailbox.reader().since(place, most=3)
        came, place = [*came, len(post.letters)], post.place
    assert came == [3, 3, 1]


def test_reading_changes_nothing_in_the_mailbox(mailbox: Mailbox) -> None:
    mailbox.deliver(letter(1), letter(2))
    mailbox.reader().since("")
    mailbox.reader().check()
    with mailbox.by_hand() as line:
        assert line.response("RECENT") == ("RECENT", [b"2"])  # nobody is taken to have seen them
    assert not any(b"Seen" in each for each in mailbox.state())


def test_a_mailbox_numbered_anew_is_read_from_its_beginning(mailbox: Mailbox) -> None:
    mailbox.deliver(letter(1), letter(2))
    place = mailbox.reader().since("").place
    mailbox.renumber(4711)
    post = mailbox.reader().since(place)
    assert (len(post.letters), post.place.partition(":")[0]) == (2, "4711")


@pytest.mark.parametrize("place", ["nonsense", "1:2:3", ":", "-1:-1", "99999999999999:1"])
def test_a_place_that_makes_no_sense_is_the_beginning(mailbox: Mailbox, place: str) -> None:
    mailbox.deliver(letter(1))
    assert references(mailbox.reader(), place) == ["1"]


def test_what_was_deleted_is_passed_over(mailbox: Mailbox) -> None:
    mailbox.deliver(letter(1), letter(2), letter(3))
    mailbox.delete(2)
    post = mailbox.reader().since("")
    assert [each.reference[0] for each in post.letters] == ["1", "3"]
    mailbox.delete(3)
    assert mailbox.reader().since(post.place).letters == ()


def test_of_30_megabytes_the_beginning_is_read(mailbox: Mailbox) -> None:
    mailbox.deliver(
        letter(1, b"The hub is down.\r\n" + b"x" * 70 + b"\r\n" + (b"y" * 76 + b"\r\n") * 400_000), letter(2)
    )
    began = time.monotonic()
    big, small = mailbox.reader().since("").letters
    assert big.text.startswith("The hub is down.")
    assert "[This letter is 31.2 MB: too large to be read whole. Only its beginning was.]" in big.said
    assert small.said == "It is down."
    assert time.monotonic() - began < 20


def test_large_letters_do_not_come_all_at_once(mailbox: Mailbox) -> None:
    mailbox.deliver(*(letter(number, (b"y" * 76 + b"\r\n") * 150) for number in range(6)))
    inbox = mailbox.reader(largest=0.01)
    post = inbox.since("")
    assert [each.reference[0] for each in post.letters] == ["0", "1", "2", "3"]
    assert references(inbox, post.place) == ["4", "5"]


def test_the_time_of_a_letter_is_when_it_came_where_it_says_none(mailbox: Mailbox) -> None:
    mailbox.deliver(letter(1))
    (came,) = mailbox.reader().since("").letters
    assert abs(came.at.timestamp() - time.time()) < 120


def test_it_was_delivered_to_where_the_server_says(mailbox: Mailbox) -> None:
    mailbox.deliver(letter(1))
    (came,) = mailbox.reader().since("").letters
    assert came.to == (mailbox.user,)


@pytest.mark.parametrize(("encryption", "port"), [("tls", "imaps"), ("starttls", "imap")])
def test_the_line_is_encrypted(mailbox: Mailbox, encryption: str, port: str) -> None:
    mailbox.deliver(letter(1))
    server = mailbox.server
    told = {"port": getattr(server, port), "encryption": encryption, "ca": server.paper.file, "host": "localhost"}
    assert references(mailbox.reader(**told)) == ["1"]


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(mailbox: Mailbox) -> None:
    with pytest.raises(Failed, match="cannot be trusted") as caught:
        mailbox.reader(port=mailbox.server.imaps, encryption="tls").check()
    assert not caught.value.permanent


def test_nor_is_one_for_somebody_else(mailbox: Mailbox, tmp_path: Path) -> None:
    other = certificate(tmp_path, "other.example", "DNS:other.example")
    with pytest.raises(Failed, match="cannot be trusted"):
        mailbox.reader(port=mailbox.server.imaps, encryption="tls", ca=other.file).check()


def test_a_file_without_certificates_is_named(mailbox: Mailbox, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("none")
    with pytest.raises(Failed, match=r"no\.pem holds no certificates"):
        mailbox.reader(port=mailbox.server.imaps, encryption="tls", ca=tmp_path / "no.pem").check()


def test_a_wrong_password_is_for_good(mailbox: Mailbox) -> None:
    with pytest.raises(Failed, match=r"refused mailbox\.user with mailbox\.password") as caught:
        mailbox.reader(password=Secret("wr0ng-canary")).check()
    assert caught.value.permanent
    assert "wr0ng" not in str(caught.value)


def test_a_folder_that_is_not_there_is_named(mailbox: Mailbox) -> None:
    with pytest.raises(Failed, match="refused the folder “Öffentlich & mehr”") as caught:
        mailbox.reader(folder="Öffentlich & mehr").check()
    assert caught.value.permanent


def test_a_folder_may_be_called_as_people_call_it(mailbox: Mailbox) -> None:
    mailbox.server.manage("mailbox", "create", "-u", mailbox.user, 'Öffentlich & "mehr"')
    assert mailbox.reader(folder='Öffentlich & "mehr"').since("").letters == ()


@pytest.mark.parametrize("bytes_", [0, 30, 150, 400, 600, 800, 1000, 3000])
def test_a_cut_line_loses_nothing(mailbox: Mailbox, bytes_: int) -> None:
    mailbox.deliver(letter(1, b"y\r\n" * 2000), letter(2))
    with wire(mailbox.server.imap, bytes_) as port, pytest.raises(Failed) as caught:
        mailbox.reader(port=port).since("")
    assert (caught.value.permanent, caught.value.unsure) == (False, False)
    assert references(mailbox.reader()) == ["1", "2"]


# ── servers that fail ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moment", ["connect", "CAPABILITY", "AUTHENTICATE", "EXAMINE", "UID_SEARCH", "UID_FETCH"])
@pytest.mark.parametrize("fault", [CUT, SILENCE, b"\xff\xfe nonsense\r\n", b"* {99999999999999999999}\r\n", b"\0" * 99])
def test_wherever_it_fails_it_may_pass(moment: str, fault: bytes) -> None:
    failed = failure_of(**{moment: fault})
    assert (failed.permanent, failed.unsure) == (False, False)


@pytest.mark.parametrize(
    ("script", "sentence", "permanent"),
    [
        ({"connect": b"* BYE Too many\r\n"}, "does not let us in for now", False),
        ({"connect": b"220 smtp.example.org\r\n"}, "hung up|does not answer as", False),
        ({"connect": b"* PREAUTH Welcome\r\n"}, "refused mailbox.user", True),
        ({"AUTHENTICATE": b"%s NO [UNAVAILABLE] Later\r\n"}, "for now", False),
        ({"AUTHENTICATE": b"%s NO [AUTHENTICATIONFAILED] No\r\n"}, "refused mailbox.user with", True),
        ({"EXAMINE": b"%s NO [NONEXISTENT] None\r\n"}, "refused the folder “INBOX”", True),
        ({"EXAMINE": b"%s NO [INUSE] Wait\r\n"}, "refused the folder “INBOX” for now", False),
        ({"UID_SEARCH": b"%s NO [SERVERBUG] Oh\r\n"}, "the list of what is there for now", False),
        ({"UID_FETCH": b"* BYE Going down\r\n"}, "hung up", False),
    ],
)
def test_what_it_refuses_is_said(script: dict[str, bytes], sentence: str, permanent: bool) -> None:
    failed = failure_of(**script)
    assert failed.permanent == permanent
    assert any(each in str(failed) for each in sentence.split("|"))


def test_who_speaks_slowly_is_not_listened_to_for_ever() -> None:
    began = time.monotonic()
    with scripted_server(connect=b"* OK " + b"x" * 1000) as server:
        server.drips = 0.02
        assert "is too slow" in str(failure(scripted(server.port)))
    assert time.monotonic() - began < 10


def test_who_never_ends_does_not_fill_our_memory() -> None:
    failed = failure_of(UID_SEARCH=b"* SEARCH " + b"1 " * 20_000_000)
    assert "does not answer as a mailbox's server does" in str(failed)


def test_nobody_is_there() -> None:
    assert str(failure(scripted(closed_port()))).startswith("There is no connection to 127.0.0.1")


def test_without_starttls_no_password_is_sent() -> None:
    with scripted_server() as server:
        failed = failure(scripted(server.port, encryption="starttls"))
        assert not any("AUTH" in each for each in server.commands)
    assert "does not offer STARTTLS" in str(failed)


def test_a_server_that_knows_no_plain_gets_a_login() -> None:
    known = b"* OK [CAPABILITY IMAP4rev1] Here\r\n"
    capable = b"* CAPABILITY IMAP4rev1\r\n%s OK Done\r\n"
    with scripted_server(connect=known, CAPABILITY=capable, LOGIN=b"%s OK Done\r\n") as server:
        server.letters.append(letter(1))
        assert references(scripted(server.port)) == ["1"]


def test_a_server_that_takes_no_password_is_named() -> None:
    capable = b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n%s OK Done\r\n"
    failed = failure_of(connect=b"* OK Here\r\n", CAPABILITY=capable)
    assert "lets nobody log in" in str(failed)


@pytest.mark.parametrize("said", [PASSWORD, USER, "AGNhbmFyeS11c2VyQGV4YW1wbGUubmV0"])
def test_what_it_repeats_of_our_login_is_masked(said: str) -> None:
    failed = failure_of(AUTHENTICATE=f"%s NO [AUTHENTICATIONFAILED] Not {said}\r\n".encode())
    assert said not in str(failed)
    assert "***" in str(failed)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["connect", "EXAMINE", "UID_SEARCH", "UID_FETCH"]), st.binary(max_size=200))
def test_whatever_it_says_is_a_failure_or_an_answer(moment: str, said: bytes) -> None:
    tagged = b"* " + said.replace(b"%s", b"") + b"\r\n%s OK Done\r\n"
    with scripted_server(**{moment: tagged}) as server:
        server.letters.append(letter(1))
        try:
            scripted(server.port, timeout=0.1).since("")
        except Failed as failed:
            assert str(failed)


# ── settings ───────────────────────────────────────────────────────────────────────────────────────────────────────


def refusal(**told: object) -> str:
    usual: dict[str, object] = {"host": "imap.example.org", "user": USER, "password": Secret(PASSWORD)}
    with pytest.raises(Refused) as refused:
        Config(**{**usual, **told})  # type: ignore[arg-type]
    return str(refused.value)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"host": ""}, "“mailbox.host” has to be the name of a server"),
        ({"host": "imap://mail.example.org"}, "“mailbox.host” has to be the name of a server"),
        ({"encryption": "ssl"}, "“mailbox.encryption” has to be tls, starttls or none"),
        ({"encryption": "none"}, "A password is never sent in clear text"),
        ({"encryption": "none", "host": "localhost.example.org"}, "A password is never sent in clear text"),
        ({"user": ""}, "“mailbox.user” is empty"),
        ({"folder": "a\r\nb"}, "“mailbox.folder” has to be the name of a folder"),
        ({"trusts": "mx.example.org other"}, "“mailbox.trusts” has to be a name"),
        ({"port": 0}, "“mailbox.port” has to lie between 1 and 65535"),
        ({"timeout": float("nan")}, "“mailbox.timeout” has to lie between"),
        ({"largest": 1000.0}, "“mailbox.largest” has to lie between"),
    ],
)
def test_a_setting_that_will_not_do_is_named(told: dict[str, object], sentence: str) -> None:
    assert sentence in refusal(**told)


def test_three_settings_are_enough() -> None:
    told = {"host": "imap.example.org", "user": "incidents@example.org", "password": "env:PW"}
    config = configured(Config, "mailbox", told, {"PW": PASSWORD})
    assert (config.port, config.encryption, config.folder) == (993, "tls", "INBOX")


def test_a_password_that_is_not_there_is_said() -> None:
    told = {"host": "localhost", "user": "u", "password": "env:PW"}
    failed = failure(Imap(configured(Config, "mailbox", told, {})))
    assert "PW" in str(failed)
    assert not failed.permanent


def test_it_serves_an_inbox_at_which_nothing_is_wished() -> None:
    inbox = scripted(1)
    assert isinstance(inbox, Inbox)
    assert isinstance(inbox, Checkable)
    assert Ports(inbox=inbox).serves == ()


def test_neither_settings_nor_mailbox_show_a_secret() -> None:
    inbox = scripted(1)
    shown = f"{inbox!r} {inbox._config!r} {vars(inbox)!r}"
    assert PASSWORD not in shown
    assert USER not in shown


def test_no_thread_is_left_behind() -> None:
    before = threading.active_count()
    failure_of(EXAMINE=CUT)
    assert threading.active_count() == before
