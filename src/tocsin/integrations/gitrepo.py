"""Publishes reports into a git repository, one commit a report.

Commits are made from git's plumbing on an index of their own, not with `git commit`: so neither hooks, signing, ignore
rules, filters nor anything staged or half edited can get into one, and the same publication has the same commit id.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import subprocess
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Protocol
from urllib.parse import unquote

from tocsin.ports import Failed, Publication, Published


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where reports are published."""

    repository: str = field(repr=False)  # it may carry a password
    """A folder on this machine, or the URL of a remote (https, ssh, file, `host:path`)."""
    branch: str = "main"
    folder: str = "reports"
    """The folder within the repository; empty for its top."""
    work: Path | None = None
    """A folder for our own copy of a remote or bare repository; not needed for a work tree."""


class GitRepo:
    """Serves `Publisher`. Its own earlier publications it knows by the trailer `Tocsin-Report` of their commits."""

    def __init__(self, config: Config, *, patience: timedelta = timedelta(minutes=2)) -> None:
        self._config = config
        self._patience = patience

    def publish(self, publication: Publication) -> Published:
        folder = _folder(self._config.folder)
        _check(publication, folder)
        try:
            home = self._home()
            with _alone(home.git.dir):
                return self._put(home, publication, folder)
        except OSError as error:
            raise _out_of_order(error) from None

    def _home(self) -> _Home:
        url, branch = self._config.repository, self._config.branch
        if _is_remote(url):
            return _Remote(git=self._clone(), url=url, branch=branch)
        top = Path(url).expanduser().resolve()
        if _is_bare(top):
            return _Remote(git=self._clone(), url=str(top), branch=branch)
        git = self._git(top / ".git", top)
        if not _is_started(top / ".git"):
            top.mkdir(parents=True, exist_ok=True)
            git.init(top, branch)
        real = Path(os.fsdecode(git("rev-parse", "--absolute-git-dir")).rstrip("\n"))  # `.git` may be a file
        return _WorkTree(git=self._git(real, top), top=top, branch=branch)

    def _clone(self) -> _Git:
        if self._config.work is None:
            raise Failed("A remote or bare repository needs a folder for our own copy: set `work`.", permanent=True)
        work = self._config.work.expanduser().resolve()
        git = self._git(work, None)
        if not _is_bare(work):
            work.mkdir(parents=True, exist_ok=True)
            if {entry.name for entry in work.iterdir()} - _BEGUN:
                raise Failed(f"{work} holds something else: name an empty folder as `work`.", permanent=True)
            git.init(work, self._config.branch, "--bare")
        return git

    def _git(self, directory: Path, top: Path | None) -> _Git:
        return _Git(dir=directory, top=top, patience=self._patience, secrets=_secrets(self._config.repository))

    def _put(self, home: _Home, publication: Publication, folder: tuple[str, ...]) -> Published:
        git = home.git
        for _ in range(2):  # the second time on top of what somebody else put there in between
            tip = home.tip()
            path = publication.path or _earlier(git, tip, publication, folder) or _free(home, tip, publication, folder)
            files = {f"{path}.{ending}": content for ending, content in sorted(publication.files.items())}
            _check_way(git, tip, files)
            commit = _commit(git, tip, files, publication)
            with suppress(_Moved):
                home.accept(commit, tip, files)
                return Published(path=path, revision=commit if commit != tip else _last(git, tip, files))
        raise Failed(f"The branch “{self._config.branch}” moved twice while we published to it.")


# What `git init` makes, perhaps at this moment for another publication, or did not finish: then it may be repeated.
_BEGUN = {"HEAD", "HEAD.lock", "config", "config.lock", "branches", "hooks", "info", "objects", "refs"}


class _Moved(Exception):
    """Somebody else moved the branch between our reading it and our writing it."""


class _Home(Protocol):
    """A repository as the target of a publication."""

    @property
    def git(self) -> _Git: ...
    def tip(self) -> str | None:
        """The commit to build on; None when there is none yet."""
        ...

    def names(self, folder: str) -> set[str]:
        """What lies in the folder besides what is committed."""
        ...

    def accept(self, commit: str, tip: str | None, files: Mapping[str, bytes]) -> None:
        """Make the commit the branch's newest; `commit == tip` when nothing is new."""
        ...


@dataclass(frozen=True, kw_only=True)
class _WorkTree:
    """A repository people may be working in: only the publication's own files are touched."""

    git: _Git
    top: Path
    branch: str

    def tip(self) -> str | None:
        head = self.git.text("symbolic-ref", "--quiet", "HEAD", fine=(0, 1)).removeprefix("refs/heads/")
        if head == self.branch:
            return self.git.commit(f"refs/heads/{head}")
        if self.git.text("rev-list", "--max-count=1", "--all"):
            now = f"on the branch “{head}”" if head else "on no branch"
            remedy = f"check out “{self.branch}” there, or set `branch`"
            raise Failed(f"{self.top} is {now}, not on “{self.branch}”: {remedy}.", permanent=True)
        self.git("symbolic-ref", "HEAD", f"refs/heads/{self.branch}")
        return None

    def names(self, folder: str) -> set[str]:
        here = self.top / folder
        return {entry.name for entry in here.iterdir()} if here.is_dir() else set()

    def accept(self, commit: str, tip: str | None, files: Mapping[str, bytes]) -> None:
        """New files are ready beside the old before the branch moves: after that hardly anything can go wrong.

        Killed in between, the files are missing until the publication is repeated; so this is done even for a commit
        that already stands.
        """
        self._check_way(files)
        self._check_lock()
        stale = {self.top / name: content for name, content in files.items() if not _holds(self.top / name, content)}
        try:
            for target, content in stale.items():
                _write(_beside(target), content)
            if commit != tip:
                self._move(commit, tip)
            for target in stale:
                _beside(target).replace(target)
        finally:
            for target in stale:
                _clear(_beside(target), self.top)
        for folder in {target.parent for target in stale}:
            _settle(folder)
        self._stage(commit, files)

    def _move(self, commit: str, tip: str | None) -> None:
        reason = "tocsin: Publish a report."
        answer = self.git.ask("update-ref", "-m", reason, f"refs/heads/{self.branch}", commit, tip or "")
        if answer.code and _MOVED_HERE.search(answer.said):
            raise _Moved
        answer.check()

    def _stage(self, commit: str, files: Mapping[str, bytes]) -> None:
        """Without this, git would take our files for staged deletions."""
        entries = self.git("ls-tree", "-z", "--full-tree", commit, "--", *files)
        self.git("update-index", "-z", "--index-info", stdin=entries)
        self.git("update-index", "-q", "--refresh", fine=(0, 1))  # 1: something else has changed, as it may

    def _check_way(self, files: Mapping[str, bytes]) -> None:
        for folder in _parents(files):
            here = self.top / folder
            if here.is_symlink() or (here.exists() and not here.is_dir()) or (here / ".git").exists():
                raise _in_the_way(here)
        for file in files:
            if (self.top / file).is_symlink() or ((self.top / file).exists() and not (self.top / file).is_file()):
                raise _in_the_way(self.top / file)

    def _check_lock(self) -> None:
        lock = self.git.dir / "index.lock"
        if lock.exists():
            raise Failed(f"Another git is at work in {self.top}. If none is, one was killed: remove {lock}.")


@dataclass(frozen=True, kw_only=True)
class _Remote:
    """A repository elsewhere, or a bare one: commits are made in a copy of our own and pushed."""

    git: _Git
    url: str
    branch: str

    def tip(self) -> str | None:
        lines = self.git.text("ls-remote", "--quiet", "--heads", "--", self.url).splitlines()
        heads = {line.partition("\trefs/heads/")[2] for line in lines}
        if self.branch in heads:
            return self._fetched()
        if heads:
            known, remedy = _some(sorted(heads)), "create it, or set `branch`"
            raise Failed(f"The repository has no branch “{self.branch}”, but {known}: {remedy}.", permanent=True)
        return None

    def _fetched(self) -> str | None:
        ref = f"refs/heads/{self.branch}"
        quietly = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head")
        self.git("fetch", *quietly, "--", self.url, f"+{ref}:{ref}")
        return self.git.commit(ref)

    def names(self, folder: str) -> set[str]:
        return set()

    def accept(self, commit: str, tip: str | None, files: Mapping[str, bytes]) -> None:
        if commit == tip:
            return
        quietly = ("--quiet", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")
        answer = self.git.ask("push", *quietly, "--", self.url, f"{commit}:refs/heads/{self.branch}")
        if answer.code and _MOVED.search(answer.said):
            raise _Moved
        answer.check()


_MOVED_HERE = re.compile(r"but expected|reference already exists")

# The first is what git says when it sees the move itself, the others when the remote sees it.
_MOVED = re.compile(r"! \[rejected\]|failed to update ref|cannot lock ref|incorrect old value")


# --- what a publication becomes -------------------------------------------------------------------------------------

_TRAILER = "Tocsin-Report"
_ENDING = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_LONGEST = 200  # bytes of a name: file systems end at 255, and “-2”, the ending and our temporary name come on top


def _folder(folder: str) -> tuple[str, ...]:
    parts = tuple(folder.rstrip("/").split("/")) if folder not in ("", ".") else ()
    if not all(map(_is_plain, parts)):
        raise Failed(f"“{folder}” cannot be the folder: set `folder` to plain names, as “reports”.", permanent=True)
    return parts


def _check(publication: Publication, folder: tuple[str, ...]) -> None:
    """Nothing that comes in may lead out of the folder, or break the form of a commit."""
    for name in (publication.stem, *publication.files):
        if not _is_plain(name):
            raise Failed(f"“{name}” cannot be the name of a published file.", permanent=True)
    if not publication.files or not all(map(_ENDING.fullmatch, publication.files)):
        raise Failed("A publication needs files, each with an ending such as “md”.", permanent=True)
    parts = tuple(publication.path.split("/")) if publication.path is not None else (*folder, publication.stem)
    if len(parts) <= len(folder) or parts[: len(folder)] != folder or not all(map(_is_plain, parts)):
        raise Failed(f"“{publication.path}” lies outside the folder “{'/'.join(folder)}”.", permanent=True)
    identity = publication.identity
    if not identity or identity != identity.strip() or not identity.isprintable():
        raise Failed("A publication needs an identity of one line.", permanent=True)


def _is_plain(part: str) -> bool:
    """One visible name: no way up, no hidden file (thus no `.git`), nothing that another system reads as one."""
    return (
        part != ""
        and part == part.strip()
        and part.isprintable()
        and not part.startswith(".")
        and not part.casefold().startswith("git~")
        and not set(part) & set("/\\:")
        and len(part.encode()) <= _LONGEST
    )


def _earlier(git: _Git, tip: str | None, publication: Publication, folder: tuple[str, ...]) -> str | None:
    """Where this report already stands: its first publication may have succeeded without our learning of it."""
    if tip is None:
        return None
    mark = f"--grep={_TRAILER}: {publication.identity}"
    found = [commit for commit, marks in _marks(git, tip, "--fixed-strings", mark) if publication.identity in marks]
    for name in _changed(git, found[0]) if found else []:
        path = _without_ending(name, publication)
        if path and tuple(path.split("/"))[:-1] == folder and _owner(git, tip, name) == publication.identity:
            return path
    return None


def _without_ending(name: str, publication: Publication) -> str | None:
    longest_first = sorted(publication.files, key=len, reverse=True)  # “x.public.md” is “x”, not “x.public”
    return next((name.removesuffix(f".{e}") for e in longest_first if name.endswith(f".{e}")), None)


def _owner(git: _Git, tip: str, name: str) -> str | None:
    """Whose report a file is; corrections committed by hand do not change that. None when it is gone, or nobody's."""
    if not git("ls-tree", "--full-tree", tip, "--", name):
        return None
    return next((marks[-1] for _, marks in _marks(git, tip, "--", name) if marks), None)


def _marks(git: _Git, tip: str, *which: str) -> list[tuple[str, list[str]]]:
    """Commits, newest first, with the reports they name."""
    form = f"--format=%H%x1f%(trailers:key={_TRAILER},valueonly,unfold,separator=%x1f)"
    records = git.text("log", "-z", "--encoding=UTF-8", form, tip, *which).split("\0")
    fields = [record.strip("\n").split("\x1f") for record in records if record.strip("\n")]
    return [(commit, [mark for mark in marks if mark]) for commit, *marks in fields]


def _changed(git: _Git, commit: str) -> list[str]:
    return git.text("diff-tree", "--root", "--no-commit-id", "--name-only", "-r", "-z", commit).split("\0")


def _free(home: _Home, tip: str | None, publication: Publication, folder: tuple[str, ...]) -> str:
    """The first of the wished name, `-2`, `-3`, … that nobody has, with whatever ending."""
    where = "".join(f"{part}/" for part in folder)
    names = home.names(where)
    if tip is not None:
        inside = ("--", where) if where else ()
        listed = home.git.text("ls-tree", "-z", "--full-tree", "--name-only", tip, *inside)
        names = names | {name.removeprefix(where) for name in listed.split("\0")}
    stems = (publication.stem if n == 1 else f"{publication.stem}-{n}" for n in count(1))
    return where + next(stem for stem in stems if not any(name.startswith(f"{stem}.") for name in names))


def _check_way(git: _Git, tip: str | None, files: Mapping[str, bytes]) -> None:
    """In the commit, folders must be folders and files files: git would write through neither link nor submodule."""
    folders = _parents(files)
    entries = git.text("ls-tree", "-z", "--full-tree", tip, "--", *folders, *files).split("\0") if tip else []
    for entry in filter(None, entries):
        kind, _, name = entry.partition("\t")
        if not kind.startswith("040000" if name in folders else "100"):
            raise _in_the_way(name)


def _parents(files: Mapping[str, bytes]) -> set[str]:
    return {str(folder) for file in files for folder in PurePosixPath(file).parents} - {"."}


def _commit(git: _Git, tip: str | None, files: Mapping[str, bytes], publication: Publication) -> str:
    """The commit that adds these files to the tip; the tip itself when they are all there already."""
    with tempfile.TemporaryDirectory(prefix="tocsin-", dir=git.dir) as scratch:
        index = {"GIT_INDEX_FILE": f"{scratch}/index"}
        if tip is not None:
            git("read-tree", tip, env=index)
        for name, content in files.items():
            blob = git.text("hash-object", "-w", "--no-filters", "--stdin", stdin=content)
            git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}", env=index)
        tree = git.text("write-tree", env=index)
    if tip is not None and tree == git.text("rev-parse", "--verify", f"{tip}^{{tree}}"):
        return tip
    parents = ("-p", tip) if tip is not None else ()
    return git.text("commit-tree", tree, *parents, "-F", "-", stdin=_message(publication), env=_names(publication))


def _message(publication: Publication) -> bytes:
    text = "\n".join(map(_visible, publication.message.splitlines())).strip() or f"Publish {publication.stem}"
    return f"{text}\n\n{_TRAILER}: {publication.identity}\n".encode()


def _visible(line: str) -> str:
    """Without control characters and halves of characters, which neither git nor a terminal can take."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in line)


def _names(publication: Publication) -> dict[str, str]:
    author = _visible(publication.author).replace("<", "").replace(">", "")
    name = author.strip(" .,:;\"'\\") or "Tocsin"  # git cuts these, too, and refuses a name of nothing else
    at = f"@{int(publication.at.timestamp())} +0000"
    return {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}


def _last(git: _Git, tip: str, files: Mapping[str, bytes]) -> str:
    return git.text("rev-list", "--max-count=1", tip, "--", *files)


# --- files ----------------------------------------------------------------------------------------------------------


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One publication at a time in one repository. The lock dies with its process."""
    with (directory / "tocsin.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_started(directory: Path) -> bool:
    """False for a repository that `git init` did not finish, too: it may be repeated."""
    return directory.is_file() or (directory / "HEAD").exists()


def _is_bare(top: Path) -> bool:
    return (top / "HEAD").is_file() and (top / "objects").is_dir() and (top / "refs").is_dir()


def _is_remote(repository: str) -> bool:
    """As git sees it: a URL, or `host:path` with the colon before any slash."""
    return "://" in repository or (":" in repository.partition("/")[0] and not Path(repository).exists())


def _holds(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content


def _beside(target: Path) -> Path:
    """A fixed name, so that what a killed process left behind is used up by the next try."""
    return target.with_name(f".{target.name}.tocsin")


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    with file.open("xb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def _settle(folder: Path) -> None:
    """Renaming is durable only when the folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _clear(file: Path, top: Path) -> None:
    """Remove a temporary file, and the folders it leaves empty."""
    with suppress(OSError):
        file.unlink(missing_ok=True)
        for folder in file.relative_to(top).parents[:-1]:
            (top / folder).rmdir()  # refuses a folder that holds something, which ends the climb


# --- git ------------------------------------------------------------------------------------------------------------

# What an operator may set for git to reach and trust a remote; everything else named GIT_… would change what we mean.
_KEPT = (
    *("GIT_ASKPASS", "GIT_SSH", "GIT_SSL_", "GIT_PROXY_", "GIT_HTTP_", "GIT_EXEC_PATH"),
    *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"),
)

_SETTINGS = {
    "core.hooksPath": "/dev/null",  # commit hooks are for people; `update-ref` would run one, too
    "core.fsync": "all",
    "core.autocrlf": "false",
    "gc.autoDetach": "false",
    "maintenance.autoDetach": "false",
    "i18n.commitEncoding": "UTF-8",
    "log.showSignature": "false",
    "log.follow": "false",
    "trailer.separators": ":",
}

# Everything else may pass: a remote that is down, a full disk, a lock.
_HOPELESS = re.compile(
    r"authentication failed|could not read (username|password)|permission denied|insufficient permission"
    r"|access denied|host key verification failed|returned error: 4(?!08|29)\d\d"
    r"|not found|does not exist|not a git repository|not appear to be a git repository|remote rejected"
    r"|not a valid (ref|branch)|invalid refspec|invalid initial branch|read-only file system",
    re.IGNORECASE,
)


_FULL = re.compile("no space left|out of diskspace|quota exceeded", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    code: int
    out: bytes
    said: str
    """What git said to people, without passwords."""

    def check(self, fine: tuple[int, ...] = (0,)) -> None:
        if self.code in fine:
            return
        if _FULL.search(self.said):
            raise _no_room("the repository")
        words = _trimmed(self.said) or f"it ended with {self.code}"
        raise Failed(f"git could not publish: {words}", permanent=_HOPELESS.search(self.said) is not None)


@dataclass(frozen=True, kw_only=True)
class _Git:
    """git in one repository, told where it is: left to search, it would find one further up."""

    dir: Path
    top: Path | None
    """The work tree; None for a bare repository."""
    patience: timedelta
    secrets: tuple[str, ...]

    def __call__(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, fine: tuple[int, ...] = (0,)
    ) -> bytes:
        answer = self.ask(*arguments, stdin=stdin, env=env)
        answer.check(fine)
        return answer.out

    def text(
        self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None, fine: tuple[int, ...] = (0,)
    ) -> str:
        return os.fsdecode(self(*arguments, stdin=stdin, env=env, fine=fine)).strip("\n")

    def commit(self, name: str) -> str | None:
        return self.text("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", fine=(0, 1)) or None

    def init(self, where: Path, branch: str, *options: str) -> None:
        if self._run(["git", "check-ref-format", f"refs/heads/{branch}"], where, b"", {}).code:
            raise Failed(f"“{branch}” cannot be the name of a branch: set `branch`.", permanent=True)
        plain = ("--quiet", "--template=", "--object-format=sha1", f"--initial-branch={branch}")
        self._run(["git", "init", *plain, *options, "--", str(where)], where, b"", {}).check()

    def ask(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> _Answer:
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        where = [f"--git-dir={self.dir}", *([f"--work-tree={self.top}"] if self.top else [])]
        command = ["git", "--literal-pathspecs", "--no-pager", *settings, *where, *arguments]
        return self._run(command, self.top or self.dir, stdin, env or {})

    def _run(self, command: list[str], where: Path, stdin: bytes, env: Mapping[str, str]) -> _Answer:
        try:
            # A session of its own: ssh finds no terminal to ask at, and everything git started can be ended with it.
            process = subprocess.Popen(  # noqa: S603  no shell, and every name is checked
                command,
                cwd=where,
                env=_environment(env),
                start_new_session=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except FileNotFoundError as error:
            if error.filename == "git":
                raise Failed("git is not installed; apt-get install git", permanent=True) from None
            raise
        with process:
            try:
                out, said = process.communicate(stdin, timeout=self.patience.total_seconds())
            except subprocess.TimeoutExpired:
                _end(process)
                seconds = f"{self.patience.total_seconds():g}"
                raise Failed(f"git did not answer within {seconds} seconds.") from None
        return _Answer(code=process.returncode, out=out, said=_masked(said.decode(errors="replace"), self.secrets))


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(_KEPT)}
    who = {f"GIT_{role}_EMAIL": "tocsin@localhost" for role in ("AUTHOR", "COMMITTER")}
    quiet = {"GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "false", "LC_ALL": "C"}
    return {**kept, **who, **quiet, "GIT_AUTHOR_NAME": "Tocsin", "GIT_COMMITTER_NAME": "Tocsin", **more}


def _end(process: subprocess.Popen[bytes]) -> None:
    """First kindly: git then removes its locks."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=3)


# --- words ----------------------------------------------------------------------------------------------------------

_LOGIN = re.compile(r"(?<=://)[^/\s]*@")
_NOISE = re.compile(r"(hint:|warning:|To |error: failed to push)", re.IGNORECASE)


def _secrets(repository: str) -> tuple[str, ...]:
    """The login within a URL, which git may also repeat alone and decoded; over ssh a mere name is no secret."""
    match = _LOGIN.search(repository)
    login = match.group()[:-1] if match else ""
    name, colon, password = login.partition(":")
    secret = password if colon else "" if repository.startswith(("ssh:", "git+ssh:")) else name
    return tuple(sorted({secret, unquote(secret)} - {""}, key=len, reverse=True))


def _masked(text: str, secrets: tuple[str, ...]) -> str:
    text = _LOGIN.sub("***@", text)
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _trimmed(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if not _NOISE.match(line)]
    words = " ".join(re.sub(r"^(fatal|error|remote): *", "", line) for line in lines if line)
    return words if len(words) <= 300 else f"{words[:299]}…"


def _some(names: list[str]) -> str:
    return ", ".join(f"“{name}”" for name in names[:5]) + (", …" if len(names) > 5 else "")


def _in_the_way(where: Path | str) -> Failed:
    return Failed(f"{where} is in the way: links, submodules and the like are not written through.", permanent=True)


def _out_of_order(error: OSError) -> Failed:
    where = error.filename or "the repository"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _no_room(where)
    hopeless = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
    return Failed(f"{where} cannot be used to publish: {error.strerror}.", permanent=hopeless)


def _no_room(where: str) -> Failed:
    return Failed(f"There is no room left on the disk for {where}: make some, then publish again.")
