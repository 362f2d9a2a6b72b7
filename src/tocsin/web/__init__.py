"""The web app: pages for people, each a thin translation into the commands that everybody uses."""
