"""Exports of survey and form tools, recognised by content and given as plain tables."""
