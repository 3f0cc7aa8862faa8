"""Reads the caseload of a day: who is enrolled with whom, and what is last known of each client."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pandas as pd

from rss_analytics.measures.clocks import WEEKENDS_ONLY
from rss_analytics.measures.conditions import holds
from rss_analytics.measures.facts import selected
from rss_analytics.measures.kinds.ageing import as_of
from rss_analytics.measures.kinds.on_time import by_limit
from rss_analytics.measures.question import Question
from rss_analytics.measures.relations import Relations
from rss_analytics.measures.windows import day_number

UNKNOWN = "unknown"  # what a contact says of a client when it says nothing
IN_LOG = ""  # tool of a rating that was written with a contact
DOING = ("stable", "improving", "worse", "crisis")


def enrolled_on(relations: Relations, day: date) -> pd.DataFrame:
    """``client, program, staff, enrolled_on, discharged_on``: one row per client and program on a day.

    The day of discharge is still a day of the program.  Of two enrollments in a program the later one counts.
    """
    rows = relations.records("enrollment")
    there = rows.filter(rows.enrolled_on <= day, (rows.discharged_on >= day).fill_null(True))
    latest = ibis.window(group_by=["client_key", "program_id"], order_by=ibis.desc("enrolled_on"))
    there = there.mutate(place=ibis.row_number().over(latest)).filter(ibis._.place == 0)
    return _frame(relations, _enrollments(there))


def discharged_by(relations: Relations, day: date) -> pd.DataFrame:
    """``client, program, staff, enrolled_on, discharged_on`` of every enrollment that ended before a day."""
    rows = relations.records("enrollment")
    return _frame(relations, _enrollments(rows.filter((rows.discharged_on < day).fill_null(False))))


def _enrollments(rows: ir.Table) -> ir.Table:
    return rows.select(
        client=rows.client_key,
        program=rows.program_id,
        staff=rows.sender + "/" + rows.primary_staff_id,
        enrolled_on=rows.enrolled_on,
        discharged_on=rows.discharged_on,
    )


def seen_by(question: Question) -> pd.DataFrame:
    """The same columns from contacts alone: clients with a contact in the window, by who was last with them."""
    rows = _contacts(question).filter(ibis._.day >= question.windows.start)
    latest = ibis.window(group_by=["client", "program"], order_by=[ibis.desc("at"), "record"])
    last = rows.mutate(place=ibis.row_number().over(latest)).filter(ibis._.place == 0)
    nothing = ibis.null("date")
    return _frame(
        question.relations, last.select("client", "program", "staff", enrolled_on=nothing, discharged_on=nothing)
    )


def last_contacts(question: Question) -> pd.DataFrame:
    """``client, program, last_contact``: the day of the last contact that counts as service, however long ago."""
    rows = _contacts(question)
    return _frame(question.relations, rows.group_by("client", "program").aggregate(last_contact=rows.day.max()))


def _contacts(question: Question) -> ir.Table:
    """``client, program, staff, day, at, record`` of the measure's contacts up to the last day known."""
    rows = selected(question, question.measure.rows)
    rows = rows.drop_null("client_key").filter(ibis._.start_at.date() <= question.tables.until)
    return rows.select(
        client=rows.client_key,
        program=rows.program_id,
        staff=rows.staff_key,
        day=rows.start_at.date(),
        at=rows.start_at,
        record=rows.row_id,
    )


def doing(relations: Relations, day: date) -> pd.DataFrame:
    """``client, doing, doing_on``: how the client was last said to be doing, by any contact that said so."""
    rows = relations.records("contact_log")
    rows = rows.drop_null("client_key").filter(ibis._.start_at.date() <= day, ibis._.client_status.isin(DOING))
    rows = rows.select(client=rows.client_key, doing=rows.client_status, at=rows.start_at, record=rows.row_id)
    latest = ibis.window(group_by="client", order_by=[ibis.desc("at"), ibis.desc("record")])
    last = rows.mutate(place=ibis.row_number().over(latest)).filter(ibis._.place == 0)
    return _frame(relations, last.select("client", "doing", doing_on=last["at"].date()))


def ratings(relations: Relations, day: date) -> pd.DataFrame:
    """``client, rating, rated_on, rating_before``: the latest rating and the one before it with the same tool.

    Ratings written with a contact are a tool of their own.  The tool that was used last is the one that is told.
    """
    forms, log = relations.records("functioning_rating"), relations.records("contact_log")
    log = log.drop_null(["client_key", "functioning_rating"])
    columns = {"client": "string", "tool": "string", "rated_on": "date", "rating": "float64", "record": "int64"}
    own = forms.select(
        client=forms.client_key, tool=forms.tool, rated_on=forms.rated_on, rating=forms.score, record=forms.row_id
    )
    noted = log.select(
        client=log.client_key,
        tool=ibis.literal(IN_LOG),
        rated_on=log.start_at.date(),
        rating=log.functioning_rating,
        record=log.row_id,
    )
    rows = ibis.union(own.cast(columns), noted.cast(columns))
    rows = rows.filter(rows.rated_on <= day)
    newest = ibis.window(group_by=["client", "tool"], order_by=[ibis.desc("rated_on"), ibis.desc("record")])
    rows = rows.mutate(place=ibis.row_number().over(newest), rating_before=rows.rating.lead().over(newest))
    rows = rows.filter(rows.place == 0).drop("place")
    tools = ibis.window(group_by="client", order_by=[ibis.desc("rated_on"), "tool"])
    rows = rows.mutate(place=ibis.row_number().over(tools)).filter(ibis._.place == 0)
    return _frame(relations, rows.select("client", "rating", "rated_on", "rating_before"))


def plans(relations: Relations, day: date) -> pd.DataFrame:
    """``client, program, has_plan, plan_due``: the earliest review of the plan in force that is still to be done."""
    rows = relations.records("service_plan")
    rows = rows.filter(rows.signed_on <= day)
    newest = ibis.window(group_by=["client_key", "program_id"])
    rows = rows.mutate(in_force=rows.signed_on.max().over(newest))
    rows = rows.filter(rows.signed_on == rows.in_force)
    open_review = (rows.reviewed_on > day).fill_null(True)
    waiting = rows.mutate(due=ibis.ifelse(open_review, rows.review_due, None))
    found = waiting.group_by(client=waiting.client_key, program=waiting.program_id).aggregate(
        has_plan=ibis.literal(True), plan_due=waiting.due.min()
    )
    return _frame(relations, found)


def stays(relations: Relations, day: date) -> pd.DataFrame:
    """``client, stay_from, stay_to, in_stay``: the latest stay in an institution, and whether it lasts on a day."""
    rows = relations.records("institution_stay")
    rows = rows.filter(rows.in_on <= day)
    newest = ibis.window(group_by="client_key", order_by=[ibis.desc("in_on"), ibis.desc("row_id")])
    rows = rows.mutate(place=ibis.row_number().over(newest)).filter(ibis._.place == 0)
    lasts = (rows.out_on > day).fill_null(True)
    ended = ibis.ifelse(lasts, None, rows.out_on)
    return _frame(relations, rows.select(client=rows.client_key, stay_from=rows.in_on, stay_to=ended, in_stay=lasts))


def open_grievances(question: Question) -> pd.DataFrame:
    """``client, grievance``: clients with a grievance that is open on the last day known, whatever it is about."""
    measure, until = question.measure, question.tables.until
    rows = selected(question, measure.rows)
    rows = rows.drop_null("client_key").filter(ibis._.received_at.date() <= until)
    if measure.open_when is not None:
        rows = as_of(rows.mutate(ends_on=ibis.literal(until)), measure.open_when)
        rows = rows.filter(holds(measure.open_when, rows, question.relations, measure.rows.form))
    found = rows.select(client=rows.client_key, grievance=ibis.literal(True)).distinct()
    return _frame(question.relations, found)


def unsigned_notes(question: Question) -> pd.DataFrame:
    """``staff, program, unsigned, unsigned_late``: contacts without a signed note, and those beyond the limit."""
    if question.measure.limit is None:
        return pd.DataFrame(columns=["staff", "program", "unsigned", "unsigned_late"])
    rows = by_limit(question, question.measure.limit)
    rows = rows.filter(~rows.done, rows.day <= day_number(question.tables.until))
    found = rows.group_by("staff", "program").aggregate(
        unsigned=rows.count(), unsigned_late=rows.overdue.cast("int64").sum()
    )
    return _frame(question.relations, found)


def working_days(relations: Relations, authority: str, first: date, last: date) -> list[date]:
    """Business days from ``first`` to ``last``, both included, in the calendar of an authority or of weekends only."""
    calendar = relations.calendar()
    known = set(relations.fetch(calendar.select("authority").distinct())["authority"])
    own = calendar.filter(
        calendar.authority == (authority if authority in known else WEEKENDS_ONLY),
        calendar.date >= first,
        calendar.date <= last,
        calendar.is_business_day,
    )
    return sorted(pd.Timestamp(day).date() for day in relations.fetch(own.select("date"))["date"])


def _frame(relations: Relations, table: ir.Table) -> pd.DataFrame:
    """The rows in an order of their own, whatever the engine gives."""
    rows = relations.fetch(table)
    return rows.sort_values(list(rows.columns), na_position="last", ignore_index=True) if len(rows) else rows
