"""How people and incidents talk."""
