"""How often something may be tried: counted in this process, in bounded memory."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address

from tocsin.core.refused import Refused

WINDOW = timedelta(minutes=15)
OF_ONE, OF_ADDRESS = 20, 100
"""Wrong passwords within that time: for one account from one address, and for all accounts from one address.

An account alone is never counted, or anybody could lock anybody out.
"""
AT_ONCE = 3
"""Tries of one address that are under way at a time: the others are told to come back, and nobody waits for them."""
MOST_KEPT = 20_000


class Busy(Refused):
    """Too much is tried at this moment; nothing was looked at."""

    def __init__(self) -> None:
        super().__init__("Too many people sign in at this moment. Try again in a few seconds.")


@dataclass(kw_only=True)
class _Count:
    since: datetime
    tries: int = 0


class Tries:
    """Counts what goes wrong, by who tries it; those who tried longest ago are forgotten first."""

    def __init__(self, of_one: int = OF_ONE, of_address: int = OF_ADDRESS) -> None:
        self._most = of_one, of_address
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, _Count] = OrderedDict()
        self._under_way: Counter[str] = Counter()

    def begin(self, client: str, account: str, now: datetime) -> timedelta | None:
        """Count one more try, before it is known how it ends. How long to wait, where there were too many."""
        with self._lock:
            keys = zip(_keys(client, account), self._most, strict=True)
            counts = [(self._count(key, now), most) for key, most in keys]
            waits = [count.since + WINDOW - now for count, most in counts if count.tries >= most]
            if waits:
                return max(waits)
            for count, _ in counts:
                count.tries += 1
            return None

    @contextmanager
    def under_way(self, client: str) -> Iterator[None]:
        """Around one try; refused at once where as many of the same address are under way as may be."""
        network = _network(client)
        with self._lock:
            if self._under_way[network] >= AT_ONCE:
                raise Busy
            self._under_way[network] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[network] -= 1
                self._under_way += Counter()  # forgets those that are at nothing

    def right(self, client: str, account: str) -> None:
        """That try was right, and does not count; nor do the wrong ones for that account before it."""
        one, address = _keys(client, account)
        with self._lock:
            before = self._counts.pop(one, None)
            kept = self._counts.get(address)
            if before and kept:
                kept.tries = max(0, kept.tries - 1)

    def __len__(self) -> int:
        return len(self._counts)

    def _count(self, key: str, now: datetime) -> _Count:
        found = self._counts.pop(key, None)
        if found is None or now >= found.since + WINDOW:
            found = _Count(since=now)
        self._counts[key] = found
        while len(self._counts) > MOST_KEPT:
            self._counts.popitem(last=False)
        return found


def _keys(client: str, account: str) -> tuple[str, str]:
    network = _network(client)
    one = sha256(f"{network}\0{' '.join(account.casefold().split())}".encode(errors="replace")).hexdigest()
    return one, network


def _network(client: str) -> str:
    """Of IPv6, somebody has as many addresses as they like: a whole network counts as one."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or int(address) >> 64)
    return str(address)
