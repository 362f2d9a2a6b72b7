"""Tocsin: incident response for teams that run services for outside communities."""

__version__ = "0.1.0"
