"""An instrument: which items of a survey form make which domain, in which direction, and when a mean is positive."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Literal

from pydantic import Field as Key
from pydantic import model_validator

from rss_analytics.definitions.declared import Declared, Text


class Item(Declared):
    """A survey item under our own short label; the instrument's wording is never stored."""

    id: str
    number: int | None = None
    label: Text
    reverse: bool = False


class Domain(Declared):
    """Items scored together; an item may belong to several domains or to none."""

    id: str
    label: Text
    items: tuple[str, ...] = Key(min_length=1)
    benchmark: float | None = Key(default=None, description="percent positive to reach")


class MissingRule(Declared):
    """How many items of a domain must be answered: a share (``two_thirds``) rounded up, or a fixed number."""

    share: str | None = Key(default=None, pattern=r"^[0-9]+/[0-9]+$", description="e.g. 2/3 of the domain's items")
    at_least: int | None = Key(default=None, ge=1)

    @model_validator(mode="after")
    def _one_way(self) -> MissingRule:
        if (self.share is None) == (self.at_least is None):
            raise ValueError("write either `share` or `at_least`")
        return self

    def needed(self, items: int) -> int:
        """Items of a domain of ``items`` that must be answered; exact, so that 2/3 of 3 is 2."""
        if self.at_least is not None:
            return min(self.at_least, items)
        return -int(-Fraction(str(self.share)) * items // 1)


class CutOff(Declared):
    """A domain mean is positive when strictly (or not) beyond ``value`` on the good side."""

    value: str = Key(pattern=r"^[0-9]+(\.[0-9]+)?$")
    strict: bool = True

    @property
    def exact(self) -> Fraction:
        """The cut-off as a fraction, so that a mean of exactly 2.5 is never decided by rounding."""
        return Fraction(self.value)


class Source(Declared):
    """Where a figure comes from, and how sure it is: verified, partly read, or recalled."""

    citation: str
    url: str | None = None
    status: Literal["verified", "partly", "recalled", "agency"]


class Instrument(Declared):
    """A versioned survey instrument."""

    instrument: str
    version: str
    title: Text
    form: str
    valid_from: date
    valid_to: date | None = None
    direction: Literal["low_is_positive", "high_is_positive"]
    scale_min: int
    scale_max: int
    not_applicable: tuple[str, ...] = ()
    missing_rule: MissingRule
    cut_off: CutOff
    reference_period: Text
    licence: str
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    domains: tuple[Domain, ...]

    @model_validator(mode="after")
    def _domains_name_items(self) -> Instrument:
        known = {item.id for item in self.items}
        lists = {"items": [item.id for item in self.items], "domains": [domain.id for domain in self.domains]}
        lists |= {f"domain `{domain.id}`": list(domain.items) for domain in self.domains}
        for where, names in lists.items():
            for name in dict.fromkeys(names):
                if names.count(name) > 1:
                    raise ValueError(f"{where} names `{name}` twice")
        for domain in self.domains:
            unknown = [item for item in domain.items if item not in known]
            if unknown:
                raise ValueError(f"domain `{domain.id}` names items that are not declared: {unknown}")
        if not self.scale_min < Fraction(self.cut_off.value) < self.scale_max:
            raise ValueError("the cut-off lies outside the scale")
        return self
