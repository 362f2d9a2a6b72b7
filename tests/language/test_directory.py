"""The directory file, and what is said of mistakes in it."""

from __future__ import annotations

import pytest

from tocsin.core.commands import UpdateDirectory
from tocsin.core.ids import Handle, Slug
from tocsin.core.people import Community, Group, Person, Service
from tocsin.core.refused import Refused
from tocsin.language.calendars import read_hours, read_leave
from tocsin.language.directory import read_directory

WHOLE = b"""\
people:
  - handle: ada
    name: Ada Lovelace
    email: ada@example.org
    zone: Europe/London
    expertise: [dask, hubs]
    administrator: true
    hours: mon-fri 09:00-17:00
    leave: ["2026-12-24..2027-01-02", 2026-11-20]
  - {handle: charlie, name: Charlie, kind: community}
groups:
  - {slug: triagers, name: Triagers, members: [ada]}
communities:
  - {slug: utoronto, name: Toronto, zone: America/Toronto, representatives: [charlie]}
services:
  - {slug: utoronto/prod, name: The hub, communities: [utoronto]}
"""


def test_a_file_becomes_one_command() -> None:
    ada, charlie, toronto = Handle("ada"), Handle("charlie"), Slug("utoronto")
    assert read_directory(WHOLE, "d.yaml") == UpdateDirectory(
        people=(
            Person(
                handle=ada, name="Ada Lovelace", email="ada@example.org", zone="Europe/London",
                expertise=("dask", "hubs"), administrator=True, hours=read_hours("mon-fri 09:00-17:00"),
                leave=(read_leave("2026-12-24..2027-01-02"), read_leave("2026-11-20")),
            ),
            Person(handle=charlie, name="Charlie", kind="community"),
        ),
        groups=(Group(slug=Slug("triagers"), name="Triagers", members=(ada,)),),
        communities=(Community(slug=toronto, name="Toronto", zone="America/Toronto", representatives=(charlie,)),),
        services=(Service(slug=Slug("utoronto/prod"), name="The hub", communities=(toronto,)),),
    )  # fmt: skip


def test_somebody_may_look_on_have_left_and_be_somebody_elsewhere() -> None:
    (ada,) = read_directory(
        b"people:\n  - {handle: ada, name: A, observer: true, active: false, accounts: [github:ada, slack:U01]}", "d"
    ).people
    assert (ada.observer, ada.active, ada.accounts) == (True, False, ("github:ada", "slack:U01"))


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("observer: perhaps", "d, line 2: “ada”: observer has to be true or false."),
        ("active: 7", "d, line 2: “ada”: active has to be true or false."),
        (
            "accounts: github:ada",
            "d, line 2: “ada”: accounts has to be a list; write each of it behind a hyphen, or all in [ ].",
        ),
    ],
)
def test_what_is_wrong_with_them_is_said(field: str, sentence: str) -> None:
    with pytest.raises(Refused) as no:
        read_directory(f"people:\n  - {{handle: ada, name: A, {field}}}".encode(), "d")
    assert str(no.value) == sentence


def test_a_mark_at_the_beginning_of_the_file_is_passed_over() -> None:
    assert read_directory(b"\xef\xbb\xbf" + WHOLE, "d.yaml") == read_directory(WHOLE, "d.yaml")


def test_hours_may_be_a_list() -> None:
    (ada,) = read_directory(
        b"people:\n  - {handle: ada, name: A, hours: [mon-thu 09:00-17:00, fri 09:00-12:00]}", "d"
    ).people
    assert ada.hours == (*read_hours("mon-thu 09:00-17:00"), *read_hours("fri 09:00-12:00"))


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("hours: always", "d.yaml, line 4: “ada”: hours: “always” are no working hours. Write it as “mon-fri 09:00-"),
        ("hours:\n    - mon 09:00-12:00\n    - mon 25:00-26:00", "d.yaml, line 6: “ada”: hours: “25:00” is no time"),
        ("hours: 9", "d.yaml, line 4: “ada”: hours has to be text, like “mon-fri 09:00-17:00”, or a list of such."),
        ("hours: {day: 1}", "d.yaml, line 4: “ada”: hours has to be text, like"),
        ("hours:", "d.yaml, line 4: “ada”: hours has to be text, like"),
        ("leave: [soon]", "d.yaml, line 4: “ada”: leave: “soon” is no day, and no days from one to another."),
        ("leave: [2026-01-01 10:00:00]", "d.yaml, line 4: “ada”: leave has to be text, like “2026-12-24..2027-01-02”"),
    ],
)
def test_a_mistake_in_hours_or_leave_says_where_and_how_to_write_them(entry: str, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_directory(f"people:\n  - handle: ada\n    name: Ada\n    {entry}".encode(), "d.yaml")
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "d.yaml: a directory has people, groups, services, communities; this file has none of them."),
        (b"- ada", "d.yaml: a directory has people, groups, services, communities; this file has none of them."),
        (b"teams: []", "d.yaml, line 1: there is no “teams” in a directory; there are people, groups, services, "
                       "communities."),
        (b"people: ada", "d.yaml, line 1: people has to be a list; write each of it behind a hyphen, or all in [ ]."),
        (b"people:\n  - name: Ada", "d.yaml, line 2: the handle is missing."),
        (b"people:\n  - handle: ada", "d.yaml, line 2: “ada”: the name is missing."),
        (b"people:\n  - handle: ada\n    name: A\n    shoe: 39", "d.yaml, line 4: “ada”: there is no “shoe” here."),
        (b"people:\n  - handle: ada\n    name: no", "d.yaml, line 3: “ada”: name has to be text; put it in quotes."),
        (b"people:\n  - ada", "d.yaml, line 2: people has to be a list of entries, each with its handle or slug and "
                               "its name."),
        (b"people:\n  - {handle: ada, name: A, 1: b}", "d.yaml, line 2: “ada”: there is no “1” here."),
        (b"1: people", "d.yaml, line 1: there is no “1” in a directory; there are people, groups, services, "
                       "communities."),
        (b"people:\n  - {handle: ada, name: A, administrator: perhaps}", "d.yaml, line 2: “ada”: administrator has to "
                                                                        "be true or false."),
        (b"people:\n  - {handle: ada, name: A, kind: cat}", "d.yaml, line 2: “ada”: kind should be 'team', 'community' "
                                                           "or 'bot'."),
        (b"people:\n  - {handle: ada, name: A}\n  - {handle: ada, name: B}", "d.yaml, line 3: “ada” stands there "
                                                                           "twice. Keep one of the two."),
        (b"groups: []\nservices: []\ngroups: []", "d.yaml, line 3: “groups” stands there twice. Keep one of the two."),
        (b"groups:\n  - {slug: a, name: A, members: [1]}", "d.yaml, line 2: “a”: members 0 has to be text; put it in "
                                                          "quotes."),
        (b"people: [", "d.yaml, line 1: this is not YAML that can be read: expected the node content, but found "
                       "'<stream end>'."),
        (b"people: !!python/name:os.system x", "d.yaml, line 1: a tag, “!!python/name:os.system”, stands there. Leave "
                                               "it out."),
        (b"groups: []\npeople: !!bool foo", "d.yaml, line 2: a tag, “!!bool”, stands there. Leave it out."),
        (b"people: !!int ''", "d.yaml, line 1: a tag, “!!int”, stands there. Leave it out."),
        (b"people: !!float ''", "d.yaml, line 1: a tag, “!!float”, stands there. Leave it out."),
        (b"people: !!timestamp foo", "d.yaml, line 1: a tag, “!!timestamp”, stands there. Leave it out."),
        (b"people: ! foo", "d.yaml, line 1: a tag, “!”, stands there. Leave it out."),
        (b"people: 1" + b":0" * 300 + b".0", "d.yaml, line 1: this is not YAML that can be read: int too large to "
                                             "convert to float."),
        (b"people: 0b_", "d.yaml, line 1: this is not YAML that can be read: invalid literal for int() with base 2: "
                         "''."),
        (b"people: 2026-02-30", "d.yaml, line 1: this is not YAML that can be read: day is out of range for month."),
        (b"people: \0", "d.yaml: this is not YAML that can be read: unacceptable character #x0000: special characters "
                        "are not allowed."),
        (b"people:\n- \xff", "d.yaml, line 2: this is not valid UTF-8. Convert it first, for example with "
                             "`iconv -f latin1 -t utf-8`."),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence_that_says_where(content: bytes, sentence: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_directory(content, "d.yaml")
    assert str(refusal.value) == sentence


@pytest.mark.parametrize("content", [b"people: &a [*a]", b"people: &a {b: *a}", b"[" * 5000, b"? [a]\n: b"])
def test_a_file_made_to_confuse_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match=r"^d\.yaml"):
        read_directory(content, "d.yaml")
