"""Dovecot for the tests alone: a real mailbox, on free ports of this machine, gone afterwards."""

from __future__ import annotations

import imaplib
import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.integrations.smtp import Certificate, certificate
from tests.needs import need
from tocsin.integrations.mailbox import Config, Imap
from tocsin.settings import Secret

PASSWORD = "k4n-aryBird/0815"  # noqa: S105  a canary
_NUMBERS = count(1)
_CONFIG = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap lmtp
listen = 127.0.0.1
default_login_user = dovenull
default_internal_user = dovecot
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {user}
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={user} home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class Dovecot:
    """A running server, where every name is a mailbox."""

    folder: Path
    imap: int
    imaps: int
    lmtp: int
    paper: Certificate

    def mailbox(self) -> Mailbox:
        """One that nobody has used yet."""
        return Mailbox(server=self, user=f"box{next(_NUMBERS)}@example.org")

    def manage(self, *arguments: str) -> None:
        command = ["doveadm", "-c", str(self.folder / "dovecot.conf"), *arguments]
        subprocess.run(command, check=True, capture_output=True)


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    server: Dovecot
    user: str

    def reader(self, **told: Any) -> Imap:
        usual: dict[str, Any] = {"host": "127.0.0.1", "port": self.server.imap, "encryption": "none", "timeout": 10.0}
        return Imap(Config(**{**usual, "user": self.user, "password": Secret(PASSWORD), **told}))

    def deliver(self, *letters: bytes) -> None:
        with smtplib.LMTP("127.0.0.1", self.server.lmtp) as line:
            for letter in letters:
                line.sendmail("bob@example.net", [self.user], letter)

    def renumber(self, valid: int) -> None:
        """As a server does that was set up anew."""
        self.server.manage("mailbox", "update", "-u", self.user, "--uid-validity", str(valid), "INBOX")

    def state(self) -> list[bytes]:
        """The marks of every letter, as its owner finds them."""
        with self.by_hand() as line:
            return [each for each in line.fetch("1:*", "(UID FLAGS)")[1] if isinstance(each, bytes)]

    def delete(self, uid: int) -> None:
        with self.by_hand() as line:
            line.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            line.expunge()

    @contextmanager
    def by_hand(self) -> Iterator[imaplib.IMAP4]:
        with imaplib.IMAP4("127.0.0.1", self.server.imap) as line:
            line.login(self.user, PASSWORD)
            line.select()
            yield line


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    if shutil.which("dovecot") is None or not Path("/usr/lib/dovecot/lmtp").exists():
        need("Dovecot is not installed; apt-get install --no-install-recommends dovecot-imapd dovecot-lmtpd")
    if os.geteuid() != 0:
        need("Dovecot starts its parts as different users, which only root may.")
    folder = Path(tempfile.mkdtemp(prefix="tocsin-dovecot-"))
    try:
        with _running(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(folder: Path) -> Iterator[Dovecot]:
    folder.chmod(0o755)
    (folder / "mail").mkdir()
    shutil.chown(folder / "mail", "nobody")
    imap, imaps, lmtp = _free_ports(3)
    server = Dovecot(folder=folder, imap=imap, imaps=imaps, lmtp=lmtp, paper=certificate(folder))
    ports = {"imap": imap, "imaps": imaps, "lmtp": lmtp}
    papers = {"certificate": server.paper.file, "key": server.paper.key}
    told = _CONFIG.format(folder=folder, password=PASSWORD, user="nobody", **ports, **papers)
    (folder / "dovecot.conf").write_text(
        told.replace("gid=nobody", "gid=nogroup").replace("gid = nobody", "gid = nogroup")
    )
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(["dovecot", "-F", "-c", str(folder / "dovecot.conf")], stdout=output, stderr=output)
    try:
        _await(process, folder, imap, lmtp)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _await(process: subprocess.Popen[bytes], folder: Path, *ports: int) -> None:
    until = time.monotonic() + 20
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((folder / "output").read_text()) from None
                time.sleep(0.02)


def _free_ports(number: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
