"""Our own desk: the form of a community, the exchange with whoever wrote, and the same as colleagues see it."""
