"""A Freshdesk of our own, held to what real ones were seen to answer: `python -m tests.emulators.freshdesk`."""
