"""Casts the text of one column to its field's type, each distinct text once, and marks what is not of that type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from rss_analytics.definitions.empty_words import empty_words_of
from rss_analytics.definitions.form import Field, Form
from rss_analytics.definitions.spelling import FALSE_WORDS, NONE_CHOSEN, TRUE_WORDS, fold
from rss_analytics.validation.clock import clock_format, clock_words
from rss_analytics.validation.durations import duration
from rss_analytics.validation.signs import trimmed
from rss_analytics.validation.zones import may_be_zoned, read_zoned

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "choice": pa.string(),
    "multi_choice": pa.string(),
    "scale": pa.int64(),
}
SCIENTIFIC_ID = re.compile(r"\d(\.\d+)?[eE]\+\d+")  # how a spreadsheet writes a long id it has spoiled
SHEET_ERROR = re.compile(r"#[¡¿]?[A-ZÄÖÜÑ/0_]+[!?]|#+")  # #REF!, #NAME?, and the signs of a column that was too narrow
ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
PLAIN_DAY = r"^[12]\d{3}-\d{2}-\d{2}$"  # which Arrow reads by itself
PLAIN_MOMENT = r"^[12]\d{3}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?$"
ISO_DATETIME = r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$"
SERIAL = r"^\d{5}(\.\d+)?$"  # a spreadsheet's day number stored as text: 1927 to 2173 in the 1900 epoch
EPOCH_1900, EPOCH_1904 = np.datetime64("1899-12-30"), np.datetime64("1904-01-01")
# how tools part the answers of one cell; a comma or space may also stand within an answer, so these come last
LIST_SIGNS = (r"[;|\n]", r"[;|\n,]", r"\s+")
DECIMAL_PLACES = Decimal("0.0001")
EMPTIED, SERIALS = "words_read_as_empty", "spreadsheet_day_numbers"
ZONED, UNZONED = "moments_with_a_zone", "moments_without_a_zone"
REMARKS = (EMPTIED, SERIALS, ZONED, UNZONED)
"""What casting did that a reader of the load should know, by the number of cells."""


@dataclass(frozen=True)
class CastColumn:
    """A column as its field wants it.

    ``values`` is null where the text was empty, a missing code or not of the type; ``missing`` holds the missing code
    or is None for a field without any; ``faults`` maps a finding code to the rows it holds for; ``remarks`` counts
    the cells that were read in a way of their own, by REMARKS.
    """

    values: pa.Array
    missing: pa.Array | None
    faults: dict[str, npt.NDArray[np.bool_]]
    remarks: dict[str, int]


@dataclass(frozen=True)
class _Distinct:
    """The distinct texts of a column, cast: values, a finding code or '' for each, and which a remark is about."""

    values: pa.Array
    codes: npt.NDArray[np.str_]
    remarked: Mapping[str, npt.NDArray[np.bool_]]


def cast_column(
    form: Form,
    field: Field,
    texts: pa.Array | pa.ChunkedArray,
    *,
    epoch_1904: bool,
    zone: ZoneInfo | None = None,
) -> CastColumn:
    """The cast column of a field from its cells as text; never raises for bad data.

    Moments that carry a zone are brought to ``zone``, without one left as they were written; ZONED counts them.
    """
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    own_words = field.missing_codes or field.empty_words or form.empty_words
    if field.type in ("date", "datetime") and not own_words:
        plain = _plain_moments(field, texts)
        if plain is not None:
            unzoned = len(plain) - plain.null_count if field.type == "datetime" else 0
            return CastColumn(plain, None, {}, {UNZONED: unzoned} if unzoned else {})
    if field.type == "text" and not field.missing_codes:  # nothing to gain from looking at distinct texts
        words, places = trimmed(texts, names=field.name in form.naming), None
    else:
        encoded = pc.dictionary_encode(texts)
        names = field.type != "text" or field.name in form.naming
        words, places = trimmed(encoded.dictionary.cast(pa.string()), names=names), encoded.indices
    if field.type == "multi_choice" and field.missing_codes:
        words = _missing_codes_as_declared(field, words)
    is_missing = pc.is_in(words, pa.array(list(field.missing_codes), pa.string()))
    emptied = _says_empty(form, field, words, is_missing)
    blank = pc.or_(pc.equal(words, ""), pc.or_(is_missing, emptied))
    filled = pc.if_else(blank, pa.scalar(None, pa.string()), words) if pc.any(blank).as_py() else words
    distinct = _cast_words(form, field, filled, _Clock(epoch_1904, zone))
    remarked = {**distinct.remarked, EMPTIED: emptied.to_numpy(zero_copy_only=False)}
    if places is None:
        return _in_place(distinct, remarked)
    missing = None
    if field.missing_codes:
        missing = pc.take(pc.if_else(is_missing, words, pa.scalar(None, pa.string())), places)
    rows = places.to_numpy()
    faults = {str(code): (distinct.codes == code)[rows] for code in sorted(set(distinct.codes.tolist()) - {""})}
    remarks = {name: int(mask[rows].sum()) for name, mask in remarked.items() if mask.any()}
    return CastColumn(pc.take(distinct.values, places), missing, faults, remarks)


@dataclass(frozen=True)
class _Clock:
    """What turns a cell into a moment: the epoch of day numbers, and the workspace's time zone."""

    epoch_1904: bool
    zone: ZoneInfo | None


def _says_empty(form: Form, field: Field, words: pa.Array, is_missing: pa.Array) -> pa.Array:
    """Which words mean that the cell is empty; a declared missing code and a spelled answer mean what they say."""
    known = empty_words_of(form, field)
    if field.choices:
        known = tuple(word for word in known if word != NONE_CHOSEN and _code_of(word, field.spellings) is None)
    return pc.and_not(pc.is_in(words, pa.array(known, pa.string())), is_missing)


def _missing_codes_as_declared(field: Field, words: pa.Array) -> pa.Array:
    """The words, missing codes in the case of their declaration: headings of boxes give codes in lower case."""
    declared = {code.lower(): code for code in field.missing_codes}
    return pa.array([declared.get(word.lower(), word) for word in words.to_pylist()], pa.string())


def _in_place(cast: _Distinct, remarked: Mapping[str, npt.NDArray[np.bool_]]) -> CastColumn:
    """The column itself, when its cells were cast one by one."""
    faults = {code: cast.codes == code for code in ("RSS407", "RSS416") if (cast.codes == code).any()}
    return CastColumn(
        cast.values, None, faults, {name: int(mask.sum()) for name, mask in remarked.items() if mask.any()}
    )


def _cast_words(form: Form, field: Field, words: pa.Array, clock: _Clock) -> _Distinct:
    if field.type in ("date", "datetime"):
        return _dates(field, words, clock)
    one: dict[str, Callable[[str], tuple[object, str]]] = {
        "integer": lambda word: _integer(field, word),
        "scale": _scale_reader(field),
        "number": lambda word: _number(field, word),
        "boolean": _boolean,
        "choice": _choice_reader(field),
        "multi_choice": _multi_choice_reader(field),
    }
    if field.type == "text":
        return _texts(form, field, words)
    pairs = [(None, "") if word is None else one[field.type](word) for word in words.to_pylist()]
    values = pa.array([value for value, _ in pairs], ARROW_TYPES[field.type])
    return _Distinct(values, np.array([code for _, code in pairs], dtype="<U6"), {})


def _texts(form: Form, field: Field, words: pa.Array) -> _Distinct:
    codes = np.full(len(words), "", dtype="<U6")
    if field.pad:
        digits = pc.fill_null(pc.match_substring_regex(words, r"^\d+$"), False)
        words = pc.if_else(digits, pc.utf8_lpad(words, field.pad, "0"), words)
    if field.name in form.naming:
        for sign, spoiled, code in (("+", SCIENTIFIC_ID, "RSS407"), ("#", SHEET_ERROR, "RSS416")):
            if pc.any(pc.match_substring(words, sign)).as_py():
                fits = pc.match_substring_regex(words, rf"^(?:{spoiled.pattern})$")
                codes[pc.fill_null(fits, False).to_numpy(zero_copy_only=False)] = code
    return _Distinct(words, codes, {})


def _plain_number(field: Field, word: str) -> str | None:
    """A number as written by people, as digits with a point; None when it is not one."""
    word = re.sub(r"[\s$]", "", word)
    if word.startswith("(") and word.endswith(")"):
        word = "-" + word[1:-1]
    mark, group = (",", r"\.") if field.decimal == "," else (r"\.", ",")
    if not re.fullmatch(rf"[+-]?(\d{{1,3}}({group}\d{{3}})+|\d+)?({mark}\d+)?", word) or not re.search(r"\d", word):
        return None
    if field.decimal == ",":
        return word.replace(".", "").replace(",", ".")
    return word.replace(",", "")


def _integer(field: Field, word: str) -> tuple[object, str]:
    plain = _plain_number(field, word) or duration(field, word)
    if plain is None:
        return None, _number_fault(word)
    whole, _, rest = plain.partition(".")
    if rest.strip("0") or len(whole) > 18:
        return None, "RSS402"
    return int(whole) if whole.strip("+-") else 0, ""


def _number(field: Field, word: str) -> tuple[object, str]:
    plain = _plain_number(field, word) or duration(field, word)
    if plain is None:
        return None, _number_fault(word)
    if len(plain.split(".")[0].lstrip("+-")) > 14:
        return None, "RSS402"
    return Decimal(plain).quantize(DECIMAL_PLACES), ""


def _number_fault(word: str) -> str:
    return "RSS407" if re.fullmatch(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+", word) else "RSS402"


def _boolean(word: str) -> tuple[object, str]:
    folded = fold(word)
    if folded in TRUE_WORDS:
        return True, ""
    return (False, "") if folded in FALSE_WORDS else (None, "RSS402")


def _code_of(word: str, known: Mapping[str, str]) -> str | None:
    """The code a word spells; as it stands first, since the codes 1 and -1 fold alike."""
    return known.get(word.strip()) or known.get(fold(word))


def _choice_reader(field: Field) -> Callable[[str], tuple[object, str]]:
    known = field.spellings
    return lambda word: (_code_of(word, known) or word, "")  # an unknown answer stays for the schema to name


def _scale_reader(field: Field) -> Callable[[str], tuple[object, str]]:
    known = field.spellings

    def read(word: str) -> tuple[object, str]:
        code = _code_of(word, known)
        return (int(code), "") if code is not None and code.isdigit() else _integer(field, word)

    return read


def _multi_choice_reader(field: Field) -> Callable[[str], tuple[object, str]]:
    """Reads the chosen answers of one cell: parted by ``|``, else by ``;``, commas or lines, else by spaces.

    Answers hold commas and spaces themselves, so neighbouring parts are taken together wherever that is a choice.
    ``(none)`` is an answer that chose nothing; it is kept as it stands, apart from a cell that was never filled in.
    """
    known = field.spellings

    def read(word: str) -> tuple[object, str]:
        if word == NONE_CHOSEN:
            return NONE_CHOSEN, ""
        if code := _code_of(word, known):
            return code, ""
        chosen: set[str] = set()
        for piece in filter(str.strip, word.split("|")):
            codes = _cover(re.split(r"[;,\n]", piece), known) or _cover(piece.split(), known)
            if codes is None:
                return None, "RSS403"
            chosen.update(codes)
        return ("|".join(sorted(chosen)), "") if chosen else (None, "RSS403")

    return read


def _cover(parts: list[str], known: Mapping[str, str]) -> list[str] | None:
    """The choices that neighbouring parts spell, the longest first where several would do; None if a part is left."""
    words = [part for part in parts if part.strip()]
    most = 2 * max((spelling.count(" ") + 1 for spelling in known), default=0)  # twice: signs may stand among the words
    ways: list[list[str] | None] = [[]]  # of the last parts, from none of them to all
    for start in reversed(range(len(words))):
        ends = range(min(len(words), start + most), start, -1)
        spelled = ((_code_of(" ".join(words[start:end]), known), ways[len(words) - end]) for end in ends)
        ways.append(next(([code, *rest] for code, rest in spelled if code is not None and rest is not None), None))
    return ways[-1] or None


def _dates(field: Field, words: pa.Array, clock: _Clock) -> _Distinct:
    filled = words.is_valid().to_numpy(zero_copy_only=False)
    known = pc.fill_null(words, "")
    serial = _like(known, SERIAL)
    found = _iso(known)
    if serial.any():
        found[serial] = _from_serial(known.to_pandas()[serial], clock.epoch_1904)
    codes = np.full(len(words), "", dtype="<U6")
    zoned = np.zeros(len(words), bool)

    def still_open() -> npt.NDArray[np.int64]:
        return np.flatnonzero(filled & found.isna().to_numpy() & ~serial & ~zoned & (codes == ""))

    def read_with_zone(read: Callable[[pa.Array], pd.Series]) -> None:
        rows = still_open()
        rows = rows[may_be_zoned(known.take(pa.array(rows)))]
        if len(rows):
            part = read_zoned(known.take(pa.array(rows)), clock.zone, read, days=field.type == "date")
            found.iloc[rows] = part.moments.to_numpy()
            zoned[rows], codes[rows] = part.carried, np.where(part.unknown, "RSS414", "")

    read_with_zone(_iso)
    if len(rows := still_open()):  # before zones are looked for: the last letters may belong to a format
        found.iloc[rows] = _by_formats(field, known.take(pa.array(rows))).to_numpy()
    read_with_zone(lambda texts: _by_formats(field, texts))
    if field.type == "date":
        found = found.where(found == found.dt.normalize())
    codes[filled & found.isna().to_numpy() & ~zoned & (codes == "")] = "RSS402"
    values = pa.array(found, from_pandas=True).cast(ARROW_TYPES[field.type])
    unzoned = found.notna().to_numpy() & ~zoned & (field.type == "datetime")
    return _Distinct(values, codes, {SERIALS: serial, ZONED: zoned, UNZONED: unzoned})


def _iso(texts: pa.Array) -> pd.Series:
    """Moments in ISO 8601 without a zone, to the microsecond; null where a text is none."""
    found = pd.Series(pd.NaT, index=range(len(texts)), dtype="datetime64[us]")
    iso = _like(texts, f"{ISO_DATE}|{ISO_DATETIME}")
    if iso.any():
        short = pc.replace_substring_regex(texts, r"(\.\d{6})\d+$", r"\1")
        found[iso] = pd.to_datetime(short.to_pandas()[iso], format="ISO8601", errors="coerce")
    return found


def _by_formats(field: Field, texts: pa.Array) -> pd.Series:
    """Moments in the formats of a field, the zone at their end left to be read apart; null where a text is none."""
    found = pd.Series(pd.NaT, index=range(len(texts)), dtype="datetime64[us]")
    words = clock_words(texts).to_pandas()
    for pattern in map(clock_format, field.formats):
        rest = found.isna().to_numpy()
        if rest.any():
            found[rest] = pd.to_datetime(words[rest], format=pattern, errors="coerce")
    return found


def _plain_moments(field: Field, texts: pa.Array) -> pa.Array | None:
    """The days or moments of cells that are all empty or written in the plainest way; None if one is not."""
    words = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    pattern = PLAIN_DAY if field.type == "date" else PLAIN_MOMENT
    if pc.all(pc.match_substring_regex(words, pattern)).as_py() is False:
        return None
    try:
        return words.cast(pa.timestamp("us")).cast(ARROW_TYPES[field.type])
    except pa.ArrowInvalid:  # a day that the calendar lacks
        return None


def _like(words: pa.Array, pattern: str) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.match_substring_regex(words, pattern).to_numpy(zero_copy_only=False))


def _from_serial(days: pd.Series, epoch_1904: bool) -> pd.Series:
    minutes = (days.astype(float) * 24 * 60).round().astype("int64")  # the stored fraction is exact to the minute
    epoch = EPOCH_1904 if epoch_1904 else EPOCH_1900
    return pd.Series(epoch.astype("datetime64[us]") + minutes.to_numpy().astype("timedelta64[m]"), index=days.index)
