"""Professional claims (X12 837P) as a table of service lines; names, addresses and member numbers stay behind."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from rss_analytics.errors import RssError, problem
from rss_analytics.reading.export_file import ExportFile
from rss_analytics.reading.rows import RowBlock, block_from_rows
from rss_analytics.reading.table import TextTable
from rss_analytics.reading.vendors.service_claims import ClaimColumns, settled

FORMAT = "837p"
HEADINGS = (
    *("claim id", "line no", "claim action", "original claim id", "client id", "billing provider id"),
    *("rendering provider id", "service facility id", "place of service", "service from", "service to"),
    *("service code", "modifier 1", "modifier 2", "modifier 3", "modifier 4", "units", "minutes", "charge"),
)
_COLUMNS = ClaimColumns(*map(HEADINGS.index, ("claim id", "line no", "claim action")))
_HEADER_LENGTH = 106  # ISA has elements of fixed length; its last ones name the signs that part all others
_LAST_SEPARATOR_AT, _SEGMENT_END_AT = 103, 105
_MOST_SEGMENT = 1 << 16  # characters; a segment of a claim has some hundred
_CHUNK = 1 << 20
_ROWS_AT_ONCE = 16_384
_OTHER_KINDS = {  # part of the implementation guide's name -> kind of claim
    "X223": "an 837 claim of an institution",
    "X224": "an 837 claim of a dentist",
}
_REMEDY = "Ask for the professional claims (837P), or for the service lines as CSV"


class Claims837P:
    """X12 837P: the interchange is its own signature, and opening it undoes its layout."""

    name = "claims_837p"

    def recognises(self, tables: Sequence[TextTable]) -> bool:
        """By the format of the file."""
        return any(table.format == FORMAT for table in tables)

    def shape(self, tables: Sequence[TextTable]) -> list[TextTable]:
        """The service lines, those left out that a later claim of the file replaces or voids."""
        return [settled(table, _COLUMNS) if table.format == FORMAT else table for table in tables]


def open_claims(file: ExportFile) -> TextTable:
    """The service lines of a file of claims, one row each.

    Raises ``RssError`` for another kind of transaction and for a file that is damaged or ends too early.
    """
    for _ in _lines(file):  # a file cut off or of another kind shows here, not in the midst of a load
        pass
    return TextTable(
        file=file,
        format=FORMAT,
        encoding="iso-8859-1",
        delimiter=None,
        sheet=None,
        headings=HEADINGS,
        heading_row=0,
        epoch_1904=False,
        sha256=file.hashed(),
        notes=(),
        blocks=partial(_blocks, file),
    )


def _blocks(file: ExportFile) -> Iterator[RowBlock]:
    """Service lines numbered in the order of the file, which has no rows of its own."""
    waiting: list[tuple[str, ...]] = []
    start = 1
    for line in _lines(file):
        waiting.append(line)
        if len(waiting) == _ROWS_AT_ONCE:
            yield block_from_rows(range(start, start + len(waiting)), waiting, (), len(HEADINGS))
            start, waiting = start + len(waiting), []
    yield block_from_rows(range(start, start + len(waiting)), waiting, (), len(HEADINGS))


def _lines(file: ExportFile) -> Iterator[tuple[str, ...]]:
    """The cells of each service line under ``HEADINGS``."""
    claims = _Claims(file)
    for elements in _segments(file):
        line = claims.take(elements)
        if line is not None:
            yield tuple(line.get(heading, "") for heading in HEADINGS)


def _segments(file: ExportFile) -> Iterator[list[str]]:
    """The segments of a file, each as its elements; the last component of ISA says how composites are parted."""
    with io.TextIOWrapper(file.open("rb"), encoding="iso-8859-1", newline="") as stream:
        text = stream.read(_CHUNK).lstrip()
        if len(text) < _HEADER_LENGTH or text[_LAST_SEPARATOR_AT] != text[3]:
            raise _damaged(file, "its header is not as long as X12 says")
        element, end = text[3], text[_SEGMENT_END_AT]
        last = ""
        while True:
            *whole, rest = text.split(end)
            for segment in whole:
                elements = segment.strip().split(element)
                last = elements[0] or last
                if elements[0]:
                    yield elements
            more = stream.read(_CHUNK)
            if not more:
                break
            text = rest + more
            if len(rest) > _MOST_SEGMENT:
                raise _damaged(file, "a segment never ends")
    if last != "IEA" or rest.strip():
        raise _damaged(file, "it ends before its last segment, IEA")


def _damaged(file: ExportFile, why: str) -> RssError:
    return problem("file.other_format", where=file.name, kind=f"a damaged claim file: {why}", remedy=_REMEDY)


@dataclass
class _Claims:
    """What was read of the claim and line at hand; a line is given out when the next thing begins."""

    file: ExportFile
    component: str = ":"
    billing: str = ""
    claim: dict[str, str] = field(default_factory=dict)
    line: dict[str, str] | None = None

    def take(self, elements: list[str]) -> dict[str, str] | None:
        """Reads a segment; returns the line that it ends, if any."""
        done = None
        if elements[0] in _ENDS_A_LINE:
            done, self.line = self.line, None
        read = _READERS.get(elements[0])
        if read is not None:
            read(self, [*elements, *[""] * _MOST_ELEMENTS])
        return done

    @property
    def at_hand(self) -> dict[str, str]:
        """What a provider or number belongs to: the line if one was begun, else the claim."""
        return self.claim if self.line is None else self.line

    def header(self, elements: list[str]) -> None:
        """ISA: the sign between components."""
        self.component = next((one[:1] for one in reversed(elements) if one), self.component)

    def group(self, elements: list[str]) -> None:
        """GS: which kind of transaction follows."""
        guide = elements[8]
        if elements[1] != "HC" or any(kind in guide for kind in _OTHER_KINDS):
            kind = next((name for code, name in _OTHER_KINDS.items() if code in guide), "an X12 file of another kind")
            raise problem("file.other_format", where=self.file.name, kind=kind, remedy=_REMEDY)

    def level(self, elements: list[str]) -> None:
        """HL: the next provider, subscriber or patient."""
        self.claim = {}
        if elements[3] == "20":
            self.billing = ""

    def name(self, elements: list[str]) -> None:
        """NM1: of providers the number; the name itself, and any other person, is passed over."""
        if elements[1] == "85":
            self.billing = elements[9]
        elif heading := _PROVIDERS.get(elements[1]):
            self.at_hand[heading] = elements[9]

    def new_claim(self, elements: list[str]) -> None:
        """CLM: number of the claim, place of service, and whether it is the original, a replacement or a void."""
        place, _, frequency = [*elements[5].split(self.component), "", "", ""][:3]
        self.claim = {
            "claim id": elements[1],
            "place of service": place,
            "claim action": frequency,
            "billing provider id": self.billing,
        }

    def reference(self, elements: list[str]) -> None:
        """REF: the agency's own record number, and the payer's number of the claim that is replaced."""
        if heading := _REFERENCES.get(elements[1]):
            self.claim[heading] = elements[2]

    def new_line(self, elements: list[str]) -> None:
        """LX: the line's number."""
        self.line = {**self.claim, "line no": elements[1]}

    def service(self, elements: list[str]) -> None:
        """SV1: code and modifiers, charge, units or minutes, place if it is not the claim's."""
        _, code, *modifiers = [*elements[1].split(self.component), "", ""]
        self.at_hand.update({"service code": code, "charge": elements[2]})
        self.at_hand.update({f"modifier {number}": one for number, one in enumerate(modifiers[:4], start=1)})
        if heading := _QUANTITIES.get(elements[3]):
            self.at_hand[heading] = elements[4]
        if elements[5]:
            self.at_hand["place of service"] = elements[5]

    def date(self, elements: list[str]) -> None:
        """DTP: the day of service, or the first and the last one."""
        if elements[1] == "472":
            first, _, last = elements[3].partition("-")
            self.at_hand.update({"service from": _iso(first), "service to": _iso(last or first)})


def _iso(day: str) -> str:
    """CCYYMMDD, with a time of day or not, in ISO 8601; anything else as it stands."""
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}" if re.fullmatch(r"\d{8}(\d{4})?", day) else day


_MOST_ELEMENTS = 17  # of a segment that is read: ISA has its name and 16
_ENDS_A_LINE = frozenset({"LX", "CLM", "HL", "SE", "GE", "IEA"})
_PROVIDERS = {"82": "rendering provider id", "77": "service facility id"}
_REFERENCES = {"EA": "client id", "F8": "original claim id"}
_QUANTITIES = {"UN": "units", "MJ": "minutes"}
_READERS: dict[str, Callable[[_Claims, list[str]], None]] = {
    "ISA": _Claims.header,
    "GS": _Claims.group,
    "HL": _Claims.level,
    "NM1": _Claims.name,
    "CLM": _Claims.new_claim,
    "REF": _Claims.reference,
    "LX": _Claims.new_line,
    "SV1": _Claims.service,
    "DTP": _Claims.date,
}
