"""The report, drawn from the log: data, Markdown."""
