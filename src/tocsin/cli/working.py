"""`tocsin worker`: performs what is due until it is told to stop, and owns the database meanwhile."""

from __future__ import annotations

import logging
import signal

from tocsin import bootstrap
from tocsin.cli.session import Session
from tocsin.cli.speaking import tell
from tocsin.store import unsafe


def worker(session: Session) -> None:
    """Perform what is due: send mail, publish reports, remind people, try again what failed. Runs until stopped."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with bootstrap.at_work(session.settings) as (tocsin, working):
        for sentence in unsafe.warnings(tocsin.store):
            logging.getLogger("tocsin").warning("%s", sentence)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: working.stop())
        tell("At work. Stop with Ctrl-C.")
        working.run()
    tell("Stopped; what is left waits for the next worker.")
