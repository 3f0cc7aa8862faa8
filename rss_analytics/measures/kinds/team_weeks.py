"""How often something happens in a week of a team, such as a meeting."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from rss_analytics.errors import ProgramError
from rss_analytics.measures.exposure import segments_of
from rss_analytics.measures.facts import facts
from rss_analytics.measures.kinds.numbers import added, numbers, together
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import apart
from rss_analytics.measures.units import LAST_DAY, in_groupings, place_spans
from rss_analytics.measures.windows import number_of


def per_team_week(question: Question) -> ir.Table:
    """The numerator over team-days, which the measure's scale of 7 turns into team-weeks.

    A team has a day while a row of its register is in force and its program is open.  The days of a program's teams
    add up, so its value is that of its average team.  No person stands behind a row.
    """
    numerator = question.measure.numerator
    if numerator is None:
        raise ProgramError("a measure of team-weeks without a numerator was not refused by its definition")
    rows = facts(question)
    above = numbers(
        question,
        rows,
        numerator=added(rows, numerator, "numerator"),
        n_clients=ibis.literal(0),
        n_records=rows.numerator_records.sum().fill_null(0),
    )
    days = in_groupings(question, _team_days(question))
    return together(question, above, numbers(question, days, denominator=days.days.sum()))


def _team_days(question: Question) -> ir.Table:
    """``window, days`` of each team and the columns of its unit."""
    teams, closing = question.relations.records("team"), _closing(question)
    spans = teams.select(
        team=teams.team_id,
        program=teams.program_id,
        facility=ibis.null("string"),
        region=ibis.null("string"),
        first_day=number_of(teams.valid_from),
        last_day=number_of(teams.valid_to).fill_null(LAST_DAY),
    )
    joined = spans.left_join(closing, spans.program == closing.of_program)
    last_day = ibis.least(spans.last_day, closing.closing.fill_null(LAST_DAY))
    spans = apart(joined.select(*(spans[name] for name in spans.columns if name != "last_day"), last_day=last_day))
    spans = place_spans(question, spans.filter(spans.first_day <= spans.last_day))
    segments = segments_of(question)
    joined = spans.join(segments, [spans.first_day <= segments.last_day, spans.last_day >= segments.first_day])
    first = ibis.greatest(spans.first_day, segments.first_day)
    last = ibis.least(spans.last_day, segments.last_day)
    kept = [spans[name] for name in spans.columns if name not in ("first_day", "last_day")]
    return apart(joined.select(*kept, window=segments.window, days=(last - first + 1).cast("int64")))


def _closing(question: Question) -> ir.Table:
    """``of_program, closing``: the last day on which a program is open."""
    rows = question.relations.records("program")
    ends = ibis.least(number_of(rows.valid_to).fill_null(LAST_DAY), number_of(rows.closed_on).fill_null(LAST_DAY))
    return rows.group_by(of_program=rows.program_id).aggregate(closing=ends.max())
