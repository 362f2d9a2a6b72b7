"""The main job, as somebody at a shell has it: real incidents become a repository of reports."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.needs import shared

CASES = ("2022-10-31-utoronto-500-errors-db-full", "2022-11-14-lis-hub-zone-pool-resource-exhaustion",
         "2026-02-11-dubois-user-image-issue")  # fmt: skip


def tocsin(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """What the shell says, in a folder where nobody has worked before."""
    return subprocess.run(
        [sys.executable, "-m", "tocsin", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "HOME": str(folder), "TZ": "Asia/Kathmandu"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def everything(folder: Path) -> dict[str, bytes]:
    """Every file, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def head(repository: Path) -> str:
    done = subprocess.run(["git", "-C", repository, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    return done.stdout


def paths() -> list[Path]:
    return [shared(f"data/cases/{name}.json") for name in CASES]


def test_three_real_incidents_become_three_reports(tmp_path: Path) -> None:
    done = tocsin("replay", *paths(), "--out", "reports", folder=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    names = {path.stem for path in (tmp_path / "reports" / "reports").iterdir()}
    assert {name[:10] for name in names} == {"2022-10-31", "2022-11-14", "2026-02-11"}
    assert not (tmp_path / "var").exists()


def test_the_same_cases_give_the_same_commit_anywhere(tmp_path: Path) -> None:
    heads = set()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert tocsin("replay", *paths(), "--out", "out", folder=tmp_path / name).returncode == 0
        heads.add(head(tmp_path / name / "out"))
    assert len(heads) == 1


def test_the_same_cases_again_into_the_same_repository_change_nothing(tmp_path: Path) -> None:
    heads = set()
    for _ in range(2):
        assert tocsin("replay", *paths(), "--out", "out", folder=tmp_path).returncode == 0
        heads.add(head(tmp_path / "out"))
    assert len(heads) == 1


def test_a_malformed_case_among_good_ones_leaves_everything_untouched(tmp_path: Path) -> None:
    assert tocsin("replay", paths()[0], "--out", "out", "--data", "kept", folder=tmp_path).returncode == 0
    (tmp_path / "bad.json").write_text(json.dumps({"case": "bad", "lines": []}))
    before = everything(tmp_path)
    done = tocsin("replay", paths()[1], "bad.json", "--out", "out", "--data", "kept", folder=tmp_path)
    assert done.returncode == 1
    assert "bad.json" in done.stderr
    assert "Traceback" not in done.stderr
    assert everything(tmp_path) == before


def test_a_malformed_case_makes_no_folder(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff")
    done = tocsin("replay", "bad.json", "--out", "out", "--data", "kept", folder=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.json"]


def test_one_case_of_several_played_again_is_known_again(tmp_path: Path) -> None:
    tocsin("replay", *paths(), "--out", "out", folder=tmp_path)
    again = tocsin("replay", paths()[2], "--out", "out", folder=tmp_path)
    assert again.returncode == 0, again.stderr
    assert len(list((tmp_path / "out" / "reports").iterdir())) == 12


def test_the_same_case_twice_in_one_go_lies_side_by_side(tmp_path: Path) -> None:
    done = tocsin("replay", paths()[1], paths()[1], "--out", "out", folder=tmp_path)
    first, _, _, _, second, *_ = done.stdout.splitlines()
    assert second == first.replace(".md", "-2.md")


def test_in_a_kept_database_the_same_case_again_is_another_incident(tmp_path: Path) -> None:
    for _ in range(2):
        done = tocsin("replay", paths()[1], "--out", "out", "--data", "data", folder=tmp_path)
    assert done.stdout.splitlines()[0].endswith("-2.md")


def test_what_was_published_is_said_although_a_later_case_is_refused(tmp_path: Path) -> None:
    wrong = json.loads(paths()[0].read_text())
    wrong["lines"][-1]["do"] = "declare"
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    done = tocsin("replay", paths()[1], "wrong.json", "--out", "out", folder=tmp_path)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 4)


def test_a_settings_file_in_the_repository_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "tocsin.toml").write_text("tool = 1")
    assert tocsin("replay", paths()[1], "--out", "out", folder=tmp_path).returncode == 0


def test_an_answer_that_cannot_be_printed_is_one_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tocsin", "do", "declare", "Down"],
            cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "cannot be printed" in done.stderr


def test_a_verb_may_be_called_by_its_commands_name(tmp_path: Path) -> None:
    case = json.loads(paths()[1].read_text())
    case["lines"][1] |= {"do": "note-signal", "text": "IMPORTANT WORDS"}
    case["lines"][1].pop("from")
    (tmp_path / "case.json").write_text(json.dumps(case))
    done = tocsin("replay", "case.json", "--out", "out", folder=tmp_path)
    assert "IMPORTANT WORDS" in (tmp_path / done.stdout.splitlines()[0]).read_text()


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    text = paths()[1].read_text().replace('"overview":', '"overview": "First.", "overview":', 1)
    (tmp_path / "case.json").write_text(text)
    done = tocsin("replay", "case.json", "--out", "out", folder=tmp_path)
    assert (done.returncode, "stands twice" in done.stderr) == (1, True)


def test_odd_characters_in_the_name_of_the_data_folder_are_part_of_it(tmp_path: Path) -> None:
    for name in ("inc?a", "inc?b", "p%20q", "a#b"):
        assert tocsin("do", "declare", "Down", "--data", name, folder=tmp_path).stdout == "1\n"
    assert (tmp_path / "inc?a" / "tocsin.db").exists()


def test_an_older_database_is_migrated_by_nothing_else(tmp_path: Path) -> None:
    tocsin("do", "declare", "Down", folder=tmp_path)
    with sqlite3.connect(tmp_path / "var" / "tocsin.db") as database:
        database.execute("DELETE FROM alembic_version")
    url = f"sqlite:///{tmp_path}/var/tocsin.db?timeout=3"
    done = tocsin("incident", "list", "--db", url, folder=tmp_path)
    assert (done.returncode, "tocsin migrate" in done.stderr) == (1, True)


def test_an_empty_out_is_no_folder(tmp_path: Path) -> None:
    assert tocsin("replay", paths()[1], "--out", "", folder=tmp_path).returncode == 2
    assert list(tmp_path.iterdir()) == []
