"""A request as it arrives, made into what pages see of it."""

from __future__ import annotations

from types import MappingProxyType

from starlette.requests import Request

from tocsin.core.refused import Refused
from tocsin.web.asked import Asked
from tocsin.web.forms import Form, read
from tocsin.web.site import Site


def asked_of(site: Site, request: Request) -> Asked:
    """A request as pages see it, with who is signed in."""
    cookies = request.cookies
    token = cookies.get(site.config.cookie("session"), "")
    asked = Asked(
        site=site,
        now=site.clock(),
        method=request.method,
        path=request.url.path,
        parts={name: str(part) for name, part in request.path_params.items()},
        query=_query(request),
        headers=MappingProxyType({name.lower(): value for name, value in request.headers.items()}),
        cookies=cookies,
        client=request.client.host if request.client else "",
        secret=cookies.get(site.config.cookie("form"), ""),
    )
    if token:
        site.identify(asked, token)
    return asked


def _query(request: Request) -> Form:
    try:
        return read(request.url.query.encode("ascii", errors="replace"))
    except Refused:
        return Form()
