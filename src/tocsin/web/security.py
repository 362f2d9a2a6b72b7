"""What guards every page: known hosts, bounded requests, strict headers, cookies and forms that are ours."""

from __future__ import annotations

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.web.answers import Cookie
from tocsin.web.asked import Asked
from tocsin.web.config import Config
from tocsin.web.site import Site

MOST = 512 * 1024
"""Bytes of a request's body: a pasted log of thousands of lines, and no more."""
STALE = "The page was open for too long, or you have signed in or out since. Go back, load it again, and send it again."
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STRICT = "max-age=31536000; includeSubDomains"


def guarded(app: ASGIApp, site: Site) -> ASGIApp:
    """The application behind its guards; every answer of either carries the headers."""

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                _seal(MutableHeaders(scope=message), site.config)
            await send(message)

        refused = _refused(scope, site.config)
        if refused is not None:
            await refused(scope, receive, sealed)
            return
        await app(scope, _bounded(receive), sealed)

    return guard


def _seal(headers: MutableHeaders, config: Config) -> None:
    for name, value in _HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Cache-Control", "no-store")
    if config.secure:
        headers.setdefault("Strict-Transport-Security", _STRICT)


def _refused(scope: Scope, config: Config) -> Response | None:
    headers = Headers(scope=scope)
    if _host(headers.get("host", "")) not in config.known_hosts:
        return PlainTextResponse("This server is not known by that name. Set web.address or web.hosts.\n", 400)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST:
        return PlainTextResponse(f"A request holds at most {MOST // 1024} KiB. Send less at a time.\n", 413)
    return None


def _host(told: str) -> str:
    """Without its port; empty where it is none."""
    try:
        return (urlsplit(f"//{told}").hostname or "").casefold()
    except ValueError:
        return ""


def _bounded(receive: Receive) -> Receive:
    """A body that never says how long it is ends where the longest would."""
    taken = 0

    async def bounded() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST:
            return {"type": "http.disconnect"}
        return message

    return bounded


def sent_by_us(asked: Asked) -> bool:
    """A form is ours: it brings what only our page knew, as a form does, and from no other site."""
    kind = asked.headers.get("content-type", "").partition(";")[0].strip()
    origin = asked.headers.get("origin", "")
    ours = asked.form.line("csrf") or asked.headers.get("x-tocsin-form", "")
    return (
        kind == "application/x-www-form-urlencoded"
        and (not origin or _same(origin, asked))
        and asked.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        and bool(asked.secret)
        and hmac.compare_digest(ours.encode(), asked.csrf.encode())
    )


def _same(origin: str, asked: Asked) -> bool:
    try:
        return urlsplit(origin).netloc.casefold() == asked.headers.get("host", "").casefold()
    except ValueError:
        return False


def keep(response: Response, config: Config, each: Cookie) -> None:
    """Have the browser keep something, or forget it where its value is empty."""
    response.set_cookie(
        config.cookie(each.name),
        each.value,
        max_age=each.lasts if each.value else 0,
        path="/",
        secure=config.secure,
        httponly=True,
        samesite="lax",
    )
