"""One module per kind of measure; each turns a question into a table of numbers by unit and window."""
