"""The outbox: wishes saved with the facts they follow from, taken in lanes, each by one worker at a time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from tocsin.core.effects import EFFECTS, SOON, URGENT, Effect, Unreadable, Wish, WishState
from tocsin.core.ids import EffectId, IncidentNumber, Seq
from tocsin.store import tables as t
from tocsin.store.codec import decode_effect, encode

CHANNEL = "tocsin_outbox"
"""What PostgreSQL notifies on when a transaction that saved wishes commits."""
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""When due what waits for no time: whichever clock is ahead of the other, it is in its lane at once."""

_e, _earlier = t.effects, t.effects.alias("earlier")
_BLOCKED = sa.exists().where(
    _earlier.c.lane == _e.c.lane,
    _earlier.c.id != _e.c.id,
    sa.or_(
        _earlier.c.state == "doing",
        sa.and_(
            _earlier.c.state == "waiting",
            _earlier.c.id < _e.c.id,
            sa.or_(_earlier.c.tries > 0, _earlier.c.due <= sa.bindparam("now")),
        ),
    ),
)
"""What waits for its first time is not in it yet; once tried, it keeps
its place until it is done, unknown or given up."""
_FREE = (
    sa.select(_e.c.id)
    .where(_e.c.port == sa.bindparam("port"), _e.c.state == "waiting", _e.c.urgency == sa.bindparam("urgency"))
    .where(_e.c.due <= sa.bindparam("now"), _e.c.kind.in_(sorted(EFFECTS)), ~_BLOCKED)
    .order_by(_e.c.due, _e.c.id)
    .limit(sa.bindparam("most"))
)
_SUSPECT = _e.c.deaths > 0
_TAKE = (
    sa.update(_e)
    .where(_e.c.id == sa.bindparam("n"), _e.c.state == "waiting")
    .values(state="doing", worker=sa.bindparam("me"), lease=sa.bindparam("until"), tries=_e.c.tries + 1, left=False)
    .returning(*_e.c)
)
_NEXT = sa.select(sa.func.min(_e.c.due)).where(
    _e.c.port == sa.bindparam("port"),
    _e.c.state == "waiting",
    _e.c.urgency == sa.bindparam("urgency"),
    _e.c.due > sa.bindparam("now"),
)
_HELD = sa.select(t.installation.c.value).where(t.installation.c.name == "held")
_MINE = (
    sa.select(_e)
    .where(_e.c.id == sa.bindparam("n"), _e.c.worker == sa.bindparam("me"), _e.c.tries == sa.bindparam("taken"))
    .where(_e.c.state.in_(("doing", "waiting", "unknown")))
    .with_for_update()
)
_CHANGE = sa.update(_e).where(_e.c.id == sa.bindparam("n"))
_RENEW = sa.update(_e).where(_e.c.worker == sa.bindparam("me"), _e.c.state == "doing")


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A wish that a worker has, and the number of this taking, by which a late answer is told from the next one's."""

    wish: Wish
    worker: str
    number: int


# ── wishing ────────────────────────────────────────────────────────────────────────────────────────────────────────


def wish(c: sa.Connection, effects: Sequence[Effect], now: datetime) -> list[EffectId]:
    """Save wishes, to come true from their time on; what they replace is dropped."""
    for effect in effects:
        if effect.key is not None:
            _replace(c, effect)
    saved = [_saved(c, effect, now) for effect in effects]
    if saved:
        _ring(c)
    return saved


def _replace(c: sa.Connection, effect: Effect) -> None:
    """Only what nobody has begun: of what was, nobody knows what became of it."""
    older = (_e.c.incident == effect.incident) & (_e.c.key == effect.key)
    c.execute(_e.update().where(older, _e.c.state == "waiting", _e.c.tries == 0).values(state="dropped"))


def _saved(c: sa.Connection, effect: Effect, now: datetime) -> EffectId:
    row = {
        "mark": uuid4().hex,
        "incident": effect.incident,
        "about": effect.about,
        "port": effect.port,
        "destination": effect.destination,
        "lane": effect.lane,
        "urgency": effect.urgency,
        "key": effect.key,
        "kind": type(effect).__name__,
        "body": encode(effect),
        "since": effect.due or now,
        "due": effect.due or AT_ONCE,
        "state": "waiting",
        "tries": 0,
        "fails": 0,
        "deaths": 0,
        "told": False,
        "left": False,
        "trouble": "",
    }
    return EffectId(c.execute(_e.insert().returning(_e.c.id), row).scalar_one())


def _ring(c: sa.Connection) -> None:
    """Whoever works on the outbox wakes at the commit."""
    if c.dialect.name == "postgresql":
        c.execute(sa.text(f"NOTIFY {CHANNEL}"))
    else:
        c.info["wished"] = True


# ── taking ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def take(
    c: sa.Connection,
    port: str,
    worker: str,
    now: datetime,
    until: datetime,
    *,
    most: int = 1,
    incident: IncidentNumber | None = None,
    suspect: bool = False,
) -> list[Taken]:
    """What is due at a port and first in its lane, the most urgent first; it is this worker's `until` then.

    `suspect`: of what workers were lost over before, which is left alone otherwise. Nothing, while the outbox is held.
    """
    if held(c) is not None:
        return []
    if c.dialect.name == "postgresql":  # one taker at a port at a time: two could take from one lane unseen
        c.execute(sa.text("SELECT pg_advisory_xact_lock(7368, hashtext(:port))"), {"port": port})
    free = _FREE.where(_SUSPECT if suspect else ~_SUSPECT)
    if incident is not None:
        free = free.where(_e.c.incident == incident)
    taken: list[Taken] = []
    for urgency in (URGENT, SOON):
        asked = {"port": port, "urgency": urgency, "now": now, "most": most - len(taken)}
        for number in c.scalars(free, asked).all() if len(taken) < most else ():
            row = c.execute(_TAKE, {"n": number, "me": worker, "until": until}).first()
            if row is not None:
                taken.append(Taken(wish=_wish(row), worker=worker, number=row.tries))
    return taken


def suspects(c: sa.Connection, now: datetime) -> bool:
    """Whether anything is due that workers were lost over."""
    due = sa.select(_e.c.id).where(_e.c.state == "waiting", _SUSPECT, _e.c.due <= now, _e.c.kind.in_(sorted(EFFECTS)))
    return c.execute(due.limit(1)).first() is not None


def next_due(c: sa.Connection, ports: Collection[str], now: datetime) -> datetime | None:
    """When the next wish falls due that is not yet; None where there is none."""
    asked = [{"port": port, "urgency": urgency, "now": now} for port in ports for urgency in (URGENT, SOON)]
    return min(filter(None, (c.scalar(_NEXT, each) for each in asked)), default=None)


def renew(c: sa.Connection, worker: str, effects: Collection[EffectId], until: datetime) -> None:
    """The worker still has them."""
    c.execute(_RENEW.where(_e.c.id.in_(effects)), {"me": worker, "lease": until})


def leave(c: sa.Connection, taken: Taken) -> bool:
    """From now on nobody can call it back. False where it is not this taking's any more."""
    left = sa.update(_e).where(_e.c.id == taken.wish.id, _e.c.worker == taken.worker, _e.c.tries == taken.number)
    return c.execute(left.where(_e.c.state == "doing").values(left=True)).rowcount == 1


def give_back(c: sa.Connection, taken: Taken, now: datetime) -> bool:
    """Let go of what has not left. False where it has, or is not this taking's any more."""
    mine = sa.update(_e).where(_e.c.id == taken.wish.id, _e.c.worker == taken.worker, _e.c.tries == taken.number)
    back = mine.where(_e.c.state == "doing", _e.c.left == sa.false())
    return c.execute(back.values(state="waiting", due=now, lease=None)).rowcount == 1


def orphans(c: sa.Connection, before: datetime | None) -> list[Taken]:
    """What was taken and not renewed since `before` (None: all): its worker is dead, or cannot say that it lives."""
    lost = sa.select(_e).where(_e.c.state == "doing").order_by(_e.c.id)
    if before is not None:
        lost = lost.where(_e.c.lease < before)
    return [Taken(wish=_wish(row), worker=row.worker, number=row.tries) for row in c.execute(lost)]


# ── what became of it ──────────────────────────────────────────────────────────────────────────────────────────────


def still_has(c: sa.Connection, taken: Taken) -> Wish | None:
    """The wish, locked, if nobody has taken it since; a late answer counts as long as nobody else has begun anew."""
    row = c.execute(_MINE, {"n": taken.wish.id, "me": taken.worker, "taken": taken.number}).first()
    return None if row is None else _wish(row)


def settle(c: sa.Connection, number: EffectId, state: WishState, trouble: str = "") -> None:
    """This is what became of it; the next in its lane may go."""
    c.execute(_CHANGE, {"n": number, "state": state, "trouble": trouble, "lease": None})


def put_off(c: sa.Connection, wish: Wish, due: datetime, now: datetime, trouble: str) -> None:
    """It failed, and is tried again when `due`."""
    failing = {"failing": wish.failing or now, "fails": wish.fails + 1}
    c.execute(_CHANGE, {"n": wish.id, "state": "waiting", "due": due, "trouble": trouble, "lease": None, **failing})


def return_(c: sa.Connection, wish: Wish, due: datetime, trouble: str) -> None:
    """Its worker was lost; it may be taken again when `due`."""
    lost = {"state": "waiting", "due": due, "trouble": trouble, "deaths": wish.deaths + 1, "lease": None}
    c.execute(_CHANGE, {"n": wish.id, **lost})


def again(c: sa.Connection, number: EffectId, now: datetime) -> None:
    """A person has it tried once more, as if for the first time; only its id, and that it was tried, stay."""
    fresh = {"state": "waiting", "since": now, "due": AT_ONCE, "fails": 0, "deaths": 0, "failing": None}
    fresh |= {"told": True, "left": False, "worker": None}
    c.execute(_CHANGE, {"n": number, **fresh})
    _ring(c)


def tell(c: sa.Connection, number: EffectId) -> None:
    """Its trouble stands on the timeline from now on."""
    c.execute(_CHANGE, {"n": number, "told": True})


def hasten(c: sa.Connection, now: datetime, port: str | None = None, beyond: datetime | None = None) -> None:
    """What failed waits no longer: its port works again, or a clock that was wrong has put it off `beyond` reason."""
    later = (_e.c.state == "waiting") & (_e.c.fails > 0) & (_e.c.due > (beyond or now))
    if port is not None:
        later &= _e.c.port == port
    c.execute(_e.update().where(later).values(due=now))


def overdue(c: sa.Connection, port: str, before: datetime) -> list[Wish]:
    """What should have happened before that time, and waits still."""
    found = sa.select(_e).where(_e.c.port == port, _e.c.state == "waiting", _e.c.since < before).order_by(_e.c.id)
    return [_wish(row) for row in c.execute(found)]


# ── looking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def find(c: sa.Connection, number: EffectId, *, lock: bool = False) -> Wish | None:
    """A wish; with `lock`, nobody else can change it until this transaction ends."""
    found = sa.select(_e).where(_e.c.id == number)
    row = c.execute(found.with_for_update() if lock else found).first()
    return None if row is None else _wish(row)


def by_mark(c: sa.Connection, mark: str) -> Wish | None:
    """The wish of that mark."""
    row = c.execute(sa.select(_e).where(_e.c.mark == mark)).first()
    return None if row is None else _wish(row)


def every(c: sa.Connection, states: Collection[WishState] = (), incident: IncidentNumber | None = None) -> list[Wish]:
    """All wishes, or those in some states, or of one incident, in the order they were wished."""
    found = sa.select(_e).order_by(_e.c.id)
    if states:
        found = found.where(_e.c.state.in_(states))
    if incident is not None:
        found = found.where(_e.c.incident == incident)
    return [_wish(row) for row in c.execute(found)]


def following(c: sa.Connection, number: IncidentNumber, lines: Collection[Seq]) -> tuple[EffectId, ...]:
    """The wishes that some lines of an incident gave rise to."""
    found = sa.select(_e.c.id).where(_e.c.incident == number, _e.c.about.in_(lines)).order_by(_e.c.id)
    return tuple(EffectId(each) for each in c.scalars(found))


def about(c: sa.Connection, number: IncidentNumber, lines: Collection[Seq]) -> list[Wish]:
    """The wishes of an incident that a person has to see to, that fail, or that some lines gave rise to."""
    wanted = (
        _e.c.about.in_(lines)
        | _e.c.state.in_(("failed", "unknown", "quarantined"))
        | ((_e.c.state == "waiting") & (_e.c.fails > 0))
    )
    found = sa.select(_e).where(_e.c.incident == number, wanted).order_by(_e.c.id)
    return [_wish(row) for row in c.execute(found)]


def before(c: sa.Connection, wish: Wish) -> list[str]:
    """The marks of what went the same way before it, first the first."""
    effect = wish.effect
    went = (
        sa.select(_e.c.mark).where(_e.c.lane == effect.lane, _e.c.id < wish.id, _e.c.state == "done").order_by(_e.c.id)
    )
    return list(c.scalars(went))


# ── holding ────────────────────────────────────────────────────────────────────────────────────────────────────────


def held(c: sa.Connection) -> str | None:
    """Why nothing is sent; None where everything is as usual."""
    return c.scalar(_HELD)


def hold(c: sa.Connection, why: str) -> None:
    """Nothing is sent until somebody releases it."""
    c.execute(t.installation.delete().where(t.installation.c.name == "held"))
    c.execute(t.installation.insert(), {"name": "held", "value": why})


def release(c: sa.Connection) -> None:
    c.execute(t.installation.delete().where(t.installation.c.name == "held"))
    _ring(c)


def read(row: Any) -> Wish:
    """A row of the table, for whoever asks for some in a way of their own."""
    return _wish(row)


def _wish(row: Any) -> Wish:
    body = {name: getattr(row, name) for name in _KEPT}
    return Wish(id=EffectId(row.id), effect=_effect(row), **body)


def _effect(row: Any) -> Effect:
    try:
        return decode_effect(row.kind, row.body)
    except (KeyError, ValueError):
        return Unreadable(incident=IncidentNumber(row.incident), about=Seq(row.about))


_KEPT = ("mark", "state", "since", "due", "tries", "fails", "deaths", "failing", "told", "left", "trouble")
