"""Forms and their problems written for other tools: JSON Schema for editors, workbooks for those who correct rows."""
