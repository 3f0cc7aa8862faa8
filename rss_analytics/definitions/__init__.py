"""Declared files: their models, where they are found, and the checks that hold before anything runs."""

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.measure import Measure
from rss_analytics.definitions.profile import Profile
from rss_analytics.definitions.result import Provenance, Released, Result

__all__ = ["Catalogue", "Field", "Form", "Measure", "Profile", "Provenance", "Released", "Result"]
