"""What an installation is told about serving its pages: where it is reached, and whom it believes."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit

from tocsin.core.refused import Refused
from tocsin.settings import Secret, setting


@dataclass(frozen=True, kw_only=True)
class Config:
    """The table `[web]` of `tocsin.toml`."""

    address: str = setting(
        "Address",
        "where people reach Tocsin, as in https://incidents.example.org; mails and one-time links are made of it",
        default="",
    )
    team: str = setting("Team", "what the team is called, as on the page to sign in", default="")
    hosts: str = setting(
        "Host names",
        "other names the server answers to, with commas between; loopback and the address are always known",
        default="",
    )
    proxies: str = setting(
        "Trusted proxies",
        "the IP addresses, with commas between, whose word counts about who asks and whether by https",
        default="",
    )
    desk: bool = setting(
        "Desk",
        "false closes the forms where people of a community write to you without signing in",
        default=True,
    )

    metrics: Secret | None = setting(
        "Metrics",
        "the secret that Prometheus brings to /metrics, as env:NAME or file:PATH; without it there is no such page",
        default=None,
    )

    def __post_init__(self) -> None:
        for each in self.trusted_proxies:
            _must_be_an_address(each)
        told = urlsplit(self.address)
        if self.address and (told.scheme not in ("http", "https") or not told.hostname or told.path.strip("/")):
            raise Refused("The setting “web.address” has to be like https://incidents.example.org, without a path.")

    @property
    def secure(self) -> bool:
        """People come by https; then cookies are theirs alone, and browsers are told never to come otherwise."""
        return self.address.startswith("https:")

    @property
    def known_hosts(self) -> frozenset[str]:
        """The names this server answers to, without ports."""
        own = urlsplit(self.address).hostname
        told = (each.strip().casefold() for each in self.hosts.split(","))
        return frozenset(("localhost", "127.0.0.1", "::1", *(each for each in (own, *told) if each)))

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        return tuple(each.strip() for each in self.proxies.split(",") if each.strip())

    def cookie(self, name: str) -> str:
        """What a cookie is called: where people come by https, no other site and no other path can set it."""
        return f"__Host-tocsin-{name}" if self.secure else f"tocsin-{name}"


def _must_be_an_address(proxy: str) -> None:
    """A name, or everybody at once, would let anyone say who they are."""
    try:
        network = ip_network(proxy)
    except ValueError:
        raise Refused(f"The setting “web.proxies” has to hold IP addresses, and “{proxy[:50]}” is none.") from None
    if network.prefixlen == 0:
        raise Refused(f"The setting “web.proxies” must not hold everybody, as “{proxy}” does. Name your proxies.")
