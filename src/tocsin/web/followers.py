"""Whoever follows an incident is told by mail of what changes in it; a button in the room starts and ends that."""

from __future__ import annotations

from tocsin.core import commands as c
from tocsin.web.acting import frame
from tocsin.web.answers import SentOn
from tocsin.web.asked import Asked
from tocsin.web.routes import post


def follow(asked: Asked) -> SentOn:
    """Observers may, too."""
    number = frame.must_be_there(asked)
    asked.do(c.Follow(incident=number), once="follow")
    told = "" if asked.me.email else " Nobody knows your mail address yet: tell it on your page."
    said = "You follow it: you get a mail when its state, its plan, or what the communities hear changes."
    return SentOn(to=f"/incidents/{number}", said=said + told)


def unfollow(asked: Asked) -> SentOn:
    number = frame.must_be_there(asked)
    asked.do(c.Unfollow(incident=number), once="unfollow")
    return SentOn(
        to=f"/incidents/{number}", said="You do not follow it any more. What is put to you still reaches you."
    )


ROUTES = (
    post("/incidents/{number}/follow", follow, "team"),
    post("/incidents/{number}/unfollow", unfollow, "team"),
)
