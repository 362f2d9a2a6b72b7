"""How much the PDF of a report costs: beside the bare typesetter on the same words, and in memory.

The bare one is a process too that starts Python, loads the typesetter and sets every line as a plain paragraph, in the
same font and to the same standards, but without columns, marks, links or times of its own. Both in turns.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

from tocsin.core.events import ImpactSet
from tocsin.core.ids import IncidentNumber
from tocsin.core.moments import Moment
from tocsin.report.data import as_json
from tocsin.report.document import Document, Line
from tocsin.report.pdf import as_pdf
from tocsin.report.pdf.legible import FONTS

LINES, RICH_LINES, ROUNDS = 300, 1_000, 7
AT_MOST, MEGABYTES_AT_MOST = 3.0, 512
NOON = datetime(2026, 11, 12, 12, tzinfo=UTC)

PLAIN = (
    "The first page was answered; people who come in now get no server, those who have one keep it and their files.",
    "The pod restarted twice; its log says `QUOTA_EXCEEDED`, and nobody who comes in now gets a server.",
    "We shrink the pool of the workshop that is over, as https://git.example/openshore/hubs/issues/1915 proposes.",
)
LINKED = (f"{PLAIN[1][:-1]}, as {PLAIN[2].split(', as ')[1]}",)
"""In every line a piece of code and a link: what costs most of what lines commonly hold."""
RICH = (
    f"""{PLAIN[1]} {PLAIN[2]}

```
$ kubectl get pods -n lagoon
NAME                    READY   STATUS    RESTARTS   AGE
jupyter-person-1        0/1     Pending   0          26m
  Warning  FailedScheduling   user-scheduler      0/9 nodes are available: 9 Insufficient memory, scale-up refused
```

- *one*
- **two**
""",
)
BARE = f"""
import json, sys, typst
source = '''
#set document(title: "Bare", date: datetime(year: 2026, month: 11, day: 12))
#set text(font: "Literata", size: 10pt, lang: "en")
= Bare
#for line in json(bytes(sys.inputs.lines)) {{ par(line) }}
'''
how = dict(font_paths=[{str(FONTS)!r}], ignore_system_fonts=True, pdf_standards=["a-3a", "ua-1"])
sys.stdout.buffer.write(typst.compile(source.encode(), sys_inputs={{"lines": sys.stdin.read()}}, **how))
"""


def main() -> None:
    _compare(f"a PDF of {LINES} lines", _report(PLAIN, LINES))
    _compare(f"one of {LINES} lines with a link and code in each", _report(LINKED, LINES))
    rich = _report(RICH, RICH_LINES)
    taken = _seconds(lambda: as_pdf(rich, as_json(rich)))
    _tell(f"one of {RICH_LINES:,} lines with lists and output", taken, _seconds(lambda: _bare(rich)), "")
    print(f"  memory: {_megabytes():4.0f} MB (goal: at most {MEGABYTES_AT_MOST})")


def _compare(what: str, report: Document) -> None:
    data = as_json(report)
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(lambda: as_pdf(report, data)))
        bare.append(_seconds(lambda: _bare(report)))
    _tell(what, median(ours), median(bare), f" (goal: at most {AT_MOST:.1f})")


def _tell(what: str, ours: float, bare: float, goal: str) -> None:
    print(f"{what}: {ours:.2f} s on this machine now")
    print(f"  against the same words from the bare typesetter ({bare:.2f} s): {ours / bare:5.2f}{goal}")


def _seconds(do: Callable[[], bytes]) -> float:
    begin = time.perf_counter()
    assert do().startswith(b"%PDF-")
    return time.perf_counter() - begin


def _bare(report: Document) -> bytes:
    words = [f"{line.at.at:%H:%M} {line.by} {line.kind} {line.text}" for line in report.timeline]
    command = [sys.executable, "-I", "-c", BARE]
    return subprocess.run(command, input=json.dumps(words).encode(), check=True, capture_output=True).stdout


def _megabytes() -> float:
    """The most that any of our processes had at once."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _report(texts: Sequence[str], lines: int) -> Document:
    return Document(
        number=IncidentNumber(1),
        title="Lagoon hub cannot start servers",
        status="Draft",
        owner="Ada Lovelace",
        zone="America/Santiago",
        services=("Lagoon hub",),
        communities=("Coast College",),
        declared=NOON,
        resolved=NOON + timedelta(hours=2),
        verified="A server starts.",
        impact=ImpactSet(start=Moment(at=NOON), end=Moment(at=NOON + timedelta(hours=2))),
        roles=(),
        sections=(),
        timeline=tuple(_line(number, texts[number % len(texts)]) for number in range(lines)),
        actions=(),
        no_action="",
        replayed=False,
    )


def _line(number: int, text: str) -> Line:
    at = Moment(at=NOON + timedelta(minutes=number))
    return Line(at=at, kind="note", by="Ada Lovelace", text=f"{number} {text}")


if __name__ == "__main__":
    main()
