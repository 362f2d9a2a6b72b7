"""What several open pages want at the same moment: worked out once, in a few threads of its own."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from anyio import CapacityLimiter, to_thread

T = TypeVar("T")
MOST = 64
"""Of how many things what came out is kept: of those that were asked for last."""
THREADS = 4
"""However many pages stand open, those that are asked for are answered beside them."""


class Shared:
    """Belongs to one loop; a key stands for one result, for ever."""

    def __init__(self) -> None:
        self._limiter: CapacityLimiter | None = None
        self._kept: OrderedDict[Hashable, asyncio.Task[Any]] = OrderedDict()

    async def run(self, work: Callable[[], T]) -> T:
        """Work of one page alone."""
        if self._limiter is None:  # it wants a loop that runs
            self._limiter = CapacityLimiter(THREADS)
        return await to_thread.run_sync(work, limiter=self._limiter)

    async def once(self, key: Hashable, work: Callable[[], T]) -> T:
        """What the work comes to; whoever asks meanwhile, or soon after, gets the same. A failure is not kept."""
        doing = self._kept.get(key)
        if doing is None:
            doing = asyncio.create_task(self.run(work))
            doing.add_done_callback(lambda done: self._kept.pop(key, None) if _failed(done) else None)
            self._kept[key] = doing
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return cast(T, await asyncio.shield(doing))


def _failed(done: asyncio.Task[Any]) -> bool:
    """Asked, so that nobody is told of a failure that nobody waits for any more."""
    return done.cancelled() or done.exception() is not None
