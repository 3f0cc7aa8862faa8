"""Matches the headings of an export to the fields of a form, and stops the load where that is not certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa

from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.form_versions import is_of_some_versions
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import problem, quoted
from rss_analytics.reading.labels import in_words, words_for
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.unknown_headings import told_headings

PERSONAL = (
    "name", "full name", "first name", "last name", "middle name", "client name", "nombre", "apellido", "apellidos",
    "nombre completo", "email", "e mail", "email address", "correo", "correo electronico", "phone", "telephone",
    "telefono", "address", "street address", "direccion", "ssn", "social security number", "date of birth", "dob",
    "fecha de nacimiento", "ip address", "ipaddress", "latitude", "longitude", "location latitude",
    "location longitude", "recipient email", "recipientemail", "recipient first name", "recipient last name",
)  # fmt: skip
"""Folded headings of personal columns that no report needs: left at the door unless the form has such a field."""


@dataclass(frozen=True)
class HeadingMatch:
    """Which column of the file is which field, by position from 0; ``dropped`` are personal or ignored columns.

    ``words`` are, by field, the codes of the file that are read by what its own labels say they mean.
    """

    columns: Mapping[str, int]
    dropped: tuple[str, ...]
    absent: tuple[str, ...]
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def named(self, columns: pa.Table) -> pa.Table:
        """The columns of a batch under the names of the fields, in the words of the form."""
        cells = {name: columns[str(position)] for name, position in self.columns.items()}
        return pa.table({name: in_words(own, self.words.get(name, {})) for name, own in cells.items()})


def names_of(field: Field) -> list[str]:
    """Every folded spelling under which a field may stand in a file: its name, labels and aliases."""
    return [fold(word) for word in (field.name, *field.aliases, *field.label.values())]


def match_headings(form: Form, table: TextTable, *, where: str, ignore: Iterable[str] = ()) -> HeadingMatch:
    """The columns of a table as fields of a form.

    Raises FileProblem for a heading no field claims, a field two headings claim, or a required field without one.
    """
    known = spellings_of(form)
    found = _sorted_out(form, known, table, ignore)
    if found.twice:
        name, first, second = found.twice[0]
        both = quoted([table.headings[first], table.headings[second]])
        raise problem("headings.twice", where=where, field=name, both=both)
    absent = tuple(name for name in form.names if name not in found.columns)
    _stop_on_gaps(form, table, found.unmatched, absent, known=known, where=where)
    labels = {name: table.labels.get(table.headings[at], {}) for name, at in found.columns.items()}
    words = {name: words for name, own in labels.items() if (words := words_for(form.field(name), own))}
    return HeadingMatch(found.columns, tuple(found.dropped), absent, words)


@dataclass
class _Found:
    """What became of each heading.

    ``unmatched`` are the positions of those that no field claims, ``twice`` a field and two columns that claim it.
    """

    columns: dict[str, int] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    unmatched: list[int] = field(default_factory=list)
    twice: list[tuple[str, int, int]] = field(default_factory=list)

    def claim(self, name: str, position: int) -> None:
        """Gives a field its column, unless it has one."""
        if name in self.columns:
            self.twice.append((name, self.columns[name], position))
        else:
            self.columns[name] = position


def _sorted_out(form: Form, known: Mapping[str, str], table: TextTable, ignore: Iterable[str]) -> _Found:
    """Questions first, then the tool's own columns, the most useful first, for fields that no question claimed."""
    left_out = {fold(word) for word in (*PERSONAL, *form.drop)}
    ignored = {fold(word) for word in ignore}
    known_to = partial(_field_of, form, table, known)
    said_again = {part for whole, parts in table.wholes.items() if known_to(whole) for part in parts}
    found = _Found()
    for position, heading in enumerate(table.headings):
        name = known_to(heading)
        if not fold(heading) or fold(heading) in ignored:
            found.dropped += [heading] if fold(heading) else []
        elif heading in table.spare:
            continue
        elif name is not None:
            found.claim(name, position)
        elif not left_out.isdisjoint(_spellings(table, heading)):
            found.dropped.append(heading)
        elif heading not in table.wholes and heading not in said_again:
            found.unmatched.append(position)
    for heading in dict.fromkeys(table.spare):
        name = known_to(heading)
        if heading not in table.headings or fold(heading) in ignored:
            continue
        if name is None or name in found.columns:
            found.dropped.append(heading)
        else:
            found.claim(name, table.headings.index(heading))
    return found


def _field_of(form: Form, table: TextTable, known: Mapping[str, str], heading: str) -> str | None:
    """The field that a heading, or else another spelling of it, names; a whole names only one of several answers."""
    name = next((known[one] for one in _spellings(table, heading) if one in known), None)
    if name is not None and heading in table.wholes and form.field(name).type != "multi_choice":
        return None
    return name


def _spellings(table: TextTable, heading: str) -> list[str]:
    return [fold(one) for one in (heading, *table.also.get(heading, ()))]


def spellings_of(form: Form) -> dict[str, str]:
    """Folded spelling -> field; a field's own name wins over another field's label or alias."""
    known: dict[str, str] = {}
    for one in form.fields:
        for spelling in names_of(one):
            known.setdefault(spelling, one.name)
    known.update({fold(one.name): one.name for one in form.fields})
    return known


def _stop_on_gaps(
    form: Form, table: TextTable, unmatched: list[int], absent: tuple[str, ...], *, known: Mapping[str, str], where: str
) -> None:
    needed = [name for name in absent if name in _needed(form)]
    if needed and len(needed) >= len(form.names) - len(absent):
        raise problem("headings.wrong_form", where=where, form=form.form, needed=quoted(needed))
    if unmatched:
        answers = {spelling for one in form.fields for spelling in one.spellings}
        raise problem(
            "headings.unmatched", where=where, form=form.form, listed=told_headings(table, unmatched, known, answers)
        )
    if needed:
        raise problem("headings.absent", where=where, form=form.form, needed=quoted(needed))


def recognise_form(forms: Mapping[str, Form], table: TextTable, *, where: str, ignore: Iterable[str] = ()) -> Form:
    """The form whose fields the headings of a table name best; FileProblem when none or more than one fits.

    A form fits when every required field has a heading and every heading a field, or is personal, empty, spare or
    ignored.
    """
    fitting = {form.form: len(_needed(form)) for form in forms.values() if _fits(form, table, ignore)}
    best = max(fitting.values(), default=0)
    winners = [name for name, needed in fitting.items() if needed == best]
    if len(winners) != 1:
        key = "headings.no_form" if not winners else "headings.many_forms"
        raise problem(key, where=where, forms=quoted(winners), known=quoted(forms, most=40))
    return forms[winners[0]]


def _needed(form: Form) -> set[str]:
    """Fields without which a file is none of the form's; one that some versions lack may be missing."""
    return {one.name for one in form.fields if one.required and one.derive is None and not is_of_some_versions(one)}


def _fits(form: Form, table: TextTable, ignore: Iterable[str]) -> bool:
    found = _sorted_out(form, spellings_of(form), table, ignore)
    return bool(found.columns) and _needed(form) <= set(found.columns) and not found.unmatched
