"""The one way to say no to a person."""


class Refused(Exception):
    """A sentence for the person who asked: what stands in the way, and what to do about it."""
