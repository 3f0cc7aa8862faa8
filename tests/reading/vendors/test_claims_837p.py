"""Professional claims are read as service lines; names stay in the file, and a damaged file is one error."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.find import declared_files
from rss_analytics.definitions.form import Form
from rss_analytics.errors import RssError
from rss_analytics.reading.opening import open_export
from tests.reading.reading_results import result_of

from .taken_in import only, reasons, records

SURNAMES = ("SUBSCRIBERNAME", "PATIENTNAME", "WORKERNAME", "AGENCYNAME")
MEMBER = "MEMBER123456"


def interchange(*claims: str, element: str = "*", component: str = ":", end: str = "~", line_end: str = "") -> str:
    """A synthetic interchange round the segments of some claims, written with ``*``, ``:`` and ``~``."""
    header = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*1200*^*00501*000000001*0*T*:~"
    )
    segments = [
        "GS*HC*SENDER*RECEIVER*20260105*1200*1*X*005010X222A1", "ST*837*0001*005010X222A1",
        "BHT*0019*00*1*20260105*1200*CH",
        "NM1*41*2*AGENCYNAME*****46*12345", "HL*1**20*1", "NM1*85*2*AGENCYNAME*****XX*1111111111", "HL*2*1*22*0",
        "SBR*P*18*******MC", f"NM1*IL*1*SUBSCRIBERNAME*PATIENTNAME****MI*{MEMBER}", "DMG*D8*19800101*F", *claims,
        "SE*20*0001", "GE*1*1", "IEA*1*000000001",
    ]  # fmt: skip
    text = header + "".join(f"{segment}~" for one in segments for segment in one.split("~"))
    text = text.replace("~", f"\0{line_end}").replace("*", "\1").replace(":", "\2")
    return text.replace("\0", end).replace("\1", element).replace("\2", component)


CLAIM = (
    "CLM*A1*100***11:B:1*Y*A*Y*Y~REF*EA*P7~HI*ABK:F1020~NM1*82*1*WORKERNAME*ANN****XX*2222222222~LX*1~"
    "SV1*HC:H0038:HF:HQ*60.5*UN*4***1~DTP*472*D8*20260102~LX*2~SV1*HC:H0038*39.5*MJ*30*12**1~"
    "DTP*472*RD8*20260103-20260104~NM1*82*1*WORKERNAME*BOB****XX*3333333333"
)


@pytest.fixture(scope="module")
def form() -> Form:
    return read_declared(declared_files("forms")["service_line"], Form)


def write(folder: Path, text: str, name: str = "claims.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode("latin-1"))
    return path


@pytest.mark.parametrize(
    "signs",
    [("*", ":", "~", ""), ("*", ":", "~", "\r\n"), ("*", ":", "~", "\r"), ("|", ">", "\n", ""), ("+", "<", "\r", "\n")],
)
def test_lines_are_read_whatever_signs_part_the_segments(
    tmp_path: Path, form: Form, signs: tuple[str, str, str, str]
) -> None:
    element, component, end, line_end = signs
    text = interchange(CLAIM, element=element, component=component, end=end, line_end=line_end)
    first, second = records(only(write(tmp_path, text)), form)
    assert first == {
        "claim_id": "A1", "line_no": "1", "claim_action": "original", "original_claim_id": None, "client_id": "P7",
        "billing_provider_id": "1111111111", "rendering_provider_id": "2222222222", "service_facility_id": None,
        "place_of_service": "11", "service_from": date(2026, 1, 2), "service_to": date(2026, 1, 2),
        "service_code": "H0038", "modifier_1": "HF", "modifier_2": "HQ", "modifier_3": None, "modifier_4": None,
        "units": Decimal(4), "minutes": None, "charge": Decimal("60.5"),
    }  # fmt: skip
    assert (second["minutes"], second["units"], second["place_of_service"]) == (30, None, "12")
    assert (second["service_from"], second["service_to"]) == (date(2026, 1, 3), date(2026, 1, 4))
    assert second["rendering_provider_id"] == "3333333333"


def test_no_name_and_no_number_of_a_health_plan_leaves_the_file(tmp_path: Path) -> None:
    table = only(write(tmp_path, interchange(CLAIM)))
    shown = repr((table, result_of(table).rows))
    assert not [word for word in (*SURNAMES, MEMBER, "19800101", "F1020") if word in shown]


def test_a_void_and_a_replacement_settle_the_claims_of_the_file(tmp_path: Path, form: Form) -> None:
    again = CLAIM.replace("11:B:1", "11:B:7").replace("UN*4", "UN*3").replace("LX*1", "REF*F8*PAYER9~LX*1", 1)
    other = CLAIM.replace("CLM*A1", "CLM*B1")
    void = other.replace("11:B:1", "11:B:8")
    table = only(write(tmp_path, interchange(CLAIM, other, again, void)))
    found = [(one["claim_id"], one["line_no"], one["claim_action"], one["units"]) for one in records(table, form)]
    assert found == [
        ("A1", "1", "replacement", 3), ("A1", "2", "replacement", None), ("B1", "1", "void", 4),
        ("B1", "2", "void", None),
    ]  # fmt: skip
    assert reasons(table) == ["superseded_claim"] * 4


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("X222A1", "X223A2"), "claim of an institution"),
        (lambda text: text.replace("GS*HC", "GS*HP").replace("X222A1", "X221A1"), "X12 file of another kind"),
        (lambda text: text[: text.index("LX*2")], "ends before its last segment"),
        (lambda text: text[:100], None),
        (lambda text: text.replace("IEA*1", "IEA*1*"[:3] + "*1"), ""),
    ],
)
def test_another_kind_of_file_or_a_cut_one_is_refused_with_the_cause(tmp_path: Path, change: object, said: str) -> None:
    path = write(tmp_path, change(interchange(CLAIM)))  # type: ignore[operator]
    if said == "":
        assert len(result_of(only(path)).rows) == 2
        return
    with pytest.raises(RssError, match=said) as caught:
        only(path)
    assert "NAME" not in str(caught.value)


@settings(max_examples=120, deadline=None)
@given(seed=st.integers(0, 10**6), times=st.integers(1, 8))
def test_any_damage_gives_data_or_one_error(tmp_path_factory: pytest.TempPathFactory, seed: int, times: int) -> None:
    chance = random.Random(seed)
    damaged = bytearray(interchange(CLAIM, CLAIM.replace("A1", "A2")).encode("latin-1"))
    for _ in range(times):
        kind = chance.randrange(3)
        at = chance.randrange(3, len(damaged))
        if kind == 0:
            damaged[at] = chance.randrange(256)
        elif kind == 1:
            del damaged[at : at + chance.randrange(1, 20)]
        else:
            damaged[at:at] = damaged[chance.randrange(len(damaged)) :][: chance.randrange(30)]
    path = tmp_path_factory.getbasetemp() / "damaged.txt"
    path.write_bytes(damaged)
    try:
        for table in open_export(path):
            result_of(table)
    except RssError as error:
        assert error.do
