"""Who sits at this machine, for whoever does not say `--as`."""

from __future__ import annotations

import getpass
import os
import pwd

from tocsin.core import slugs
from tocsin.core.commands import UpdateDirectory
from tocsin.core.ids import Handle
from tocsin.core.people import TOCSIN, Person
from tocsin.engine.door import Tocsin
from tocsin.store.people import StoredDirectory


def known(tocsin: Tocsin) -> Handle:
    """The operating system's user, added as administrator where nobody is known by that handle."""
    me = handle()
    with tocsin.store.read() as connection:
        found = StoredDirectory(connection).person(me)
    if found is None:
        person = Person(handle=me, name=_name() or me, administrator=True)
        tocsin.do(UpdateDirectory(people=(person,)), by=TOCSIN)
    return me


def handle() -> Handle:
    """The user's name as a handle. One called `tocsin`, as a service may be, is told apart from the program."""
    slug = slugs.slug(_login(), most=64, keep="._") or f"user-{os.getuid()}"
    return Handle("tocsin-user" if slug == TOCSIN.handle else slug)


def _login() -> str:
    """By the user the process runs as; a container may run as one who is in no list of users."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return _said_by_the_environment()


def _said_by_the_environment() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def _name() -> str:
    """The full name, where the list of users has one, which may be in any encoding."""
    try:
        full = pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0]
    except KeyError:
        return ""
    return full.encode(errors="replace").decode().strip()
