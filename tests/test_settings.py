"""What an installation and its integrations are told, and what they are told wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from tests.core.world import NOON
from tocsin import integrations
from tocsin.bootstrap import ports
from tocsin.core.refused import Refused
from tocsin.ports import Publication
from tocsin.settings import FILE, Secret, configured, load, setting

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "settings.md"
REPORT = Publication(
    identity="5f0c", path=None, stem="lagoon", files={"md": b"# Lagoon"}, message="Lagoon", author="Ada", at=NOON
)
LETTERS = '[mail]\nhost = "127.0.0.1"\nsender = "incidents@example.org"\n'


def refusal(folder: Path, text: str, *, in_use: bool = False) -> str:
    """What is said of a file, read and used to set up what serves the ports."""
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        ports(load(folder, environ={}), in_use=in_use)
    return str(refused.value)


# ── the installation ──


def test_without_a_file_everything_lies_in_the_data_folder(tmp_path: Path) -> None:
    told = load(tmp_path, environ={})
    assert (told.data, told.database, told.integrations) == (tmp_path, f"sqlite:///{tmp_path}/tocsin.db", {})


def test_the_file_is_heard(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('database = "postgresql://h/d"\n[gitrepo]\nrepository = "r"\nbranch = "b"\n')
    told = load(tmp_path, environ={})
    assert told.database == "postgresql://h/d"
    assert told.integrations == {"gitrepo": {"repository": "r", "branch": "b"}}


def test_a_playbook_is_looked_for_from_the_data_folder(tmp_path: Path) -> None:
    assert load(tmp_path, environ={}).playbook is None
    (tmp_path / FILE).write_text('playbook = "../ours"\n')
    assert load(tmp_path, environ={}).playbook == tmp_path / "../ours"
    (tmp_path / FILE).write_text('playbook = "/srv/ours"\n')
    assert load(tmp_path, environ={}).playbook == Path("/srv/ours")


def test_the_environment_counts_more_than_the_file_and_the_command_line_most(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('database = "postgresql://file/d"\n')
    environment = {"TOCSIN_DB": "postgresql://environment/d"}
    assert load(tmp_path, environ=environment).database == "postgresql://environment/d"
    assert load(tmp_path, "postgresql://line/d", environment).database == "postgresql://line/d"


def test_an_empty_environment_says_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"TOCSIN_DB": ""}).database == f"sqlite:///{tmp_path}/tocsin.db"


def test_a_setting_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert "“gitrepo.repo”" in refusal(tmp_path, '[gitrepo]\nrepo = "x"\n')
    assert "“databse”" in refusal(tmp_path, 'databse = "x"\n')


def test_a_setting_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    assert "“database” has to be a text" in refusal(tmp_path, "database = 7\n")
    assert "“playbook” has to be a text" in refusal(tmp_path, "[playbook]\n")
    assert "no setting “gitrepo”. A table begins with its name in brackets" in refusal(tmp_path, 'gitrepo = "x"\n')


def test_an_integration_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    said = refusal(tmp_path, '[publish]\nrepository = "x"\n')
    there = "fake, freshdesk, gitrepo, mail, mailbox"
    assert said == f"{tmp_path / FILE}: There is no integration “publish”. There are: {there}."


def test_a_file_that_is_not_toml_is_one_sentence(tmp_path: Path) -> None:
    assert "line 1" in refusal(tmp_path, "database = \n")


def test_a_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b'database = "\xff"\n')
    with pytest.raises(Refused, match="cannot be read"):
        load(tmp_path, environ={})


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(Refused, match=r"cannot be read: Is a directory\.$"):
        load(tmp_path, environ={})


@pytest.mark.parametrize("value", ["7" * 5000, "[" * 3000 + "]" * 3000])
def test_a_file_beyond_what_python_reads_is_one_sentence(tmp_path: Path, value: str) -> None:
    assert refusal(tmp_path, f"database = {value}\n").endswith("a number in it is too long, or its lists lie too deep.")


# ── who serves which port ──


def test_without_a_file_reports_go_into_the_data_folder_and_nobody_is_mailed(tmp_path: Path) -> None:
    found = ports(load(tmp_path, environ={}))
    assert found.serves == ("publisher",)
    assert found.publisher is not None
    found.publisher.publish(REPORT)
    assert (tmp_path / "published" / "reports" / "lagoon.md").read_text() == "# Lagoon"


def test_what_the_file_names_serves(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(f"{LETTERS}[gitrepo]\nbranch = 'b'\n")
    assert ports(load(tmp_path, environ={})).serves == ("publisher", "mailer")


def test_two_that_serve_the_same_port_are_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, f'{LETTERS}[fake]\naddress = "http://127.0.0.1:8025"\n')
    assert said.endswith(": “fake” does what another integration does already (mailer). Leave one of them out.")


SECRETIVE = f'{LETTERS}user = "u"\npassword = "file:/nowhere"\n'


def test_a_secret_is_looked_up_only_by_who_uses_it(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(SECRETIVE)
    assert "mailer" in ports(load(tmp_path, environ={})).serves
    assert "The file /nowhere cannot be read by this process." in refusal(tmp_path, SECRETIVE, in_use=True)


# ── what an integration is told ──


@dataclass(frozen=True, kw_only=True)
class Config:
    """One field of every kind."""

    host: str = setting("the server")
    password: Secret = setting("the password")
    port: int = setting("its port", default=25)
    rate: float = setting("how fast", default=1.0)
    loud: bool = setting("whether it says so", default=False)
    folder: Path | None = setting("where", default=None)
    spare: Secret | None = setting("another password", default=None)


LEAST: dict[str, object] = {"host": "h", "password": "env:WORD"}
ENVIRONMENT = {"WORD": "hunter2", "EMPTY": ""}


def config(**told: object) -> Config:
    return configured(Config, "mail", {**LEAST, **told}, ENVIRONMENT)


def refused(**told: object) -> str:
    with pytest.raises(Refused) as caught:
        config(**told)
    return str(caught.value)


def test_what_is_not_told_is_as_the_integration_has_it() -> None:
    it = config()
    assert (it.host, it.port, it.rate, it.loud, it.folder, it.spare) == ("h", 25, 1.0, False, None, None)


def test_everything_can_be_told() -> None:
    it = config(port=465, rate=2, loud=True, folder="x/y", spare="env:WORD")
    assert (it.port, it.rate, it.loud, it.folder) == (465, 2.0, True, Path("x/y"))
    assert isinstance(it.rate, float)
    assert isinstance(it.spare, Secret)


def test_what_has_to_be_told_is_asked_for_in_words() -> None:
    with pytest.raises(Refused, match=r"^The setting “mail\.password” is missing: the password\.$"):
        configured(Config, "mail", {"host": "h"}, ENVIRONMENT)


def test_what_nobody_knows_is_refused_with_what_there_is() -> None:
    said = refused(hots="h")
    assert said.startswith("There is no setting “mail.hots”. There are: mail.host, mail.password, mail.port,")


@pytest.mark.parametrize(
    ("name", "value", "plainly"),
    [
        ("host", 7, "a text, in quotes"),
        ("host", True, "a text, in quotes"),
        ("port", "25", "a whole number"),
        ("port", 2.5, "a whole number"),
        ("port", True, "a whole number"),
        ("rate", "1", "a number"),
        ("rate", False, "a number"),
        ("loud", 1, "true or false"),
        ("loud", "yes", "true or false"),
        ("folder", ["x"], "a path, in quotes"),
        ("folder", {}, "a path, in quotes"),
    ],
)
def test_what_is_of_the_wrong_kind_is_refused_with_the_right_one(name: str, value: object, plainly: str) -> None:
    assert refused(**{name: value}) == f"The setting “mail.{name}” has to be {plainly}."


# ── secrets ──


HOW = "The setting “mail.password” is secret: write env:NAME or file:PATH, and keep it there."


def test_a_secret_is_found_in_the_environment() -> None:
    assert config().password.reveal() == "hunter2"


def test_a_secret_is_found_in_a_file_without_the_space_around_it(tmp_path: Path) -> None:
    (tmp_path / "word").write_text("hunter2\n", encoding="utf-8")
    assert config(password=f"file:{tmp_path}/word").password.reveal() == "hunter2"


@pytest.mark.parametrize("told", ["hunter2", "", "ENV:WORD", "https://u:hunter2@h", 7, True, ["env:WORD"]])
def test_a_secret_itself_has_no_place_in_the_file_and_is_not_said_again(told: object) -> None:
    assert refused(password=told) == HOW


@pytest.mark.parametrize("where", ["NOWHERE", "EMPTY", ""])
def test_a_secret_that_is_not_in_the_environment_is_refused_once_it_is_wanted(where: str) -> None:
    secret = config(password=f"env:{where}").password
    with pytest.raises(Refused, match=f"^{HOW} There is no {where} in the environment of this process.$"):
        secret.reveal()


@pytest.mark.parametrize("where", ["nowhere", ".", "binary", "with\0nul"])
def test_a_secret_that_cannot_be_read_is_refused_once_it_is_wanted(tmp_path: Path, where: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    secret = config(password=f"file:{tmp_path}/{where}").password
    with pytest.raises(Refused, match="cannot be read by this process") as caught:
        secret.reveal()
    assert str(caught.value).startswith(HOW)


@pytest.mark.parametrize("kept", ["", "\n", " \t\n"])
def test_a_secret_of_which_the_file_is_empty_is_refused_once_it_is_wanted(tmp_path: Path, kept: str) -> None:
    (tmp_path / "word").write_text(kept, encoding="utf-8")
    secret = config(password=f"file:{tmp_path}/word").password
    with pytest.raises(Refused) as caught:
        secret.reveal()
    assert str(caught.value) == f"{HOW} The file {tmp_path}/word is empty."


def test_a_secret_shows_itself_to_nobody() -> None:
    it = config(spare="env:WORD")
    assert "hunter2" not in f"{it} {it!r} {it.password} {vars(it.password)}"
    assert str(Secret("hunter2")) == repr(Secret("hunter2")) == "Secret(***)"
    assert Secret("hunter2").reveal() == "hunter2"


# ── the reference ──


EVERY_SETTING = [
    (name, each.name) for name in sorted(integrations.INTEGRATIONS) for each in fields(integrations.load(name).config)
]


@pytest.mark.parametrize(("integration", "field"), EVERY_SETTING)
def test_the_reference_names_every_setting(integration: str, field: str) -> None:
    sections = re.split(r"^## ", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    [section] = [section for section in sections if section.startswith(f"[{integration}]")]
    assert f"| `{field}` |" in section


def test_the_reference_names_the_settings_of_the_installation() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in ("database", "TOCSIN_DB", "TOCSIN_DATA"))
