"""Exported files in, text rows out: every cell as it stands in the file, every row accounted for."""
