"""Numbers on the command line: `3`, or `#3`."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.core.ids import IncidentNumber
from tocsin.core.refused import Refused
from tocsin.language.verbs import number

Number = Annotated[str, typer.Argument(metavar="N", help="which incident: 3 or #3", show_default=False)]


def numbered(typed: str, where: str = "N") -> IncidentNumber:
    """The incident a number names; what is no number is a mistake in the use."""
    try:
        return IncidentNumber(number(typed))
    except Refused as refusal:
        raise typer.BadParameter(str(refusal), param_hint=where) from None
