"""`tocsin incident draft`: a message of the playbook filled for an incident, and how to send it."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.cli.times import stamp
from tocsin.language.drafting import PROMISING, SENT_AS, UNCOMMANDED, Draft
from tocsin.language.wording import gaps


def draft_as_data(draft: Draft) -> dict[str, object]:
    """For programs."""
    return {
        "occasion": draft.occasion,
        "kind": SENT_AS.get(draft.occasion),
        "community": draft.community,
        "zone": draft.zone,
        "promise": stamp(draft.promise),
        "gaps": gaps(draft.text),
        "untrue": draft.untrue,
        "text": draft.text,
    }


def advice(draft: Draft) -> Iterator[str]:
    """What to see to before it goes out, and how it does."""
    typed = f"tocsin incident draft {draft.incident.number} unattended"
    commanded = f"Nobody commands it yet; take command first, or send: {typed}"
    yield from (commanded if each == UNCOMMANDED else each for each in draft.untrue)
    if missing := gaps(draft.text):
        yield f"Fill in what stands in brackets: {'; '.join(missing)}."
    if draft.occasion not in SENT_AS:
        return
    if draft.community is None and draft.incident.communities:
        known = ", ".join(draft.incident.communities)
        yield f"To have it addressed, and the times on the reader's clock, name one: --community ({known})."
    options = [
        f"--kind {SENT_AS[draft.occasion]}",
        *([f"--community {draft.community}"] if draft.community else []),
        *([f"--next-by {stamp(draft.promise)}"] if draft.promise and draft.occasion in PROMISING else []),
        f"--incident {draft.incident.number}",
    ]
    yield f"To send it: tocsin do update TEXT {' '.join(options)}"
