"""The store: one DuckDB file per workspace, with history, held records, refused rows and a calendar."""
