"""What a line of the log is told with: names, places, times on one clock, and what became of what was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from markupsafe import Markup

from tocsin.core.effects import SendMail, Wish
from tocsin.core.events import Updated
from tocsin.core.ids import Handle, IncidentNumber, Seq, Slug
from tocsin.core.moments import MONTHS, Moment
from tocsin.core.people import Party
from tocsin.core.playbook import Playbook

Names = Callable[[str], str]
NOBODY = Handle("")


@dataclass(frozen=True, kw_only=True)
class Telling:
    """For whom the lines of one incident are drawn, and by which names."""

    number: IncidentNumber
    playbook: Playbook
    zone: tzinfo
    now: datetime
    person: Names
    service: Names
    community: Names
    party: Callable[[Party], str]
    first_sign: Seq | None = None
    wishes: Mapping[Seq, Sequence[Wish]] = field(default_factory=dict)
    waits: frozenset[Seq] = frozenset()
    """The lines of proposals that nobody has sent or turned down."""
    me: Handle = NOBODY
    acts: bool = False
    commands: bool = False
    """Whoever reads may change what others wrote."""

    def bold(self, handle: str) -> Markup:
        return Markup("<b>{}</b>").format(self.person(handle))

    def role(self, slug: Slug) -> str:
        """`command` for the role that commands: it is handed over under that name; else `the role of …`."""
        commands = slug == self.playbook.with_duty("commands").slug
        return "command" if commands else f"the role of {self.playbook.called(slug)}"

    def time(self, at: datetime) -> Markup:
        """`03:24` on the reader's clock; with its day where that is not today."""
        there = at.astimezone(self.zone)
        same = there.date() == self.now.astimezone(self.zone).date()
        return timed(at, f"{there:%H:%M}" if same else f"{there.day} {MONTHS[there.month - 1]}, {there:%H:%M}")

    def hour(self, at: datetime) -> Markup:
        """The same under the name of its day."""
        return timed(at, f"{at.astimezone(self.zone):%H:%M}")

    def range(self, moment: Moment) -> Markup:
        if moment.until is None:
            return self.time(moment.at)
        return Markup("between {} and {}").format(self.time(moment.at), self.time(moment.until))

    def at(self, seq: Seq) -> str:
        """Where a line can be read, whichever page it is on."""
        return f"/incidents/{self.number}?at={seq}#L{seq}"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """How far word has come on its way to one community."""

    to: str
    state: str
    """ok, no, waits, or nothing where nothing was to be sent by us."""
    words: str = ""


def sent(update: Updated, wishes: Sequence[Wish], telling: Telling) -> list[Sent]:
    """Community by community."""
    return [_sent(slug, _mails(wishes, slug), telling) for slug in update.communities]


def _mails(wishes: Iterable[Wish], community: Slug) -> list[Wish]:
    return [
        each
        for each in wishes
        if isinstance(each.effect, SendMail) and each.effect.community == community and not each.effect.reminds
    ]


def _sent(slug: Slug, mails: Sequence[Wish], telling: Telling) -> Sent:
    states, to = {mail.state for mail in mails}, telling.community(slug)
    if states & {"failed", "unknown", "quarantined", "given-up"}:
        return Sent(to=to, state="no", words="did not get through" if "unknown" not in states else "nobody can tell")
    if any(mail.state == "waiting" and mail.fails for mail in mails):
        return Sent(to=to, state="no", words="has not got through yet; we keep trying")
    if states & {"waiting", "doing"}:
        return Sent(to=to, state="waits", words="on its way")
    return Sent(to=to, state="ok" if "done" in states else "")


def timed(at: datetime, words: str) -> Markup:
    """A time for people, with UTC for programs and for whoever points at it."""
    utc = at.astimezone(UTC)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M}", words
    )
