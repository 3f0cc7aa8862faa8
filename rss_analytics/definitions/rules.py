"""The closed set of named checks over several fields, several records or several tables of a form.

Row rules look at one record and, at severity error, refuse it.  Record rules look at other records or other tables
and, at severity error, hold the record until what it waits for is loaded or mended.  Column rules look at a whole
load and only warn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Union

from pydantic import Discriminator, Field, Tag, model_validator

from rss_analytics.definitions.declared import Declared, DeclaredCondition, Text

Severity = Literal["error", "warning"]


class Rule(Declared):
    """What every rule has: its code, severity and sentence by language."""

    code: str = Field(pattern=r"^[A-Z]{2,6}[0-9]{3,4}$")
    severity: Severity = "error"
    message: Text
    do: Text
    when: DeclaredCondition | None = None


# -- row rules: one record ---------------------------------------------------------------------------------


class NotBefore(Rule):
    """``field`` is not earlier than ``other``; equal is fine unless ``strict``.

    ``whole_days`` compares calendar days, for logs in which one moment has a time of day and the other only a date.
    """

    rule: Literal["not_before"]
    field: str
    other: str
    strict: bool = False
    whole_days: bool = False


class NotFuture(Rule):
    """``field`` is not after the day the data are judged on."""

    rule: Literal["not_future"]
    field: str


class RequiredWhen(Rule):
    """``fields`` are filled wherever ``when`` holds."""

    rule: Literal["required_when"]
    fields: tuple[str, ...]
    when: DeclaredCondition


class EmptyWhen(Rule):
    """``fields`` are empty wherever ``when`` holds."""

    rule: Literal["empty_when"]
    fields: tuple[str, ...]
    when: DeclaredCondition


class Implies(Rule):
    """Wherever ``when`` holds, ``then`` holds too."""

    rule: Literal["implies"]
    when: DeclaredCondition
    then: DeclaredCondition


class ExactlyOneOf(Rule):
    """Exactly one of ``fields`` is filled."""

    rule: Literal["exactly_one_of"]
    fields: tuple[str, ...] = Field(min_length=2)


class AtLeastOneOf(Rule):
    """At least one of ``fields`` is filled."""

    rule: Literal["at_least_one_of"]
    fields: tuple[str, ...] = Field(min_length=2)


class SumEquals(Rule):
    """The sum of ``fields`` equals ``total``, a field or the sum of several, within ``tolerance``."""

    rule: Literal["sum_equals"]
    fields: tuple[str, ...] = Field(min_length=1)
    total: str | Annotated[tuple[str, ...], Field(min_length=1)]
    tolerance: float = Field(default=0, ge=0)

    @property
    def totals(self) -> tuple[str, ...]:
        """The fields whose sum is the total."""
        return (self.total,) if isinstance(self.total, str) else self.total


class NotEqual(Rule):
    """``field`` and ``other`` differ: a common sign of two columns swapped."""

    rule: Literal["not_equal"]
    field: str
    other: str


class AtMostField(Rule):
    """``field`` is not greater than ``other``."""

    rule: Literal["at_most_field"]
    field: str
    other: str


class MinutesBetween(Rule):
    """``minutes`` equals the time from ``start`` to ``end`` within ``tolerance`` minutes."""

    rule: Literal["minutes_between"]
    start: str
    end: str
    minutes: str
    tolerance: float = 1


class UnitsFollow(Rule):
    """``units`` equals ``minutes`` in units of ``unit_minutes`` under the rounding named in ``rounding``."""

    rule: Literal["units_follow"]
    minutes: str
    units: str
    rounding: str
    unit_minutes: int = 15


# -- record rules: other records, other tables ---------------------------------------------------------------


class WithinSpan(Rule):
    """``date`` lies in a span of ``form`` that shares the ``match`` fields.

    With ``fields`` the spans are those of an enrollment, a program's opening days, a credential or a plan.  A record
    passes when any matching span covers the date; ``need_match`` false also passes a record that matches no span.
    """

    rule: Literal["within_span"]
    date: str
    form: str
    match: dict[str, str] = Field(min_length=1, description="field of this form -> field of the other form")
    start: str
    end: str | None = None
    where: DeclaredCondition | None = None
    need_match: bool = True


class NotDuring(Rule):
    """``date`` lies in no span of ``form`` that shares the ``match`` fields, ends of the span left out."""

    rule: Literal["not_during"]
    date: str
    form: str
    match: dict[str, str] = Field(min_length=1)
    start: str
    end: str | None = None
    where: DeclaredCondition | None = None


class NoOverlap(Rule):
    """No two records that share ``by`` overlap from ``start`` to ``end``; records that share ``unless_same`` may.

    A last day is part of its span, unless ``may_touch``: then one span may end on the day the next one starts.
    """

    rule: Literal["no_overlap"]
    by: tuple[str, ...] = Field(min_length=1)
    start: str
    end: str
    unless_same: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    may_touch: bool = False


class UniqueWithin(Rule):
    """No two records share all of ``fields`` (nulls never match)."""

    rule: Literal["unique_within"]
    fields: tuple[str, ...] = Field(min_length=1)


class SumWithin(Rule):
    """The sum of ``total`` over records that share ``by`` is at most ``most``; a ``once_per`` group counts once."""

    rule: Literal["sum_within"]
    by: tuple[str, ...] = Field(min_length=1)
    day_of: str | None = None
    total: str
    most: float
    once_per: str | None = None


class CountMatches(Rule):
    """``count`` equals the number of distinct ``of`` among the records that share ``by``."""

    rule: Literal["count_matches"]
    by: tuple[str, ...] = Field(min_length=1)
    count: str
    of: str


class SameAsSpan(Rule):
    """``field`` equals ``other`` of the ``form`` record that matches and covers ``date``."""

    rule: Literal["same_as_span"]
    field: str
    other: str
    date: str
    form: str
    match: dict[str, str] = Field(min_length=1)
    start: str
    end: str | None = None


# -- column rules: a whole load ------------------------------------------------------------------------------


class ShareAtMost(Rule):
    """The share of a load's records with a suspicious pattern of ``field`` is at most ``most``.

    Patterns: ``midnight`` (a time of 00:00), ``multiple_of`` (whole multiples of ``of``), ``same_as`` (equal to
    ``other``), ``repeated`` (a value that another record of the load has too).
    """

    rule: Literal["share_at_most"]
    severity: Literal["warning"] = "warning"
    field: str
    pattern: Literal["midnight", "multiple_of", "same_as", "repeated"]
    of: int | None = None
    other: str | None = None
    most: float = Field(gt=0, lt=1)
    fewest: int = Field(default=50, description="records a load needs before the share is judged")

    @model_validator(mode="after")
    def _pattern_has_its_operand(self) -> ShareAtMost:
        if self.pattern == "multiple_of" and not self.of:
            raise ValueError("`multiple_of` needs `of`, a positive whole number")
        if self.pattern == "same_as" and not self.other:
            raise ValueError("`same_as` needs `other`, a field")
        return self


ROW_RULES = (
    NotBefore, NotFuture, RequiredWhen, EmptyWhen, Implies, ExactlyOneOf, AtLeastOneOf, SumEquals, NotEqual,
    AtMostField, MinutesBetween, UnitsFollow,
)  # fmt: skip
SPAN_RULES = (WithinSpan, NotDuring, SameAsSpan)
"""Record rules that look for a span of another form, which ``start``, ``end`` and ``other`` name fields of."""
RECORD_RULES = (WithinSpan, NotDuring, NoOverlap, UniqueWithin, SumWithin, CountMatches, SameAsSpan)
COLUMN_RULES = (ShareAtMost,)

RowRule = (
    NotBefore | NotFuture | RequiredWhen | EmptyWhen | Implies | ExactlyOneOf | AtLeastOneOf | SumEquals | NotEqual
    | AtMostField | MinutesBetween | UnitsFollow
)  # fmt: skip
RecordRule = WithinSpan | NotDuring | NoOverlap | UniqueWithin | SumWithin | CountMatches | SameAsSpan
ColumnRule = ShareAtMost


def _tag(raw: object) -> str:
    name = raw.get("rule") if isinstance(raw, dict) else getattr(raw, "rule", None)
    return f"rule:{name}"


if TYPE_CHECKING:
    AnyRule = RowRule | RecordRule | ColumnRule
else:
    AnyRule = Annotated[
        Union[  # noqa: UP007 - built from the tuples above, which | cannot do
            tuple(
                Annotated[kind, Tag(f"rule:{kind.model_fields['rule'].annotation.__args__[0]}")]
                for kind in (*ROW_RULES, *RECORD_RULES, *COLUMN_RULES)
            )
        ],
        Discriminator(_tag, custom_error_type="unknown_rule", custom_error_message="this is not a named rule"),
    ]
