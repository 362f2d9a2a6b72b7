"""Letters that no person wrote: they are never answered, so that no two programs write to each other for ever."""

from __future__ import annotations

from tocsin.integrations.mailbox.heads import Head
from tocsin.integrations.mailbox.people import author

_IN_BULK = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_LISTS = ("list-id", "list-post", "list-unsubscribe", "feedback-id")
_REPLIES = ("x-autoreply", "x-autorespond", "x-autoresponse", "x-failed-recipients")
_ROBOTS = {"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"}


def automatic(head: Head) -> bool:
    """Our own letters are, too: one that comes back to us is no word of anybody."""
    return (
        head.mere("auto-submitted") not in ("", "no")
        or head.mere("precedence") in _IN_BULK
        or any(head.every(name) for name in (*_LISTS, *_REPLIES))
        or bool({"all", "oof", "autoreply"} & _suppressed(head))
        or nobody_sent(head)
        or head.mere("content-type") == "multipart/report"
        or author(head).email.partition("@")[0].lower() in _ROBOTS
    )


def nobody_sent(head: Head) -> bool:
    """The empty sender, to whom nothing is ever answered."""
    return any(value.strip() == "<>" for value in head.every("return-path"))


def _suppressed(head: Head) -> set[str]:
    return {each.strip().lower() for each in head.first("x-auto-response-suppress").split(",")}
