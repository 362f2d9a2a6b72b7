"""Pages that stand open: what happens is written to them as it happens, for as long as they may be read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from secrets import randbelow
from typing import Protocol

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route as Path_
from starlette.types import Receive, Scope, Send

from tocsin.core.people import Person
from tocsin.store import sessions
from tocsin.store.works import Unavailable
from tocsin.web.answers import NotThere
from tocsin.web.arriving import asked_of
from tocsin.web.asked import Asked
from tocsin.web.following import Following, event
from tocsin.web.routes import Right, allows
from tocsin.web.shared import Shared
from tocsin.web.site import Site

LOOK = 5.0
"""Seconds after which it is seen, also without any news, whether whoever reads still may."""
HEARTBEAT = 15.0
"""Seconds of silence after which it is said that the line still stands."""
SLOW = 20.0
"""Seconds that somebody may take to hear what is said; then they are cut off, and come back."""
MOST = 20
"""Pages that one person may have open at a time."""
CUT = (Unavailable, TimeoutError)
"""It is better to be cut off, and to come back, than to look at what is not true any more."""


class Feed(Protocol):
    """What is written to one open page."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """What it wants to hear of."""
        ...

    async def new(self, news: set[str]) -> bytes:
        """What there is to write after news of these subjects; it is asked again until there is nothing."""
        ...


@dataclass(frozen=True, kw_only=True)
class Stream:
    """An address that stays open, and who may have it open."""

    path: str
    right: Right
    feed: Callable[[Asked, Shared], Feed]


class Hints:
    """Says only of what there is news; whoever shows that asks for it anew."""

    subjects = ("signals", "incidents")

    def __init__(self, asked: Asked, shared: Shared) -> None: ...

    async def new(self, news: set[str]) -> bytes:
        told = [subject for subject in self.subjects if subject in news]
        news.clear()
        return "".join(event(subject, "news") for subject in told).encode()


STREAMS: tuple[Stream, ...] = (
    Stream(path="/incidents/{number}/live", right="team", feed=Following),
    Stream(path="/live", right="team", feed=Hints),
)


def routes(site: Site) -> list[Path_]:
    """Every stream there is, woken by what the store hears of."""
    site.tocsin.store.heard = site.live.tell
    shared = Shared()
    return [_route(site, stream, shared) for stream in STREAMS]


def _route(site: Site, stream: Stream, shared: Shared) -> Path_:
    async def endpoint(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        return await run_in_threadpool(opened, site, stream, shared, request)

    return Path_(stream.path, endpoint, methods=["GET"], name=f"GET {stream.path}")


def opened(site: Site, stream: Stream, shared: Shared, request: Request) -> Response:
    """The stream, or in a word why not: a script of ours reads it, and says so in its own way."""
    try:
        asked = asked_of(site, request)
        if asked.signed_in is None:
            return PlainTextResponse("Sign in again.\n", 401)
        if not allows(stream.right, asked.signed_in):
            return PlainTextResponse("This page is not for you.\n", 403)
        if site.live.waiting(_person(asked.signed_in)) >= MOST:
            return PlainTextResponse("Too many pages of yours stand open. Close some.\n", 429)
        return _Open(asked, stream, stream.feed(asked, shared), shared)
    except NotThere:
        return PlainTextResponse("There is no such page.\n", 404)
    except Unavailable as no:
        return PlainTextResponse(f"{no}\n", 503)


class _Open(Response):
    """Written to until whoever reads has gone, may not read any more, or the server stops."""

    def __init__(self, asked: Asked, stream: Stream, feed: Feed, shared: Shared) -> None:
        super().__init__(media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._asked, self._stream, self._feed, self._shared = asked, stream, feed, shared
        self._person = _person(asked.me)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with anyio.create_task_group() as both:
            both.start_soon(_until_gone, receive, both.cancel_scope)
            with suppress(*CUT):
                await self._write(partial(_sent, send))
            both.cancel_scope.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _write(self, say: Callable[[bytes], Awaitable[None]]) -> None:
        live = self._asked.site.live
        with live.subscribed(self._person, *self._feed.subjects) as bell:
            await say(f"retry: {500 + randbelow(1000)}\n\n".encode())  # not all at once, after a restart
            news, looked = {*self._feed.subjects}, time.monotonic()
            said = looked
            while not live.closed:
                while text := await self._feed.new(news):
                    await say(text)
                    said = time.monotonic()
                if time.monotonic() - said >= HEARTBEAT:
                    await say(b":\n\n")
                    said = time.monotonic()
                news = await bell.news(LOOK)
                if self._person in news or time.monotonic() - looked >= LOOK:
                    looked = time.monotonic()
                    if live.closed or not await self._shared.run(self._still):
                        return

    def _still(self) -> bool:
        """Whether whoever reads is who they were, and still signed in."""
        asked = self._asked
        with asked.read() as connection:
            found = sessions.found(connection, asked.secret, asked.tocsin.wall_clock())
        return found is not None and found[1] == asked.me and allows(self._stream.right, found[1])


async def _until_gone(receive: Receive, scope: anyio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


async def _sent(send: Send, text: bytes) -> None:
    await asyncio.wait_for(send({"type": "http.response.body", "body": text, "more_body": True}), SLOW)


def _person(person: Person) -> str:
    return f"person:{person.handle}"
