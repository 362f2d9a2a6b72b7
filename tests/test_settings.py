"""What an installation is told, and what it is told wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tocsin.core.refused import Refused
from tocsin.settings import FILE, KNOWN, load

REFERENCE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "settings.md"


def refusal(folder: Path, text: str) -> str:
    (folder / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as refused:
        load(folder, environ={})
    return str(refused.value)


def test_without_a_file_everything_lies_in_the_data_folder(tmp_path: Path) -> None:
    told = load(tmp_path, environ={})
    assert told.database == f"sqlite:///{tmp_path}/tocsin.db"
    assert (told.repository, told.branch) == (f"{tmp_path}/published", "main")


def test_the_file_is_heard(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('database = "postgresql://h/d"\n[publish]\nrepository = "r"\nbranch = "b"\n')
    told = load(tmp_path, environ={})
    assert (told.database, told.repository, told.branch) == ("postgresql://h/d", "r", "b")


def test_the_environment_counts_more_than_the_file_and_the_command_line_most(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('database = "postgresql://file/d"\n')
    environment = {"TOCSIN_DB": "postgresql://environment/d"}
    assert load(tmp_path, environ=environment).database == "postgresql://environment/d"
    assert load(tmp_path, "postgresql://line/d", environment).database == "postgresql://line/d"


def test_a_setting_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert "“publish.repo”" in refusal(tmp_path, '[publish]\nrepo = "x"\n')
    assert "“databse”" in refusal(tmp_path, 'databse = "x"\n')


def test_a_setting_of_the_wrong_kind_is_named(tmp_path: Path) -> None:
    assert "“database” has to be a text" in refusal(tmp_path, "database = 7\n")
    assert "“publish” has to be a table" in refusal(tmp_path, 'publish = "x"\n')


def test_a_file_that_is_not_toml_is_one_sentence(tmp_path: Path) -> None:
    assert "line 1" in refusal(tmp_path, "database = \n")


def test_a_file_that_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b'database = "\xff"\n')
    with pytest.raises(Refused, match="cannot be read"):
        load(tmp_path, environ={})


@pytest.mark.parametrize("value", ["7" * 5000, "[" * 3000 + "]" * 3000])
def test_a_file_beyond_what_python_reads_is_one_sentence(tmp_path: Path, value: str) -> None:
    assert refusal(tmp_path, f"database = {value}\n").endswith("a number in it is too long, or its lists lie too deep.")


def test_an_empty_environment_says_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, environ={"TOCSIN_DB": ""}).database == f"sqlite:///{tmp_path}/tocsin.db"


@pytest.mark.parametrize("setting", sorted(KNOWN))
def test_the_reference_names_every_setting(setting: str) -> None:
    assert f"`{setting}`" in REFERENCE.read_text(encoding="utf-8")
