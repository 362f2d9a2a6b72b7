"""A case file, played through the commands everybody uses, and published: the same bytes whenever and wherever."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.core.world import BOB, TRIAGERS
from tests.engine.office import DIRECTORY, Shelf, dump, entries, kinds, mismatches
from tests.needs import shared
from tocsin import playbooks
from tocsin.core import events as e
from tocsin.core.commands import LONGEST, UpdateDirectory
from tocsin.core.ids import Slug
from tocsin.core.people import TOCSIN, Group
from tocsin.core.refused import Refused
from tocsin.engine.case import Case, read
from tocsin.engine.door import Tocsin
from tocsin.engine.replay import Played, replay
from tocsin.integrations.gitrepo import Config, GitRepo
from tocsin.report.data import SCHEMA
from tocsin.store import reads
from tocsin.store.schema import migrate
from tocsin.store.writer import open_store

Json = dict[str, Any]
CASES = ("2022-10-31-utoronto-500-errors-db-full", "2022-11-14-lis-hub-zone-pool-resource-exhaustion",
         "2026-02-11-dubois-user-image-issue")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Told:
    """A case that was played, and where its report lies."""

    tocsin: Tocsin
    played: Played
    out: Path

    @property
    def markdown(self) -> str:
        return (self.out / f"{self.played.published.path}.md").read_text()

    @property
    def data(self) -> Json:
        found: Json = json.loads((self.out / f"{self.played.published.path}.json").read_text())
        return found

    @property
    def timeline(self) -> list[Json]:
        found: list[Json] = self.data["timeline"]
        return found


class Stage:
    """A database and a repository, to play cases on; one file a case."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.store = open_store(url)
        migrate(self.store)
        self.tocsin = Tocsin(self.store, playbooks.default())

    def play(self, case: Json | Path, **options: Any) -> Told:
        path = case if isinstance(case, Path) else written(self.folder, case)
        publisher = options.pop("publisher", GitRepo(Config(repository=str(self.out))))
        played = replay(self.tocsin, read(path, self.tocsin.playbook), publisher, **options)
        return Told(tocsin=self.tocsin, played=played, out=self.out)

    def refusal(self, case: Json, **options: Any) -> str:
        with pytest.raises(Refused) as no:
            self.play(case, **options)
        return str(no.value)


@pytest.fixture
def stage(sqlite_url: str, tmp_path: Path) -> Iterator[Stage]:
    opened = Stage(sqlite_url, tmp_path)
    with opened.store:
        yield opened


def written(folder: Path, case: Json) -> Path:
    path = folder / "case.json"
    path.write_text(json.dumps(case))
    return path


def line(minute: int, do: str, text: str = "", by: str = "Ada", **options: Any) -> Json:
    """A line of a case, so many minutes after ten."""
    at = datetime(2026, 11, 12, 10, tzinfo=UTC) + timedelta(minutes=minute)
    return {"at": at.isoformat(), "do": do, "by": by, **({"text": text} if text else {}), **options}


DECLARE = line(0, "declare", "It does not start.", roles={"commander": "Ada"})
RESOLVE = line(60, "resolve", "We made room.", verified="A server started.")


def case(*lines: Json, **fields: Any) -> Json:
    return {
        "case": "small",
        "title": "Servers do not start",
        "zone": "Europe/London",
        "owner": "Ada",
        "status": "Draft",
        "community": "Du Bois",
        "lines": list(lines),
        "report": {"overview": "It was full."},
        **fields,
    }


def whole(*between: Json, **fields: Any) -> Json:
    """A case that is declared at ten and resolved at eleven."""
    return case(DECLARE, *between, RESOLVE, **fields)


def texts(timeline: Sequence[Json]) -> list[str]:
    return [each["text"] for each in timeline]


def git(repository: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", repository, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


# ── real incidents ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(params=CASES)
def real(request: pytest.FixtureRequest, db_url: str, tmp_path: Path) -> Iterator[tuple[Json, Told]]:
    """A real incident with what came of it, on both databases."""
    path = shared(f"data/cases/{request.param}.json")
    stage = Stage(db_url, tmp_path)
    with stage.store:
        yield json.loads(path.read_text()), stage.play(path)


def test_a_real_incident_is_told_whole(real: tuple[Json, Told]) -> None:
    script, told = real
    jsonschema.validate(told.data, SCHEMA, format_checker=jsonschema.FormatChecker())
    _every_line_stands_at_its_instant(script, told)
    _facts_are_the_files(script, told)
    assert mismatches(told.tocsin) == []
    assert told.played.skipped == ()


def _every_line_stands_at_its_instant(script: Json, told: Told) -> None:
    wanted = [(each["at"], each["text"]) for each in script["lines"] if each.get("text")]
    found = [(each["at"], each["text"]) for each in told.timeline]
    assert [each for each in found if each in wanted] == wanted
    for _, text in wanted:
        assert texts(told.timeline).count(text) == [each for _, each in wanted].count(text)
        assert _bare(text) in _bare(told.markdown)
        assert _bare(told.markdown).count(_bare(text)) == 1 or len(text) < 80


def _bare(text: str) -> str:
    """Without the indentation that a list gives, and the backslashes that keep braces from being run."""
    return " ".join(text.replace("\\", "").split())


def _facts_are_the_files(script: Json, told: Told) -> None:
    data = told.data
    for field in ("title", "zone", "owner", "status"):
        assert data[field] == script[field]
    assert {slug: text for slug, text in data["sections"].items() if text} == {
        slug: text for slug, text in script["report"].items() if text
    }
    assert data["actions"] == [
        {"text": each["text"], "url": each.get("url") or None, "improves": None, "done": each.get("done", False)}
        for each in script["actions"]
    ]
    assert data["impact"]["start"] == script["impact"]["start"]
    assert (data["services"], data["communities"]) == ([script["service"]], [script["community"]])
    assert data["replayed"] is True


@pytest.mark.parametrize("name", CASES)
def test_a_real_incident_gives_the_same_bytes_and_commits_again(db_url: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "again").mkdir()
    stages = Stage(db_url, tmp_path), Stage(f"sqlite:///{tmp_path}/again.db", tmp_path / "again")
    with stages[0].store, stages[1].store:
        first, again = (stage.play(shared(f"data/cases/{name}.json")) for stage in stages)
    assert (first.data, first.markdown) == (again.data, again.markdown)
    assert first.played == again.played
    assert git(first.out, "rev-parse", "HEAD") == git(again.out, "rev-parse", "HEAD")


def test_all_three_real_incidents_go_into_one_repository(stage: Stage) -> None:
    told = [stage.play(shared(f"data/cases/{name}.json")) for name in CASES]
    assert [each.played.incident for each in told] == [1, 2, 3]
    assert git(stage.out, "rev-list", "--count", "HEAD").strip() == "3"
    assert len(list((stage.out / "reports").iterdir())) == 12


def test_nothing_published_comes_from_the_wall_clock(stage: Stage) -> None:
    told = stage.play(shared(f"data/cases/{CASES[0]}.json"))
    last = json.loads(shared(f"data/cases/{CASES[0]}.json").read_text())["lines"][-1]["at"]
    assert {each["at"][:8] for each in told.timeline} <= {"2022-10-", "2022-11-"}
    assert "2026" not in told.markdown + json.dumps(told.data)
    assert {datetime.fromisoformat(at) for at in git(told.out, "log", "--format=%aI %cI").split()} == {
        datetime.fromisoformat(last)
    }
    assert max(entry.recorded_at for entry in entries(told.tocsin)) == datetime.fromisoformat(last)


# ── before the declaration ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_was_said_before_the_declaration_stands_at_its_own_time(stage: Stage) -> None:
    told = stage.play(case(line(-9, "note", "It is slow.", by="Bob"), DECLARE, RESOLVE))
    assert (told.timeline[0]["text"], told.timeline[0]["at"]) == ("It is slow.", "2026-11-12T09:51:00Z")
    assert (told.timeline[0]["kind"], told.timeline[0]["by"]) == ("note", "Bob")


def test_a_signal_and_the_talk_about_it_come_along(stage: Stage) -> None:
    asked = line(-9, "signal", "I cannot start.", by="Bob", via="ticket", ref="https://help/1", symptom="start")
    told = stage.play(case(asked, line(-8, "note", "Nor can I."), DECLARE, RESOLVE))
    assert [(each["kind"], each["text"]) for each in told.timeline[:2]] == [
        ("signal", "I cannot start."),
        ("note", "Nor can I."),
    ]
    assert told.timeline[0]["links"] == ["https://help/1"]
    received = entries(stage.tocsin)[0].event
    assert isinstance(received, e.SignalReceived)
    assert (received.kind, received.criterion) == ("ticket", "start")


def test_people_without_a_name_are_counted(stage: Stage) -> None:
    stage.play(case(line(-9, "signal", "Two wrote.", reporters=2), DECLARE, RESOLVE))
    received = entries(stage.tocsin)[0].event
    assert isinstance(received, e.SignalReceived)
    assert (received.count, received.people) == (2, ())


def test_lines_of_the_same_instant_stand_in_the_order_of_the_file(stage: Stage) -> None:
    before = [
        line(-5, "note", "a"),
        line(-5, "impact-began", "b"),
        line(-5, "signal", "c"),
        line(-5, "note", "d"),
        line(-5, "signal", "e"),
        line(-5, "note", "f"),
    ]
    after = [line(0, "note", "g"), line(0, "signal", "h"), line(0, "note", "i")]
    told = stage.play(case(*before, DECLARE, *after, RESOLVE))
    assert [text for text in texts(told.timeline) if len(text) == 1] == list("abcdefghi")


def test_the_impact_can_have_begun_before_any_signal(stage: Stage) -> None:
    began = line(-30, "impact-began", "The disk fills up.")
    told = stage.play(
        case(began, line(-9, "signal", "Full?"), DECLARE, RESOLVE, impact={"start": began["at"], "end": RESOLVE["at"]})
    )
    assert [each["kind"] for each in told.timeline][:2] == ["impact-began", "signal"]
    assert [each["kind"] for each in told.timeline].count("impact-began") == 1
    assert told.timeline[0]["text"] == "The disk fills up."


def test_a_note_before_the_declaration_keeps_its_kind_and_where_it_was_said(stage: Stage) -> None:
    said = line(-9, "note", "It is the disk.", kind="finding", **{"from": "chat"})
    stage.play(case(said, DECLARE, RESOLVE))
    assert entries(stage.tocsin)[0].event == e.Noted(kind="finding", text="It is the disk.", via="chat")


@pytest.mark.parametrize("signal", [[], [line(-10, "signal", "Full?")]], ids=["alone", "about a signal"])
@pytest.mark.parametrize("option", [{"kind": "rumour"}, {"kind": ["note"]}, {"thread": 1}])
def test_a_note_that_could_not_be_kept_whole_is_refused(stage: Stage, signal: list[Json], option: Json) -> None:
    assert "small, line" in stage.refusal(case(*signal, line(-9, "note", "Hm.", **option), DECLARE, RESOLVE))


@pytest.mark.parametrize("signal", [[], [line(-10, "signal", "Full?")]], ids=["alone", "about a signal"])
def test_a_command_before_the_declaration_keeps_what_it_printed(stage: Stage, signal: list[Json]) -> None:
    ran = line(-9, "note", "`df -h`", kind="command", output="100%", outcome="Full.", link="https://chat.example.org/1")
    told = stage.play(case(*signal, ran, DECLARE, RESOLVE)).timeline
    found = next(each for each in told if each["kind"] == "command")
    assert found["text"] == "`df -h`\n\n```\n100%\n```\n\nOutcome: Full."
    assert found["links"] == ["https://chat.example.org/1"]


def test_output_alone_is_a_line_before_the_declaration_too(stage: Stage) -> None:
    told = stage.play(case(line(-9, "note", kind="command", output="X"), DECLARE, RESOLVE)).timeline
    assert told[0]["text"] == "```\nX\n```"


def test_a_range_before_the_declaration_needs_its_zone(stage: Stage) -> None:
    assert "needs its zone" in stage.refusal(
        case(line(-9, "note", "Hm.", until="2026-11-12T09:55:00"), DECLARE, RESOLVE)
    )


def test_a_range_before_the_declaration_keeps_both_its_ends(stage: Stage) -> None:
    ranged = line(-9, "note", "Somewhen.", until="2026-11-12T09:55:00Z")
    stage.play(case(line(-10, "signal", "Full?"), ranged, DECLARE, RESOLVE))
    noted = next(entry for entry in entries(stage.tocsin) if isinstance(entry.event, e.Noted))
    assert noted.at.until == datetime(2026, 11, 12, 9, 55, tzinfo=UTC)


def test_acknowledging_the_incident_is_a_line_like_any_other(stage: Stage) -> None:
    told = stage.play(whole(line(5, "acknowledge", by="Bob"))).timeline
    assert "acknowledged" in {each["kind"] for each in told}


def _declared(told: Told) -> e.Declared:
    (event,) = [
        entry.event for entry in entries(told.tocsin, told.played.incident) if isinstance(entry.event, e.Declared)
    ]
    return event


def test_what_was_declared_with_one_report_is_declared_again(stage: Stage) -> None:
    one = line(-10, "signal", "It is stuck.", via="ticket", reporters=1)
    told = stage.play(case(one, DECLARE, RESOLVE))
    assert _declared(told).why == "It does not start."
    assert texts(told.timeline).count("It does not start.") == 1


def test_where_nobody_wrote_why_it_was_declared_it_says_so(stage: Stage) -> None:
    bare = stage.play(case(line(-10, "signal", "It is stuck."), line(0, "declare"), RESOLVE))
    assert _declared(bare).why == "Declared so at the time."


def test_no_rule_declares_before_whoever_declared_at_the_time(stage: Stage) -> None:
    criteria = tuple(replace(each, declares=True) for each in stage.tocsin.playbook.criteria)
    stage.tocsin.playbook = replace(stage.tocsin.playbook, criteria=criteria)
    two = line(-10, "signal", "It is stuck.", reporters=2, symptom="start")
    assert stage.play(case(two, DECLARE, RESOLVE)).played.incident == 1


def test_a_declaration_without_signals_is_allowed(stage: Stage) -> None:
    assert "signal" not in {each["kind"] for each in stage.play(whole()).timeline}


# ── line by line ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_texts_of_every_fixed_line_stand_whole(stage: Stage) -> None:
    told = stage.play(
        whole(
            line(5, "update", "We look into it.", by="Bob"),
            line(10, "resolve", "Restarted.", verified="It runs."),
            line(20, "reopen", "It is back."),
            line(30, "note", "  indented\n\n- and a list  "),
        )
    )
    said = [(each["kind"], each["text"]) for each in told.timeline if each["kind"] != "role"]
    assert ("declared", "It does not start.") in said
    assert ("update", "We look into it.") in said
    assert ("resolved", "Restarted.") in said
    assert ("verified", "It runs.") in said
    assert ("reopened", "It is back.") in said
    assert ("note", "  indented\n\n- and a list  ") in said


def test_an_update_is_approved_by_whoever_gave_it(stage: Stage) -> None:
    stage.play(whole(line(5, "update", "We look into it.", by="Bob")))
    (update,) = [entry.event for entry in entries(stage.tocsin) if isinstance(entry.event, e.Updated)]
    assert (update.approved_by, update.kind) == ("bob", "update")


def test_roles_are_given_with_the_declaration(stage: Stage) -> None:
    declare = line(0, "declare", roles={"commander": "Bob", "liaison": "Dana"})
    held = {part["role"]: part["person"] for part in stage.play(case(declare, RESOLVE)).data["roles"]}
    assert held == {"commander": "Bob", "liaison": "Dana"}


def test_any_verb_of_the_shell_may_be_a_line(stage: Stage) -> None:
    stage.play(
        whole(
            line(1, "assign", role="expert", person="Dana"),
            line(2, "plan", state="It is slow.", next="Look at the disk."),
            line(3, "phase", phase="investigating"),
            line(4, "delegate", what="Look at the disk.", to="Bob"),
            line(5, "accept-ask", by="Bob"),
            line(6, "finish-ask", by="Bob", outcome="It is full."),
            line(7, "offer", role="commander", to="Bob"),
            line(8, "accept", by="Bob"),
        )
    )
    made = ["RoleAssigned", "PlanSet", "PhaseSet", "AskMade", "AskAccepted", "AskFinished", "RoleOffered"]
    assert kinds(stage.tocsin)[2:9] == made


def test_a_back_dated_range_keeps_both_its_ends(stage: Stage) -> None:
    until = "2026-11-12T10:20:00Z"
    stage.play(whole(line(15, "note", "It was slow.", until=until)))
    noted = next(entry for entry in entries(stage.tocsin) if isinstance(entry.event, e.Noted))
    assert noted.at.until == datetime(2026, 11, 12, 10, 20, tzinfo=UTC)


def test_lines_out_of_order_stand_where_they_belong(stage: Stage) -> None:
    told = stage.play(whole(line(30, "note", "late"), line(10, "note", "early")))
    assert [text for text in texts(told.timeline) if text in ("early", "late")] == ["early", "late"]
    assert mismatches(stage.tocsin) == []


def test_lines_outside_the_impact_are_kept(stage: Stage) -> None:
    window = {"start": "2026-11-12T10:10:00Z", "end": "2026-11-12T10:20:00Z"}
    told = stage.play(whole(line(5, "note", "before"), line(50, "note", "after"), impact=window))
    assert {"before", "after"} <= set(texts(told.timeline))


def test_the_impact_can_be_a_range(stage: Stage) -> None:
    window = {"start": "2026-11-12T09:00:00Z", "start_until": "2026-11-12T09:30:00Z", "end": "2026-11-12T10:20:00Z"}
    impact = stage.play(whole(impact=window)).data["impact"]
    assert impact["start_range"] == {"from": "2026-11-12T09:00:00Z", "to": "2026-11-12T09:30:00Z"}
    assert impact["end"] == "2026-11-12T10:20:00Z"


def test_the_impact_can_end_after_the_last_line(stage: Stage) -> None:
    told = stage.play(whole(impact={"start": DECLARE["at"], "end": "2026-11-12T15:00:00Z"}))
    assert told.data["impact"]["end"] == "2026-11-12T15:00:00Z"
    assert git(stage.out, "log", "--format=%ct").split() == [
        str(int(datetime.fromisoformat(RESOLVE["at"]).timestamp()))
    ]


def test_a_line_sees_what_it_answered(stage: Stage) -> None:
    seen: list[tuple[str, object]] = []
    stage.play(whole(line(5, "note", "Hm.")), watch=lambda line, answer: seen.append((line.do, answer.incident)))
    assert seen == [("declare", 1), ("note", 1), ("resolve", 1)]


# ── what the process does not allow ────────────────────────────────────────────────────────────────────────────────

NOT_ALLOWED: dict[str, tuple[Json, str]] = {
    "a second declaration": (line(5, "declare", "Again."), "declared already"),
    "an unknown section's person": (line(5, "assign", role="pilot", person="Bob"), "pilot"),
    "a range without its zone": (line(5, "note", "Hm.", until="2026-11-12T10:30:00"), "needs its zone"),
    "a text that would be lost": (line(5, "acknowledge", "I have it.", by="Bob"), "has no text"),
    "a wrong kind": (line(5, "note", "Hm.", kind="rumour"), "kind"),
    "nothing to say": (line(5, "note", " "), "nothing in that line"),
    "a text too long": (line(5, "note", "x" * (LONGEST + 1)), "200,001 characters"),
    "a resolution nobody verified": (line(5, "resolve", "Done."), "verified"),
    "another incident": (line(5, "note", "Hm.", incident=1), "one incident"),
    "what is still open, reopened": (line(5, "reopen", "Again."), "nothing to reopen"),
    "a command of programs": (line(5, "plan", "Hm."), "text"),
}


@pytest.mark.parametrize(("wrong", "why"), NOT_ALLOWED.values(), ids=NOT_ALLOWED.keys())
def test_a_line_that_is_not_allowed_is_named(stage: Stage, wrong: Json, why: str) -> None:
    sentence = stage.refusal(whole(wrong))
    assert sentence.startswith(f"small, line 2 ({wrong['do']} at 2026-11-12T10:05:00+00:00): ")
    assert why in sentence
    assert not stage.out.exists()
    assert mismatches(stage.tocsin) == []


@pytest.mark.parametrize(("wrong", "why"), NOT_ALLOWED.values(), ids=NOT_ALLOWED.keys())
def test_a_lenient_replay_leaves_it_out_and_says_so(stage: Stage, wrong: Json, why: str) -> None:
    told = stage.play(whole(wrong, line(9, "note", "Afterwards.")), lenient=True)
    assert len(told.played.skipped) == 1
    assert why in told.played.skipped[0]
    assert "Afterwards." in texts(told.timeline)


def test_a_second_resolution_is_refused(stage: Stage) -> None:
    assert "is resolved" in stage.refusal(whole(line(70, "resolve", "Again.", verified="Again.")))


def test_an_update_before_the_declaration_is_refused(stage: Stage) -> None:
    assert "small, line 1 (update" in stage.refusal(case(line(-5, "update", "Soon."), DECLARE, RESOLVE))


def test_word_to_the_outside_stands_where_no_community_is_known(stage: Stage) -> None:
    assert "Soon." in texts(stage.play(whole(line(5, "update", "Soon."), community="")).timeline)


def test_a_cancelled_incident_takes_no_more_of_its_process(stage: Stage) -> None:
    cancelled = case(DECLARE, line(5, "cancel", reason="false-alarm"), line(6, "phase", phase="watching"), RESOLVE)
    assert "small, line 3 (phase" in stage.refusal(cancelled)


def test_a_role_given_to_nobody_is_refused(stage: Stage) -> None:
    assert "nobody" in stage.refusal(case(line(0, "declare", roles={"commander": ""}), RESOLVE))


# ── malformed ──────────────────────────────────────────────────────────────────────────────────────────────────────

MALFORMED: dict[str, Json] = {
    "a role given twice": case(line(0, "declare", roles={"Incident Commander": "Ada", "commander": "Bob"}), RESOLVE),
    "a blank title": whole(title="  "),
    "an incident that is not over": case(DECLARE),
    "an incident that was reopened and left": case(DECLARE, RESOLVE, line(70, "reopen", "Again.")),
    "an incident that was cancelled": case(DECLARE, line(5, "cancel", reason="false-alarm")),
    "a NUL byte": whole(line(5, "note", "a\0b")),
    "a NUL byte in a name": whole(line(5, "note", "Hm.", by="a\0b")),
    "nobody's name": whole(line(5, "note", "Hm.", by=" ")),
    "a number for a time": whole({"at": 1743296400, "do": "note", "text": "Hm."}),
    "a text for a number": whole(line(5, "signal", "Hm.", reporters="3")),
    "more people than there are": whole(line(5, "signal", "Hm.", reporters=10**12)),
    "an impact that ends before it starts": whole(
        impact={"start": "2026-11-12T11:00:00Z", "end": "2026-11-12T10:00:00Z"}
    ),
    "half a range": whole(impact={"start_until": "2026-11-12T11:00:00Z"}),
    "an action that leads nowhere": whole(actions=[{"text": "Do it.", "url": "javascript:alert(1)"}]),
    "no declaration": case(RESOLVE),
    "no lines": case(),
    "an unknown verb": whole(line(5, "dance")),
    "an unknown section": whole(report={"gossip": "?"}),
    "an unknown symptom": whole(symptom="bored"),
    "an unknown symptom of a signal": whole(line(5, "signal", "Hm.", symptom="bored")),
    "an unknown role": case(line(0, "declare", roles={"pilot": "Ada"}), RESOLVE),
    "an unknown zone": whole(zone="Atlantis/Centre"),
    "an unknown way to reach us": whole(line(5, "signal", "Hm.", via="pigeon")),
    "fewer than no people": whole(line(5, "signal", "Hm.", reporters=-1)),
    "a naive time": whole({**line(5, "note", "Hm."), "at": "2026-11-12T10:05:00"}),
    "an impossible time": whole({**line(5, "note", "Hm."), "at": "2026-02-30T10:05:00Z"}),
    "a time that is none": whole({**line(5, "note", "Hm."), "at": "soon"}),
    "a line without a time": whole({"do": "note", "text": "Hm."}),
    "a text that is none": whole(line(5, "note", by="Ada") | {"text": 7}),
    "no title": {key: value for key, value in whole().items() if key != "title"},
    "no owner": whole(owner=""),
    "lines that are none": whole(lines="none"),
    "an action without a text": whole(actions=[{"url": "https://x/1"}]),
}


@pytest.mark.parametrize("wrong", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_case_is_refused_before_anything_is_written(stage: Stage, wrong: Json) -> None:
    before = dump(stage.store)
    assert stage.refusal(wrong).startswith(f"{stage.folder / 'case.json'}: ")
    assert dump(stage.store) == before
    assert not stage.out.exists()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'"case"', b"\xff\xfe{}", b'{"case": "\xe9"}', b"[" * 5000, b"\0"]
)
def test_a_file_that_holds_no_case_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "case.json").write_bytes(content)
    with pytest.raises(Refused, match=r"case\.json"):
        read(tmp_path / "case.json", playbooks.default())


@pytest.mark.parametrize("name", [".", "missing.json"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        read(tmp_path / name, playbooks.default())


def test_a_refusal_names_the_line_it_is_about(stage: Stage) -> None:
    assert "line 2, at" in stage.refusal(MALFORMED["a naive time"])


def test_what_means_nothing_in_a_line_is_told() -> None:
    strange = Case.model_validate(whole(line(5, "signal", "Hm.", colour="red")))
    assert strange.unknown == ("small, line 2 (signal): “colour” means nothing here and is left out.",)


def test_a_key_the_case_or_its_line_does_not_use_is_named() -> None:
    told = Case.model_validate(whole(line(5, "note", "Hm.", verified="No."), services=["a"], impact={"begin": "x"}))
    assert told.unknown == (
        "small: “services” means nothing in a case and is left out.",
        "small: “begin” means nothing in the impact and is left out.",
        "small, line 2 (note): “verified” means nothing here and is left out.",
    )


def test_a_signal_of_somebody_else_cannot_be_named_by_number(stage: Stage) -> None:
    assert "not by number" in stage.refusal(whole(line(5, "close-signal", signal=1)))


# ── names and places ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_owner_may_appear_nowhere_else(stage: Stage) -> None:
    assert stage.play(whole(owner="Zoë Quist")).data["owner"] == "Zoë Quist"


def test_names_of_any_script_are_kept(stage: Stage) -> None:
    people = ["李明", "Đorđe Ωmega", "مریم می‌نویسد", "🦊", "O'Brien-Śmith"]
    told = stage.play(whole(*(line(place, "note", name, by=name) for place, name in enumerate(people, start=1))))
    assert [each["by"] for each in told.timeline if each["text"] in people] == people


def test_people_of_one_spelling_are_told_apart_by_nothing_else(stage: Stage) -> None:
    told = stage.play(whole(line(1, "note", "a", by="Bob Kahn"), line(2, "note", "b", by="bob kahn")))
    assert {each["by"] for each in told.timeline if each["text"] in "ab"} <= {"Bob Kahn", "bob kahn"}


def test_a_title_of_any_script_has_a_file(stage: Stage) -> None:
    assert stage.play(whole(title="サーバーが起動しない")).played.published.path == "reports/2026-11-12-incident-1"


def test_the_day_is_that_of_the_reports_zone(stage: Stage) -> None:
    late = {"start": "2026-11-12T09:00:00Z", "end": "2026-11-12T10:20:00Z"}
    told = stage.play(whole(impact=late, zone="Pacific/Honolulu"))
    assert told.played.published.path == "reports/2026-11-11-servers-do-not-start"


def test_two_cases_of_one_name_and_day_lie_side_by_side(stage: Stage) -> None:
    paths = [stage.play(whole()).played.published.path for _ in range(2)]
    assert paths == ["reports/2026-11-12-servers-do-not-start", "reports/2026-11-12-servers-do-not-start-2"]


def test_two_cases_of_one_instant_from_two_databases_lie_side_by_side(tmp_path: Path) -> None:
    paths = []
    for title in ("Servers do not start", "The disk is full"):
        stage = Stage(f"sqlite:///{tmp_path / title}.db", tmp_path)
        with stage.store:
            paths.append(stage.play(whole(title=title)).played.published.path)
    assert len(set(paths)) == 2


def test_a_case_joins_what_is_there_already(stage: Stage) -> None:
    stage.tocsin.do(DIRECTORY, by=TOCSIN)
    told = stage.play(whole(line(5, "note", "Hm.", by="Bob Kahn"), service="Toronto's hub"))
    assert told.data["services"] == ["Toronto's hub"]
    noted = next(entry for entry in entries(stage.tocsin) if isinstance(entry.event, e.Noted))
    assert noted.by == BOB.handle
    assert len(dump(stage.store)["communities"]) == 2


def test_an_ask_can_be_put_to_a_group_that_is_known(stage: Stage) -> None:
    stage.tocsin.do(DIRECTORY, by=TOCSIN)
    stage.play(whole(line(5, "delegate", what="Look.", to=TRIAGERS.name)))
    assert "AskMade" in kinds(stage.tocsin)


def test_a_group_says_nothing_by_itself(stage: Stage) -> None:
    stage.tocsin.do(UpdateDirectory(groups=(Group(slug=Slug("night"), name="Night shift"),)), by=TOCSIN)
    assert "Name a person." in stage.refusal(whole(line(5, "note", "Hm.", by="Night shift")))


def test_a_second_case_may_not_reach_into_the_first(stage: Stage) -> None:
    stage.play(whole())
    before = len(entries(stage.tocsin, 1))
    stage.refusal(whole(line(5, "note", "Hm.", incident=1)))
    assert len(entries(stage.tocsin, 1)) == before


def test_a_failing_publisher_leaves_the_incident_whole_and_the_wish_waiting(stage: Stage) -> None:
    with pytest.raises(Exception, match="The shelf is full"):
        stage.play(whole(), publisher=Shelf(failures=1))
    with stage.store.read() as connection:
        assert reads.numbers(connection) == [1]
    assert kinds(stage.tocsin)[-1] == "PublicationRequested"
