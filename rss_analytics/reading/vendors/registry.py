"""The vendors whose layouts are known, and which of them a file's tables come from."""

from __future__ import annotations

from collections.abc import Sequence

from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import did_you_mean, problem, quoted
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.vendors.claims_837p import Claims837P
from rss_analytics.reading.vendors.google_forms import GoogleForms
from rss_analytics.reading.vendors.kobo import Kobo
from rss_analytics.reading.vendors.limesurvey import LimeSurvey
from rss_analytics.reading.vendors.microsoft_forms import MicrosoftForms
from rss_analytics.reading.vendors.qualtrics import Qualtrics
from rss_analytics.reading.vendors.redcap import Redcap
from rss_analytics.reading.vendors.service_extract import ServiceExtract
from rss_analytics.reading.vendors.spss import Spss
from rss_analytics.reading.vendors.surveymonkey import SurveyMonkey
from rss_analytics.reading.vendors.vendor import Vendor

VENDORS: tuple[Vendor, ...] = (
    Redcap(),
    Kobo(),
    LimeSurvey(),
    Qualtrics(),
    SurveyMonkey(),
    GoogleForms(),
    MicrosoftForms(),
    Spss(),
    Claims837P(),
    ServiceExtract(),
)
"""In the order in which they are asked; the first that recognises a file shapes it."""

PLAIN = ("plain", "csv", "tsv", "xlsx", "xlsb", "xls", "ods")
"""Sources that name a file format: the table is taken as it stands."""


def recognise(tables: Sequence[TextTable]) -> Vendor | None:
    """The vendor whose signature the tables bear; None for a plain table."""
    return next((vendor for vendor in VENDORS if vendor.recognises(tables)), None)


def vendor_named(name: str) -> Vendor | None:
    """The vendor of that name, None for a plain table; raises ``RssError`` for an unknown name."""
    by_name = {fold(vendor.name): vendor for vendor in VENDORS}
    if fold(name) not in by_name and fold(name) not in PLAIN:
        known = [*(vendor.name for vendor in VENDORS), *PLAIN]
        raise problem("usage.unknown", kind="source", name=name, hint=did_you_mean(name, known), known=quoted(known))
    return by_name.get(fold(name))
