"""The report about the records of any form: what was answered, what is missing, where and when it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rss_analytics.definitions.description import ReleasedTallies
from rss_analytics.definitions.form import Field
from rss_analytics.definitions.form_versions import asked_when
from rss_analytics.reports.description_tables import (
    Shown,
    answer_table,
    answers_of,
    glance_table,
    records_of,
    records_table,
    split_by,
    split_table,
    state_of,
    summary_table,
    with_unit,
)
from rss_analytics.reports.model import (
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Column,
    Figure,
    Note,
    Report,
    Section,
    Sentence,
    Series,
    Table,
)
from rss_analytics.reports.needs import AnyReport
from rss_analytics.reports.request import Request
from rss_analytics.reports.wording import Wording

KIND: AnyReport = "form"
COUNTED = ("choice", "multi_choice", "boolean", "scale", "integer", "number")
"""Types of questions whose answers are shown; of words, dates and numbers of people only how many there are is."""
MOST_BARS = 25  # answers of one figure
OFTEN_BLANK = 5.0  # percent of the records from which a question is named as often left blank
MOST_NAMED = 5


def build(released: ReleasedTallies, request: Request) -> Report:
    """The report from released tallies; TypeError for any that were not released."""
    if not isinstance(released, ReleasedTallies):
        raise TypeError(f"a report is made from released tallies only, not from {type(released).__name__}")
    wording = Wording(request)
    shown = Shown(released, wording)
    form = released.form
    return Report(
        kind=KIND,
        title=wording.say("form.title", form=request.language.pick(form.title)),
        language=request.language,
        facts=tuple(_facts(shown)),
        sections=(
            _answer_section(shown),
            *_records_sections(shown),
            *(_question_section(shown, field) for field in form.fields if is_counted(field)),
            _data_section(shown),
            Section("method", wording.say("section.method"), (Note(tuple(_method(shown))),)),
            Section("privacy", wording.say("section.privacy"), (Note(tuple(_privacy(shown)), "privacy"),)),
        ),
        cells_withheld=released.cells_withheld,
    )


def is_counted(field: Field) -> bool:
    """Whether the answers to a question are shown: they are of a closed kind, and no number that names somebody."""
    return field.type in COUNTED and field.identifier == "none"


def _facts(shown: Shown) -> Iterator[tuple[str, str]]:
    wording, known = shown.wording, shown.tallies.provenance
    yield wording.say("column.form"), wording.say("form.version", form=shown.tallies.form.form,
                                                  version=shown.tallies.form.version)  # fmt: skip
    if shown.whole[0] is not None:
        yield wording.say("fact.period"), shown.window_label(shown.whole)
    yield wording.say("fact.as_of"), wording.day(known.as_of)
    yield wording.say("fact.audience"), wording.say(f"audience.{wording.request.audience}")


def _answer_section(shown: Shown) -> Section:
    wording, fields = shown.wording, shown.tallies.form.fields
    blocks: list[Block] = [Sentence(_opening(shown), "answer"), _cards(shown)]
    blank = _often_blank(shown)
    blocks += [Bullets(wording.say("form.blank.heading"), tuple(blank), "caution")] if blank else []
    blocks += [glance_table(shown, fields), Note((wording.say("form.states"),))]
    return Section("answer", wording.say("section.answer.form"), tuple(blocks))


def _opening(shown: Shown) -> str:
    wording = shown.wording
    grain = wording.request.language.pick(shown.tallies.form.grain)
    number = shown.number("records", records_of(shown.tallies.form.fields[0]))
    if number is None:
        return wording.say("form.answer.few", fewest=wording.request.house_rules.suppression.fewest)
    said = wording.count("form.answer", int(number), grain=grain)
    if shown.whole[0] is not None:
        said += " " + wording.say("form.answer.dates", period=shown.window_label(shown.whole))
    if shown.units:
        said += " " + wording.count("form.answer.units", len(shown.units))
    return said


def _cards(shown: Shown) -> Cards:
    wording, form = shown.wording, shown.tallies.form
    records = shown.count(records_of(form.fields[0]))
    facts = [("records", records.text), ("questions", wording.number(len(form.fields)))]
    facts += [("units", wording.number(len(shown.units)))] if shown.units else []
    return Cards(
        tuple(Card(wording.say(f"form.card.{name}"), value, wording.say(f"form.card.{name}.detail"))
              for name, value in facts)
    )  # fmt: skip


def _often_blank(shown: Shown) -> list[str]:
    """The questions most often left blank by records that were asked, the most blank first."""
    shares: list[tuple[float, Field]] = []
    for field in shown.tallies.form.fields:
        cell = shown.share(state_of(field, "blank"), records_of(field))
        if cell.value is not None and cell.value >= OFTEN_BLANK:
            shares.append((cell.value, field))
    shares.sort(key=lambda one: -one[0])
    wording = shown.wording
    return [
        wording.say(
            "form.blank.line",
            question=wording.request.language.pick(field.label),
            share=wording.say("value.percent", value=wording.number(share, 1)),
        )
        for share, field in shares[:MOST_NAMED]
    ]


def _records_sections(shown: Shown) -> Iterator[Section]:
    """Where and when the records come from."""
    wording, field = shown.wording, shown.tallies.form.fields[0]
    if not shown.units and not shown.windows:
        return
    blocks: list[Block] = []
    if shown.windows:
        blocks.append(_over_time(shown, field))
    if shown.units:
        blocks.append(records_table(shown, field, by_unit=True))
    yield Section("units:records", wording.say("form.section.records"), tuple(blocks))


def _over_time(shown: Shown, field: Field) -> Figure:
    wording, key = shown.wording, records_of(field)
    cells = [shown.count(key, "", window) for window in shown.windows]
    return _figure(
        shown,
        "distribution",
        wording.say("form.figure.records"),
        [wording.window(*window, short=True) for window in shown.windows],  # type: ignore[arg-type]
        cells,
        axis=wording.say("form.column.records"),
        table=records_table(shown, field, by_unit=False),
        decimals=0,
    )


def _figure(
    shown: Shown, kind: str, title: str, names: Sequence[str], cells: Sequence[Cell], *, axis: str, table: Table,
    decimals: int,
) -> Figure:  # fmt: skip
    wording = shown.wording
    values = [cell.value for cell in cells]
    told = [cell for cell in cells if cell.value is not None]
    facts = {"title": title, "count": wording.number(len(cells)), "target": ""}
    alt = wording.say("figure.alt_empty", **facts)
    if told:
        ends = sorted(told, key=lambda cell: cell.value or 0.0)
        alt = wording.say("figure.alt", low=ends[0].text, high=ends[-1].text, **facts)
    return Figure(
        kind=kind,  # type: ignore[arg-type]
        title=title,
        alt=alt,
        categories=tuple(names),
        series=(Series(title, tuple(values)),),
        axis_title=axis,
        decimals=decimals,
        table=table,
        missing=tuple("" if cell.value is not None else cell.text for cell in cells),
    )


def _question_section(shown: Shown, field: Field) -> Section:
    wording = shown.wording
    blocks: list[Block] = [Sentence(_answered(shown, field))]
    if field.type in ("integer", "number", "scale"):
        blocks.append(summary_table(shown, field))
    answers = answers_of(wording, field)
    table = answer_table(shown, field)
    cells = [shown.share(answer.key, state_of(field, "answered")) for answer in answers]
    if any(cell.value for cell in cells) and len(answers) <= MOST_BARS:
        kind = "distribution" if field.type == "scale" else "bars"
        title = wording.say("form.figure.answers", question=wording.request.language.pick(field.label))
        names = [answer.label for answer in answers]
        axis = wording.say("form.column.of_answered")
        blocks.append(_figure(shown, kind, title, names, cells, axis=axis, table=table, decimals=1))
    else:
        blocks.append(table)
    blocks += [_split(shown, field, by_unit=True)] if shown.units and field.name != shown.tallies.unit else []
    blocks += [_split(shown, field, by_unit=False)] if shown.windows else []
    return Section(f"measure:{field.name}", with_unit(wording, field), tuple(blocks))


def _split(shown: Shown, field: Field, *, by_unit: bool) -> Block:
    table = split_table(shown, field, by_unit=by_unit)
    return table or Sentence(shown.wording.say(f"form.split_hidden.{split_by(shown, by_unit=by_unit)}"))


def _answered(shown: Shown, field: Field) -> str:
    """How many answered, and what became of the others."""
    wording, answered = shown.wording, state_of(field, "answered")
    number, records = (shown.number("records", key) for key in (answered, records_of(field)))
    if number is None or records is None:
        return wording.say("form.answered.hidden", fewest=wording.request.house_rules.suppression.fewest)
    share = shown.share(answered, records_of(field)).text
    said = wording.say("form.answered", answered=wording.number(number), records=wording.number(records), share=share)
    asked = wording.say("form.asked_when") if asked_when(shown.tallies.form, field) is not None else ""
    return f"{said} {asked}".strip()


def _data_section(shown: Shown) -> Section:
    wording = shown.wording
    names = ("form", "read", "accepted", "held", "refused", "excluded")
    columns = tuple(Column(wording.say(f"column.{name}"), "text" if name == "form" else "number") for name in names)
    rows = tuple(
        (Cell(form.form), *(Cell(wording.number(count), count) for count in
                            (form.read, form.accepted, form.held, form.refused, form.excluded)))
        for form in wording.request.forms
    )  # fmt: skip
    table = Table(wording.say("table.forms"), columns, rows, (wording.say("table.forms.note"),))
    return Section("data", wording.say("section.data"), (table,))


def _method(shown: Shown) -> Iterator[str]:
    wording, known = shown.wording, shown.tallies.provenance
    yield wording.say("form.method")
    yield wording.say("source.dates", as_of=wording.day(known.as_of), until=wording.day(known.until))
    if not shown.windows and shown.whole[0] is None:
        yield wording.say("form.no_date")
    if not shown.tallies.unit:
        yield wording.say("form.no_unit")
    hidden = [field for field in shown.tallies.form.fields if not is_counted(field)]
    if hidden:
        yield wording.say("form.not_shown")


def _privacy(shown: Shown) -> Iterator[str]:
    wording = shown.wording
    rule = wording.request.house_rules.suppression
    yield wording.say("privacy.rule", fewest=rule.fewest, citation=rule.source.citation)
    if rule.zero_is_shown:
        yield wording.say("privacy.zero")
    yield wording.count("privacy.withheld", shown.tallies.cells_withheld)
    yield wording.say("privacy.held_back")
