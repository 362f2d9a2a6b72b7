"""Letters as people, programs and attackers write them."""

from __future__ import annotations

import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.needs import shared
from tocsin.integrations.mailbox.quotes import new_in, unquoted
from tocsin.integrations.mailbox.reading import letter
from tocsin.ports import Bounce, Correspondent, Letter

ARRIVED = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
SERVER = "mx.example.org"
REPLIES = "contracts/email/talon-real-replies"
HEAD = "From: Ada <ada@example.net>\r\nMessage-ID: <1@example.net>\r\n"


def read(head: str = "", body: str | bytes = "", trusts: str = "") -> Letter:
    content = body if isinstance(body, bytes) else body.encode()
    return letter(f"{HEAD}{head}\r\n".encode() + content, ARRIVED, trusts=trusts)


def mixed(*parts: str, kind: str = "mixed") -> Letter:
    body = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
    return read(f"Content-Type: multipart/{kind}; boundary=b\r\n", body)


PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\nIt is down."
HTML = "Content-Type: text/html\r\n\r\n<p>It is <b>down</b>.</p>"


def html(text: str) -> str:
    return read("Content-Type: text/html; charset=utf-8\r\n", text).text


# ── who, to whom, when ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_plain_letter_is_read() -> None:
    came = read("To: incidents@example.org\r\nSubject: Hub\r\nDate: Thu, 12 Nov 2026 09:00:00 +0000\r\n", "It is down.")
    assert came == Letter(
        reference="1@example.net",
        at=datetime(2026, 11, 12, 9, tzinfo=UTC),
        by=Correspondent(email="ada@example.net", name="Ada"),
        to=("incidents@example.org",),
        subject="Hub",
        text="It is down.",
        said="It is down.",
    )


@pytest.mark.parametrize(
    ("field", "email", "name"),
    [
        ("ada@example.net", "ada@example.net", ""),
        ('"Byron, Ada" <ada@example.net>', "ada@example.net", "Byron, Ada"),
        ("ada@example.net (Ada Byron)", "ada@example.net", ""),
        ("=?utf-8?q?Ad=C3=A4?= <ada@example.net>", "ada@example.net", "Adä"),
        ("=?utf-8?b?w6Q=?= =?utf-8?b?w7Y=?= <a@b.example>", "a@b.example", "äö"),
        ("=?nonsense?b?w6Q=?= <a@b.example>", "a@b.example", "ä"),
        ("=?utf-8?q?Eve_=3Cceo=40bank=2Eexample=3E?= <eve@evil.example>", "eve@evil.example", "Eve <ceo@bank.example>"),
        ('"ceo@bank.example" <eve@evil.example>', "eve@evil.example", "ceo@bank.example"),
        ("ceo@bank.example <eve@evil.example>", "eve@evil.example", "ceo@bank.example"),
        ("Ada <adа@example.net>", "adа@example.net", "Ada"),  # its last letter is Cyrillic
        ("Ada <ADA@Exämple.NET>", "ADA@Exämple.NET", "Ada"),
        ("friends: ada@example.net, bob@example.net;", "ada@example.net", ""),
        ('Ada "the <ada@example.net>', "ada@example.net", ""),
        ("<@relay.example:ada@example.net>", "ada@example.net", ""),
        ("undisclosed-recipients:;", "", ""),
        ("", "", ""),
    ],
)
def test_who_wrote_is_the_address_exactly_as_it_stands(field: str, email: str, name: str) -> None:
    came = letter(f"From: {field}\r\n\r\nx".encode(), ARRIVED)
    assert came.by == Correspondent(email=email, name=name)


def test_everybody_it_went_to_is_known_where_it_arrived_first() -> None:
    head = "To: B <B@example.org>, c@example.org\r\nCc: d@example.org\r\nDelivered-To: e@example.org\r\n"
    assert read(f"{head}X-Original-To: c@example.org\r\nEnvelope-To: <f@example.org>\r\n").to == (
        "e@example.org",
        "c@example.org",
        "f@example.org",
        "b@example.org",
        "d@example.org",
    )


@pytest.mark.parametrize(
    "date",
    ["", "Thu, 12 Nov 2099 09:30:00 +0000", "Thu, 12 Nov 1999 09:30:00 +0000", "nonsense", "1 Jan 2026 99:99:99 +9999"],
)
def test_a_date_that_cannot_be_is_when_it_arrived(date: str) -> None:
    assert read(f"Date: {date}\r\n").at == ARRIVED


def test_what_it_answers_is_the_nearest_first() -> None:
    came = read("In-Reply-To: <c@x>\r\nReferences: <a@x> <b@x>\r\n <c@x>\r\n")
    assert came.follows == ("c@x", "b@x", "a@x")


def test_of_a_long_thread_the_nearest_and_the_first_are_known() -> None:
    came = read("References: " + " ".join(f"<{number}@x>" for number in range(5000)) + "\r\n")
    assert (len(came.follows), came.follows[0], came.follows[-1]) == (100, "4999@x", "0@x")


@pytest.mark.parametrize("identity", ["", "Message-ID: \r\n", "Message-ID: <>\r\n", "Message-ID: nonsense\r\n"])
def test_a_letter_without_a_name_is_known_by_what_it_holds(identity: str) -> None:
    first, again = (letter(f"{identity}From: a@b.example\r\n\r\nx".encode(), ARRIVED).reference for _ in range(2))
    other = letter(f"{identity}From: a@b.example\r\n\r\ny".encode(), ARRIVED).reference
    assert first == again
    assert first != other
    assert first.endswith("@without-message-id")


# ── its words ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("claimed", "content", "text"),
    [
        ("utf-8", "tschüß".encode(), "tschüß"),
        ("iso-8859-1", "tschüß".encode("latin-1"), "tschüß"),
        ("us-ascii", "tschüß".encode(), "tschüß"),
        ("us-ascii", "tschüß".encode("cp1252"), "tschüß"),
        ("utf-8", "tschüß".encode("cp1252"), "tschüß"),
        ("utf-8", "Spaß".encode("cp1252"), "Spaß"),
        ("utf-8", "tschüß".encode()[:-1], "tschü"),
        ("koi8-r", "привет".encode("koi8-r"), "привет"),
        ("nonsense", "tschüß".encode(), "tschüß"),
        ("rot13", b"hello", "hello"),
        ("punycode", b"hello-", "hello-"),
        ("zlib", b"hello", "hello"),
        ("utf-16", "hello".encode("utf-16"), "hello"),
        ("utf-7", b"+2D0- x", "  x"),  # half a character
        ("utf-8", b"a\0b\x1b[2Jc", "ab [2Jc"),
    ],
)
def test_a_charset_may_lie(claimed: str, content: bytes, text: str) -> None:
    assert read(f"Content-Type: text/plain; charset={claimed}\r\n", content).text == text


@pytest.mark.parametrize(
    ("encoding", "content", "text"),
    [
        ("base64", "dHNjaMO8w58=", "tschüß"),
        ("base64", "dHNj\r\naMO8\r\nw58", "tschüß"),
        ("base64", "dHNj!!aMO8w5", "tschü"),
        ("quoted-printable", "tsch=C3=BC=\r\n=C3=9F", "tschüß"),
        ("quoted-printable", "100 = 99 =ZZ", "100 = 99 =ZZ"),
        ("8bit", "tschüß", "tschüß"),
        ("nonsense", "tschüß", "tschüß"),
    ],
)
def test_an_encoding_may_be_broken(encoding: str, content: str, text: str) -> None:
    came = read(f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n", content)
    assert came.text[:5] == text[:5]
    assert "\ufffd" not in came.text[:5]


def test_of_two_ways_to_say_it_the_plain_one_is_read() -> None:
    assert mixed(HTML, PLAIN, kind="alternative").text == "It is down."


def test_where_the_plain_one_is_empty_the_other_is() -> None:
    assert mixed("Content-Type: text/plain\r\n\r\n \r\n", HTML, kind="alternative").text == "It is down."


def test_files_are_named_with_their_size_and_not_kept() -> None:
    file = (
        'Content-Type: text/plain\r\nContent-Disposition: attachment; filename="a/../log.txt"\r\n\r\n' + "secret " * 400
    )
    screen = "Content-Type: image/png; name==?utf-8?q?Bild=C3=A4?=.png\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA"
    came = mixed(PLAIN, file, screen)
    assert came.said == "It is down.\n\n[Attached: log.txt (2 kB), Bildä.png (1 kB)]"


def test_of_very_many_files_the_first_are_named() -> None:
    came = mixed(*["Content-Type: image/png; name=x.png\r\n\r\nx"] * 50)
    assert came.text.endswith("x.png (1 kB), and 30 more]")


def test_a_letter_in_the_letter_is_named_by_its_subject() -> None:
    came = mixed(PLAIN, "Content-Type: message/rfc822\r\n\r\nSubject: =?utf-8?q?Fr=C3=BCher?=\r\n\r\nother words")
    assert came.text == "It is down.\n\n[Attached: a letter, “Früher” (1 kB)]"


def test_a_letter_that_only_says_it_has_parts_can_be_read() -> None:
    assert read("Content-Type: multipart/mixed; boundary=nowhere\r\n", "It is down.").text == "It is down."


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a | b\nc"),
        ('See <a href="https://x.example/log">the log</a>.', "See the log (https://x.example/log)."),
        ('<a href="https://x.example/">https://x.example</a>', "https://x.example"),
        ('<a href="mailto:a@x.example">a@x.example</a>', "a@x.example"),
        ('<a href="javascript:alert(1)">press</a>', "press"),
        ('<a href="https://evil.example">https://bank.example</a>', "https://bank.example (https://evil.example)"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("One<blockquote>quoted<blockquote>twice</blockquote></blockquote>", "One\n\n> quoted\n>\n> > twice"),
        ('<img src="https://t.example/p.gif?id=1" width=1>Hello', "Hello"),
        ("<style>p{}</style><script>alert('x')</script><title>t</title>Hello<!-- secret -->", "Hello"),
        ("&lt;script&gt; &amp; &#x27;", "<script> & '"),
        ("<p>unclosed <b>words", "unclosed words"),
        ("<svg onload=alert(1)><style><!--</style><img title='--&gt;&lt;img src=x onerror=alert(1)&gt;'>x", ""),
    ],
)
def test_html_is_read_as_its_words(source: str, text: str) -> None:
    lines = [line.strip() for line in html(source).strip().split("\n")]
    assert [line for line in lines if line] == [line.strip() for line in text.split("\n") if line]


@pytest.mark.parametrize("client", ["aol", "comcast", "gmail", "hotmail", "outlook", "sparrow"])
def test_html_of_real_programs_is_cut_as_well(client: str) -> None:
    content = (shared(REPLIES) / f"{client}.eml").read_bytes().replace(b"Content-Type: text/plain", b"X: y/z", 1)
    plain = content.replace(b"multipart/alternative", b"multipart/mixed")
    said = letter(plain.replace(b"X: y/z", b"Content-Type: image/x"), ARRIVED).said
    assert said.partition("\n")[0] in ("Hello", "Allo! Follow up MIME!")
    assert "Hi" not in said.split()


# ── what is new ────────────────────────────────────────────────────────────────────────────────────────────────────

NEW = {
    "android": "Hello",
    "aol": "Hello",
    "apple_mail": "Hello",
    "apple_mail_2": "Hello",
    "comcast": "Hello",
    "gmail": "Hello",
    "hotmail": "Hello",
    "iphone": "Hello",
    "outlook": "Hello",
    "sparrow": "Hello",
    "thunderbird": "Hello",
    "yahoo": "Hello",
}
"""What each of the real letters says that is new, read by a person; iPhone's and Sparrow's signature is cut, too."""


@pytest.mark.parametrize("client", NEW)
def test_of_a_real_letter_what_is_new_is_said(client: str) -> None:
    came = letter((shared(REPLIES) / f"{client}.eml").read_bytes(), ARRIVED)
    assert came.said == NEW[client]
    assert len(came.text) > len(came.said)


def test_of_a_long_real_letter_too() -> None:
    came = letter((shared(REPLIES) / "reply-quotations-share-block.eml").read_bytes(), ARRIVED)
    assert came.said.startswith("Hi Katharine.")
    assert came.said.endswith("Joe XXX")


@pytest.mark.parametrize("client", ["iphone", "sparrow"])
def test_without_the_quotes_it_is_as_its_publishers_expect(client: str) -> None:
    expected = (shared(REPLIES) / f"{client}_reply_text").read_text()
    text = letter((shared(REPLIES) / f"{client}.eml").read_bytes(), ARRIVED).text
    assert unquoted(text).split() == expected.split()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is down:\n- login\n- files\n\nThanks,\nAda", "It is down:\n- login\n- files\n\nThanks,\nAda"),
        ("Traceback:\n    File x\n      y", "Traceback:\n    File x\n      y"),
        ("> Is it over?\nNo.\n> Since when?\nYesterday.", "No.\nYesterday."),
        ("Yes.\n\nAm 12.11.2026 um 09:30 schrieb Tocsin <i@example.org>:\n\n> Gut?", "Yes."),
        (
            "Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: T <t@example.org>\nGesendet: heute\nAn: A\nBetreff: x\n\ny",
            "Ja.",
        ),
        ("Oui.\n\nDe : T <t@example.org>\nEnvoyé : hier\nÀ : A\nObjet : x\n\ny", "Oui."),
        ("Yes.\n________________________________\nFrom: T\nSent: now\nTo: A\nSubject: x\n\ny", "Yes."),
        ("From: the log\nnothing came.", "From: the log\nnothing came."),
        ("At 14:20 Ada wrote:\nit is gone.", "At 14:20 Ada wrote:\nit is gone."),
        ("--- Status ---\nall down", "--- Status ---\nall down"),
        ("Down.\n\n-- \nAda Byron\nOpenshore", "Down."),
        ("First.\n--\n" + "more\n" * 30 + "end", "First.\n--\n" + "more\n" * 30 + "end"),
        ("Down.\n\nVon meinem iPhone gesendet", "Down."),
        ("> only\n> quoted", ""),
        ("", ""),
    ],
)
def test_only_what_others_wrote_is_cut(text: str, said: str) -> None:
    assert new_in(text) == said


def test_what_is_forwarded_without_a_word_is_said_whole() -> None:
    text = (
        "---------- Forwarded message ---------\nFrom: Bob <b@x.example>\nDate: now\nSubject: x\nTo: A\n\nIt is down."
    )
    assert new_in(text, "Fwd: x") == text


# ── who did not write it ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied\r\n",
        'Auto-Submitted: auto-generated; owner="x"\r\n',
        "Precedence: bulk\r\n",
        "Precedence: auto_reply\r\n",
        "X-Autoreply: yes\r\n",
        "List-Id: <users.example.org>\r\n",
        "Return-Path: <>\r\n",
        "X-Auto-Response-Suppress: DR, OOF\r\n",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n",
    ],
)
def test_what_no_person_wrote_is_known(head: str) -> None:
    assert read(head, "I am away.").automatic


@pytest.mark.parametrize(
    "head", ["", "Auto-Submitted: no\r\n", "Precedence: normal\r\n", "Return-Path: <a@b.example>\r\n"]
)
def test_what_a_person_wrote_is_too(head: str) -> None:
    assert not read(head, "It is down.").automatic


def test_a_program_that_answers_by_its_name_is_no_person() -> None:
    assert letter(b"From: MAILER-DAEMON@example.net\r\n\r\nx", ARRIVED).automatic


REPORT = """\
This is the mail system. I'm sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4711

Final-Recipient: rfc822; Bob@example.net
Original-Recipient: rfc822;bob@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <bob@example.net>:
    nobody here

Final-Recipient: rfc822; cleo@example.net
Action: delayed
Status: 4.4.1

Final-Recipient: rfc822; dora@example.net
Action: delivered

--b
Content-Type: text/rfc822-headers

Message-ID: <i7.effect-12@example.org>
Subject: Update
--b--
"""


def test_a_bounce_says_whom_our_letter_did_not_reach() -> None:
    head = "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n"
    came = read(head, f"--b\n\n{REPORT}")
    ours = "i7.effect-12@example.org"
    assert came.bounces == (
        Bounce(address="bob@example.com", letter=ours, why="550 5.1.1 <bob@example.net>: nobody here"),
        Bounce(address="cleo@example.net", letter=ours, why="4.4.1", for_good=False),
    )
    assert came.automatic


def test_exim_says_it_in_words() -> None:
    body = (
        "A message that you sent could not be delivered.\n\n  bob@example.net\n    unknown user\n\n"
        "------ This is a copy of the message ------\n\nMessage-Id: <i7.effect-12@example.org>\n\nText"
    )
    head = "From: Mailer-Daemon@mx.example.net\r\nX-Failed-Recipients: bob@example.net\r\nReturn-path: <>\r\n\r\n"
    came = letter((head + body).encode(), ARRIVED)
    assert came.bounces == (Bounce(address="bob@example.net", letter="i7.effect-12@example.org", why="unknown user"),)


def test_qmail_says_it_in_others() -> None:
    body = (
        "Hi. This is the qmail-send program at x.\n\n<bob@example.net>:\nNo mailbox here by that name.\n\n"
        "--- Below this line is a copy of the message.\n\nMessage-ID: <i7.effect-12@example.org>\n"
    )
    came = letter(f"From: MAILER-DAEMON@x.example\r\nReturn-Path: <>\r\n\r\n{body}".encode(), ARRIVED)
    why = "No mailbox here by that name."
    assert came.bounces == (Bounce(address="bob@example.net", letter="i7.effect-12@example.org", why=why),)


def test_a_person_who_quotes_a_bounce_sends_none() -> None:
    assert read("", "<bob@example.net>:\nNo mailbox here.\nMessage-ID: <i7.effect-12@example.org>").bounces == ()


# ── whether it comes from where it says ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("said", "proven"),
    [
        (f"{SERVER}; dmarc=pass (p=none) header.from=example.net", True),
        (f"{SERVER.upper()} 1; DMARC=pass header.from=example.net", True),
        (f"{SERVER}; dkim=pass header.d=example.net header.s=x", True),
        (f"{SERVER}; dkim=pass header.i=@example.net", True),
        (f"{SERVER}; spf=pass smtp.mailfrom=bounce@example.net", True),
        (f"{SERVER}; dkim=fail header.d=example.net; spf=pass smtp.mailfrom=example.net", True),
        (f"{SERVER}; dmarc=pass header.from=evil.example", False),
        (f"{SERVER}; dkim=pass header.d=evil.example", False),
        (f"{SERVER}; dkim=pass header.d=mail.example.net", False),  # only a list of registries could tell
        (f"{SERVER}; dkim=pass header.d=net", False),
        (f"{SERVER}; dkim=pass", False),
        (f"{SERVER}; dmarc=fail header.from=example.net; spf=pass smtp.mailfrom=example.net", False),
        (f"{SERVER}; none", False),
        (f"{SERVER}", False),
        (f"{SERVER}.evil.example; dmarc=pass header.from=example.net", False),
        ("mx.evil.example; dmarc=pass header.from=example.net", False),
        (f"{SERVER}; spf=fail (x (y) ; dmarc=pass) smtp.mailfrom=a@evil.example", False),
        (f'{SERVER}; spf=fail reason="x; dmarc=pass" smtp.mailfrom=a@evil.example', False),
        (f"{SERVER}; spf=fail (never closed; dmarc=pass header.from=example.net", False),
    ],
)
def test_only_our_own_server_s_word_counts(said: str, proven: bool) -> None:
    assert read(f"Authentication-Results: {said}\r\n", trusts=SERVER).proven == proven


def test_a_result_that_somebody_wrote_below_ours_does_not_count() -> None:
    head = f"Authentication-Results: {SERVER}; none\r\nAuthentication-Results: {SERVER}; dmarc=pass\r\n"
    assert not read(head, trusts=SERVER).proven


def test_who_names_no_server_believes_none() -> None:
    assert not read(f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.net\r\n").proven


@pytest.mark.parametrize("head", ["From: eve@evil.example\r\n", ""])
def test_two_senders_are_never_proven(head: str) -> None:
    more = f"Authentication-Results: {SERVER}; dmarc=pass header.from=example.net\r\n"
    first = "From: ada@example.net\r\n" if head else "From: eve@evil.example, ada@example.net\r\n"
    assert not letter(f"{more}{first}{head}\r\nx".encode(), ARRIVED, trusts=SERVER).proven


def test_a_domain_may_be_written_in_two_ways() -> None:
    head = (
        f"Authentication-Results: {SERVER}; dmarc=pass header.from=xn--bcher-kva.example\r\nFrom: a@bücher.example\r\n"
    )
    assert letter(f"{head}\r\nx".encode(), ARRIVED, trusts=SERVER).proven


# ── those who mean harm ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?a=0D=0ABcc:_eve@evil.example?=",
        "=?utf-8?b?YQ0KQmNjOiBl?=",
        "a\r\n\tb",
        "a\0b\x1b[31m",
        "=?utf-7?q?+2D0-?=",
    ],
)
def test_nothing_in_a_subject_begins_another_line(subject: str) -> None:
    found = read(f"Subject: {subject}\r\n").subject
    assert found.isprintable()
    assert len(found.splitlines()) <= 1


@pytest.mark.parametrize("text", ["{{ ''.__class__.__mro__ }}", "{% for x in y %}", "${7*7}", "%(x)s {0}"])
def test_a_template_is_words_like_any_other(text: str) -> None:
    came = read(f"Subject: {text}\r\n", text)
    assert (came.subject, came.said) == (text, text)


def test_a_subject_of_a_megabyte_is_cut() -> None:
    assert len(read(f"Subject: {'x' * 1_000_000}\r\n").subject) == 500


def nested(depth: int) -> bytes:
    head = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth))
    return f"{HEAD}{head}Content-Type: text/plain\r\n\r\ndeep\r\n".encode()


def test_parts_within_parts_are_read_to_a_depth() -> None:
    assert letter(nested(10), ARRIVED).text == "deep"
    assert "too deep in each other to be read" in letter(nested(11), ARRIVED).text


def test_the_words_before_what_lies_too_deep_are_read() -> None:
    assert mixed(PLAIN, nested(20).decode().removeprefix(HEAD)).said.startswith("It is down.\n\n[Some of its parts")


def test_of_very_many_parts_some_are_read() -> None:
    came = mixed(*[PLAIN] * 1000)
    assert came.text.count("It is down.") == 200
    assert "more than 200 parts" in came.text


def test_a_text_without_end_is_cut_and_says_so() -> None:
    came = read("", "y" * 150_000)
    assert came.text.endswith("[Its text goes on for another 50,000 characters, which were not read.]")


BOMBS: Mapping[str, bytes] = {
    "10,000 receivers": ("To: " + ", ".join(f'"N {n}" <n{n}@example.org>' for n in range(10_000))).encode()
    + b"\r\n\r\nx",
    "quotes that never end": b"To: " + b'"\\' * 400_000 + b"\r\n\r\nx",
    "comments in comments": b"From: " + b"(" * 400_000 + b"\r\n\r\nx",
    "angles": b"From: " + b"<a@" * 300_000 + b"\r\n\r\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?=C3?= " * 50_000 + b"\r\n\r\nx",
    "half encoded words": b"Subject: " + b"=?a?q?" * 150_000 + b"\r\n\r\nx",
    "a million headers": b"a:b\r\n" * 1_000_000,
    "folds": b"Subject: x" + b"\r\n " * 300_000 + b"\r\n\r\nx",
    "references": b"References: " + b"<a@b> <" * 140_000 + b"\r\n\r\nx",
    "results": b"Authentication-Results: mx.example.org; " + b"(a" * 400_000 + b"\r\n\r\nx",
    "deep": nested(20_000),
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 1_000_000,
    "parameters": b"Content-Type: text/plain" + b"; a*0*=%41" * 90_000 + b"\r\n\r\nx",
    "empty lines": b"\r\n" + b"\r\n" * 4_000_000,
    "rules": b"\r\n" + b"-" * 90_000 + b"x\r\n" + b"_ " * 5000 + b"\r\n" + b"*-" * 20_000 + b"x",
    "quoted": b"\r\n" + b"> x wrote 12:30 a@b:\r\ny\r\n" * 4000,
    "introductions": b"\r\n" + b"On 12:30 a@b wrote\r\n" * 4500,
    "from": b"\r\n" + b"\r\nFrom: a\r\n" * 8000,
    "base64": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"!" * 8_000_000,
    "html": b"Content-Type: text/html\r\n\r\n" + b"<div>" * 2_000_000,
    "quoted html": b"Content-Type: text/html\r\n\r\n" + b"<blockquote>x" * 20_000,
    "links": b"Content-Type: text/html\r\n\r\n" + b"<a href=https://x.example/>y<p>" * 8000,
    "cells": b"Content-Type: text/html\r\n\r\n<table>" + b"<td>y" * 50_000,
    "many pages": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + (b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"\r\n") * 30,
    "a report": b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\n"
    + b"Final-Recipient: rfc822; a@b\r\nAction: failed\r\n\r\n"
    * 100_000,
    "base64 report": b"Content-Type: text/plain; charset=utf-16\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + b64encode(b"\xd8\x00" * 1_000_000),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_no_letter_takes_long(bomb: bytes) -> None:
    began = time.process_time()
    came = letter(bomb, ARRIVED, trusts=SERVER)
    assert time.process_time() - began < 15  # most take a tenth of a second
    assert len(came.text) < 110_000


def test_all_of_ten_thousand_receivers_are_known() -> None:
    assert len(letter(BOMBS["10,000 receivers"], ARRIVED).to) == 10_000


def test_html_within_html_needs_no_deep_stack() -> None:
    found: list[Letter] = []
    reading = threading.Thread(target=lambda: found.append(letter(BOMBS["html"], ARRIVED)))
    reading.start()
    reading.join()
    assert "too long to be read" in found[0].text


PIECES = [
    "From: ", "To: ", "Subject: ", "Date: ", "Message-ID: ", "References: ", "Content-Type: ", "multipart/mixed",
    "multipart/alternative", "multipart/report", "message/delivery-status", "message/rfc822", "text/html", "text/plain",
    "; boundary=b", "; charset=", "utf-8", "utf-16", "utf-7", "idna", "hex", "; name*0*=",
    "Content-Transfer-Encoding: ",
    "base64", "quoted-printable", "Content-Disposition: attachment", "Authentication-Results: mx.example.org;",
    "\r\n", "\n", "\r", "\r\n\r\n", "--b", "--b--", "a@b.example", "<", ">", '"', "(", ")", ",", ";", ":", "=?utf-8?q?",
    "=?utf-8?b?", "?=", "=", "\\", " ", "\t", "\0", "é", "\ud7ff", "<div>", "<a href='x'>", "</", "&#0;", "&#xD800;",
    "> ", "-- \n", "wrote:", "12:30", "x" * 50, "-" * 40,
]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_whatever_looks_like_a_letter_is_one(pieces: list[str]) -> None:
    came = letter("".join(pieces).encode(), ARRIVED, trusts=SERVER)
    assert came.subject.isprintable()
    assert came.at <= ARRIVED + timedelta()
    assert "\0" not in came.text + came.said + came.by.name
    (came.text + came.said + came.by.email + came.subject).encode()  # no halves of characters


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=500), st.integers(0, 10_000))
def test_whatever_comes_is_a_letter(content: bytes, size: int) -> None:
    assert letter(content, ARRIVED, trusts=SERVER, size=size).reference
