"""Where the log lives: one way to write, on SQLite and on PostgreSQL."""
