"""A person's name or number leaves the files it came in only where the agency asked for it."""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from rss_analytics import cli

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "rss_analytics"

NAMES = ("Quillonia Vantreight", "Oswinna Threlkard")
EMAILS = ("quillonia.vantreight@example.org",)
NOTES = ("tearful about her brother Threlkard",)
CLIENTS = ("ZZTOP-77123", "ZZTOP-77124", "ZZTOP-77125")
STAFF = ("QQSTAFF-5501",)
LEFT_AT_THE_DOOR = (*NAMES, *EMAILS, *NOTES)
PLANTED = (*LEFT_AT_THE_DOOR, *CLIENTS, *STAFF)
SOUND = {
    "contact_id": "K1",
    "client_id": CLIENTS[0],
    "Client Name": NAMES[0],
    "E-mail": EMAILS[0],
    "Progress note": NOTES[0],
    "staff_id": STAFF[0],
    "program_id": "P1",
    "start_at": "2026-06-01 10:00",
    "minutes": "60",
    "status": "kept",
    "contact_class": "direct",
    "modality": "in_person",
    "format": "individual",
    "setting": "client_home",
}
FAULTY = (
    {"contact_id": "K2", "start_at": NAMES[0]},  # a name where a date belongs
    {"contact_id": "K3", "client_id": NAMES[1]},  # a name where a number belongs
    {"contact_id": "K4", "client_id": CLIENTS[1], "minutes": CLIENTS[1]},  # a number slipped into the next column
    {"contact_id": "K5", "client_id": CLIENTS[2], "status": EMAILS[0]},
    {"contact_id": "K6", "client_id": CLIENTS[2], "start_at": "2199-01-01 10:00"},
    {"contact_id": "K7", "client_id": CLIENTS[1]},
    {"contact_id": "K7", "client_id": CLIENTS[2]},  # the same key with other content
    {"contact_id": CLIENTS[0], "staff_id": ""},
)
NETWORK_LIBRARIES = {"requests", "httpx", "aiohttp", "urllib3", "ftplib", "smtplib", "socket", "telnetlib", "xmlrpc"}
NETWORK_MODULES = {"urllib.request", "http.client", "http.server"}
LISTENERS = ("telemetry", "google-analytics", "googletagmanager", "posthog", "sentry", "mixpanel", "segment.io")

# each argument is a command line; starting Python once for all of them keeps this quick
RUN = (
    "import os, shlex, sys; from rss_analytics.cli import run; [run(shlex.split(w), os.environ) for w in sys.argv[1:]]"
)

# laid on the path of a command, this makes every connection that leaves the machine fail, and writes it down
SITE = """
import os, socket

def refuse(name):
    plain = getattr(socket.socket, name)
    def guarded(self, address, *rest):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            with open(os.environ["ATTEMPTS"], "a") as log:
                log.write(repr(address) + "\\n")
            raise OSError("no network here")
        return plain(self, address, *rest)
    setattr(socket.socket, name, guarded)

for name in ("connect", "connect_ex", "sendto"):
    refuse(name)
"""


@dataclass
class Agency:
    """A workspace with the planted file loaded, and everything that the commands said on the way."""

    root: Path
    said: list[str]

    @property
    def store(self) -> Path:
        return self.root / "data" / "warehouse" / "store.duckdb"

    def run(self, *commands: str, environment: dict[str, str] | None = None, before: tuple[str, ...] = ()) -> str:
        """What commands print on both streams, in one process; none may end in a traceback."""
        plain = {name: value for name, value in os.environ.items() if name not in ("RSS_DEBUG", "RSS_WORKSPACE")}
        done = subprocess.run(
            [*before, sys.executable, "-c", RUN, *commands],
            cwd=self.root, env={**plain, **(environment or {})}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        self.said.append(done.stdout + done.stderr)
        return self.said[-1]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(SOUND))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    root = tmp_path_factory.mktemp("agency")
    made = Agency(root, [])
    sound = [{**SOUND, "contact_id": f"S{day:02}", "start_at": f"2026-06-{day:02} 10:00"} for day in range(1, 29)]
    contacts = write(root / "contacts.csv", [*sound, *({**SOUND, **change} for change in FAULTY)])
    with contacts.open("a", encoding="utf-8") as file:
        file.write(",".join([*SOUND.values(), NAMES[0], "one cell too many"]) + "\n")
    made.run("init .", "ingest contacts.csv --form contact_log")
    return made


def planted_in(text: str) -> list[str]:
    return [word for word in PLANTED if word.casefold() in text.casefold()]


def test_the_planted_file_is_taken_in_and_its_faults_are_refused(agency: Agency) -> None:
    with duckdb.connect(str(agency.store), read_only=True) as store:
        accepted, refused = store.execute("SELECT accepted + held, refused FROM house.load").fetchall()[0]
    assert accepted >= 28
    assert refused >= len(FAULTY) - 1  # the one without a staff number may be an exclusion, never an acceptance


def test_no_command_prints_a_persons_name_or_number(agency: Agency) -> None:
    root = agency.root
    write(root / "twice.csv", [{**SOUND, "contact_id": "K9", "client_id": CLIENTS[2], "minutes": "sixty"}])
    agency.run(
        "ingest twice.csv --form contact_log --dry-run --format json",
        "ingest twice.csv --form contact_log --format csv",
        "ingest twice.csv --form grievance",
        "ingest twice.csv --form contact_log --full --covers 2026-06-01..2026-06-30",
        "rejects --out handed_back --by facility --form contact_log",
        f"rejects dismiss --form contact_log --key {CLIENTS[0]}",
        "history --format json",
        "history undo 1 --format json",
        "doctor",
    )
    assert planted_in("\n".join(agency.said)) == []


def test_no_file_of_handed_back_records_is_named_after_a_person(agency: Agency) -> None:
    agency.run("rejects --out named")
    names = " ".join(path.name for path in (agency.root / "named").iterdir())
    assert names
    assert planted_in(names) == []


def test_a_name_typed_into_the_owners_column_stands_inside_the_workbook_only(agency: Agency) -> None:
    typed = (NAMES[0], "Threlkard, Oswinna / ward 3")
    rows = [{**SOUND, "contact_id": f"N{number}", "staff_id": name, "facility_id": name, "minutes": "an hour"}
            for number, name in enumerate(typed)]  # fmt: skip
    with (agency.root / "typed.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [*SOUND, "facility_id"])
        writer.writeheader()
        writer.writerows(rows)
    said = agency.run(
        "ingest typed.csv --form contact_log",
        "rejects --by staff --out owners/staff",
        "rejects --by facility --out owners/facility",
        "rejects --by sender --out owners/sender",
        environment={"RSS_DEBUG": "1"},
    )
    written = [path for path in (agency.root / "owners").rglob("*") if path.is_file()]
    assert len(written) > 2 * len(typed)
    words = [*PLANTED, "Quillonia", "Threlkard", "ward 3", "ward_3"]
    shown = said + " ".join(str(path.relative_to(agency.root)) for path in written)
    assert [word for word in words if word.casefold() in shown.casefold()] == []
    inside = [zipfile.ZipFile(path).read("xl/sharedStrings.xml").decode() for path in written]
    assert sum(typed[0] in text for text in inside) >= 3


def test_a_file_without_headings_is_refused_without_repeating_its_cells(agency: Agency) -> None:
    bare = agency.root / "bare.csv"
    row = ",".join(SOUND.values())
    bare.write_text("\n".join([row] * 3) + "\n", encoding="utf-8")
    said = agency.run("ingest bare.csv --form contact_log")
    assert "RSS3" in said
    assert planted_in(said) == []


def test_a_fault_of_the_program_is_told_without_its_data(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise ValueError(f"{NAMES[0]} {CLIENTS[0]}")

    monkeypatch.setattr("rss_analytics.pipeline.ingest", break_down)
    status = cli.run(["ingest", str(agency.root / "contacts.csv"), "-w", str(agency.root)], {})
    said = "".join(capfd.readouterr())
    assert status == 2
    assert "RSS099" in said
    assert planted_in(said) == []


def test_columns_left_at_the_door_are_nowhere_in_the_store(agency: Agency) -> None:
    """Looked for in every cell of every table; a name typed into a number's cell waits with its refused row."""
    sound_only = agency.root / "sound"
    sound_only.mkdir()
    other = Agency(sound_only, [])
    rows = [{**SOUND, "contact_id": f"S{number}"} for number in range(30)]
    rows.append({**SOUND, "contact_id": "late", "start_at": "2199-01-01 10:00"})  # refused, so its cells are kept
    write(sound_only / "contacts.csv", rows)
    other.run("init .", "ingest contacts.csv --form contact_log")
    texts = list(cells_of(other.store))
    assert any("late" in text for text in texts)
    assert [word for word in LEFT_AT_THE_DOOR for text in texts if word.casefold() in text.casefold()] == []
    raw = other.store.read_bytes().lower()
    assert [word for word in LEFT_AT_THE_DOOR if word.lower().encode() in raw] == []


def cells_of(store: Path) -> Iterator[str]:
    with duckdb.connect(str(store), read_only=True) as opened:
        tables = opened.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        assert tables
        for schema, table in tables:
            for row in opened.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall():
                yield from (str(cell) for cell in row)


def test_the_store_its_folder_the_key_and_workbooks_are_private_to_their_owner(agency: Agency) -> None:
    agency.run("rejects --out private", "measures run no_show_rate --by program")
    key = agency.root / ".pseudonyms.key"
    workbooks = list((agency.root / "private").glob("*.xlsx"))
    assert workbooks
    assert key.exists()
    for path in (agency.store, key, *workbooks):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    for folder in (agency.store.parent, agency.root / "private"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder.name


def test_nothing_is_left_beside_the_store(agency: Agency) -> None:
    assert [path.name for path in agency.store.parent.iterdir()] == ["store.duckdb"]


@pytest.fixture(scope="module")
def report(agency: Agency) -> Path:
    """A regional report of the planted contacts, written where nothing can leave the machine."""
    site = agency.root / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(SITE, encoding="utf-8")
    attempts = agency.root / "attempts.txt"
    agency.run(
        "report fidelity --period 2026-06 --audience regional --out reports --to html,xlsx",
        environment={"PYTHONPATH": str(site), "ATTEMPTS": str(attempts)}, before=without_network(),
    )  # fmt: skip
    assert not attempts.exists(), attempts.read_text(encoding="utf-8")
    return next((agency.root / "reports").glob("*.html"))


def without_network() -> tuple[str, ...]:
    """A prefix that takes the network away from the whole process, libraries in C included, where that is allowed."""
    prefix = ("unshare", "--net", "--map-root-user")
    if shutil.which("unshare") is None:
        return ()
    return prefix if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0 else ()


@pytest.mark.slow
def test_a_report_is_written_without_the_network_and_names_nobody(report: Path) -> None:
    assert planted_in(report.read_text(encoding="utf-8")) == []
    for path in report.parent.iterdir():
        assert [word for word in PLANTED if word.lower().encode() in path.read_bytes().lower()] == []


class Fetched(HTMLParser):
    """Addresses that a page fetches by itself when it is opened; a link that a reader may follow is none."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.policy = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        fetching = ("src", "srcset", "poster", "data", "action", "background")
        self.addresses += [given[name] for name in fetching if name in given]
        if tag == "link":
            self.addresses.append(given.get("href", ""))
        self.addresses += re.findall(r"url\(([^)]*)\)", given.get("style", ""))
        if tag == "meta" and given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given.get("content", "")


@pytest.mark.slow
def test_a_report_page_fetches_nothing_and_forbids_itself_to(report: Path) -> None:
    text = report.read_text(encoding="utf-8")
    page = Fetched()
    page.feed(text)
    outside = [address for address in page.addresses if not address.startswith(("data:", "blob:", "#"))]
    assert outside == []
    assert "default-src 'none'" in page.policy
    assert "http" not in page.policy
    for style in re.findall(r"<style.*?</style>", text, re.DOTALL):
        assert "@import" not in style
        assert "http" not in style


def test_no_module_imports_a_library_that_talks_to_the_network() -> None:
    for module in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in NETWORK_LIBRARIES, f"{module.name} imports {name}"
                assert name not in NETWORK_MODULES, f"{module.name} imports {name}"


def test_nothing_in_the_package_listens_to_its_users() -> None:
    files = [path for path in (PACKAGE.rglob("*"), (ROOT / "schemas").rglob("*"), (ROOT / "notebooks").glob("*.ipynb"))
             for path in path if path.suffix in {".py", ".j2", ".js", ".css", ".yaml", ".ipynb"}]  # fmt: skip
    assert files
    for path in files:
        text = path.read_text(encoding="utf-8").lower()
        assert [word for word in LISTENERS if word in text] == [], path.name
