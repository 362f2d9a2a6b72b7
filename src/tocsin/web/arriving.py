"""A request as it arrives, made into what pages see of it."""

from __future__ import annotations

from types import MappingProxyType

from starlette.requests import Request

from tocsin.core.refused import Refused
from tocsin.web.asked import Asked
from tocsin.web.forms import Form, read, unwritable
from tocsin.web.site import Site


def asked_of(site: Site, request: Request) -> Asked:
    """A request as pages see it, with who is signed in."""
    asked = unnamed(site, request)
    site.identify(asked)
    return asked


def unnamed(site: Site, request: Request) -> Asked:
    """The same before anybody has looked who asks: nothing of it needs the database."""
    cookies = request.cookies
    return Asked(
        site=site,
        now=site.clock(),
        method=request.method,
        path=request.scope["path"],
        parts={name: str(part) for name, part in request.path_params.items()},
        query=_query(request),
        headers=MappingProxyType({name.lower(): value for name, value in request.headers.items()}),
        cookies=cookies,
        client=request.client.host if request.client else "",
        secret=cookies.get(site.config.cookie("form"), ""),
    )


def _query(request: Request) -> Form:
    """What stands behind the `?`; none, where that cannot be read."""
    try:
        found = read(request.scope["query_string"])
    except Refused:
        return Form()
    texts = (text for name, values in found.fields.items() for text in (name, *values))
    return Form() if any(map(unwritable, texts)) else found
