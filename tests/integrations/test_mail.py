"""Mail out, with real servers on this machine."""

from __future__ import annotations

import logging
import re
import time
import traceback
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.integrations.smtp import (
    CUT,
    SILENCE,
    Certificate,
    Late,
    MailServer,
    certificate,
    closed_port,
    faulty_server,
    mail_server,
)
from tocsin.core.refused import Refused
from tocsin.engine.worker import LIMIT
from tocsin.integrations.mail import Config, Smtp
from tocsin.integrations.mail.addresses import address, named_address
from tocsin.integrations.mail.answers import WHOLE
from tocsin.integrations.mail.letters import written
from tocsin.integrations.mail.line import PATIENCE
from tocsin.ports import Failed, Mail, Mailer, Pace
from tocsin.settings import Secret, configured

MAIL = Mail(
    key="i7.effect-12",
    to="ada@example.org",
    name="Ada",
    subject="Will you command incident 7?",
    text="Say: accept\n",
    at=datetime(2026, 11, 12, 9, 30, tzinfo=UTC),
)
SENDER = "Openshore incidents <incidents@example.org>"
PASSWORD = "k4n-aryBird/0815"  # noqa: S105  a canary
USER = "canary-user@example.net"


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def smtp(port: int, *, encryption: str = "none", ca: Path | None = None, login: bool = False, **more: object) -> Smtp:
    who: dict[str, object] = {"user": USER, "password": Secret(PASSWORD)} if login else {}
    told: dict[str, object] = {"host": "localhost", "sender": SENDER, "timeout": 5.0, **who, **more}
    return Smtp(Config(port=port, encryption=encryption, ca=ca, **told))  # type: ignore[arg-type]


def arrived(server: MailServer) -> EmailMessage:
    message = message_from_bytes(server.raw(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(letter: EmailMessage) -> str:
    """Its lines, but for how they end and for empty ones at its end."""
    text = letter.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n").rstrip("\n")


def read(mail: Mail, sender: str = SENDER) -> EmailMessage:
    """The letter as its receiver's program reads it."""
    message = message_from_bytes(written(mail, named_address(sender), None).content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def failure(mailer: Smtp, mail: Mail = MAIL) -> Failed:
    with pytest.raises(Failed) as caught:
        mailer.send(mail)
    return caught.value


def failure_of(**script: bytes | Late) -> Failed:
    """What becomes of a letter at a server that follows this script."""
    with faulty_server(**script) as server:
        return failure(smtp(server.port, timeout=0.3))


def is_tried_again(failed: Failed) -> bool:
    return not failed.permanent and not failed.unsure


# ── the letter ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_arrives(server: MailServer) -> None:
    smtp(server.port).send(MAIL)
    letter, envelope = arrived(server), server.letters[-1]
    assert (envelope.mail_from, envelope.rcpt_tos) == ("incidents@example.org", ["ada@example.org"])
    assert (letter["From"], letter["To"]) == (SENDER, "Ada <ada@example.org>")
    assert (letter["Subject"], text_of(letter)) == ("Will you command incident 7?", "Say: accept")


def test_a_plain_letter_is_exactly_these_bytes(server: MailServer) -> None:
    smtp(server.port, reply_to="team@example.org").send(replace(MAIL, thread=("i7.a", "i7.b")))
    assert server.raw().decode().replace("\r\n", "\n") == (
        'From: "Openshore incidents" <incidents@example.org>\n'
        'To: "Ada" <ada@example.org>\n'
        "Reply-To: team@example.org\n"
        "Subject: Will you command incident 7?\n"
        "Date: Thu, 12 Nov 2026 09:30:00 +0000\n"
        "Message-ID: <i7.effect-12@example.org>\n"
        "In-Reply-To: <i7.b@example.org>\n"
        "References: <i7.a@example.org>\n <i7.b@example.org>\n"
        "Auto-Submitted: auto-generated\n"
        "X-Auto-Response-Suppress: All\n"
        'Content-Type: text/plain; charset="utf-8"\n'
        "Content-Transfer-Encoding: 7bit\n"
        "MIME-Version: 1.0\n"
        "\n"
        "Say: accept\n"
    )


def test_every_try_is_the_same_letter(server: MailServer) -> None:
    for _ in range(2):
        smtp(server.port).send(MAIL)
    assert server.letters[0].content == server.letters[1].content


def test_the_date_is_when_it_was_wished_for_in_utc() -> None:
    at = datetime(2026, 11, 12, 9, 30, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    assert read(replace(MAIL, at=at))["Date"] == "Thu, 12 Nov 2026 03:45:00 +0000"


def test_an_answer_to_somebody_goes_into_their_thread() -> None:
    letter = read(replace(MAIL, thread=("i7.a", "i7.b"), answers=("first@theirs.example", "last@theirs.example")))
    assert letter["In-Reply-To"] == "<last@theirs.example>"
    assert letter["References"].split() == [
        "<first@theirs.example>",
        "<i7.a@example.org>",
        "<i7.b@example.org>",
        "<last@theirs.example>",
    ]


@pytest.mark.parametrize("identity", ["a@b>\r\nBcc: <eve@example.org", "a b@c", "ä@b", "", "a@b\n"])
def test_what_others_call_their_letters_begins_no_other_line(identity: str) -> None:
    assert read(replace(MAIL, answers=(identity,))).keys() == read(MAIL).keys()


def test_a_letter_may_say_itself_where_answers_go(server: MailServer) -> None:
    smtp(server.port, reply_to="team@example.org").send(replace(MAIL, reply_to="incidents+4k7x@example.org"))
    assert arrived(server)["Reply-To"] == "incidents+4k7x@example.org"


def test_where_answers_go_is_an_address_or_nothing_is_sent() -> None:
    assert failure(smtp(closed_port()), replace(MAIL, reply_to="x@a\r\nBcc: eve@example.org")).permanent


def test_a_letter_that_begins_a_thread_answers_nothing() -> None:
    assert {"In-Reply-To", "References"}.isdisjoint(read(MAIL).keys())


def test_a_long_thread_keeps_its_first_letter_and_the_latest() -> None:
    letter = read(replace(MAIL, thread=tuple(f"k{n}" for n in range(100))))
    kept = letter["References"].split()
    assert (kept[0], kept[1], kept[-1], len(kept)) == (
        "<k0@example.org>",
        "<k81@example.org>",
        letter["In-Reply-To"],
        20,
    )


@pytest.mark.parametrize(
    "to", ["ada", "ada@", "@example.org", "a b@example.org", "ada@exa mple.org", "ada@example.org\r\n"]
)
def test_what_is_no_address_gets_no_letter(to: str) -> None:
    failed = failure(smtp(closed_port()), replace(MAIL, to=to))
    assert failed.permanent
    assert "is no mail address" in str(failed)


@pytest.mark.parametrize(
    "to", ["ada@a..org", "ada@-a.org", "a,b@example.org", "<ada>@example.org", "ada@straße.example"]
)
def test_nor_does_what_could_be_read_otherwise(to: str) -> None:
    assert failure(smtp(closed_port()), replace(MAIL, to=to)).permanent


def test_a_domain_goes_over_the_line_in_ascii(server: MailServer) -> None:
    smtp(server.port).send(replace(MAIL, to="ada@Bücher.example"))
    assert server.letters[-1].rcpt_tos == ["ada@xn--bcher-kva.example"]


def test_an_address_outside_ascii_goes_to_a_server_that_takes_it(server: MailServer) -> None:
    smtp(server.port).send(replace(MAIL, to="адa@example.org"))
    assert server.letters[-1].rcpt_tos == ["адa@example.org"]
    assert "адa@example.org".encode() in server.raw()


def test_to_another_it_cannot_go() -> None:
    with mail_server(international=False) as server:
        failed = failure(smtp(server.port), replace(MAIL, to="адa@example.org"))
    assert failed.permanent
    assert str(failed) == "localhost takes no address with letters outside ASCII before the @."


@pytest.mark.parametrize("key", ["a b", "a>\r\nBcc: x@example.org", "", "ä"])
def test_a_key_of_other_letters_is_none(key: str) -> None:
    with pytest.raises(Failed, match="cannot be the key"):
        read(replace(MAIL, key=key))


HARD_TEXTS = {
    "a long line": "x" * 5000 + " ende",
    "dots": ".\n..\n.hidden\n\n.\n",
    "line ends": "one\r\ntwo\rthree\n",
    "emoji": "Done 🎉 – tschüß\n" * 40,
    "From": "From here on\n>From there\n",
    "spaces": "end  \n\tin\t\n ",
    "nothing": "",
    "an equals sign": "a=3D=\n=?utf-8?q?x?=\n",
}


@pytest.mark.parametrize("text", HARD_TEXTS.values(), ids=HARD_TEXTS)
def test_a_text_arrives_as_it_was_written(server: MailServer, text: str) -> None:
    smtp(server.port).send(replace(MAIL, text=text))
    assert text_of(arrived(server)) == text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def test_a_dot_that_begins_a_line_is_doubled_on_the_line() -> None:
    with faulty_server() as server:
        smtp(server.port).send(replace(MAIL, text=".\n..x\ny.\n"))
    assert server.letters[0].endswith(b"\r\n\r\n..\r\n...x\r\ny.\r\n.\r\n")


def test_no_line_is_longer_than_mail_allows() -> None:
    mail = replace(MAIL, name="Ä" * 300, subject="Sö " * 300, text="ü" * 3000 + "y" * 3000, thread=("k" * 40,) * 40)
    lines = written(mail, named_address(SENDER), None).content.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\r" in line or b"\n" in line for line in lines)


@pytest.mark.parametrize("line", ["=?utf-8?q?not_encoded?=", "two  spaces", 'Ada "\\" Byron, <eve@example.org>', ""])
def test_a_line_that_looks_like_mail_s_own_stays_what_it_is(line: str) -> None:
    letter = read(replace(MAIL, subject=line, name=line))
    assert (letter["Subject"], called(letter)) == (line, line.replace("  ", " "))
    assert [each.addr_spec for each in letter["To"].addresses] == [MAIL.to]


@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=500))
def test_whatever_people_write_comes_back(subject: str, name: str, text: str) -> None:
    letter = read(replace(MAIL, subject=subject, name=name, text=text))
    assert letter["Subject"] == shown(subject)
    assert [each.addr_spec for each in letter["To"].addresses] == [MAIL.to]
    assert called(letter) == " ".join(shown(name).split())  # any space is a space in a name
    assert text_of(letter) == shown_text(text).rstrip("\n")


@given(
    st.lists(st.sampled_from(["\r", "\n", "\r\n", "\x85", "\u2028", "Bcc: eve@example.org", "=?utf-8?q?=0D=0A?=", " "]))
)
def test_nothing_people_write_becomes_another_header(parts: list[str]) -> None:
    evil = "".join(parts)
    letter = read(replace(MAIL, subject=evil, name=evil, text=evil), sender=SENDER)
    assert letter.keys() == read(MAIL).keys()
    assert not letter.defects


def called(letter: EmailMessage) -> str:
    """The receiver's name; not as the newer parser reads it, which sees spaces where a long one was folded."""
    name, _ = parseaddr(dict(letter.raw_items())["To"])
    return str(make_header(decode_header(name)))


def shown(line: str) -> str:
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in line).strip(" ")


def shown_text(text: str) -> str:
    lines = re.split(r"\r\n|\r|\n", text)
    return "\n".join(
        "".join(c if c == "\t" or unicodedata.category(c) not in ("Cc", "Cs") else " " for c in line) for line in lines
    )


# ── the line ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_letter_goes_over_starttls(paper: Certificate) -> None:
    with mail_server(starttls=paper) as server:
        smtp(server.port, encryption="starttls", ca=paper.file).send(MAIL)
    assert server.sessions[0].ssl is not None
    assert arrived(server)["To"] == "Ada <ada@example.org>"


def test_a_letter_goes_over_tls(paper: Certificate) -> None:
    with mail_server(tls=paper) as server:
        smtp(server.port, encryption="tls", ca=paper.file).send(MAIL)
    assert arrived(server)["To"] == "Ada <ada@example.org>"


@pytest.mark.parametrize(("without", "way"), [((), "PLAIN"), (("PLAIN",), "LOGIN")])
def test_it_logs_in(paper: Certificate, without: tuple[str, ...], way: str) -> None:
    with mail_server(starttls=paper, accounts={USER: PASSWORD}, without=without) as server:
        smtp(server.port, encryption="starttls", ca=paper.file, login=True).send(MAIL)
    assert (server.ways, len(server.letters)) == ([way], 1)


def test_it_logs_in_with_a_password_outside_ascii(paper: Certificate) -> None:
    with mail_server(tls=paper, accounts={USER: "schlüßel"}) as server:
        smtp(server.port, encryption="tls", ca=paper.file, user=USER, password=Secret("schlüßel")).send(MAIL)
    assert len(server.letters) == 1


def test_it_says_good_bye_and_who_it_is() -> None:
    with faulty_server() as server:
        smtp(server.port).send(MAIL)
    assert server.commands == [
        "ehlo example.org",
        "MAIL FROM:<incidents@example.org>",
        "RCPT TO:<ada@example.org>",
        "DATA",
        "QUIT",
    ]


def test_after_a_refusal_it_says_good_bye_too() -> None:
    with faulty_server(RCPT=b"550 No\r\n") as server:
        failure(smtp(server.port))
    assert server.commands[-1] == "QUIT"


@pytest.mark.parametrize("said", [CUT, SILENCE, b"", b"421 Bye\r\n", b"rubbish\r\n"])
def test_how_the_server_says_good_bye_does_not_matter(said: bytes) -> None:
    with faulty_server(QUIT=said) as server:
        smtp(server.port).send(MAIL)
    assert len(server.letters) == 1


# ── what passes: it is tried again ─────────────────────────────────────────────────────────────────────────────────


def test_a_server_that_is_down_is_tried_again() -> None:
    failed = failure(smtp(port := closed_port()))
    assert is_tried_again(failed)
    assert str(failed) == f"There is no connection to localhost on port {port}: Connection refused."


def test_a_server_nobody_knows_is_tried_again() -> None:
    failed = failure(smtp(25, host="mail.invalid"))
    assert is_tried_again(failed)
    assert str(failed).startswith("There is no connection to mail.invalid on port 25: ")


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL", "RCPT", "DATA", "dot"])
@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_not_now_is_tried_again(moment: str, code: int) -> None:
    failed = failure_of(**{moment: b"%d 4.3.2 Come back\r\n" % code})
    assert is_tried_again(failed)
    assert f"for now: “{code} 4.3.2 Come back”." in str(failed)


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_line_cut_before_the_letter_is_tried_again(moment: str) -> None:
    failed = failure_of(**{moment: CUT})
    assert is_tried_again(failed)
    assert "hung up before it had the letter" in str(failed)


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_is_silent_before_the_letter_is_tried_again(moment: str) -> None:
    failed = failure_of(**{moment: SILENCE})
    assert is_tried_again(failed)
    assert "did not answer within 0.3 seconds" in str(failed)


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("said", [b"HTTP/1.1 400 Bad Request\r\n", b"\xff\x00\r\n", b"999 ?\r\n", b"x" * 70000])
def test_rubbish_before_the_letter_is_tried_again(moment: str, said: bytes) -> None:
    failed = failure_of(**{moment: said})
    assert is_tried_again(failed)
    assert "does not answer as a mail server does" in str(failed)


def test_a_line_cut_within_the_letter_is_tried_again() -> None:
    """A long letter, so that not all of it fits into what lies between us and the server."""
    with faulty_server(letter=CUT) as server:
        failed = failure(smtp(server.port), replace(MAIL, text="A line of the letter.\n" * 2**19))
    assert is_tried_again(failed)


def test_an_answer_without_end_is_tried_again() -> None:
    assert is_tried_again(failure_of(EHLO=b"250-more\r\n" * 200))


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL"])
def test_a_refusal_to_talk_to_us_is_tried_again(moment: str) -> None:
    """An operator can mend it, and the letter was promised."""
    assert is_tried_again(failure_of(**{moment: b"550 5.7.1 You may not\r\n"}))


@pytest.mark.parametrize("said", [b"530 5.7.0 Log in first", b"554 5.7.1 Relay access denied", b"503 5.5.1 AUTH first"])
def test_a_refusal_for_want_of_rights_is_tried_again(said: bytes) -> None:
    assert is_tried_again(failure_of(RCPT=said + b"\r\n"))


# ── what does not pass ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_receiver_nobody_knows_is_permanent() -> None:
    failed = failure_of(RCPT=b"550-5.1.1 No such\r\n550 5.1.1 user here\r\n")
    assert failed.permanent
    assert str(failed) == "localhost refused the receiver: “550 5.1.1 No such 5.1.1 user here”."


@pytest.mark.parametrize("code", [550, 552, 554])
@pytest.mark.parametrize("moment", ["DATA", "dot"])
def test_a_letter_the_server_will_not_have_is_permanent(moment: str, code: int) -> None:
    failed = failure_of(**{moment: b"%d 5.6.0 Not this\r\n" % code})
    assert failed.permanent
    assert str(failed) == f"localhost refused the letter: “{code} 5.6.0 Not this”."


def test_what_a_server_says_is_told_on_one_short_line() -> None:
    failed = failure_of(RCPT=b"550 No\x1b[2J\xe2\x80\xae\xff " + b"and no " * 5000 + b"\r\n")
    said = str(failed).partition("“")[2].partition("”")[0]
    assert failed.permanent
    assert said.startswith("550 No [2J")
    assert said.isprintable() and len(said) <= 304


# ── whom it concerns ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "said", [b"550 5.1.1 Who?", b"552 Full", b"450 4.2.0 Come back", b"451 4.7.1 Greylisted", b"452"]
)
def test_what_is_said_to_an_address_concerns_its_receiver_alone(said: bytes) -> None:
    assert failure_of(RCPT=said + b"\r\n").receiver


@pytest.mark.parametrize(
    "said", [b"554 5.7.1 Relay access denied", b"530 5.7.0 Log in", b"503 AUTH first", b"421 4.3.2 Bye", b"999 ?", CUT]
)
def test_what_is_the_servers_own_trouble_does_not(said: bytes) -> None:
    assert not failure_of(RCPT=said if said == CUT else said + b"\r\n").receiver


@pytest.mark.parametrize("moment", ["DATA", "dot"])
@pytest.mark.parametrize("said", [b"554 5.7.1 Spam", b"552 5.2.2 Full", b"552 Too big", b"450 Busy", b"452 4.2.2 Full"])
def test_what_is_said_to_the_letter_concerns_its_receiver_alone(moment: str, said: bytes) -> None:
    assert failure_of(**{moment: said + b"\r\n"}).receiver


@pytest.mark.parametrize("moment", ["DATA", "dot"])
@pytest.mark.parametrize(
    "said", [b"451 Trouble", b"452 4.3.1 No disk", b"450 4.3.2 Not now", b"421 4.2.0 Bye", b"503 5.5.1 RCPT first"]
)
def test_unless_it_is_the_servers_own_trouble(moment: str, said: bytes) -> None:
    assert not failure_of(**{moment: said + b"\r\n"}).receiver


@pytest.mark.parametrize("moment", ["connect", "EHLO", "MAIL"])
def test_what_is_said_before_the_address_concerns_everybody(moment: str) -> None:
    assert not failure_of(**{moment: b"550 5.1.1 No\r\n"}).receiver


# ── how long it takes at most ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("moment", ["connect", "EHLO", "RCPT"])
def test_who_answers_without_ever_coming_to_an_end_is_left(moment: str) -> None:
    began = time.monotonic()
    with faulty_server(**{moment: Late(0.05, b"250 " + b"x" * 60, drips=True)}) as server:
        failed = failure(smtp(server.port, timeout=0.1))
        assert time.monotonic() - began < 2
    assert is_tried_again(failed)
    assert str(failed).endswith("is too slow: it did not take the letter within 1 seconds.")


def test_who_takes_his_time_for_every_answer_is_left_before_the_letter() -> None:
    with faulty_server(connect=Late(0.09, b"220 Hi\r\n"), EHLO=Late(0.09, b"250-x\r\n" * 12, drips=True)) as server:
        assert "is too slow" in str(failure(smtp(server.port, timeout=0.1)))
    assert server.letters == []


def test_who_never_ends_to_answer_the_letter_leaves_it_unknown() -> None:
    began = time.monotonic()
    with faulty_server(dot=Late(0.05, b"250 " + b"x" * 60, drips=True)) as server:
        failed = failure(smtp(server.port, timeout=0.1))
        assert time.monotonic() - began < 1.5
    assert failed.unsure
    assert "did not answer within 0.4 seconds" in str(failed)


def test_the_longest_timeout_ends_a_letter_before_the_worker_gives_it_up() -> None:
    longest = 60.0
    Config(host="mail.example.org", sender=SENDER, timeout=longest)
    assert timedelta(seconds=(WHOLE + PATIENCE) * longest) < LIMIT


# ── what nobody knows ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_cut_after_the_dot_leaves_the_letter_unknown() -> None:
    failed = failure_of(dot=CUT)
    assert (failed.unsure, failed.permanent) == (True, False)
    assert str(failed).startswith("localhost had the whole letter when the line was cut: it may have arrived, or not.")


def test_silence_after_the_dot_leaves_the_letter_unknown_after_more_patience() -> None:
    began = time.monotonic()
    failed = failure_of(dot=SILENCE)
    assert failed.unsure
    assert "when it did not answer within 1.2 seconds" in str(failed)
    assert time.monotonic() - began >= 1.2


def test_an_answer_that_comes_too_late_leaves_the_letter_unknown() -> None:
    with faulty_server(dot=Late(0.6, b"250 Taken\r\n")) as server:
        assert failure(smtp(server.port, timeout=0.1)).unsure


def test_an_answer_to_the_letter_may_take_longer_than_others() -> None:
    with faulty_server(dot=Late(0.5, b"250 Taken\r\n")) as server:
        smtp(server.port, timeout=0.3).send(MAIL)
    assert len(server.letters) == 1


def test_another_answer_that_comes_too_late_is_tried_again() -> None:
    assert is_tried_again(failure_of(RCPT=Late(0.5, b"250 OK\r\n")))


@pytest.mark.parametrize("said", [b"What?\r\n", b"25", b"\r\n", b"354 Go on\r\n", b"250-more\r\n" * 200, b"x" * 70000])
def test_rubbish_after_the_dot_leaves_the_letter_unknown(said: bytes) -> None:
    with faulty_server(dot=said, QUIT=CUT) as server:
        assert failure(smtp(server.port, timeout=0.1)).unsure


def test_the_letter_is_taken_however_long_the_server_speaks_of_it() -> None:
    with faulty_server(dot=b"250-2.0.0 " + b"x" * 9000 + b"\r\n250 2.0.0 Taken\r\n") as server:
        smtp(server.port).send(MAIL)
    assert len(server.letters) == 1


# ── nothing in clear text, nothing to strangers ────────────────────────────────────────────────────────────────────


def test_without_starttls_nothing_is_sent() -> None:
    with faulty_server() as server:
        failed = failure(smtp(server.port, encryption="starttls", login=True))
    assert is_tried_again(failed)
    assert "does not offer STARTTLS, and nothing is sent in clear text" in str(failed)
    assert server.commands == ["ehlo example.org", "QUIT"]


@pytest.mark.parametrize("said", [b"454 4.7.0 Not now\r\n", b"500 5.5.1 What?\r\n", b"220 Go\r\n250 Injected\r\n", CUT])
def test_where_starttls_fails_nothing_is_sent(said: bytes) -> None:
    with faulty_server(EHLO=b"250-mail\r\n250 STARTTLS\r\n", STARTTLS=said) as server:
        assert is_tried_again(failure(smtp(server.port, encryption="starttls", login=True, timeout=0.3)))
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


def test_a_server_that_cannot_encrypt_now_is_quoted() -> None:
    with faulty_server(EHLO=b"250-mail\r\n250 STARTTLS\r\n", STARTTLS=b"454 4.7.0 Not now\r\n") as server:
        failed = failure(smtp(server.port, encryption="starttls"))
    assert str(failed) == "localhost refused to encrypt for now: “454 4.7.0 Not now”."


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(paper: Certificate) -> None:
    with mail_server(starttls=paper) as server:
        failed = failure(smtp(server.port, encryption="starttls"))
    assert is_tried_again(failed)
    assert f"The certificate of localhost on port {server.port} cannot be trusted: self-signed" in str(failed)


@pytest.mark.parametrize("how", ["starttls", "tls"])
def test_nor_is_that_of_another_server(tmp_path: Path, how: str) -> None:
    other = certificate(tmp_path, "other.example.org", "DNS:other.example.org")
    with mail_server(starttls=other) if how == "starttls" else mail_server(tls=other) as server:
        failed = failure(smtp(server.port, encryption=how, ca=other.file))
    assert is_tried_again(failed)
    assert "Hostname mismatch" in str(failed)
    assert not server.letters


def test_tls_on_a_port_that_does_not_speak_it_says_so(server: MailServer) -> None:
    failed = failure(smtp(server.port, encryption="tls"))
    assert is_tried_again(failed)
    assert "whether mail.port and mail.encryption belong together" in str(failed)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_without_certificates_is_named(tmp_path: Path, paper: Certificate, content: str | None) -> None:
    (file := tmp_path / "ca.pem").write_text(content or "")
    if content is None:
        file.unlink()
    with mail_server(tls=paper) as server:
        failed = failure(smtp(server.port, encryption="tls", ca=file))
    assert is_tried_again(failed)
    assert str(failed) == f"{file} holds no certificates that can be read: mend mail.ca."


def test_a_wrong_password_is_tried_again(paper: Certificate) -> None:
    with mail_server(tls=paper, accounts={USER: "another"}) as server:
        failed = failure(smtp(server.port, encryption="tls", ca=paper.file, login=True))
    assert is_tried_again(failed)
    assert str(failed).startswith("localhost refused mail.user with mail.password: “535 5.7.8 ")


def test_a_way_to_log_in_that_is_offered_and_refused_is_tried_again() -> None:
    with faulty_server(EHLO=b"250-mail\r\n250 AUTH LOGIN\r\n", AUTH=b"504 5.5.4 Not that\r\n") as server:
        failed = failure(smtp(server.port, login=True))
    assert is_tried_again(failed)
    assert server.commands == ["ehlo example.org", "AUTH LOGIN", "QUIT"]


def test_a_server_that_lets_nobody_log_in_is_tried_again() -> None:
    with faulty_server() as server:
        failed = failure(smtp(server.port, login=True))
    assert is_tried_again(failed)
    assert "does not let us log in by AUTH PLAIN or LOGIN" in str(failed)


# ── secrets ────────────────────────────────────────────────────────────────────────────────────────────────────────

ENCODED = [b64encode(each.encode()).decode() for each in (USER, PASSWORD, f"\0{USER}\0{PASSWORD}")]
FORMS = [USER, PASSWORD, *ENCODED]


def tells(failed: BaseException | None) -> str:
    """Everything that could be told of a failure, with those it came from, hidden or not."""
    if failed is None:
        return ""
    here = "".join(traceback.format_exception(failed)) + repr(failed) + repr(failed.__dict__)
    return here + tells(failed.__cause__) + tells(failed.__context__)


ECHOES = [
    *(b"535 5.7.8 No: " + form.encode() + b"\r\n" for form in (*FORMS, USER.upper())),
    b"535 AUTH PLAIN " + ENCODED[2][:20].encode() + b"...\r\n",
    b"535-" + b"x" * 280 + b" " + ENCODED[2].encode() + b"\r\n535 no\r\n",
]


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("moment", ["AUTH", "MAIL", "RCPT", "DATA", "dot"])
def test_a_server_that_repeats_secrets_makes_us_tell_none(
    echo: bytes, moment: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    script = {"EHLO": b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n", "AUTH": b"235 In\r\n", moment: echo}
    with faulty_server(**script) as server:
        told = tells(failure(smtp(server.port, login=True))) + caplog.text + "".join(capfd.readouterr())
    assert "535" in told
    assert not [form for form in (*FORMS, ENCODED[2][:20]) if form.casefold() in told.casefold()]


@pytest.mark.parametrize("script", [{"AUTH": CUT}, {"AUTH": SILENCE}, {"AUTH": b"x" * 70000}, {"dot": CUT}])
def test_a_line_that_breaks_tells_no_secret(script: dict[str, bytes], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    usual = {"EHLO": b"250-mail\r\n250 AUTH PLAIN\r\n", "AUTH": b"235 In\r\n"}
    with faulty_server(**(usual | script)) as server:
        told = tells(failure(smtp(server.port, login=True, timeout=0.2))) + caplog.text
    assert not [form for form in FORMS if form in told]


def test_neither_settings_nor_mailer_show_a_secret() -> None:
    mailer = smtp(25, login=True)
    assert not [form for form in FORMS if form in repr(mailer) + repr(mailer._config) + repr(vars(mailer))]


# ── settings ───────────────────────────────────────────────────────────────────────────────────────────────────────


def refusal(**told: object) -> str:
    with pytest.raises(Refused) as refused:
        Config(**{"host": "mail.example.org", "sender": SENDER, **told})  # type: ignore[arg-type]
    return str(refused.value)


def test_it_serves_mail_at_the_pace_it_is_told() -> None:
    mailer = smtp(25, rate=2.0)
    assert isinstance(mailer, Mailer)
    assert (mailer.repeatable, mailer.pace) == (False, Pace(rate=2.0, burst=10))


def test_two_settings_are_enough() -> None:
    config = configured(Config, "mail", {"host": "mail.example.org", "sender": "incidents@example.org"}, {})
    assert (config.port, config.encryption, config.timeout) == (587, "starttls", 30.0)


def test_the_password_comes_from_the_environment() -> None:
    told = {
        "host": "m.example.org",
        "sender": SENDER,
        "user": "u",
        "password": "env:PW",
        "timeout": 10,
        "ca": "/ca.pem",
    }
    config = configured(Config, "mail", told, {"PW": PASSWORD})
    assert config.password is not None
    assert (config.password.reveal(), config.ca) == (PASSWORD, Path("/ca.pem"))


def test_a_password_that_is_not_there_keeps_the_letter_waiting() -> None:
    told = {"host": "localhost", "sender": SENDER, "user": "u", "password": "env:PW"}
    failed = failure(Smtp(configured(Config, "mail", told, {})))
    assert is_tried_again(failed)
    assert "PW" in str(failed)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"encryption": "ssl"}, "“mail.encryption” has to be starttls, tls or none"),
        ({"sender": "Openshore"}, "“mail.sender” will not do. “Openshore” is no mail address"),
        ({"sender": "A <a@example.org>\r\nBcc: b@example.org"}, "“mail.sender” will not do"),
        ({"reply_to": "x y@example.org"}, "“mail.reply_to” will not do"),
        ({"user": "u"}, "“mail.user” and “mail.password” go together"),
        ({"password": Secret("p")}, "“mail.user” and “mail.password” go together"),
        ({"host": ""}, "“mail.host” has to be the name of a server"),
        ({"host": "::1::"}, "“mail.host” has to be the name of a server"),
        ({"host": "smtp://mail.example.org"}, "“mail.host” has to be the name of a server"),
        ({"port": 0}, "“mail.port” has to lie between 1 and 65535"),
        ({"timeout": float("nan")}, "“mail.timeout” has to lie between"),
        ({"timeout": 60.1}, "“mail.timeout” has to lie between 0.01 and 60."),
        ({"rate": 0.0}, "“mail.rate” has to lie between"),
    ],
)
def test_a_setting_that_will_not_do_is_named(told: dict[str, object], sentence: str) -> None:
    assert sentence in refusal(**told)


@pytest.mark.parametrize("host", ["mail.example.org", "192.0.2.7", "localhost.example.org"])
def test_a_password_is_never_sent_in_clear_text(host: str) -> None:
    said = refusal(host=host, encryption="none", user=USER, password=Secret(PASSWORD))
    assert said.startswith("A password is never sent in clear text")
    assert USER not in said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_except_to_this_machine(host: str) -> None:
    Config(host=host, sender=SENDER, encryption="none", user=USER, password=Secret(PASSWORD))


@pytest.mark.parametrize(
    ("text", "name", "bare"),
    [
        ("incidents@example.org", "", "incidents@example.org"),
        (SENDER, "Openshore incidents", "incidents@example.org"),
        ('"Openshore, Inc." <i@example.org>', "Openshore, Inc.", "i@example.org"),
        (" <i@bücher.example> ", "", "i@xn--bcher-kva.example"),
    ],
)
def test_a_sender_has_a_name_or_none(text: str, name: str, bare: str) -> None:
    found = named_address(text)
    assert (found.name, str(found)) == (name, bare)


def test_a_domain_may_be_written_as_dns_knows_it() -> None:
    assert str(address("ada@xn--strae-oqa.example")) == "ada@xn--strae-oqa.example"


# ── looking whether it works ───────────────────────────────────────────────────────────────────────────────────────


def test_a_check_sends_nothing(server: MailServer) -> None:
    before = len(server.letters)
    smtp(server.port).check()
    assert len(server.letters) == before


def test_a_check_says_what_is_wrong() -> None:
    with faulty_server(EHLO=b"550 Go away\r\n") as server, pytest.raises(Failed, match="our greeting"):
        smtp(server.port, timeout=0.3).check()
