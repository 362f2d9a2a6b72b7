"""`tocsin serve`: found where it says, deaf to lies about who asks, patient with nobody, gone when it is told."""

from __future__ import annotations

import logging
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx
import psycopg
import pytest
from playwright.sync_api import Browser, expect

from tests.engine.office import at_once, declared, entries
from tests.servers import Postgres
from tests.web.hearing import cookie, hearing, within
from tests.web.house import House, house
from tests.web.procession import Writer, installed, serving
from tests.web.scene import served
from tocsin import playbooks
from tocsin.cli.serving import _SingleLines
from tocsin.core.events import Noted
from tocsin.core.refused import Refused
from tocsin.engine.door import Tocsin
from tocsin.settings import Secret
from tocsin.store.writer import open_store
from tocsin.web import pages
from tocsin.web.answers import Answer, Bytes
from tocsin.web.asked import Asked
from tocsin.web.config import Config
from tocsin.web.routes import get
from tocsin.web.server import Server


def shell(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tocsin", *words, "--data", str(data)]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


def notes(url: str) -> list[str]:
    """The text of every note of incident 1, in the order they were recorded."""
    with open_store(url) as store:
        found = entries(Tocsin(store, playbooks.default()))
    return [entry.event.text for entry in found if isinstance(entry.event, Noted)]


# ── beginning ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_makes_an_empty_folder_ready_and_prints_a_link_for_the_first_administrator(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        link = re.search(r"http://127\.0\.0\.1:\d+/first/\S+", server.told)
        assert link and link[0].startswith(server.address)
        assert httpx.get(link[0]).status_code == 200
        assert httpx.get(f"{server.address}/", follow_redirects=False).headers["location"].startswith("/sign-in")


def test_a_port_that_is_taken_is_said_so_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = shell(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert (done.returncode, done.stdout) == (1, "")
    assert "cannot be listened at: Address already in use" in done.stderr
    assert not (tmp_path / "tocsin.db").exists()


@pytest.mark.parametrize("host", ["no.such.name.invalid", "300.1.1.1", "x" * 300])
def test_so_is_an_address_that_is_none(host: str, tmp_path: Path) -> None:
    done = shell(tmp_path, "serve", "--port", "0", "--host", host)
    assert done.returncode == 1
    assert "cannot be listened at" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_server_on_the_same_file_is_refused(tmp_path: Path) -> None:
    with serving(tmp_path):
        done = shell(tmp_path, "serve", "--port", "0")
    assert done.returncode == 1
    assert "has this folder" in done.stderr


def test_commands_of_the_shell_work_beside_it(tmp_path: Path) -> None:
    office = installed(tmp_path)
    with (
        serving(tmp_path) as server,
        hearing(server.address, "/incidents/1/live", office.cookies["ada"]) as ear,
    ):
        done = shell(tmp_path, "do", "note", "From the shell", "--as", "bob")
        assert done.returncode == 0, done.stderr
        ear.until(lambda: any("From the shell" in event.data for event in ear.of("line")))


def test_whoever_listens_beyond_this_machine_without_https_is_warned(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "0.0.0.0") as server:  # noqa: S104 — to see that it warns
        assert "passwords go over the network as they are" in server.told


# ── stopping ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_when_told_though_pages_stand_open(how: signal.Signals, tmp_path: Path) -> None:
    office = installed(tmp_path)
    with serving(tmp_path) as server, hearing(server.address, "/incidents/1/live", office.cookies["ada"]) as ear:
        code, seconds = server.stop(how)
        assert ear.ended.wait(1)
        assert (code, seconds < 5) == (0, True), server.told
        assert "Stopped." in server.told


def test_somebody_who_sends_slowly_does_not_keep_it(tmp_path: Path) -> None:
    installed(tmp_path)
    with serving(tmp_path) as server, _connected(server.address) as line:
        line.sendall(b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nwho=")
        time.sleep(0.2)
        code, seconds = server.stop()
        assert (code, seconds < 10) == (0, True)


def test_requests_that_are_under_way_are_answered(tmp_path: Path) -> None:
    office = installed(tmp_path)
    with serving(tmp_path) as server:
        writers = [Writer(server.address, office.cookies["ada"]) for _ in range(8)]
        for number, writer in enumerate(writers):
            writer.write(f"Line {number}")
            writer.form = writers[0].form
        writers[0].send()
        for writer in writers[1:]:
            writer.form = writers[0].form
        sending = [threading.Thread(target=writer.send) for writer in writers[1:]]
        for thread in sending:
            thread.start()
        code, _ = server.stop()
        for thread in sending:
            thread.join(20)
    answered = [text for writer in writers for text in writer.answered]
    assert code == 0
    assert set(answered) <= set(notes(office.url))


def test_killed_while_ten_people_write_it_has_every_line_that_was_answered_once_and_they_have_the_others(
    tmp_path: Path,
) -> None:
    office, stop = installed(tmp_path), threading.Event()

    def writes(number: int) -> Writer:
        writer = Writer(address, [*office.cookies.values()][number % 3])
        count = 0
        while not stop.is_set():
            count += 1
            writer.write(f"{number}-{count}")
            if not writer.send():
                return writer
        return writer

    with serving(tmp_path) as server:
        address = server.address
        threading.Timer(2.5, server.process.kill).start()
        writers = at_once(10, writes)
        stop.set()
        server.process.wait(10)
    answered = [text for writer in writers for text in writer.answered]
    kept = notes(office.url)
    assert set(answered) <= set(kept)
    assert len(kept) == len(set(kept))
    assert sum(bool(writer.waiting) for writer in writers) == 10
    with serving(tmp_path) as server:
        for writer in writers:
            writer.address = server.address
            assert writer.send()
        server.stop()
    found = notes(office.url)
    assert sorted(found) == sorted(text for writer in writers for text in writer.answered)
    for number in range(10):
        own = [text for text in found if text.startswith(f"{number}-")]
        assert own == [f"{number}-{count}" for count in range(1, len(own) + 1)]


def test_what_somebody_types_while_the_server_is_killed_waits_in_their_browser(
    tmp_path: Path, chromium: Browser
) -> None:
    office = installed(tmp_path)
    name, _, token = office.cookies["ada"].partition("=")
    with serving(tmp_path) as server:
        context = chromium.new_context(base_url=server.address)
        context.add_cookies([{"name": name, "value": token, "url": server.address}])
        page = context.new_page()
        page.goto("/incidents/1")
        page.fill("textarea[name=text]", "Written while it died")
        server.process.kill()
        page.press("textarea[name=text]", "Control+Enter")
        expect(page.locator("#unsent")).to_contain_text("Written while it died")
        page.fill("textarea[name=text]", "Half a thought")
    with serving(tmp_path, port=urlsplit(server.address).port or 0) as server:
        expect(page.locator("#unsent .unsent")).to_have_count(0)
        expect(page.locator("#log li.line").first).to_contain_text("Written while it died")
        assert page.input_value("textarea[name=text]") == "Half a thought"
        context.close()
        server.stop()
    assert notes(office.url) == ["Written while it died"]


def test_a_secret_that_is_not_there_is_missed_at_the_start(tmp_path: Path) -> None:
    installed(tmp_path, settings='[web]\nmetrics = "env:TOCSIN_NOBODY_SET_IT"\n')
    done = shell(tmp_path, "serve", "--port", "0")
    assert (done.returncode, "TOCSIN_NOBODY_SET_IT" in done.stderr) == (1, True)


# ── several processes ──────────────────────────────────────────────────────────────────────────────────────────────


def test_two_processes_serve_one_postgresql(tmp_path: Path, postgres_url: str) -> None:
    office = installed(tmp_path, postgres_url)
    with (
        serving(tmp_path) as one,
        serving(tmp_path, "--no-worker") as other,
        hearing(other.address, "/incidents/1/live", office.cookies["ada"]) as ear,
    ):
        writer = Writer(one.address, office.cookies["bob"])
        writer.write("Through the one")
        assert writer.send()
        ear.until(lambda: any("Through the one" in event.data for event in ear.of("line")), patience=2)
        assert (one.stop()[0], other.stop()[0]) == (0, 0)


# ── whom it believes ───────────────────────────────────────────────────────────────────────────────────────────────


def whence(asked: Asked) -> Answer:
    return Bytes(body=asked.client.encode(), media="text/plain")


@contextmanager
def before(home: House, monkeypatch: pytest.MonkeyPatch, config: Config) -> Iterator[str]:
    """A server of the house with other settings, and a page that says where one comes from."""
    monkeypatch.setattr(pages, "ROUTES", (*pages.ROUTES, get("/whence", whence, "anyone")))
    home.site.config = config
    with served(home.site) as address:
        yield address


def test_what_a_stranger_says_of_where_they_come_from_is_not_believed(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with before(home, monkeypatch, Config()) as address:
        told = httpx.get(f"{address}/whence", headers={"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"})
    assert told.text == "127.0.0.1"


def test_what_a_trusted_proxy_says_is(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with before(home, monkeypatch, Config(proxies="127.0.0.1, 10.0.0.0/8")) as address:
        told = httpx.get(f"{address}/whence", headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9, 10.1.2.3"})
    assert told.text == "203.0.113.9"


@pytest.mark.parametrize("proxies", ["*", "proxy.example.org", "127.0.0.1, everybody"])
def test_only_addresses_are_trusted(proxies: str) -> None:
    with pytest.raises(Refused, match="has to hold IP addresses"):
        Config(proxies=proxies)


@pytest.mark.parametrize("proxies", ["0.0.0.0/0", "::/0", "127.0.0.1, 0.0.0.0/0"])
def test_everybody_at_once_is_not(proxies: str) -> None:
    with pytest.raises(Refused, match="must not hold everybody"):
        Config(proxies=proxies)


def test_https_without_a_proxy_that_is_named_is_warned_of(tmp_path: Path) -> None:
    installed(tmp_path, settings='[web]\naddress = "https://incidents.example.org"\n')
    with serving(tmp_path) as it:
        assert "Set web.proxies" in it.told


def test_another_name_than_its_own_is_refused(home: House) -> None:
    with served(home.site) as address:
        assert httpx.get(f"{address}/healthz", headers={"Host": "evil.example"}).status_code == 400


# ── whom it waits for ──────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _connected(address: str) -> Iterator[socket.socket]:
    at = urlsplit(address)
    with socket.create_connection((at.hostname or "", at.port or 0), 10) as line:
        yield line


def cut_off(line: socket.socket, patience: float) -> bool:
    """Whether the server hangs up."""
    line.settimeout(patience)
    try:
        while line.recv(65536):
            pass
        return True
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: loc",
        b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nwho=ada",
    ],
)
def test_a_request_that_does_not_arrive_is_not_waited_for(
    sent: bytes, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.web.server.HEAD_WITHIN", 0.3)
    monkeypatch.setattr("tocsin.web.server.BODY_WITHIN", 0.3)
    with served(home.site) as address, _connected(address) as line:
        line.sendall(sent)
        assert cut_off(line, 5)


def test_a_second_request_on_the_same_line_is_not_waited_for_either(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.web.server.HEAD_WITHIN", 0.5)
    with served(home.site) as address, _connected(address) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /healthz HTTP/1.1\r\n")
        assert cut_off(line, 5)


def test_no_answer_waits_until_its_beginning_is_acknowledged(home: House) -> None:
    server = Server(home.site)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=server.run, args=([listener],))
        serving.start()
        with socket.create_connection(listener.getsockname(), 10) as line:
            line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            line.recv(65536)
            (connection,) = server.server_state.connections
            theirs = connection.transport.get_extra_info("socket")
            at_once = theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        server.should_exit = True
        serving.join(10)
    assert at_once


def test_a_head_without_end_is_refused(home: House) -> None:
    with served(home.site) as address, _connected(address) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ")
        for _ in range(20):
            line.sendall(b"x" * 8192)
            time.sleep(0.01)
            if line in _readable(line):
                break
        assert line.recv(100).startswith(b"HTTP/1.1 431")


def _readable(line: socket.socket) -> list[socket.socket]:
    line.setblocking(False)
    try:
        return [line] if line.recv(1, socket.MSG_PEEK) else []
    except BlockingIOError:
        return []
    finally:
        line.setblocking(True)


def test_a_body_without_end_is_refused(home: House) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 65536

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with served(home.site) as address:
        try:
            status = httpx.post(f"{address}/sign-in", content=endless(), headers=headers).status_code
        except httpx.HTTPError:
            status = 400  # it hung up before we had said everything
    assert status == 400


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PUT", "DELETE", "OPTIONS"])
def test_only_what_pages_need_is_understood(method: str, home: House) -> None:
    with served(home.site) as address, _connected(address) as line:
        line.sendall(f"{method} /healthz HTTP/1.1\r\nHost: localhost\r\nCookie: secret\r\n\r\n".encode())
        answer = line.recv(65536)
    assert answer.split()[1] in (b"400", b"405")
    assert b"secret" not in answer


def test_no_answer_says_which_server_this_is(home: House) -> None:
    with served(home.site) as address:
        headers = httpx.get(f"{address}/healthz").headers
    assert not {"server", "x-powered-by", "via"} & set(headers)


def test_nobody_can_write_a_line_of_their_own_into_the_log() -> None:
    record = logging.LogRecord(
        "tocsin", logging.WARNING, "", 0, "Failed: %s", ("x\n2026 INFO forged\x1b[2J\u2028",), None
    )
    assert _SingleLines("%(levelname)s %(message)s").format(record) == (
        "WARNING Failed: x\\n2026 INFO forged\\x1b[2J\\u2028"
    )


def test_a_traceback_cannot_be_taken_for_entries() -> None:
    try:
        raise ValueError("x\n2026 INFO forged")
    except ValueError:
        record = logging.LogRecord("tocsin", logging.ERROR, "", 0, "Bug.", (), sys.exc_info())
    lines = _SingleLines("%(levelname)s %(message)s").format(record).splitlines()
    assert lines[0] == "ERROR Bug."
    assert all(line.startswith("  | ") for line in lines[1:])


# ── what programs ask ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_lives_and_is_ready_and_says_of_no_version(home_on_both: House) -> None:
    browser = home_on_both.browser()
    for path, word in (("/healthz", "alive\n"), ("/readyz", "ready\n")):
        page = browser.get(path)
        assert (page.status, page.text) == (200, word)


def test_a_database_of_another_version_is_not_ready(home: House) -> None:
    home.tocsin.store.run(lambda c: c.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'") and None)
    page = home.browser().get("/readyz")
    assert (page.status, page.text) == (503, "the database has to be migrated\n")


def test_when_the_database_is_gone_it_lives_but_is_not_ready(
    postgres: Postgres, postgres_url: str, tmp_path: Path
) -> None:
    name = postgres_url.rpartition("/")[2]
    with house(postgres_url, tmp_path) as home, _administering(postgres) as server:
        browser = home.browser()
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        assert (browser.get("/healthz").status, browser.get("/readyz").status) == (200, 503)
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
        assert browser.get("/readyz").status == 200


@contextmanager
def _administering(postgres: Postgres) -> Iterator[psycopg.Connection]:
    with psycopg.connect(f"postgresql://tocsin@127.0.0.1:{postgres.port}/postgres", autocommit=True) as server:
        yield server


def test_without_a_secret_there_is_nothing_to_measure(home: House) -> None:
    assert home.browser("root").get("/metrics").status == 404


def test_figures_are_for_whoever_brings_the_secret(sqlite_url: str, tmp_path: Path) -> None:
    with house(sqlite_url, tmp_path, Config(metrics=Secret("hunter2"))) as home:
        declared(home.tocsin)
        browser = home.browser()
        assert browser.get("/metrics").status == 401
        assert browser.get("/metrics", headers={"Authorization": "Bearer wrong"}).status == 401
        browser.get("/healthz")
        text = browser.get("/metrics", headers={"Authorization": "Bearer hunter2"}).text
        assert 'tocsin_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
        assert "tocsin_open_incidents 1.0" in text
        assert "Nobody can log in" not in text
        for name in ("open_streams", "outbox_waiting", "oldest_unsent_seconds", "undecided_signals", "writer_queue"):
            assert f"\ntocsin_{name} " in text


def test_open_pages_are_counted(sqlite_url: str, tmp_path: Path) -> None:
    secret = {"Authorization": "Bearer hunter2"}
    with house(sqlite_url, tmp_path, Config(metrics=Secret("hunter2"))) as home, served(home.site) as address:
        with hearing(address, "/live", cookie(home.site, "ada")):
            assert within(5, lambda: "tocsin_open_streams 1.0" in httpx.get(f"{address}/metrics", headers=secret).text)
        assert within(5, lambda: "tocsin_open_streams 0.0" in httpx.get(f"{address}/metrics", headers=secret).text)
