"""The emulated Freshdesk: it answers as real ones were seen to, and clients that others wrote get along with it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2 as httpx
import jsonschema
import pytest
from freshdesk.v2.api import API  # type: ignore[import-untyped]
from freshdesk.v2.errors import FreshdeskBadRequest, FreshdeskNotFound  # type: ignore[import-untyped]

from tests.emulators.freshdesk.running import ROOT, Emulator, running
from tests.needs import need, program, shared

CONTRACTS = "contracts/freshdesk"


@pytest.fixture(scope="module")
def standing() -> Iterator[Emulator]:
    with running() as desk:
        yield desk


@pytest.fixture
def desk(standing: Emulator) -> Emulator:
    standing.tell("reset", limit=1_000_000)
    return standing


@pytest.fixture
def api(desk: Emulator) -> Iterator[httpx.Client]:
    address = f"{desk.address}/api/v2/"
    with httpx.Client(base_url=address, auth=("KEY", "X"), trust_env=False) as client:
        yield client


@pytest.fixture
def ticket(desk: Emulator) -> int:
    made = desk.tell("ticket", email="ada@reef.example", name="Ada", company="Reef", subject="Hub", description="Down")
    return int(made["id"])


# --- held to what was seen -------------------------------------------------------------------------------------------

NEWER = {
    "ticket": {"company", "conversations"},
    "conversation": {"thread_id"},
    "agent": set[str](),
    "contact": set[str](),
    "company": set[str](),
}
"""What neither the samples nor the schemas know, and the vendor's pages do."""
SHAPES = {
    "ticket": ("ticket_1", "tickets"),
    "conversation": ("reply_1", "conversations"),
    "agent": ("agent_1", "agents"),
    "contact": ("contact", "contacts"),
    "company": ("company", "companies"),
}
WITHOUT = {
    "list": {"description", "description_text", "attachments", "stats", "requester"},
    "reply": {"private", "incoming", "source"},
    "made": {"stats", "requester"},
}
"""What an answer of this kind leaves out of the sample."""


@cache
def sample(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shared(f"{CONTRACTS}/python-freshdesk-samples/{name}.json").read_text())
    return told


@cache
def schema(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shared(f"{CONTRACTS}/airbyte-json-schemas/{name}.json").read_text())
    return told


def hold(told: dict[str, Any], shape: str, kind: str = "") -> None:
    """It has every field that both sources know, none that neither knows, each of the type that was seen."""
    seen, known = sample(SHAPES[shape][0]), schema(SHAPES[shape][1])
    jsonschema.validate(told, known)
    both = seen.keys() & known["properties"].keys()
    assert both - WITHOUT.get(kind, set()) <= told.keys()
    assert told.keys() <= seen.keys() | known["properties"].keys() | NEWER[shape]
    assert not told.keys() & WITHOUT.get(kind, set()) - {"stats", "requester"}
    for name in both & told.keys():
        if isinstance(seen[name], list | dict) and told[name] is not None:
            assert type(told[name]) is type(seen[name]), name


def test_a_ticket_is_as_one_was_seen(api: httpx.Client, ticket: int) -> None:
    hold(api.get(f"tickets/{ticket}", params={"include": "requester,company,stats,conversations"}).json(), "ticket")


def test_what_a_ticket_includes_is_as_it_was_seen(api: httpx.Client, ticket: int) -> None:
    told = api.get(f"tickets/{ticket}", params={"include": "requester,stats"}).json()
    for name in ("requester", "stats"):
        assert told[name].keys() == sample("ticket_1")[name].keys()


def test_a_list_leaves_out_the_description(api: httpx.Client, ticket: int) -> None:
    (told,) = api.get("tickets").json()
    assert told["id"] == ticket
    hold(told, "ticket", "list")


def test_what_was_made_and_what_was_changed_are_tickets(api: httpx.Client, ticket: int) -> None:
    letter = {"email": "bob@reef.example", "subject": "Hub", "description": "Down", "status": 2, "priority": 1}
    made = api.post("tickets", json=letter)
    assert made.headers["location"].endswith(f"/api/v2/tickets/{made.json()['id']}")
    hold(made.json(), "ticket", "made")
    hold(api.put(f"tickets/{ticket}", json={"priority": 3}).json(), "ticket", "made")


def test_a_ticket_that_we_write_first_is_one_and_mailed(desk: Emulator, api: httpx.Client) -> None:
    box = api.get("email_configs").json()[0]
    jsonschema.validate(box, schema("email_configs"))
    letter = {"email": "bob@reef.example", "subject": "Hub", "description": "We know", "email_config_id": box["id"]}
    made = api.post("tickets/outbound_email", json=letter).json()
    hold(made, "ticket", "made")
    assert sample("outbound_email_1").keys() <= made.keys()
    assert (made["status"], [each["to"] for each in desk.tell("mailed")]) == (5, ["bob@reef.example"])


def test_what_is_said_in_a_ticket_is_as_it_was_seen(desk: Emulator, api: httpx.Client, ticket: int) -> None:
    reply = api.post(f"tickets/{ticket}/reply", json={"body": "This is a reply"})
    note = api.post(f"tickets/{ticket}/notes", json={"body": "This is a private note", "private": True})
    desk.tell("customer_reply", ticket=ticket, body="Thanks")
    assert (reply.status_code, note.status_code) == (201, 201)
    assert reply.headers["location"].endswith(f"/conversations/{reply.json()['id']}")
    hold(reply.json(), "conversation", "reply")
    hold(note.json(), "conversation")
    said = api.get(f"tickets/{ticket}/conversations").json()
    for each in said:
        hold(each, "conversation")
    assert [(each["incoming"], each["private"], each["source"]) for each in said] == [
        (False, False, 0),
        (False, True, 2),
        (True, False, 0),
    ]


def test_plain_text_comes_back_in_a_div(api: httpx.Client, ticket: int) -> None:
    note = api.post(f"tickets/{ticket}/notes", json={"body": "This is a private note"}).json()
    assert [note[name] for name in ("body", "body_text")] == [sample("note_1")[name] for name in ("body", "body_text")]


def test_people_are_as_they_were_seen(api: httpx.Client, ticket: int) -> None:
    told = api.get(f"tickets/{ticket}", params={"include": "company"}).json()
    hold(api.get("agents/me").json(), "agent")
    hold(api.get("agents", params={"email": "Rachel@openshore.example"}).json()[0], "agent")
    hold(api.get(f"contacts/{told['requester_id']}").json(), "contact")
    hold(api.get(f"companies/{told['company']['id']}").json(), "company")


def test_canned_responses_are_as_their_schema_says(api: httpx.Client) -> None:
    (folder,) = api.get("canned_response_folders").json()
    jsonschema.validate(folder, schema("canned_response_folders"))
    (one,) = api.get(f"canned_response_folders/{folder['id']}/responses").json()
    jsonschema.validate(one, schema("canned_responses"))
    assert "{{ticket.requester.name}}" in one["content"]


# --- how it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"priorty": 1}, ("priorty", "Unexpected/invalid field in request", "invalid_field")),
        ({"status": "open"}, ("status", "The value provided is of type str", "datatype_mismatch")),
        ({"type": "Disaster"}, ("type", "It should be one of these values: 'Question", "invalid_value")),
        ({"responder_id": 4711}, ("responder_id", "There is no agent", "invalid_value")),
    ],
)
def test_what_is_not_valid_is_refused_as_it_was_seen(
    api: httpx.Client, ticket: int, body: object, said: tuple[str, str, str]
) -> None:
    answer = api.put(f"tickets/{ticket}", json=body)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, answer.json().keys()) == (400, seen(400).keys())
    assert (error["field"], error["message"][: len(said[1])], error["code"]) == said
    assert error.keys() == seen(400)["errors"][0].keys()


def seen(status: int) -> dict[str, Any]:
    """The body with which this status was seen."""
    errors = json.loads(shared(f"{CONTRACTS}/errors.json").read_text())["errors"]
    found: dict[str, Any] = next(each["body"] for each in errors if each["status"] == status)
    return found


def test_only_agents_can_be_told_of_a_note(api: httpx.Client, ticket: int) -> None:
    note = {"body": "Look", "notify_emails": ["bob@reef.example"]}
    (error,) = api.post(f"tickets/{ticket}/notes", json=note).json()["errors"]
    assert error == {"field": "notify_emails", "message": "Accepts only emails of agents", "code": "invalid_value"}


def test_who_has_no_key_is_refused_as_it_was_seen(desk: Emulator) -> None:
    answer = httpx.get(f"{desk.address}/api/v2/tickets", auth=("ANOTHER", "X"), trust_env=False)
    assert (answer.status_code, answer.json()) == (401, seen(401))


def test_the_password_is_not_looked_at(desk: Emulator) -> None:
    address = f"{desk.address}/api/v2/tickets"
    assert httpx.get(address, auth=("KEY", "anything"), trust_env=False).status_code == 200


@pytest.mark.parametrize("path", ["tickets/4711", "tickets/4711/conversations", "contacts/4711", "nothing"])
def test_what_is_not_there_is_an_empty_404(api: httpx.Client, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.content) == (404, b"")


def test_a_ticket_cannot_end_while_a_mandatory_field_is_empty(desk: Emulator, api: httpx.Client, ticket: int) -> None:
    desk.tell("set", mandatory=["cf_cause"])
    refused = api.put(f"tickets/{ticket}", json={"status": 5})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "cf_cause")
    assert api.put(f"tickets/{ticket}", json={"status": 5, "custom_fields": {"cf_cause": "disk"}}).is_success


@pytest.mark.parametrize("path", ["_emulator/mailed", "../_emulator/mailed", "..%2F_emulator/mailed"])
def test_the_door_is_not_on_the_paths_of_the_api(desk: Emulator, path: str) -> None:
    """Spelt out, so that no client tidies it up before."""
    with httpx.Client(auth=("KEY", "X"), trust_env=False) as client:
        answer = client.send(client.build_request("GET", f"{desk.address}/api/v2/x", extensions=_raw(path)))
    assert answer.status_code == 404


def _raw(path: str) -> dict[str, Any]:
    return {"target": f"/api/v2/{path}".encode()}


# --- how much, and how soon ------------------------------------------------------------------------------------------


def test_what_is_left_is_told_in_decimals(desk: Emulator, api: httpx.Client) -> None:
    desk.tell("set", limit=50)
    headers = api.get("agents/me").headers
    told = [headers[f"x-ratelimit-{name}"] for name in ("total", "remaining", "used-currentrequest")]
    assert told == ["50.0", "49.0", "1"]


def test_who_asks_too_often_is_told_when_to_come_back(desk: Emulator, api: httpx.Client) -> None:
    desk.tell("set", limit=2)
    answers = [api.get("agents/me") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    wait = int(answers[2].headers["retry-after"])
    assert 0 < wait <= 60
    desk.tell("forward", seconds=wait)
    assert api.get("agents/me").is_success


def test_calls_that_fail_count_too(desk: Emulator, api: httpx.Client) -> None:
    desk.tell("set", limit=1)
    assert [api.get("tickets/4711").status_code for _ in range(2)] == [404, 429]


def test_a_list_says_whether_there_is_more(desk: Emulator, api: httpx.Client) -> None:
    for number in range(3):
        desk.tell("ticket", email="ada@reef.example", subject=f"Hub {number}")
    first, second = (api.get("tickets", params={"per_page": 2, "page": page}) for page in (1, 2))
    assert 'rel="next"' in first.headers["link"]
    assert "page=2" in first.headers["link"]
    assert "link" not in second.headers
    assert [len(each.json()) for each in (first, second)] == [2, 1]


@pytest.mark.parametrize("told", [{"per_page": 101}, {"page": 301}, {"page": 0}, {"updated_since": "yesterday"}])
def test_what_a_list_cannot_do_is_refused(api: httpx.Client, told: dict[str, Any]) -> None:
    assert api.get("tickets", params=told).status_code == 400


def test_a_list_goes_back_a_month_unless_it_is_told_how_far(desk: Emulator, api: httpx.Client, ticket: int) -> None:
    began = datetime.now(UTC) - timedelta(hours=1)
    desk.tell("forward", seconds=31 * 86400)
    assert api.get("tickets").json() == []
    assert [each["id"] for each in api.get("tickets", params={"updated_since": began.isoformat()}).json()] == [ticket]


def test_a_ticket_includes_only_its_oldest_ten_messages(desk: Emulator, api: httpx.Client, ticket: int) -> None:
    for number in range(12):
        desk.tell("customer_reply", ticket=ticket, body=f"More {number}")
    included = api.get(f"tickets/{ticket}", params={"include": "conversations"}).json()["conversations"]
    assert [each["body_text"] for each in included] == [f"More {number}" for number in range(10)]
    assert len(api.get(f"tickets/{ticket}/conversations").json()) == 12


def test_the_search_learns_of_a_ticket_late(desk: Emulator, api: httpx.Client) -> None:
    desk.tell("ticket", email="ada@reef.example", subject="Hub", tags=["reef"])
    query = {"query": "\"tag:'reef'\""}
    assert api.get("search/tickets", params=query).json() == {"total": 0, "results": []}
    desk.tell("forward", seconds=61)
    found = api.get("search/tickets", params=query).json()
    assert (found["total"], found.keys()) == (1, sample("search_tickets").keys())


@pytest.mark.parametrize("query", ["tag:'reef'", '""', "\"colour:'red'\"", '"' + "x" * 600 + '"'])
def test_a_query_that_is_none_is_refused(desk: Emulator, api: httpx.Client, query: str) -> None:
    desk.tell("ticket", email="ada@reef.example", subject="Hub")
    desk.tell("forward", seconds=61)
    assert api.get("search/tickets", params={"query": query}).status_code == 400


# --- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("do", "mailed"), [("cut-before", 0), ("cut-after", 1)])
def test_the_line_can_be_cut_before_and_after_the_effect(
    desk: Emulator, api: httpx.Client, ticket: int, do: str, mailed: int
) -> None:
    desk.tell("trouble", do=do, path="reply")
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(f"tickets/{ticket}/reply", json={"body": "We know"})
    assert len(desk.tell("mailed")) == mailed


def test_an_effect_can_come_late(desk: Emulator, api: httpx.Client, ticket: int) -> None:
    desk.tell("trouble", do="late", path="reply", seconds=30)
    with pytest.raises(httpx.RemoteProtocolError):
        api.post(f"tickets/{ticket}/reply", json={"body": "We know"})
    assert desk.tell("mailed") == []
    desk.tell("forward", seconds=30)
    assert len(desk.tell("mailed")) == 1


def test_the_next_calls_can_be_refused(desk: Emulator, api: httpx.Client) -> None:
    desk.tell("trouble", do="refuse", status=502, skip=1, times=2)
    assert [api.get("agents/me").status_code for _ in range(4)] == [200, 502, 502, 200]


def test_a_trouble_that_there_is_not_is_refused(desk: Emulator) -> None:
    assert desk.door.post("/_emulator/trouble", json={"do": "explode"}).status_code == 400


# --- webhooks --------------------------------------------------------------------------------------------------------


@pytest.fixture
def hearing() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """An address, and what was posted to it."""
    heard: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append((self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", heard
        server.shutdown()
        thread.join()


Hearing = tuple[str, list[tuple[str, bytes]]]


def test_a_webhook_is_as_the_sample_has_it(desk: Emulator, ticket: int, hearing: Hearing) -> None:
    wanted = json.loads(shared(f"{CONTRACTS}/webhook_automation_sample.json").read_text())
    assert desk.tell("webhook", url=hearing[0], ticket=ticket) == [200]
    told = json.loads(hearing[1][0][1])
    assert told["freshdesk_webhook"].keys() == wanted["template"]["freshdesk_webhook"].keys()
    assert (told["freshdesk_webhook"]["ticket_id"], told["freshdesk_webhook"]["ticket_status"]) == (ticket, "Open")


def test_a_webhook_can_come_twice_as_a_form_and_broken(desk: Emulator, hearing: Hearing) -> None:
    ticket = desk.tell("ticket", email="ada@reef.example", subject='The "hub"', description="<p>a\nb</p>")["id"]
    desk.tell("webhook", url=hearing[0], ticket=ticket, form="form", times=2)
    desk.tell("webhook", url=hearing[0], ticket=ticket, form="broken")
    (kind, first), (_, second), (_, broken) = hearing[1]
    assert (kind, first) == ("application/x-www-form-urlencoded", second)
    with pytest.raises(ValueError):
        json.loads(broken)


# --- clients that others wrote ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Path]]:
    """With a certificate that is thrown away."""
    folder = tmp_path_factory.mktemp("tls")
    key, certificate, both = (folder / name for name in ("key.pem", "certificate.pem", "both.pem"))
    openssl = program("openssl", "apt-get install openssl")
    made = ["-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate), "-days", "2"]
    named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([openssl, "req", "-x509", *made, *named], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + certificate.read_bytes())
    with running(certificate=both) as desk:
        yield desk, certificate


@pytest.fixture
def python(encrypted: tuple[Emulator, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Emulator]:
    """PyPI's python-freshdesk, as it is. It wants https, and the vendor's name in the domain."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    desk, certificate = encrypted
    desk.tell("reset")
    return API(f"127.0.0.1:{desk.port}/freshdesk.com", "KEY", verify=str(certificate)), desk


def test_python_freshdesk_reads_and_answers(python: tuple[Any, Emulator]) -> None:
    client, desk = python
    number = desk.tell("ticket", email="ada@reef.example", name="Ada", subject="Hub", description="Down")["id"]
    ticket = client.tickets.get_ticket(number, "requester", "conversations", "stats", "company")
    assert (ticket.status, ticket.priority, ticket.source, ticket.requester["name"]) == ("open", "low", "email", "Ada")
    client.comments.create_note(number, "Look")
    client.comments.create_reply(number, "We know")
    assert [str(each) for each in client.comments.list_comments(number)] == ["Look", "We know"]
    assert [each.source for each in client.comments.list_comments(number)] == ["note", "reply"]
    assert client.tickets.update_ticket(number, status=5, tags=["reef"]).status == "closed"
    assert [each["to"] for each in desk.tell("mailed")] == ["ada@reef.example"]


def test_python_freshdesk_creates_lists_and_searches(python: tuple[Any, Emulator]) -> None:
    client, desk = python
    for number in range(102):
        desk.tell("ticket", email="ada@reef.example", subject=f"Hub {number}")
    made = client.tickets.create_ticket("Hub", email="bob@reef.example", description="Down", tags=["reef"])
    assert made.status == "open"
    assert len(client.tickets.list_tickets(filter_name=None)) == 103
    desk.tell("forward", seconds=61)
    assert [each.id for each in client.tickets.filter_tickets("tag:'reef'")] == [made.id]
    box = desk.tell("mailbox", name="Reef", email="reef@openshore.example")["id"]
    assert client.tickets.create_outbound_email("Hub", "We know", "bob@reef.example", box).status == "closed"


def test_python_freshdesk_knows_people(python: tuple[Any, Emulator]) -> None:
    client, desk = python
    contact = desk.tell("contact", email="ada@reef.example", name="Ada")
    assert str(client.agents.currently_authenticated_agent()) == "Rachel"
    assert [str(each) for each in client.agents.list_agents(email="rachel@openshore.example")] == ["Rachel"]
    assert str(client.contacts.get_contact(contact["id"])) == "Ada"
    assert client.companies.list_companies() == []


def test_python_freshdesk_understands_its_refusals(python: tuple[Any, Emulator]) -> None:
    client, desk = python
    number = desk.tell("ticket", email="ada@reef.example", subject="Hub")["id"]
    with pytest.raises(FreshdeskNotFound):
        client.tickets.get_ticket(4711)
    with pytest.raises(FreshdeskBadRequest, match=r"Validation failed.*priorty"):
        client.tickets.update_ticket(number, priorty=1)


SCRIPT = """
const Freshdesk = require("freshdesk-api");
const client = new Freshdesk(process.argv[1], "KEY");
const number = Number(process.argv[2]);
const ask = (call, ...told) =>
  new Promise((done) => client[call](...told, (no, body, extra) => done(no ? { no: no.status } : { body, extra })));
(async () => {
  const said = {
    ticket: (await ask("getTicket", number)).body.subject,
    reply: (await ask("createReply", number, { body: "x" })).body.body,
    note: (await ask("createNote", number, { body: "n", private: true })).body.private,
    conversations: (await ask("listAllConversations", number)).body.length,
    closed: (await ask("updateTicket", number, { status: 5 })).body.status,
    last: (await ask("listAllTickets", {})).extra.pageIsLast,
    more: (await ask("listAllTickets", { per_page: 1 })).extra.pageIsLast,
    missing: (await ask("getTicket", 4711)).no,
    invalid: (await ask("updateTicket", number, { priorty: 1 })).no,
  };
  console.log(JSON.stringify(said));
})();
"""


def test_the_freshdesk_api_of_npm_gets_along_with_it(desk: Emulator, ticket: int) -> None:
    desk.tell("ticket", email="bob@reef.example", subject="Another")
    node = program("node", "apt-get install nodejs")
    command = [node, "-e", SCRIPT, desk.address, str(ticket)]
    told = subprocess.run(
        command, env={**os.environ, "NODE_PATH": str(npm())}, check=True, capture_output=True, text=True, timeout=60
    )
    assert json.loads(told.stdout) == {
        "ticket": "Hub", "reply": "<div>x</div>", "note": True, "conversations": 2, "closed": 5, "last": True,
        "more": False, "missing": 404, "invalid": 400,
    }  # fmt: skip


def npm() -> Path:
    """Where npm's packages are: in the folder that TOCSIN_TEST_NPM names, else in `.venv/npm`."""
    found = Path(os.environ.get("TOCSIN_TEST_NPM") or ROOT / ".venv/npm") / "node_modules"
    how = "npm install --prefix .venv/npm --no-fund --no-audit --ignore-scripts freshdesk-api@3.1.0"
    return found if (found / "freshdesk-api").exists() else need(f"There is no freshdesk-api of npm: {how}")
