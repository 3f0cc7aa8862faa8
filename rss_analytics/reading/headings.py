"""Matches the headings of an export to the fields of a form, and stops the load where that is not certain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.spelling import fold
from rss_analytics.errors import problem, quoted

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
    """Which column of the file is which field, by position from 0; ``dropped`` are personal or ignored columns."""

    columns: Mapping[str, int]
    dropped: tuple[str, ...]
    absent: tuple[str, ...]


def names_of(field: Field) -> list[str]:
    """Every folded spelling under which a field may stand in a file: its name, labels and aliases."""
    return [fold(word) for word in (field.name, *field.aliases, *field.label.values())]


def match_headings(form: Form, headings: tuple[str, ...], *, where: str, ignore: Iterable[str] = ()) -> HeadingMatch:
    """The columns of a file as fields of a form.

    Raises FileProblem for a heading no field claims, a field two headings claim, or a required field without one.
    """
    known = _spellings(form)
    left_out = {fold(word) for word in (*PERSONAL, *form.drop)}
    ignored = {fold(word) for word in ignore}
    columns: dict[str, int] = {}
    dropped, unmatched = [], []
    for position, heading in enumerate(headings):
        folded = fold(heading)
        if not folded or folded in ignored:
            dropped += [heading] if folded else []
        elif folded in known:
            _claim(columns, known[folded], position, headings, where)
        elif folded in left_out:
            dropped.append(heading)
        else:
            unmatched.append(heading)
    absent = tuple(name for name in form.names if name not in columns)
    _stop_on_gaps(form, unmatched, absent, known, where)
    return HeadingMatch(columns, tuple(dropped), absent)


def _spellings(form: Form) -> dict[str, str]:
    """Folded spelling -> field; a field's own name wins over another field's label or alias."""
    known: dict[str, str] = {}
    for field in form.fields:
        for spelling in names_of(field):
            known.setdefault(spelling, field.name)
    known.update({fold(field.name): field.name for field in form.fields})
    return known


def _claim(columns: dict[str, int], name: str, position: int, headings: tuple[str, ...], where: str) -> None:
    if name in columns:
        both = quoted([headings[columns[name]], headings[position]])
        raise problem("headings.twice", where=where, field=name, both=both)
    columns[name] = position


def _stop_on_gaps(form: Form, unmatched: list[str], absent: tuple[str, ...], known: dict[str, str], where: str) -> None:
    needed = [name for name in absent if name in _needed(form)]
    if needed and len(needed) >= len(form.names) - len(absent):
        raise problem("headings.wrong_form", where=where, form=form.form, needed=quoted(needed))
    if unmatched:
        hints = [f"`{heading}`{_meant(heading, known)}" for heading in unmatched[:12]]
        more = f" and {len(unmatched) - 12} more" if len(unmatched) > 12 else ""
        raise problem("headings.unmatched", where=where, form=form.form, listed="; ".join(hints) + more)
    if needed:
        raise problem("headings.absent", where=where, form=form.form, needed=quoted(needed))


def _meant(heading: str, known: dict[str, str]) -> str:
    close = get_close_matches(fold(heading), list(known), n=1, cutoff=0.6)
    return f", did you mean `{close[0]}` (field `{known[close[0]]}`)?" if close else ""


def recognise_form(
    forms: Mapping[str, Form], headings: tuple[str, ...], *, where: str, ignore: Iterable[str] = ()
) -> Form:
    """The form whose fields the headings name best; FileProblem when none or more than one fits.

    A form fits when every required field has a heading and every heading a field, or is personal, empty or ignored.
    """
    left_out = {fold(word) for word in (*PERSONAL, *ignore)}
    words = {fold(heading) for heading in headings if fold(heading)} - {fold(word) for word in ignore}
    fitting = {form.form: len(_needed(form)) for form in forms.values() if _fits(form, words, left_out)}
    best = max(fitting.values(), default=0)
    winners = [name for name, needed in fitting.items() if needed == best]
    if len(winners) != 1:
        key = "headings.no_form" if not winners else "headings.many_forms"
        raise problem(key, where=where, forms=quoted(winners), known=quoted(forms, most=40))
    return forms[winners[0]]


def _needed(form: Form) -> set[str]:
    return {field.name for field in form.fields if field.required and field.derive is None}


def _fits(form: Form, words: set[str], left_out: set[str]) -> bool:
    known = _spellings(form)
    named = {known[word] for word in words if word in known}
    foreign = words - set(known) - left_out - {fold(word) for word in form.drop}
    return bool(named) and _needed(form) <= named and not foreign
