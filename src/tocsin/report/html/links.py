"""Web addresses in plain words, as links."""

from __future__ import annotations

from markupsafe import Markup

from tocsin.core.links import is_address
from tocsin.report.links import parts


def linked(text: str) -> Markup:
    """Words in which nothing is markup but the web addresses, which are links."""
    return Markup().join(link(part) if found else part for part, found in parts(text))


def link(address: str) -> Markup:
    """A link whose words are its address; what is no web address is words alone."""
    if not is_address(address):
        return Markup("<bdi>{}</bdi>").format(address)
    return Markup('<a class="bare" href="{0}" rel="noopener noreferrer nofollow">{0}</a>').format(address)
