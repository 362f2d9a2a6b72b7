"""A call that does not come back is ended from outside."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, nullcontext

from tocsin.engine.endable import Endable, Ended

PATIENCE = 20


class Spinning:
    """A thread that spins, in one part after another, until it is ended or told to go on."""

    def __init__(self, call: Endable, *parts: AbstractContextManager[object]) -> None:
        self.began = [threading.Event() for _ in parts]
        self.go_on = [threading.Event() for _ in parts]
        self.ended_in: int | None = None
        self._call, self._parts = call, parts
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        number = -1
        try:
            with self._call.exposed():
                for number, part in enumerate(self._parts):
                    self._spin(number, part)
        except Ended:
            self.ended_in = number

    def _spin(self, number: int, part: AbstractContextManager[object]) -> None:
        with part:
            self.began[number].set()
            while not self.go_on[number].is_set():
                pass


def test_what_spins_is_ended() -> None:
    call = Endable()
    spinning = Spinning(call, nullcontext())
    spinning.began[0].wait(PATIENCE)
    call.end()
    spinning.join()
    assert spinning.ended_in == 0


def test_what_must_be_whole_is_ended_after_it() -> None:
    call = Endable()
    spinning = Spinning(call, call.whole(), nullcontext())
    spinning.began[0].wait(PATIENCE)
    call.end()
    spinning.go_on[0].set()
    spinning.join()
    assert spinning.ended_in == 0
    assert not spinning.began[1].is_set()


def test_what_came_back_before_is_left_alone() -> None:
    call, done = Endable(), []
    with call.exposed():
        done.append(1)
    call.end()
    done.append(2)
    assert done == [1, 2]
