"""The ASGI application: bytes in, an answer out; everything between is plain functions in threads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.routing import Route as Path_
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from tocsin import report
from tocsin.core.refused import Refused
from tocsin.store.works import Unavailable
from tocsin.web import machines, pages, security
from tocsin.web.answers import Answer, Bytes, Cookie, SentOn, Shown
from tocsin.web.arriving import unnamed
from tocsin.web.asked import MOST_SAID, Asked
from tocsin.web.forms import read, unwritable
from tocsin.web.routes import Route
from tocsin.web.showing import page
from tocsin.web.site import Site, away, check, trouble, with_what_was_typed

_HERE = Path(__file__).parent
_FONTS = Path(report.__file__).parent / "fonts"


def application(site: Site) -> ASGIApp:
    """Every page there is, behind what guards them all."""
    site.routes = check(pages.ROUTES)
    static: list[BaseRoute] = [
        Mount("/static/fonts", _Kept("public, max-age=604800", directory=_FONTS)),
        Mount("/static", _Kept("no-cache", directory=_HERE / "static")),
    ]
    routes: list[BaseRoute] = [*pages.streams(site), *(_route(site, route) for route in site.routes), *static]
    app = Starlette(routes=routes, exception_handlers=_handlers(site))
    return security.guarded(app, site)


class _Kept(StaticFiles):
    """Files of ours. Their addresses name no version: but for fonts, a browser asks each time whether they changed."""

    def __init__(self, control: str, *, directory: Path) -> None:
        super().__init__(directory=directory)
        self._control = control

    async def get_response(self, path: str, scope: object) -> Response:
        response = await super().get_response(path, scope)  # type: ignore[arg-type]
        response.headers.setdefault("Cache-Control", self._control)
        return response


def _route(site: Site, route: Route) -> BaseRoute:
    async def endpoint(request: Request) -> Response:
        with site.measures.timed(route.method, route.path) as answered:
            try:
                body = await request.body() if route.method == "POST" else b""
            except ClientDisconnect:  # or there was more of it than anybody may send
                answered.status = 400
                return Response(status_code=400)
            response = await run_in_threadpool(respond, site, route, request, body)
            answered.status = response.status_code
        return response

    return Path_(route.path, endpoint, methods=[route.method], name=route.name)


def respond(site: Site, route: Route, request: Request, body: bytes) -> Response:
    """The answer to one request, as the browser gets it."""
    asked = unnamed(site, request)
    if unwritable(asked.path):
        return _response(trouble(404, "There is no such page.", "Go back, or begin at Now."), asked)
    try:
        if route not in machines.ROUTES:  # programs are nobody, and ask when the database is away too
            site.identify(asked)
        return _answered(site, route, asked, body)
    except Unavailable as no:
        return _response(away(no), asked)


def _answered(site: Site, route: Route, asked: Asked, body: bytes) -> Response:
    try:
        asked.form = read(body)
    except Refused as no:
        return _response(trouble(400, "This cannot be read.", str(no)), asked)
    known = asked.signed_in is not None or route.right == "anyone"
    if route.method == "POST" and known and not security.sent_by_us(asked):
        return _response(with_what_was_typed(trouble(403, "This form is out of date.", security.STALE), asked), asked)
    return _response(site.answer(route, asked), asked)


BROKEN = "It is our fault, and Tocsin's log says what. Nothing was changed. Go back, and what you typed is still there."


def _response(answer: Answer, asked: Asked) -> Response:
    config = asked.site.config
    match answer:
        case Shown():
            fresh = "" if asked.secret else token_urlsafe(32)
            asked.secret = asked.secret or fresh
            body, said = page(answer, asked), asked.cookies.get(config.cookie("said"), "")
            response = Response(body, answer.status, headers=dict(answer.headers), media_type="text/html")
            if fresh:
                security.keep(response, config, Cookie(name="form", value=fresh))
            if said:
                security.keep(response, config, Cookie(name="said", value=""))
        case SentOn() if asked.fragment:  # a script has asked, and what has changed reaches its page by the stream
            response = Response(status_code=204)
        case SentOn(to=to, said=said, cookies=cookies):
            place = quote(to, safe=":/%#?=@[]!$&'()*+,;~")
            response = Response(status_code=303, headers={"Location": place})
            if asked.goes_on:  # a browser follows the other kind before the script hears of it
                response = Response(status_code=204, headers={"X-Tocsin-To": place})
            if said:
                security.keep(response, config, Cookie(name="said", value=quote(said[:MOST_SAID]), lasts=60))
            for each in cookies:
                security.keep(response, config, each)
            if answer.forget:
                response.headers["Clear-Site-Data"] = '"cache"'  # cookies would be those of all the domain
                for name in ("session", "form"):
                    security.keep(response, config, Cookie(name=name, value=""))
        case Bytes():
            response = Response(answer.body, answer.status, headers=dict(answer.headers), media_type=answer.media)
    return response


def _handlers(site: Site) -> dict[int, Callable[[Request, Exception], Awaitable[Response]]]:
    """What is answered where no handler of ours could."""

    async def missing(request: Request, _: Exception) -> Response:
        return await _told(site, request, 404, "There is no such page.", "Go back, or begin at Now.")

    async def otherwise(request: Request, _: Exception) -> Response:
        return await _told(site, request, 405, "This is not how that page is asked for.", "Go back, or begin at Now.")

    async def broken(request: Request, _: Exception) -> Response:
        return await _told(site, request, 500, "Something broke here.", BROKEN)

    return {404: missing, 405: otherwise, 500: broken}


async def _told(site: Site, request: Request, status: int, title: str, text: str) -> Response:
    return await run_in_threadpool(_telling, site, request, trouble(status, title, text))


def _telling(site: Site, request: Request, answer: Shown) -> Response:
    """Where something broke, nothing is asked that may be broken too."""
    asked = unnamed(site, request)
    try:
        if answer.status < 500:
            site.identify(asked)
        return _response(answer, asked)
    except Unavailable as no:
        return _response(away(no), asked)
