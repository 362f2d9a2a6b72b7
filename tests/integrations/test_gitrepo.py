"""The publisher to a git repository, with the real git."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tocsin.integrations.gitrepo import Config, GitRepo
from tocsin.integrations.gitrepo.answers import Answer
from tocsin.integrations.gitrepo.failures import out_of_order
from tocsin.integrations.gitrepo.files import alone
from tocsin.integrations.gitrepo.home import Moved
from tocsin.integrations.gitrepo.masking import masked, secrets_in
from tocsin.ports import Failed, Publication, Published

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

REPORT = Publication(
    identity="incident-7",
    path=None,
    stem="2026-11-12-lagoon",
    files={"md": b"# Lagoon\n", "json": b"{}\n"},
    message="Publish the report of incident 7",
    author="Ada",
    at=datetime(2026, 11, 12, 9, 30, tzinfo=UTC),
)
OTHER = replace(REPORT, identity="incident-8", files={"md": b"# Another\n", "json": b"[]\n"})
REVISED = replace(REPORT, path="reports/2026-11-12-lagoon", files={"md": b"# Lagoon, revised\n", "json": b"{}\n"})

SOMEONE = ["-c", "user.name=Someone", "-c", "user.email=someone@example.org"]


@pytest.fixture(autouse=True)
def _a_plain_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return tmp_path / "top"


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with one commit."""
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    seed = tmp_path / "seed"
    git(tmp_path, "init", "-q", "-b", "main", "seed")
    save(seed, "README", "Hello.\n")
    git(seed, "push", "-q", str(tmp_path / "remote.git"), "main")
    return tmp_path / "remote.git"


def git(where: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *SOMEONE, *arguments], cwd=where, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def save(where: Path, name: str, text: str) -> str:
    (where / name).parent.mkdir(parents=True, exist_ok=True)
    (where / name).write_text(text)
    git(where, "add", "-f", "--", name)
    git(where, "commit", "-q", "-m", f"Write {name}", "--", name)
    return git(where, "rev-parse", "HEAD")


def started(top: Path) -> Path:
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    save(top, "README", "Hello.\n")
    return top


def publish(
    where: Path | str, publication: Publication = REPORT, *, work: Path | None = None, branch: str = "main"
) -> Published:
    return GitRepo(Config(repository=str(where), work=work, branch=branch)).publish(publication)


def failure(where: Path | str, publication: Publication = REPORT, *, work: Path | None = None) -> Failed:
    with pytest.raises(Failed) as caught:
        publish(where, publication, work=work)
    return caught.value


def at_once(where: Path, *, work: Path | None = None) -> set[str]:
    """The paths of six reports published at the same time."""
    reports = [replace(REPORT, identity=f"incident-{n}") for n in range(6)]
    with ThreadPoolExecutor(len(reports)) as threads:
        return {published.path for published in threads.map(lambda r: publish(where, r, work=work), reports)}


def commits(where: Path) -> int:
    return int(git(where, "rev-list", "--count", "main"))


def committed(where: Path) -> list[str]:
    return git(where, "ls-tree", "-r", "--name-only", "main").splitlines()


def hook(remote: Path, name: str, script: str) -> None:
    (remote / "hooks").mkdir(exist_ok=True)
    (remote / "hooks" / name).write_text(f"#!/bin/sh\n{script}\n")
    (remote / "hooks" / name).chmod(0o755)


# --- a folder on this machine ----------------------------------------------------------------------------------------


def test_an_absent_folder_becomes_a_repository(top: Path) -> None:
    published = publish(top)
    assert published == Published(path="reports/2026-11-12-lagoon", commit=git(top, "rev-parse", "main"))
    assert committed(top) == ["reports/2026-11-12-lagoon.json", "reports/2026-11-12-lagoon.md"]
    assert (top / "reports/2026-11-12-lagoon.md").read_bytes() == b"# Lagoon\n"
    assert git(top, "status", "--porcelain") == ""


def test_a_folder_with_files_becomes_a_repository_that_leaves_them_alone(top: Path) -> None:
    top.mkdir()
    (top / "notes").write_text("mine")
    publish(top)
    assert git(top, "status", "--porcelain") == "?? notes"


def test_an_unfinished_init_is_finished(top: Path) -> None:
    (top / ".git").mkdir(parents=True)
    publish(top)
    assert commits(top) == 1


def test_an_init_killed_after_its_first_file_is_finished(top: Path) -> None:
    (top / ".git").mkdir(parents=True)
    (top / ".git/HEAD").write_text("ref: refs/heads/main\n")
    publish(top)
    assert commits(top) == 1


def test_a_home_folder_of_nobody_is_refused() -> None:
    failed = failure("~nosuch/reports")
    assert failed.permanent
    assert str(failed).startswith("“~nosuch/reports” is no path on this machine: the account after “~” is not known")


def test_links_that_lead_in_a_circle_are_refused(top: Path) -> None:
    top.symlink_to(top)
    failed = failure(top)
    assert (failed.permanent, "lead in a circle" in str(failed)) == (True, True)


def test_a_report_joins_the_history_of_a_repository(top: Path) -> None:
    publish(started(top))
    assert commits(top) == 2
    assert committed(top)[0] == "README"


def test_a_repository_without_a_commit_takes_the_branch_that_is_set(top: Path) -> None:
    top.mkdir()
    git(top, "init", "-q", "-b", "trunk")
    publish(top)
    assert git(top, "symbolic-ref", "--short", "HEAD") == "main"


def test_another_branch_checked_out_is_refused(top: Path) -> None:
    git(started(top), "checkout", "-q", "-b", "dev")
    failed = failure(top)
    assert failed.permanent
    assert (
        str(failed) == f"{top} is on the branch “dev”, not on “main”: check out “main” there, or set `gitrepo.branch`."
    )


def test_a_detached_head_is_refused(top: Path) -> None:
    git(started(top), "checkout", "-q", "--detach")
    assert "is on no branch" in str(failure(top))


def test_a_branch_that_git_would_not_name_so_is_refused(top: Path) -> None:
    with pytest.raises(Failed, match=r"cannot be the name of a branch: set `gitrepo\.branch`"):
        publish(top, branch="a..b")


def test_a_folder_inside_another_repository_gets_its_own(top: Path) -> None:
    outer = started(top)
    (outer / "data").mkdir()
    publish(outer / "data")
    assert commits(outer) == 1
    assert commits(outer / "data") == 1


def test_a_linked_work_tree_serves_too(top: Path, tmp_path: Path) -> None:
    git(started(top), "branch", "site")
    git(top, "worktree", "add", "-q", str(tmp_path / "site"), "site")
    publish(tmp_path / "site", branch="site")
    assert git(tmp_path / "site", "status", "--porcelain") == ""
    assert commits(top) == 1


def test_two_branches_without_a_common_commit_stay_apart(top: Path) -> None:
    git(started(top), "checkout", "-q", "--orphan", "site")
    publish(top, branch="site")
    assert git(top, "rev-list", "--count", "site") == "1"


def test_the_top_of_the_repository_may_be_the_folder(top: Path) -> None:
    GitRepo(Config(repository=str(top), folder="")).publish(REPORT)
    published = GitRepo(Config(repository=str(top), folder="")).publish(OTHER)
    assert published.path == "2026-11-12-lagoon-2"


def test_git_variables_lead_nowhere(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = started(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    publish(top)
    monkeypatch.undo()
    assert (commits(top), commits(other)) == (1, 1)


# --- the commit ------------------------------------------------------------------------------------------------------


def test_the_commit_says_who_when_and_which_report(top: Path) -> None:
    publish(top, replace(REPORT, at=datetime(2026, 11, 12, 11, 30, 5, 999, tzinfo=timezone(timedelta(hours=2)))))
    author, committer, message = git(top, "log", "--format=%an <%ae> %ai%n%cn <%ce> %ci%n%B").split("\n", 2)
    assert author == "Ada <tocsin@localhost> 2026-11-12 09:30:05 +0000"
    assert committer == "Tocsin <tocsin@localhost> 2026-11-12 09:30:05 +0000"
    assert message == "Publish the report of incident 7\n\nTocsin-Report: incident-7"


def test_the_same_publication_has_the_same_commit_everywhere(top: Path, tmp_path: Path) -> None:
    assert publish(top) == publish(tmp_path / "elsewhere")


HABITS = """
[commit]
gpgSign = true
[core]
autocrlf = true
excludesFile = IGNORED
[i18n]
commitEncoding = latin1
[init]
defaultBranch = trunk
[log]
showSignature = true
"""


def test_the_commit_does_not_depend_on_the_habits_of_a_machine(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = replace(REPORT, files={"md": b"a\r\nb\n"}, message="Übung")
    plain = publish(top, report)
    (tmp_path / "ignored").write_text("*.md\n")
    (tmp_path / "config").write_text(HABITS.replace("IGNORED", str(tmp_path / "ignored")))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    assert publish(tmp_path / "elsewhere", report) == plain


def test_attributes_do_not_change_the_bytes(top: Path) -> None:
    save(started(top), ".gitattributes", "* text eol=lf\n*.md ident\n")
    publish(top, replace(REPORT, files={"md": b"$Id$\r\n"}))
    command = ["git", "cat-file", "blob", "main:reports/2026-11-12-lagoon.md"]
    assert subprocess.run(command, cwd=top, check=True, capture_output=True).stdout == b"$Id$\r\n"


def test_the_hooks_of_the_work_tree_are_not_asked(top: Path) -> None:
    started(top)
    for name in ("pre-commit", "commit-msg", "reference-transaction", "post-commit"):
        hook(top / ".git", name, "exit 1")
    publish(top)
    assert commits(top) == 2


def test_the_file_monitor_of_a_person_is_not_run(top: Path, tmp_path: Path) -> None:
    (tmp_path / "monitor").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    (tmp_path / "monitor").chmod(0o755)
    git(started(top), "config", "core.fsmonitor", str(tmp_path / "monitor"))
    publish(top)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("author", ["Ada\nEvil: <x>", "<Ada>", "A\x00da\x1b[0m", "\ud800Ada"])
def test_an_author_cannot_break_the_form(top: Path, author: str) -> None:
    publish(top, replace(REPORT, author=author))
    assert git(top, "log", "--format=%ae %ce") == "tocsin@localhost tocsin@localhost"
    assert "A" in git(top, "log", "--format=%an")


@pytest.mark.parametrize("author", ["", "<>", " ., ", "\n"])
def test_an_author_without_a_name_is_tocsin(top: Path, author: str) -> None:
    publish(top, replace(REPORT, author=author))
    assert git(top, "log", "--format=%an") == "Tocsin"


def test_a_message_cannot_claim_another_report(top: Path) -> None:
    publish(top, replace(REPORT, message="Publish\x00\r\n\r\nTocsin-Report: incident-8\n\n"))
    assert git(top, "log", "--format=%(trailers:key=Tocsin-Report,valueonly)") == "incident-7"
    assert publish(top, OTHER).path == "reports/2026-11-12-lagoon-2"


def test_an_empty_message_is_replaced(top: Path) -> None:
    publish(top, replace(REPORT, message=" \n"))
    assert git(top, "log", "--format=%s") == "Publish 2026-11-12-lagoon"


@pytest.mark.parametrize("identity", ["", " x", "a\nTocsin-Report: b", "a\x00", "x" * 201])
def test_an_identity_of_several_lines_or_none_or_too_long_is_refused(top: Path, identity: str) -> None:
    assert failure(top, replace(REPORT, identity=identity)).permanent


# --- twice is once, and names ---------------------------------------------------------------------------------------


def test_the_same_publication_twice_is_one_commit(top: Path) -> None:
    first = publish(top)
    save(top, "README", "Something else.\n")
    assert publish(top) == first
    assert publish(top, replace(REPORT, path=first.path)) == first
    assert commits(top) == 2


def test_a_taken_name_gets_a_number(top: Path) -> None:
    publish(top)
    assert publish(top, OTHER).path == "reports/2026-11-12-lagoon-2"
    assert publish(top, replace(OTHER, identity="incident-9")).path == "reports/2026-11-12-lagoon-3"
    assert (top / "reports/2026-11-12-lagoon.md").read_bytes() == b"# Lagoon\n"


def test_a_name_is_taken_with_whatever_ending(top: Path) -> None:
    publish(top, replace(REPORT, files={"pdf": b"%PDF"}))
    assert publish(top, OTHER).path == "reports/2026-11-12-lagoon-2"


def test_a_file_nobody_committed_takes_the_name_too(top: Path) -> None:
    (started(top) / "reports").mkdir()
    (top / "reports/2026-11-12-lagoon.md").write_text("a draft of mine")
    assert publish(top).path == "reports/2026-11-12-lagoon-2"
    assert (top / "reports/2026-11-12-lagoon.md").read_text() == "a draft of mine"


def test_a_lost_result_is_found_again_under_its_number(top: Path) -> None:
    publish(top)
    second = publish(top, OTHER)
    assert publish(top, OTHER) == second
    assert publish(top, replace(OTHER, stem="retitled")) == second


def test_a_lost_result_is_found_again_after_a_correction_by_hand(top: Path) -> None:
    publish(top)
    save(top, "reports/2026-11-12-lagoon.md", "# Lagoon, corrected\n")
    assert publish(top).path == "reports/2026-11-12-lagoon"
    assert commits(top) == 3


def test_an_identity_is_not_found_within_a_longer_one(top: Path) -> None:
    first = publish(top)
    longer = publish(top, replace(REPORT, identity="incident-77"))
    assert longer.path == "reports/2026-11-12-lagoon-2"
    assert publish(top) == first


def test_a_name_given_up_and_taken_by_another_report_is_left_to_it(top: Path) -> None:
    publish(top)
    git(top, "rm", "-q", "-r", "reports")
    git(top, "commit", "-q", "-m", "Withdraw")
    assert publish(top, OTHER).path == "reports/2026-11-12-lagoon"
    assert publish(top).path == "reports/2026-11-12-lagoon-2"


def test_a_name_is_no_pattern(top: Path) -> None:
    first = publish(top, replace(REPORT, stem="[ab]*"))
    publish(top, replace(OTHER, stem="a"))
    assert publish(top, replace(REPORT, stem="[ab]*")) == first


def test_endings_with_dots_are_told_from_the_name(top: Path) -> None:
    dotted = replace(REPORT, files={"full.md": b"a", "md": b"b"})
    assert publish(top, dotted) == publish(top, replace(dotted, stem="retitled"))


def test_a_revision_overwrites_where_it_stood(top: Path) -> None:
    first = publish(top, replace(REPORT, files={**REPORT.files, "pdf": b"%PDF"}))
    second = publish(top, REVISED)
    assert (second.path, second.commit != first.commit) == (first.path, True)
    assert git(top, "show", "--format=", "--name-only", "main") == "reports/2026-11-12-lagoon.md"
    assert "reports/2026-11-12-lagoon.pdf" in committed(top)
    assert git(top, "status", "--porcelain") == ""


def test_a_publication_killed_before_its_files_were_in_place_is_completed(top: Path) -> None:
    first = publish(top)
    (top / "reports/2026-11-12-lagoon.json").unlink()
    (top / "reports/.2026-11-12-lagoon.json.tocsin").write_text("half a fi")
    git(top, "rm", "-q", "--cached", "reports/2026-11-12-lagoon.md")
    assert publish(top) == first
    assert git(top, "status", "--porcelain") == ""


# --- nobody else's work ----------------------------------------------------------------------------------------------


def test_what_is_staged_or_half_edited_stays_so(top: Path) -> None:
    save(started(top), "kept", "as it was\n")
    (top / "README").write_text("half edited")
    (top / "staged").write_text("staged")
    (top / "stray").write_text("stray")
    git(top, "add", "staged")
    git(top, "rm", "-q", "kept")
    before = git(top, "status", "--porcelain")
    publish(top)
    assert git(top, "status", "--porcelain") == before
    assert len(git(top, "show", "--format=", "--name-only", "main").splitlines()) == 2


def test_a_merge_in_progress_stays_in_progress(top: Path) -> None:
    git(started(top), "branch", "dev")
    save(top, "README", "Here.\n")
    git(top, "checkout", "-q", "dev")
    save(top, "README", "There.\n")
    git(top, "checkout", "-q", "main")
    subprocess.run(["git", *SOMEONE, "merge", "-q", "dev"], cwd=top, check=False, capture_output=True)
    publish(top)
    assert git(top, "status", "--porcelain") == "UU README"


def test_a_branch_that_cannot_be_written_leaves_the_work_tree_as_it_was(top: Path) -> None:
    lock = started(top) / ".git/refs/heads/main.lock"
    lock.touch()
    failed = failure(top)
    assert not failed.permanent
    assert git(top, "status", "--porcelain") == ""
    assert not (top / "reports").exists()
    lock.unlink()
    assert publish(top).path == "reports/2026-11-12-lagoon"


def test_a_branch_somebody_else_moved_is_seen_before_a_file_is_touched(top: Path) -> None:
    home = GitRepo(Config(repository=str(started(top))))._home()
    tip, theirs = home.tip(), save(top, "README", "Mine.\n")
    with pytest.raises(Moved):
        home.accept(git(top, "commit-tree", "-m", "Ours", "main^{tree}"), tip, {"reports/x.md": b"x"})
    assert git(top, "rev-parse", "main") == theirs
    assert not (top / "reports").exists()


def test_another_git_at_work_is_waited_for(top: Path) -> None:
    (started(top) / ".git/index.lock").touch()
    failed = failure(top)
    assert (failed.permanent, "remove" in str(failed), commits(top)) == (False, True, 1)


def test_publications_at_the_same_time_all_get_in(top: Path) -> None:
    assert len(at_once(started(top))) == 6
    assert (commits(top), git(top, "status", "--porcelain")) == (7, "")


def test_first_publications_at_the_same_time_begin_one_repository(top: Path) -> None:
    assert len(at_once(top)) == 6
    assert (commits(top), git(top, "status", "--porcelain")) == (6, "")


def test_first_publications_at_the_same_time_begin_one_copy(remote: Path, tmp_path: Path) -> None:
    assert len(at_once(remote, work=tmp_path / "work")) == 6
    assert commits(remote) == 7


def test_a_repository_that_another_process_begins_is_waited_for(top: Path) -> None:
    (top / ".git").mkdir(parents=True)
    thread = threading.Thread(target=publish, args=(top,))
    with alone(top / ".git"):
        thread.start()
        thread.join(timeout=0.3)
        assert not (top / ".git/HEAD").exists()
    thread.join()
    assert commits(top) == 1


# --- nothing escapes -------------------------------------------------------------------------------------------------

BAD = ["../x", "..", "a/b", "/etc/x", ".git", ".gitattributes", "GIT~1", "", " x", "a\x00b", "a\nb", "a\\b", "x" * 201]


@pytest.mark.parametrize("stem", BAD)
def test_a_name_that_leads_elsewhere_is_refused(top: Path, stem: str) -> None:
    failed = failure(top, replace(REPORT, stem=stem))
    assert failed.permanent
    assert not top.exists()


@pytest.mark.parametrize(
    "path",
    [
        "",
        "reports",
        "x",
        "/reports/x",
        "reports/../x",
        "reports/.git/x",
        "other/x",
        "reports//x",
        "reports/x/",
        "Reports/x",
    ],
)
def test_a_path_outside_the_folder_is_refused(top: Path, path: str) -> None:
    assert failure(top, replace(REPORT, path=path)).permanent


@pytest.mark.parametrize("ending", ["", "../x", "/md", "md/x", ".md", "m d", "md\n"])
def test_an_ending_that_is_none_is_refused(top: Path, ending: str) -> None:
    assert failure(top, replace(REPORT, files={ending: b""})).permanent


def test_a_publication_without_files_is_refused(top: Path) -> None:
    assert failure(top, replace(REPORT, files={})).permanent


@pytest.mark.parametrize("folder", ["/reports", "../reports", "a/../b", ".git", ".github/workflows", "a//b"])
def test_a_folder_that_leads_elsewhere_is_refused(top: Path, folder: str) -> None:
    with pytest.raises(Failed, match="cannot be the folder of reports: it takes plain names") as caught:
        GitRepo(Config(repository=str(top), folder=folder)).publish(REPORT)
    assert caught.value.permanent


def test_a_link_in_place_of_the_folder_is_refused(top: Path, tmp_path: Path) -> None:
    (started(top) / "reports").symlink_to(tmp_path, target_is_directory=True)
    failed = failure(top)
    assert failed.permanent
    assert "in the way" in str(failed)
    assert not list(tmp_path.glob("*lagoon*"))


def test_a_link_in_place_of_a_file_is_refused(top: Path, tmp_path: Path) -> None:
    publish(started(top))
    (tmp_path / "outside").write_text("precious")
    (top / "reports/2026-11-12-lagoon.md").unlink()
    (top / "reports/2026-11-12-lagoon.md").symlink_to(tmp_path / "outside")
    assert failure(top, REVISED).permanent
    assert (tmp_path / "outside").read_text() == "precious"


def test_a_committed_link_is_refused_in_a_remote_too(remote: Path, tmp_path: Path) -> None:
    (tmp_path / "seed/reports").symlink_to("/etc", target_is_directory=True)
    git(tmp_path / "seed", "add", "reports")
    git(tmp_path / "seed", "commit", "-q", "-m", "Link")
    git(tmp_path / "seed", "push", "-q", str(remote), "main")
    failed = failure(remote, work=tmp_path / "work")
    assert (failed.permanent, "in the way" in str(failed)) == (True, True)


def test_a_repository_within_the_folder_is_refused(top: Path) -> None:
    started(started(top) / "reports")
    assert "in the way" in str(failure(top))


# --- remotes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_bare_repository_gets_the_commit_pushed(remote: Path, tmp_path: Path, form: str) -> None:
    published = publish(form.format(remote), work=tmp_path / "work")
    assert published.commit == git(remote, "rev-parse", "main")
    assert "reports/2026-11-12-lagoon.md" in committed(remote)
    assert publish(form.format(remote), work=tmp_path / "work") == published
    assert commits(remote) == 2


def test_an_empty_remote_gets_its_first_branch(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "empty.git")
    publish(tmp_path / "empty.git", work=tmp_path / "work")
    assert commits(tmp_path / "empty.git") == 1


def test_a_remote_and_a_work_tree_have_the_same_commits(tmp_path: Path, top: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "empty.git")
    assert publish(tmp_path / "empty.git", work=tmp_path / "work") == publish(top)


def test_a_branch_the_remote_does_not_have_is_refused(remote: Path, tmp_path: Path) -> None:
    with pytest.raises(
        Failed, match=r"has no branch “mian”, but “main”: create it, or set `gitrepo\.branch`"
    ) as caught:
        publish(remote, work=tmp_path / "work", branch="mian")
    assert caught.value.permanent


def test_what_others_pushed_in_between_is_built_upon(remote: Path, tmp_path: Path) -> None:
    publish(remote, work=tmp_path / "one")
    publish(remote, OTHER, work=tmp_path / "two")
    assert publish(remote, REVISED, work=tmp_path / "one").path == "reports/2026-11-12-lagoon"
    assert commits(remote) == 4


def test_a_remote_whose_history_was_replaced_is_followed(remote: Path, tmp_path: Path) -> None:
    publish(remote, work=tmp_path / "work")
    git(tmp_path / "seed", "commit", "-q", "--amend", "-m", "Begin anew")
    git(tmp_path / "seed", "push", "-q", "--force", str(remote), "main")
    publish(remote, work=tmp_path / "work")
    assert commits(remote) == 2


def test_our_copy_once_lost_is_made_anew(remote: Path, tmp_path: Path) -> None:
    first = publish(remote, work=tmp_path / "work")
    shutil.rmtree(tmp_path / "work")
    assert publish(remote, work=tmp_path / "work") == first


def test_our_copy_begun_but_not_finished_is_finished(remote: Path, tmp_path: Path) -> None:
    (tmp_path / "work/refs").mkdir(parents=True)
    publish(remote, work=tmp_path / "work")
    assert commits(remote) == 2


def test_a_remote_needs_a_folder_for_our_copy(remote: Path) -> None:
    failed = failure(remote)
    assert (failed.permanent, "set `gitrepo.repository`" in str(failed)) == (True, True)


def test_our_copy_is_not_put_among_other_files(remote: Path, tmp_path: Path) -> None:
    before = set(tmp_path.iterdir())
    failed = failure(remote, work=tmp_path)
    assert (failed.permanent, "move that away" in str(failed)) == (True, True)
    assert set(tmp_path.iterdir()) == before


RACER = """#!/bin/sh
# Stands in for ssh. Whenever we are about to push, somebody else does first, as long as the file `racing` exists.
for command; do :; done
case $command in *receive-pack*)
    if [ -e ROOT/racing ]; then
        [ -s ROOT/racing ] || rm ROOT/racing
        (
            cd ROOT/seed && echo $$ > other && git add other
            git PERSON commit -q -m Other && git push -q REMOTE main
        ) >&2
    fi ;;
esac
exec sh -c "$command"
"""


@pytest.fixture
def racing(remote: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that decides how often somebody else is faster: empty once, with content always."""
    script = RACER.replace("ROOT", str(tmp_path)).replace("REMOTE", str(remote)).replace("PERSON", " ".join(SOMEONE))
    (tmp_path / "ssh").write_text(script)
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(tmp_path / "ssh"))
    monkeypatch.setenv("GIT_SSH_VARIANT", "simple")
    return tmp_path / "racing"


def test_a_push_that_lost_a_race_is_done_again_on_top(racing: Path, remote: Path, tmp_path: Path) -> None:
    racing.write_text("")
    published = publish(f"somewhere:{remote}", work=tmp_path / "work")
    assert git(remote, "rev-parse", "main") == published.commit
    assert git(remote, "log", "--format=%s", "main").splitlines()[1] == "Other"


def test_a_push_that_keeps_losing_is_tried_later(racing: Path, remote: Path, tmp_path: Path) -> None:
    racing.write_text("always")
    failed = failure(f"somewhere:{remote}", work=tmp_path / "work")
    assert (failed.permanent, "moved twice" in str(failed)) == (False, True)


def test_a_race_that_the_remote_sees_first_is_done_again_on_top(remote: Path, tmp_path: Path) -> None:
    git(tmp_path / "seed", "push", "-q", str(remote), f"{save(tmp_path / 'seed', 'other', '')}:refs/heads/other")
    move = "unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main refs/heads/other"
    hook(remote, "pre-receive", f"[ -e moved ] || {{ touch moved; {move}; }}")
    publish(remote, work=tmp_path / "work")
    assert commits(remote) == 3


def test_a_remote_that_refuses_is_quoted(remote: Path, tmp_path: Path) -> None:
    hook(remote, "pre-receive", "echo Reports go through review >&2; exit 1")
    failed = failure(remote, work=tmp_path / "work")
    assert failed.permanent
    assert "Reports go through review" in str(failed)
    assert "hook declined" in str(failed)


def test_a_remote_that_is_not_there_is_quoted(tmp_path: Path) -> None:
    failed = failure(f"file://{tmp_path}/nowhere.git", work=tmp_path / "work")
    assert failed.permanent
    assert "nowhere.git" in str(failed)


def test_a_remote_out_of_reach_may_come_back(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"git://127.0.0.1:{closed.getsockname()[1]}/reports.git"
        failed = failure(url, work=tmp_path / "work")
    assert (failed.permanent, "Connection refused" in str(failed)) == (False, True)


def test_a_remote_that_never_answers_is_given_up_after_a_while(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = Config(repository=f"git://127.0.0.1:{silent.getsockname()[1]}/x.git", work=tmp_path / "work")
        with pytest.raises(Failed, match=r"did not answer within 0\.5 seconds") as caught:
            GitRepo(config, patience=timedelta(seconds=0.5)).publish(REPORT)
    assert not caught.value.permanent


@pytest.mark.parametrize("login", ["ada:s3cr%40t", "s3cr%40t", "ada:s3cr@t", "ada:s3cr/s3cr", "ada:s@3cr/s3cr"])
def test_a_password_in_the_url_is_never_told(tmp_path: Path, login: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://{login}@127.0.0.1:{closed.getsockname()[1]}/reports.git"
        told = f"{failure(url, work=tmp_path / 'work')} {Config(repository=url)!r}"
    assert "s3cr" not in told
    assert "127.0.0.1" in told


@pytest.mark.parametrize("name", ["token", "access_token", "x=1&private_token", "API_KEY"])
def test_a_token_in_the_query_of_a_url_is_never_told(tmp_path: Path, name: str) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/reports.git?{name}=s3cr'%40t"
        told = str(failure(url, work=tmp_path / "work"))
    assert ("s3cr" in told, "40t" in told, f"{name}=***" in told) == (False, False, True)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("no 'https://ada:SEC/RET@x/y'", "no 'https://***@x/y'"),
        ("no 'https://x/y?a=b&access_token=SECRET': 404", "no 'https://x/y?a=b&access_token=***': 404"),
        ("no https://x:8443/y?a=b", "no https://x:8443/y?a=b"),
        ("no file:///srv/a@b", "no file:///srv/a@b"),
    ],
)
def test_a_password_in_any_url_is_masked(said: str, told: str) -> None:
    assert masked(said, ()) == told


@pytest.mark.parametrize("said", ["Bad port 'SEC'", "SEC/RET", "'/RET@x/y' not found"])
def test_half_a_password_is_masked_too(said: str) -> None:
    told = masked(said, secrets_in("ssh://ada:SEC/RET@x/y"))
    assert ("SEC" in told, "RET" in told) == (False, False)


def test_a_password_before_an_at_in_the_path_is_masked_alone_too() -> None:
    assert masked("s3cret", secrets_in("https://ada:s3cret@x/y@z")) == "***"


def test_a_password_is_not_told_by_a_remote_that_repeats_it(remote: Path, tmp_path: Path) -> None:
    hook(remote, "pre-receive", f"echo no s3cret, no file://ada:s3cret@{remote} >&2; exit 1")
    told = masked(str(failure(remote, work=tmp_path / "work")), secrets_in("https://ada:s3cret@x/y"))
    assert ("s3cret" in told, "no ***, no file://***@" in told) == (False, True)


@pytest.mark.parametrize(
    ("said", "permanent"),
    [
        ("fatal: Authentication failed for 'https://x/'", True),
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", True),
        ("git@x: Permission denied (publickey).\nfatal: Could not read from remote repository.", True),
        ("remote: Repository not found.", True),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 403", True),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 429", False),
        ("fatal: unable to access 'https://x/': The requested URL returned error: 502", False),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", False),
        ("error: sha1 file '/x' write error. Out of diskspace", False),
    ],
)
def test_only_what_may_pass_is_tried_again(said: str, permanent: bool) -> None:
    with pytest.raises(Failed) as caught:
        Answer(code=128, out=b"", said=said).check()
    assert caught.value.permanent is permanent


# --- this machine ----------------------------------------------------------------------------------------------------


def test_git_not_installed_says_how_to_install_it(top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    failed = failure(top)
    assert (str(failed), failed.permanent) == ("git is not installed; apt-get install git", True)


def test_a_file_in_place_of_the_repository_is_refused(top: Path) -> None:
    top.write_text("a file")
    failed = failure(top)
    assert (failed.permanent, str(top) in str(failed)) == (True, True)


def test_a_full_disk_is_said_so_and_may_be_emptied() -> None:
    failed = out_of_order(OSError(errno.ENOSPC, "No space left on device", "/srv/reports"))
    assert str(failed) == "There is no room left on the disk for /srv/reports: make some, then publish again."
    assert not failed.permanent


def test_a_disk_that_git_finds_full_is_said_so() -> None:
    with pytest.raises(Failed, match="no room left"):
        Answer(code=128, out=b"", said="error: unable to write file x: No space left on device").check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_said_so(top: Path) -> None:
    started(top).chmod(0o555)
    failed = failure(top)
    top.chmod(0o755)
    assert (failed.permanent, "Permission denied" in str(failed)) == (True, True)


# ── looking whether it works ───────────────────────────────────────────────────────────────────────────────────────


def test_a_check_publishes_nothing(remote: Path, tmp_path: Path) -> None:
    before = commits(remote)
    GitRepo(Config(repository=str(remote), work=tmp_path / "work")).check()
    assert commits(remote) == before


def test_a_check_says_what_is_wrong(tmp_path: Path) -> None:
    nowhere = GitRepo(Config(repository=f"file://{tmp_path}/nowhere.git", work=tmp_path / "work"))
    with pytest.raises(Failed):
        nowhere.check()
