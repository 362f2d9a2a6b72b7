"""The plan: state, cause, tried, next. Where two write it at once, both see both texts and neither loses one."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.core import commands as c
from tocsin.core.ids import Seq
from tocsin.core.incident import Plan
from tocsin.web.acting import frame
from tocsin.web.answers import Answer, Shown
from tocsin.web.asked import Asked
from tocsin.web.forms import Wrong
from tocsin.web.routes import get, post


@dataclass(frozen=True, kw_only=True)
class Part:
    """One of the four texts, as a form shows it."""

    name: str
    label: str
    hint: str
    now: str
    """As it is set."""
    rows: int = 2


def page(asked: Asked) -> Shown:
    """`theirs`: the plan that somebody has set since this form was shown, if that is what came back."""
    with asked.read() as connection:
        it = frame.incident(asked, connection)
        plan = it.plan
        theirs = plan if plan and asked.form and _seen(asked) != plan.seq else None
        return frame.shown(
            asked, connection, it, "plan", parts=_parts(plan), seen=plan.seq if plan else 0, theirs=theirs
        )


def save(asked: Asked) -> Answer:
    """What is as it was is left out, so that the same words stand in one line of the log only."""
    with asked.read() as connection:
        plan = frame.incident(asked, connection).plan
    typed = {part.name: asked.form.text(part.name).strip() for part in _parts(plan) if part.name in asked.form}
    new = {part.name: typed[part.name] for part in _parts(plan) if typed.get(part.name, part.now) != part.now}
    if not new and plan is not None:
        return frame.back(asked, said="The plan says that already.")
    if not any(typed.get(part.name, part.now) for part in _parts(plan)):
        raise Wrong(state="Say how things stand: at least what works, and what does not.")
    done = asked.do(c.SetPlan(incident=asked.incident, seen=_seen(asked), **new))
    return frame.back(asked, done, "The plan is set.")


def _seen(asked: Asked) -> Seq:
    told = asked.form.line("seen")
    return Seq(int(told)) if told.isascii() and told.isdigit() and len(told) <= 9 else Seq(0)


def _parts(plan: Plan | None) -> tuple[Part, ...]:
    return tuple(
        Part(name=name, label=label, hint=hint, now=getattr(plan, name) if plan else "")
        for name, label, hint in _LABELS
    )


_LABELS = (
    ("state", "State", "What works and what does not, now. Start with what people would try."),
    ("cause", "Cause", "As we think it. Empty, as long as nobody knows."),
    ("tried", "Tried", "What was tried, and what came of it."),
    ("next", "Next", "What comes next, and by when."),
)


ROUTES = (
    get("/incidents/{number}/plan", page, "responder"),
    post("/incidents/{number}/plan", save, "responder", again=page),
)
