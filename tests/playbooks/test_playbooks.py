"""Playbooks: a mistake in one is told with its line and its remedy, together with all the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.playbooks.written import SMALL, added, mistakes, said, written
from tocsin.core.refused import Refused
from tocsin.playbooks import PlaybookError, load

# ── loading ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_playbook_is_loaded_from_its_folder_or_its_file(tmp_path: Path) -> None:
    folder = written(tmp_path, SMALL)
    assert load(folder) == load(folder / "playbook.toml")


def test_what_may_be_left_out_has_its_default(tmp_path: Path) -> None:
    playbook = load(written(tmp_path, SMALL))
    assert (playbook.severities, playbook.review.readers, playbook.state, playbook.sources) == ((), 1, "", ())


def test_line_ends_and_byte_order_marks_of_windows_are_fine(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(tmp_path).slug == "small"


def test_a_playbook_error_is_a_refusal() -> None:
    assert issubclass(PlaybookError, Refused)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="there is no such file; name a folder that holds"):
        load(tmp_path / "nowhere")
    with pytest.raises(PlaybookError, match="it cannot be read"):
        load(tmp_path / ("n" * 300))


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").mkdir()
    with pytest.raises(PlaybookError, match="it cannot be read"):
        load(tmp_path)


def test_a_pipe_is_no_playbook_and_no_message(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "first.md")
    (line,) = mistakes(tmp_path, BODY, 'file = "first.md"')
    assert line.endswith(": first.md is no file; name one that holds the message.")
    with pytest.raises(PlaybookError, match=r"it cannot be read \(this is no file\)"):
        load(tmp_path / "first.md")


def test_what_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "playbook.toml").write_bytes(b'slug = "x"\nname = "Caf\xe9"\n')
    with pytest.raises(PlaybookError, match=r"playbook\.toml:2: this is not UTF-8"):
        load(tmp_path)


def test_what_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, 'name = "Small"', "name = Small")
    assert line.startswith("2: this is not TOML (Invalid value); write text in quotes, lists in brackets")


@pytest.mark.parametrize("value", ["[" * 100_000, "[" * 300 + "]" * 300, "9" * 5000, "nan", "1e999"])
def test_a_monstrous_value_is_refused_like_any_other(tmp_path: Path, value: str) -> None:
    assert len(mistakes(tmp_path, "people = 3", f"people = {value}")) == 1


# ── form ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("people = 3", 'people = "3"', "19: “people” has to be a whole number; write people = 2, for instance."),
        (
            "people = 3",
            "people = true",
            "19: “people” has to be a whole number; write people = 2, for instance.",
        ),
        ('name = "Down"\n', "", '16: [[criteria]] has no “name”; write name = "…".'),
        ('name = "Down"', "name = 3", '18: “name” has to be text; write name = "…", for instance.'),
        ('"Lead"', '"Lead"\nmany = 1', "14: “many” has to be true or false; write many = true, for instance."),
        (
            '"Lead"',
            '"Lead"\ntown = 1',
            "14: [[roles]] knows no key “town”; write one of slug, name, text, duties, many, spared.",
        ),
        ('"Hubs"', '"Hubs"\ntown = 1', "10: [service] knows no key “town”; write one of slug, name, text."),
        (
            '"approves"',
            '"cooks"',
            "14: “cooks” is none of the duties; write commands, tells-outside or approves.",
        ),
        ("phases = []", "phases = 3", "5: “phases” has to be a list; write [[phases]], for instance."),
        ("phases = []", "phases = [3]", "5: “phases” has to be a table; write [[phases]], for instance."),
        ("[[criteria]]", "[criteria]", "16: “criteria” has to be a list; write [[criteria]], for instance."),
        ("[service]", "[[service]]", "7: “service” has to be a table; write [service], for instance."),
        ("phases = []", "", "1: The playbook has no “phases”; write [[phases]]."),
        ('zone = "UTC"\n', "", '1: The playbook has no “zone”; write zone = "…".'),
    ],
)
def test_a_wrong_key_or_value_is_told_with_its_line_and_what_to_write(
    tmp_path: Path, old: str, new: str, line: str
) -> None:
    assert mistakes(tmp_path, old, new) == [line]


def test_a_source_that_is_no_text_is_told(tmp_path: Path) -> None:
    line = '6: “sources” has to be text; write sources = ["…"], for instance.'
    assert mistakes(tmp_path, "phases = []", "phases = []\nsources = [1]") == [line]


def test_an_unknown_key_of_the_playbook_itself_is_told_with_those_it_knows(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, "phases = []", "phases = []\ntown = 1")
    assert line.startswith("6: The playbook knows no key “town”; write one of slug, name, version, zone, service,")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    lines = mistakes(
        tmp_path, 'people = 3\n\n[[sections]]\nslug = "overview"', "people = 1.5\n\n[[sections]]\nslug = 1"
    )
    assert [line.split(":")[0] for line in lines] == ["19", "22"]


def test_what_looks_like_a_key_in_a_long_text_does_not_move_the_line(tmp_path: Path) -> None:
    text = 'text = """\npeople = none\n[[criteria]]\n"""\npeople = 0'
    assert mistakes(tmp_path, "people = 3", text)[0].startswith("23: ")


# ── sense ──────────────────────────────────────────────────────────────────────────────────────────────────────────

COMMANDER = 'slug = "boss"\nname = "Boss"\nduties = ["commands"]\n'


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        (
            '"small"',
            '"Small One"',
            "1: “Small One” is no slug; write lower-case letters, digits and single hyphens:",
        ),
        ('"hubs/all"', '"hubs//all"', "8: “hubs//all” is no slug; write"),
        ('"down"', '"-down"', "17: “-down” is no slug; write"),
        ('"down"', '"down\\n"', "17: “down” is no slug; write"),
        ('name = "Down"', 'name = " "', "18: “name” has to be one line that people can read; write"),
        ('name = "Down"', 'name = "D\\u0000n"', "18: “name” has to be one line that people can read; write"),
        ('"published"', '"publi/shed"', "25: The report state “published” has no name; write [[report_states]]"),
        (
            "[[criteria]]",
            f"[[roles]]\n{COMMANDER}\n[[criteria]]",
            "19: “lead” commands already; write “commands” in one role only.",
        ),
        ('"Lead"', '"Lead"\nmany = true', "14: One person commands at a time; write many = false."),
        ('"tells-outside", ', "", '11: No role has the duty “tells-outside”; write duties = ["tells-outside"]'),
        (', "approves"', "", "11: No role has the duty “approves”; write"),
        ('"commands", ', "", "11: No role has the duty “commands”; write"),
        ('"UTC"', '"Atlantis"', "4: There is no time zone “Atlantis”; write one such as Europe/Berlin, or UTC."),
        ('"UTC"', '"../UTC"', "4: There is no time zone “../UTC”; write"),
        ('"UTC"', '""', "4: There is no time zone “”; write"),
        ('"UTC"', '"Europe"', "4: There is no time zone “Europe”; write"),
        ("people = 3", "people = 0", "19: An incident affects somebody; write people = 1, or more."),
        (
            "phases = []",
            "phases = []\nreview = {readers = -1}",
            "6: So many readers cannot be found; write readers = 0,",
        ),
    ],
)
def test_what_makes_no_sense_is_told_with_its_line_and_what_to_write(
    tmp_path: Path, old: str, new: str, line: str
) -> None:
    assert mistakes(tmp_path, old, new)[0].startswith(line)


def test_two_terms_of_one_kind_may_not_answer_to_the_same_word(tmp_path: Path) -> None:
    twin = '[[criteria]]\nslug = "other"\nname = "DOWN"\n\n[[criteria]]'
    lines = mistakes(tmp_path, "[[criteria]]", twin)
    assert lines == ["20: “down” already stands for another of the criteria; write something else."]


def test_a_report_has_a_section(tmp_path: Path) -> None:
    lines = mistakes(tmp_path, '[[sections]]\nslug = "overview"\nname = "Overview"', "")
    assert lines == ["1: The playbook has no “sections”; write [[sections]]."]


def test_an_empty_list_of_sections_is_none(tmp_path: Path) -> None:
    text = SMALL.replace('[[sections]]\nslug = "overview"\nname = "Overview"', "").replace("[]", "[]\nsections = []")
    with pytest.raises(PlaybookError, match=r"6: A report has to have a section; write at least one"):
        load(written(tmp_path, text))


def test_terms_of_different_kinds_may_share_a_word(tmp_path: Path) -> None:
    assert (
        load(written(tmp_path, SMALL.replace('slug = "down"', 'slug = "overview"'))).criterion("overview").people == 3
    )


def test_a_report_state_the_code_relies_on_may_not_be_left_out(tmp_path: Path) -> None:
    lines = mistakes(tmp_path, '[[report_states]]\nslug = "in-review"\nname = "In review"\n', "")
    assert lines[0].startswith("25: The report state “in-review” has no name; write [[report_states]] with slug =")


# ── the process ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("[cadence]\nevery = -1", "2: Nobody can write so often; write every = 180, or another number"),
        ("[cadence]\nevery = 481", "2: A day of work has 480 minutes, so some days nobody would write; write every ="),
        ("[cadence]\nfirst = 0", "2: Nobody can write so soon; write first = 30,"),
        ("[cadence]\nfirst = 181", "2: The first word comes no later than the next would; write a “first” up to"),
        ("[hours]\nends = '10:00'\n[cadence]\nevery = 90", "4: A day of work has 60 minutes,"),
        ("[hand_over]\nafter = 0", "2: That is no stretch of work; write after = 240,"),
        ("[hand_over]\nbefore_end = 480", "2: That is not within a day of work; write before_end = 30, below 480."),
        ("[hours]\ndays = []", '2: On some day somebody works; write days = ["monday"], or more.'),
        ("[hours]\ndays = ['monday', 'monday']", "2: “monday” stands there twice; write it once."),
        ("[hours]\ndays = ['mon']", "2: “mon” is none of the days; write monday, tuesday,"),
        ("[hours]\nbegins = '9'", '2: “9” is no time of day; write begins = "09:30", for instance.'),
        ("[hours]\nbegins = '17:00'", "1: The day of work ends before it has begun; write a later “ends”."),
        ("[hours]\nends = '08:59'", "2: The day of work ends before it has begun; write a later “ends”."),
        ("[hours]\nholidays = [\n'2026-12-25',\n'2026-02-30']", "4: “2026-02-30” is no date; write year-month-day:"),
        ("[hours]\nholidays = ['2026-W01-1']", "2: “2026-W01-1” is no date; write"),
        ("[hours]\nholidays = ['2026-12-25', '2026-12-25']", "2: “2026-12-25” stands there twice; write it once."),
        ("[gates.resolve]\nblocks = ['proof']", "2: “proof” is none of the blocks; write declared, commander,"),
        ("[gates.resolve]\nblocks = ['title']\nwarns = ['title']", "3: “title” stands in this gate already; write"),
        (
            "[gates.start]\nblocks = ['told']",
            "2: Nothing can be stopped at the start; write these needs under “warns”.",
        ),
        ("[gates]\nstart.blocks = ['told']", "2: Nothing can be stopped at the start;"),
        ("[gates]\n\nstart = { warns = ['told', 'told'] }", "3: “told” stands in this gate already; write it once."),
        ("[gates.end]\nwarns = []", "1: [gates] knows no key “end”; write one of start, resolve, review."),
        ("[gates.start]\nwarn = []", "2: [gates.start] knows no key “warn”; write one of blocks, warns."),
        ("[[steps]]\nslug = 'a'\nname = 'A'\nevidence = ['seen']", "4: “seen” is none of the evidence; write"),
        ("[[steps]]\nslug = 'a'\nname = 'A'\nevidence = ['told', 'told']", "4: “told” stands in this step already;"),
        ("[[elements]]\nslug = 'a'\nname = 'A'\nkinds = ['talk']", "4: No line of a timeline is “talk”; write some of"),
        ("[[elements]]\nslug = 'a'\nname = 'A'\nkinds = ['fix', 'fix']", "4: “fix” stands there twice; write it once."),
        ("[[elements]]\nslug = 'a'\nname = 'A'", "1: Nothing would ever be recognised as this; write kinds, or marked"),
        (
            "[[report_states]]\nslug = 'closed'\nname = 'C'",
            "2: A report is never “closed”; write one of draft, in-review",
        ),
        (
            "[[follow_ups]]\nslug = 'a'\nname = 'A'\nwhen = 'later'\ntitle = 'T'",
            "4: “later” is none of the when; write",
        ),
        (
            "[[follow_ups]]\nslug = 'a'\nname = 'A'\nwhen = 'resolved'\ntitle = ' '",
            "5: The title of an issue is one line",
        ),
        (
            "[[follow_ups]]\nslug = 'a'\nname = 'A'\nwhen = 'resolved'\ntitle = '{{ x }}'",
            "5: there is no blank “x”; write one of number, title,",
        ),
        ("[[hints]]\nwords = []\ninstead = 'Say what.'", "1: This hint has no words to look for; write words ="),
        ("[[hints]]\nwords = [' ']\ninstead = 'Say what.'", "2: These are no words; write what is to be looked for."),
        (
            "[[hints]]\nwords = ['a', 'A']\ninstead = 'Say what.'",
            "2: “A” stands in these hints already; write it once.",
        ),
        ("[[hints]]\nwords = ['a']\ninstead = ' '", "3: This hint does not say what to write instead; write it."),
        ("[[glossary]]\nslug = 'a'\nname = ''", "3: “name” has to be one line that people can read; write what they"),
        ("[review]\nreaders = 51", "2: So many readers cannot be found; write readers = 0, or more, up to 50."),
        ("[[roles]]\nslug = 'a'\nname = 'A'\nduties = ['approves', 'approves']", "4: “approves” stands there twice;"),
    ],
)
def test_what_the_process_cannot_mean_is_told(tmp_path: Path, table: str, line: str) -> None:
    (found,) = added(tmp_path, table)
    assert found.startswith(line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('suggest = "the wiki"', "6: “the wiki” is no address; write https://… or mailto:…."),
        ('triagers = "Support Triagers"', "6: “Support Triagers” is no slug; write"),
        ('sources = [\n  "a",\n  " ",\n]', "8: A source is one line of text; write"),
    ],
)
def test_what_stands_above_the_tables_is_looked_at_too(tmp_path: Path, text: str, line: str) -> None:
    (found,) = mistakes(tmp_path, "phases = []", f"phases = []\n{text}")
    assert found.startswith(line)


def test_a_version_is_one_line(tmp_path: Path) -> None:
    assert mistakes(tmp_path, 'version = "1"', 'version = ""')[0].startswith("3: A version is one line of text; write")


def test_dates_may_be_written_without_quotes(tmp_path: Path) -> None:
    folder = written(tmp_path, f"{SMALL}[hours]\nholidays = [2026-12-25]")
    assert load(folder).hours.holidays == ("2026-12-25",)


def test_a_process_may_have_no_cadence(tmp_path: Path) -> None:
    assert load(written(tmp_path, f"{SMALL}[cadence]\nevery = 0")).cadence.every == 0


def test_a_day_may_end_at_midnight(tmp_path: Path) -> None:
    folder = written(tmp_path, f'{SMALL}[hours]\nends = "24:00"\n[cadence]\nevery = 900')
    assert load(folder).cadence.every == 900


def test_mistakes_of_form_and_of_sense_are_told_together(tmp_path: Path) -> None:
    lines = added(tmp_path, "[cadence]\nfirst = 'soon'\n[review]\nreaders = -1\nfoo = 1\n[hours]\nends = '07:00'")
    assert [line.partition(":")[0] for line in lines] == ["2", "4", "5", "7"]


def test_what_only_follows_from_a_mistake_is_not_told(tmp_path: Path) -> None:
    assert len(mistakes(tmp_path, '"commands", ', '"command", ')) == 1
    assert len(mistakes(tmp_path, 'slug = "first-response"', 'slug = "first"')) == 1


# ── messages ───────────────────────────────────────────────────────────────────────────────────────────────────────

BODY = 'body = "Something is wrong."'
FIRST = SMALL[: SMALL.index(BODY)].count("\n") + 1
"""The line on which the first message has its text."""


def test_a_message_for_every_occasion_has_to_be_there(tmp_path: Path) -> None:
    text = SMALL.replace('[[messages]]\nslug = "brief"\nname = "Message 7"\nbody = "Something is wrong."\n', "")
    (line,) = said(tmp_path, text)
    assert line.startswith(f'{FIRST - 3}: There is no message for “brief”; write [[messages]] with slug = "brief",')


def test_a_message_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "first.md").write_text("\ufeffWe know:\r\n{{ title }}\r\n", encoding="utf-8")
    message = load(written(tmp_path, SMALL.replace(BODY, 'file = "first.md"', 1))).messages[0]
    assert (message.file, message.body) == ("first.md", "We know:\n{{ title }}\n")


@pytest.mark.parametrize(
    "name", ["../first.md", "/etc/hostname", "sub/../../first.md", "out/first.md", "a\\u0000b", "loop"]
)
def test_a_message_does_not_stand_outside_the_playbooks_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "first.md").write_text("Not yours.")
    folder = tmp_path / "playbook"
    folder.mkdir()
    (folder / "out").symlink_to(tmp_path)
    (folder / "loop").symlink_to("loop")
    (line,) = said(folder, SMALL.replace(BODY, f'file = "{name}"', 1))
    assert "is not in the playbook's folder; put it there, and write its path from there." in line


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("gone.md", b"", "There is no file gone.md; write it, or name one that is there."),
        ("first.md", b" \n", "first.md is empty; write the message."),
        ("first.md", b"Good\nCaf\xe9", "first.md:2: this is not UTF-8; save the file as UTF-8."),
        ("first.md", b"Hello\n\0", "first.md:2: there is a NUL character; take it out."),
        ("first.md", b"x" * 50_001, "first.md is too large; write at most 50,000 bytes."),
        ("first.md", b"Hello\n{{ titel }}", "first.md:2: there is no blank “titel”; write one of number, title,"),
        ("first.md", b"{% for x in y %}", "first.md:1: there is no blank “{% for x in y %}”; write one of"),
        ("n" * 300, b"", f"{'n' * 60}… cannot be read (File name too long); let it be read."),
    ],
)
def test_what_is_wrong_with_a_file_is_told_where_it_is_named(
    tmp_path: Path, name: str, content: bytes, line: str
) -> None:
    (tmp_path / "first.md").write_bytes(content)
    (found,) = said(tmp_path, SMALL.replace(BODY, f'file = "{name}"', 1))
    assert found.startswith(f"{FIRST}: {line}")


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (f'{BODY}\nfile = "first.md"', f"{FIRST}: “first-response” has a file and a body; leave one of them out."),
        ("", f'{FIRST - 3}: “first-response” is empty; write body = "…", or file = "templates/first-response.md".'),
        ('body = "a\\u0000"', f"{FIRST}: “first-response”:1: there is a NUL character; take it out."),
        ('body = "{{ 1 + 1 }}"', f"{FIRST}: there is no blank “1 + 1”; write one of number,"),
        (f'body = "{"x" * 50_001}"', f"{FIRST}: “first-response” is too long; write at most 50,000 bytes."),
    ],
)
def test_a_message_is_written_once_and_has_only_blanks_there_are(tmp_path: Path, body: str, line: str) -> None:
    (found,) = mistakes(tmp_path, BODY, body)
    assert found.startswith(line)


def test_a_folder_is_no_message(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, BODY, 'file = "."')
    assert line == f"{FIRST}: . is no file; name one that holds the message."


# ── lines ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    assert said(tmp_path, f"# {'x' * 200_000}") == ["1: this file is too large; write at most 200,000 bytes."]


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(PlaybookError, match="name a folder that holds a playbook"):
        load(Path("a\0b"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("glossary = [\n  { slug = 'a', name = 'A' },\n  { slug = 'b', name = '' },\n]", 8),
        ("review = { readers = 1,\tcommander = 2 }", 6),
        ('"suggest" = "x"', 6),
        ("'suggest' = 'x' # phases = 3", 6),
        ('text = """a\\""" \n[x]\n""" \nsuggest = "x"', 9),
        ("text = '''\nsuggest = ''''\nsuggest = 'x'", 8),
        ("review.readers = -1", 6),
        ("sources = [[[[[[[[[[['a', {b = [1, 2]}]]]]]]]]]]]\nsuggest = 'x'", 6),
        ('text = \'a\' # """\nsuggest = \'x\' # """', 7),
    ],
)
def test_a_mistake_has_its_line_however_the_file_is_written(tmp_path: Path, text: str, line: int) -> None:
    found = mistakes(tmp_path, "phases = []", f"phases = []\n{text}")
    assert found[0].startswith(f"{line}: ")


def test_a_key_that_stands_twice_is_told_with_its_line(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, 'name = "Down"', 'name = "Down"\nname = "Up"')
    assert line.startswith("19: this is not TOML (Cannot overwrite a value); write")


def test_a_text_without_an_end_is_told_at_the_end_of_the_file(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, SMALL, 'slug = "a"\nname = """b\n\n')
    assert line.startswith("2: this is not TOML (Unterminated string); write")
