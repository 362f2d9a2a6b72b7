"""What is new in a letter: without the lines it quotes, and without the signature below it.

By few rules that hold in every language people write to us in, and that take one look at each line. Where it is not
clear that somebody else wrote a line, it stays: a line too many does no harm, a word too few may.
"""

from __future__ import annotations

import re

_WROTE = re.compile(
    r"\b(wrote|writes|schrieb|écrit|escribió|scritto|escreveu|schreef|geschreven|skrev|napisał\w*|написал\w*|пишет|"
    r"написав|kirjoitti|yazdı|írta|napsal\w*|wrote)\b|さん|写道",
    re.IGNORECASE,
)
_DATED = re.compile(r"\d{1,2}[:.]\d{2}|\d{1,4}[./-]\d{1,2}|\b(19|20)\d\d\b|\d年")
_ADDRESS = re.compile(r"\S@\S")
_RULE = re.compile(r"\s*+[-_*=]{3,}+[^-_*=\n]{0,60}+[-_*=]*+\s*+")
_FROM = re.compile(r"[*_ ]*(From|Von|De|Da|Fra|Från|Van|Od|От|Mittente|发件人|差出人)[*_]*\s?:", re.IGNORECASE)
_FIELD = re.compile(
    r"[*_ ]*(Sent|To|Cc|Date|Subject|Gesendet|An|Datum|Betreff|Envoyé|À|Date|Objet|Enviado( el)?|Para|Fecha|Asunto|"
    r"Inviato|A|Data|Oggetto|Assunto|Verzonden|Aan|Onderwerp|Sendt|Til|Emne|Skickat|Till|Ämne|Reply-To|Дата|Кому|Тема|"
    r"Wysłano|Do|Temat|发送时间|收件人|主题|送信日時|宛先|件名)[*_]*\s?:",
    re.IGNORECASE,
)
_FORWARDED = re.compile(r"\s*(Fwd?|WG|TR|RV|I|ENC|VS|VB|Doorst|PD|Пересл)\s?:", re.IGNORECASE)
_PHONE = re.compile(
    r"(Sent (from|via|with)|Get Outlook|Von mein\w* .*gesendet|Gesendet (von|mit)|Envoyé (de|depuis)|Enviado "
    r"(desde|do|de|via)|Inviato da|Verzonden (vanaf|met)|Skickat från|Sendt fra|Wysłane z|Отправлено (с|из))\b.{0,80}",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 15


def new_in(text: str, subject: str = "") -> str:
    """All of it, where somebody forwards a letter without a word of their own."""
    own = _unsigned(unquoted(text))
    return own or (text.strip("\n") if _FORWARDED.match(subject) else "")


def unquoted(text: str) -> str:
    """With the signature."""
    lines = [line.rstrip() for line in text.split("\n")]
    lines = lines[: _end(lines)]
    left_out = _quoted(lines)
    return "\n".join(line for place, line in enumerate(lines) if place not in left_out).strip("\n")


def _end(lines: list[str]) -> int:
    """Where another letter begins that is not marked line by line."""
    for place, line in enumerate(lines):
        if _begins_letter(lines, place) or (line.endswith(":") and _ADDRESS.search(line) and _introduces(line)):
            return place
    return len(lines)


def _begins_letter(lines: list[str], place: int) -> bool:
    """`-----Original Message-----`, a rule, or an empty line, and then who wrote it, when, to whom."""
    if _RULE.fullmatch(lines[place]):
        place = next((n for n in range(place + 1, min(place + 3, len(lines))) if lines[n]), place)
    elif place and lines[place - 1]:
        return False
    if not _FROM.match(lines[place]):
        return False
    return sum(bool(_FIELD.match(line)) for line in lines[place + 1 : place + 9]) >= 2


def _quoted(lines: list[str]) -> set[int]:
    """The lines marked as quoted, and what introduces them."""
    found = {place for place, line in enumerate(lines) if line.lstrip(" ").startswith(">")}
    begins = [place for place in sorted(found) if place - 1 not in found]
    return found.union(*(_introduction(lines, place) for place in begins))


def _introduction(lines: list[str], place: int) -> set[int]:
    """`On Monday Ada wrote:`, which may be broken into up to three lines."""
    last = next((n for n in range(place - 1, max(place - 4, -1), -1) if lines[n]), None)
    if last is None or not lines[last].endswith(":"):
        return set()
    for first in range(last, max(last - 3, -1), -1):
        if not lines[first]:
            break
        if _introduces(" ".join(lines[first : last + 1])):
            return set(range(first, place))
    return set()


def _introduces(line: str) -> bool:
    return len(line) < 500 and bool(_DATED.search(line)) and bool(_WROTE.search(line))


def _unsigned(text: str) -> str:
    lines = text.split("\n")
    for place, line in enumerate(lines):
        if line.strip() == "--" and len(lines) - place <= _LONGEST_SIGNATURE:
            lines = lines[:place]
            break
    while lines and (not lines[-1].strip() or _PHONE.fullmatch(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines).strip("\n")
