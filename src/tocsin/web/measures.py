"""What the server counts about itself while it runs; nothing of what people write is in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from tocsin.store.figures import Figures


@dataclass(kw_only=True)
class Answered:
    """How a request ends; as a bug of ours, where nothing else is said."""

    status: int = 500


class Measures:
    """One server's. Requests are told apart by their route, never by their address: that would be without end."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        names = ("method", "route")
        self._requests = Counter(
            "tocsin_requests", "Requests that were answered.", (*names, "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "tocsin_request_seconds", "How long answers took.", names, registry=self.registry, buckets=_SECONDS
        )
        self._gauges = {name: Gauge(f"tocsin_{name}", text, registry=self.registry) for name, text in _GAUGES.items()}

    @contextmanager
    def timed(self, method: str, route: str) -> Iterator[Answered]:
        """Count what is answered inside."""
        began, answered = time.perf_counter(), Answered()
        try:
            yield answered
        finally:
            self._requests.labels(method, route, str(answered.status)).inc()
            self._seconds.labels(method, route).observe(time.perf_counter() - began)

    def text(self, figures: Figures, *, streams: int, queue: int, oldest: float) -> bytes:
        """All of it as Prometheus reads it. `oldest`: for how many seconds the oldest delivery waits."""
        now = {
            "open_streams": streams,
            "outbox_waiting": figures.waiting,
            "outbox_failing": figures.failing,
            "outbox_stuck": figures.stuck,
            "oldest_unsent_seconds": oldest,
            "undecided_signals": figures.undecided,
            "open_incidents": figures.open_incidents,
            "writer_queue": queue,
        }
        for name, value in now.items():
            self._gauges[name].set(value)
        return generate_latest(self.registry)


_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_GAUGES = {
    "open_streams": "Pages that stand open and are written to.",
    "outbox_waiting": "Deliveries that should have gone out by now.",
    "outbox_failing": "Those of them that have failed before.",
    "outbox_stuck": "Deliveries that a person has to see to.",
    "oldest_unsent_seconds": "For how long the oldest delivery has been due.",
    "undecided_signals": "Signals that nobody has decided on.",
    "open_incidents": "Incidents that are open.",
    "writer_queue": "Works that wait for the database's only writer (SQLite).",
}
