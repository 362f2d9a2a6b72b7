"""Who sits the exam, each with the counterpart it is examined against."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from tests.emulators.freshdesk import running as freshdesks
from tests.integrations.exam import CANARY, Bench, Candidate, Situation
from tests.integrations.imap import ScriptedServer, scripted_server
from tests.integrations.smtp import CUT, FaultyServer, faulty_server
from tests.integrations.world import World, running
from tests.needs import program
from tocsin.integrations import fake, freshdesk, gitrepo, mail, mailbox
from tocsin.integrations.fake.inbound import signed
from tocsin.integrations.freshdesk.marks import mark
from tocsin.ports import Delivery, Mail, Publication
from tocsin.settings import Secret

AT = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
REPORT = Publication(
    identity="",
    path=None,
    stem="2026-11-12-lagoon",
    files={"md": b"# Lagoon\n"},
    message="Publish the report of incident 7",
    author="Ada",
    at=AT,
)


def letter(key: str) -> Mail:
    return Mail(key=key, to="bob@example.org", name="Bob", subject="Lagoon", text="It is down.", at=AT)


@contextmanager
def nobody() -> Iterator[int]:
    """A port of this machine at which nobody listens, nor will."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield int(closed.getsockname()[1])


# --- fake ------------------------------------------------------------------------------------------------------------


@contextmanager
def fake_bench(folder: Path) -> Iterator[Bench]:
    with running(folder / "ledger") as world, nobody() as closed:
        config = fake.Config(address=world.address, secret=Secret(CANARY), timeout=2.0)
        integration = fake.Fake(config)
        trouble = partial(_troubled, world, integration)
        yield Bench(
            config=config,
            integration=integration,
            do=lambda asked, key: asked.open_channel(key, "lagoon", "Lagoon is down"),
            done=lambda key: len(world.done(key=key)),
            befall={
                Situation.BUSY: lambda: trouble("refuse", status=503),
                Situation.HURRIED: lambda: trouble("refuse", status=429, after=2),
                Situation.REFUSED: lambda: trouble("refuse", status=404),
                Situation.CUT: lambda: trouble("cut-after"),
                Situation.UNREACHABLE: lambda: fake.Fake(replace(config, address=f"http://127.0.0.1:{closed}")),
            },
            deliver=_signed,
        )


def _troubled(world: World, integration: fake.Fake, do: str, **more: Any) -> fake.Fake:
    world.trouble(do, times=1, **more)
    return integration


def _signed(signed_at: datetime, arriving: datetime) -> Delivery:
    body = json.dumps({"id": "81", "text": "I cannot log in"}).encode()
    return Delivery(headers=signed(Secret(CANARY), body, signed_at), body=body, at=arriving)


# --- freshdesk -------------------------------------------------------------------------------------------------------


@contextmanager
def freshdesk_bench(folder: Path) -> Iterator[Bench]:
    """Against an account that repeats our key in its refusals."""
    with freshdesks.running(key=CANARY) as desk, nobody() as closed:
        ticket = str(desk.tell("ticket", email="bob@example.org", subject="Lagoon", description="It is down.")["id"])
        config = freshdesk.Config(domain=desk.address, key=Secret(CANARY), timeout=2.0)
        integration = freshdesk.Freshdesk(config)
        trouble = partial(_met, desk, integration)
        yield Bench(
            config=config,
            integration=integration,
            do=lambda asked, key: asked.reply(key, ticket, "We are on it."),
            done=lambda key: sum(mark(key) in each["body"] for each in desk.tell("mailed")),
            befall={
                Situation.BUSY: lambda: trouble("refuse", status=503),
                Situation.HURRIED: lambda: trouble("refuse", status=429, after=2),
                Situation.REFUSED: lambda: trouble("refuse", status=404),
                Situation.CUT: lambda: trouble("cut-after"),
                Situation.UNREACHABLE: lambda: freshdesk.Freshdesk(
                    replace(config, domain=f"http://127.0.0.1:{closed}")
                ),
            },
            deliver=lambda _, arriving: Delivery(
                headers={}, body=b'{"freshdesk_webhook": {"ticket_id": 81, "ticket_subject": "Lagoon"}}', at=arriving
            ),
        )


def _met(desk: freshdesks.Emulator, integration: freshdesk.Freshdesk, do: str, **more: Any) -> freshdesk.Freshdesk:
    desk.tell("trouble", do=do, path="reply", body={"code": "no", "message": f"Not you, {CANARY}"}, **more)
    return integration


# --- gitrepo ---------------------------------------------------------------------------------------------------------


@contextmanager
def git_bench(folder: Path) -> Iterator[Bench]:
    """Against a bare repository; over HTTP where it is refused, for there a login goes with the address."""
    program("git", "apt-get install git")
    remote = _bare(folder)
    with ExitStack() as stack:
        away = _over_http(stack.enter_context(nobody()), folder)
        integration = gitrepo.GitRepo(replace(away, repository=str(remote)))

        def answered(status: int) -> gitrepo.GitRepo:
            return gitrepo.GitRepo(_over_http(stack.enter_context(answering(status)), folder))

        yield Bench(
            config=away,
            integration=integration,
            do=lambda asked, key: asked.publish(replace(REPORT, identity=key)),
            done=lambda key: _git(remote, "log", "--all", "--format=%B").splitlines().count(f"Tocsin-Report: {key}"),
            befall={
                Situation.BUSY: lambda: answered(503),
                Situation.HURRIED: lambda: answered(429),
                Situation.REFUSED: lambda: answered(403),
                Situation.UNREACHABLE: lambda: gitrepo.GitRepo(away),
                Situation.CUT: lambda: _cut(remote, integration),
            },
        )


def _over_http(port: int, folder: Path) -> gitrepo.Config:
    return gitrepo.Config(repository=f"http://ada:{CANARY}@127.0.0.1:{port}/reports.git", work=folder / "clones")


def _bare(folder: Path) -> Path:
    """With a hook that, where it finds a file called `cut`, ends the line to whoever pushes."""
    remote = folder / "remote.git"
    _git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(remote))
    hook = remote / "hooks/post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nif [ -e cut ]; then rm cut; kill -9 $PPID; fi\n")
    hook.chmod(0o755)
    return remote


def _cut(remote: Path, integration: gitrepo.GitRepo) -> gitrepo.GitRepo:
    (remote / "cut").touch()
    return integration


def _git(where: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=where, check=True, capture_output=True, text=True).stdout


@contextmanager
def answering(status: int) -> Iterator[int]:
    """The port of an HTTP server that asks for a login, repeats the one it is given, and refuses with this status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _, _, login = self.headers.get("Authorization", "").partition(" ")
            words = b"Not you, " + b64decode(login)
            self.send_response(status if login else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="reports"')
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — its name where it is inherited from
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


# --- mail ------------------------------------------------------------------------------------------------------------


@contextmanager
def mail_bench(folder: Path) -> Iterator[Bench]:
    """Against servers that say no with our password in their words."""
    with ExitStack() as stack, nobody() as closed:
        servers = [stack.enter_context(_letting_in())]
        config = mail.Config(
            host="127.0.0.1",
            port=servers[0].port,
            encryption="none",
            sender="Openshore incidents <incidents@example.org>",
            user="ada",
            password=Secret(CANARY),
            timeout=2.0,
        )

        def answered(**script: bytes) -> mail.Smtp:
            servers.append(stack.enter_context(_letting_in(**script)))
            return mail.Smtp(replace(config, port=servers[-1].port))

        yield Bench(
            config=config,
            integration=mail.Smtp(config),
            do=lambda asked, key: asked.send(letter(key)),
            done=lambda key: sum(
                f"Message-ID: <{key}@".encode() in each for server in servers for each in server.letters
            ),
            befall={
                Situation.BUSY: lambda: answered(RCPT=f"451 4.3.0 Not now, {CANARY}\r\n".encode()),
                Situation.HURRIED: lambda: answered(MAIL=f"421 4.7.0 Too fast, {CANARY}\r\n".encode()),
                Situation.REFUSED: lambda: answered(RCPT=f"550 5.1.1 Nobody, {CANARY}\r\n".encode()),
                Situation.UNREACHABLE: lambda: mail.Smtp(replace(config, port=closed)),
                Situation.CUT: lambda: answered(dot=CUT),
            },
        )


def _letting_in(**script: bytes) -> AbstractContextManager[FaultyServer]:
    return faulty_server(EHLO=b"250-mail.example.org\r\n250 AUTH PLAIN\r\n", AUTH=b"235 2.7.0 Come in\r\n", **script)


# --- mailbox ---------------------------------------------------------------------------------------------------------


@contextmanager
def mailbox_bench(folder: Path) -> Iterator[Bench]:
    """It only reads: what is done under a key is that a letter of this name is known afterwards."""
    known: set[str] = set()

    def read(asked: mailbox.Imap, key: str) -> list[str]:
        server.letters[:] = [f"Message-ID: <{key}@example.net>\r\n\r\nIt is down.\r\n".encode()]
        found = [each.reference for each in asked.since("").letters]
        known.update(found)
        return found

    with ExitStack() as stack, nobody() as closed:
        server = stack.enter_context(scripted_server())
        config = mailbox.Config(
            host="127.0.0.1",
            port=server.port,
            encryption="none",
            user="ada",
            password=Secret(CANARY),
            timeout=2.0,
        )

        def answered(**script: bytes) -> mailbox.Imap:
            troubled: ScriptedServer = stack.enter_context(scripted_server(**script))
            return mailbox.Imap(replace(config, port=troubled.port))

        yield Bench(
            config=config,
            integration=mailbox.Imap(config),
            do=read,
            done=lambda key: sum(each.startswith(f"{key}@") for each in known),
            befall={
                Situation.BUSY: lambda: answered(AUTHENTICATE=f"%s NO [UNAVAILABLE] Not now, {CANARY}\r\n".encode()),
                Situation.REFUSED: lambda: answered(AUTHENTICATE=f"%s NO [EXPIRED] Not {CANARY}\r\n".encode()),
                Situation.UNREACHABLE: lambda: mailbox.Imap(replace(config, port=closed)),
            },
        )


CANDIDATES = {
    "fake": Candidate(bench=fake_bench, situations=frozenset(Situation), says_when=True, page="try-with-the-fake.md"),
    "freshdesk": Candidate(
        bench=freshdesk_bench, situations=frozenset(Situation), says_when=True, hints=True, page="freshdesk.md"
    ),
    "gitrepo": Candidate(bench=git_bench, situations=frozenset(Situation), page="publish-to-git.md"),
    "mail": Candidate(bench=mail_bench, situations=frozenset(Situation), page="send-mail.md"),
    "mailbox": Candidate(
        bench=mailbox_bench,
        situations=frozenset({Situation.BUSY, Situation.REFUSED, Situation.UNREACHABLE}),
        page="mailbox.md",
    ),
}
