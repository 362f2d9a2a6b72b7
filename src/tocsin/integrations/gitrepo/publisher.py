"""The way of a publication into a repository: check it, find its place, commit it, have the commit accepted."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from tocsin.integrations.gitrepo.checks import check, checked_folder
from tocsin.integrations.gitrepo.commits import check_way, commit_files, last_commit
from tocsin.integrations.gitrepo.config import Config
from tocsin.integrations.gitrepo.failures import out_of_order
from tocsin.integrations.gitrepo.files import alone
from tocsin.integrations.gitrepo.home import Home, Moved
from tocsin.integrations.gitrepo.opening import open_home
from tocsin.integrations.gitrepo.paths import path_for
from tocsin.ports import Failed, Pace, Publication, Published


class GitRepo:
    """Serves `Publisher`. Its own earlier publications it knows by the trailer `Tocsin-Report` of their commits."""

    repeatable = True
    pace: Pace | None = None

    def __init__(self, config: Config, *, patience: timedelta = timedelta(minutes=2)) -> None:
        self._config = config
        self._patience = patience

    def publish(self, publication: Publication) -> Published:
        folder = checked_folder(self._config.folder)
        check(publication, folder)
        try:
            home = self._home()
            with alone(home.git.dir):
                return self._put(home, publication, folder)
        except OSError as error:
            raise out_of_order(error) from None

    def check(self) -> None:
        """Looks where the branch stands; a repository of ours that is not there is begun, as by a publication."""
        checked_folder(self._config.folder)
        try:
            home = self._home()
            with alone(home.git.dir):
                home.tip()
        except OSError as error:
            raise out_of_order(error) from None

    def _home(self) -> Home:
        return open_home(self._config, self._patience)

    def _put(self, home: Home, publication: Publication, folder: str) -> Published:
        for _ in range(2):  # the second time on top of what somebody else put there in between
            with suppress(Moved):
                return _put_on_tip(home, publication, folder)
        raise Failed(f"The branch “{self._config.branch}” moved twice while we published to it.")


def _put_on_tip(home: Home, publication: Publication, folder: str) -> Published:
    tip = home.tip()
    path = path_for(home, tip, publication, folder)
    files = {f"{path}.{ending}": content for ending, content in sorted(publication.files.items())}
    check_way(home.git, tip, files)
    commit = commit_files(home.git, tip, files, publication)
    home.accept(commit, tip, files)
    return Published(path=path, commit=commit if commit != tip else last_commit(home.git, tip, files))
