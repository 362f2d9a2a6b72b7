"""The incident as a picture: impact, command and what was told, on one scale of time.

`strip` reads it off the log as plain data; `as_figure` and `as_svg` draw that for a page, `as_data` gives it to Typst.
"""

from importlib.resources import files

from tocsin.report.strip.data import as_data
from tocsin.report.strip.drawing import strip
from tocsin.report.strip.picture import Strip
from tocsin.report.strip.svg import as_figure, as_svg

CSS = files("tocsin.report").joinpath("strip.css").read_text("utf-8")
"""The rules a page needs to show the picture; its colours and fonts are those of the page, where it has any."""

__all__ = ["CSS", "Strip", "as_data", "as_figure", "as_svg", "strip"]
