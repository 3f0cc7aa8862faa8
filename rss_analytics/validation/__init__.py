"""Judges every record of an export against its form and says of each what is wrong and what to do."""

from rss_analytics.validation.judging import Judge, Judged

__all__ = ["Judge", "Judged"]
