"""The one door between computed numbers and readers: small cells, what would reveal them, and who sees whom."""

from __future__ import annotations

from rss_analytics.disclosure.listings import release_listings
from rss_analytics.disclosure.pseudonyms import Pseudonyms
from rss_analytics.disclosure.release import narrow, release, release_sample, release_together
from rss_analytics.disclosure.tallies import release_tallies

__all__ = [
    "Pseudonyms",
    "narrow",
    "release",
    "release_listings",
    "release_sample",
    "release_tallies",
    "release_together",
]
