"""One incident's room: how it stands, who does what, what is missing, and its log."""
