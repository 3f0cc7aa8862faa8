"""A workspace: the folder with an agency's settings, declared files, exports, store and reports."""

from __future__ import annotations

import getpass
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.find import WORKSPACE_VARIABLE
from rss_analytics.definitions.settings import FIRST_SETTINGS, NO_TIME_ZONE, Settings
from rss_analytics.definitions.time_zone import is_zone, zone_hint
from rss_analytics.errors import RssError, problem
from rss_analytics.output_files import PRIVATE_FOLDER, make_folder, told_if_not_written, write_bytes, write_text
from rss_analytics.storage.loads import Covers
from rss_analytics.storage.opening import StoreFile

if TYPE_CHECKING:
    import pandas as pd

    from rss_analytics.answering import Asked
    from rss_analytics.definitions.description import ReleasedTallies
    from rss_analytics.disclosure import Pseudonyms
    from rss_analytics.intake import Intake
    from rss_analytics.pipeline import LoadResult
    from rss_analytics.reporting import ReleasedSet
    from rss_analytics.reports import AnyReport, Report, ReportKind

SETTINGS = "rss.yaml"
PSEUDONYM_KEY = ".pseudonyms.key"
INCOMING, WAREHOUSE, REPORTS = Path("data/incoming"), Path("data/warehouse"), Path("data/reports")


def _silent(_: str) -> None:
    """Says nothing: the library prints only when it is told where."""


@dataclass(frozen=True)
class Workspace:
    """An open workspace.  ``tell`` receives progress and waiting messages; nothing is printed by itself."""

    root: Path
    settings: Settings
    tell: Callable[[str], None] = _silent

    @classmethod
    def open(cls, root: Path | str | None, *, tell: Callable[[str], None] = _silent) -> Workspace:
        """The workspace in a folder, or in the one that RSS_WORKSPACE names; UsageProblem when there is none."""
        named = root or os.environ.get(WORKSPACE_VARIABLE)
        if named is None:
            raise problem("workspace.not_named")
        folder = Path(named).expanduser()
        settings = folder / SETTINGS
        if not (settings.is_symlink() or settings.exists()):
            raise problem("workspace.missing", where=folder.name or ".")
        return cls(folder, read_declared(settings, Settings), tell)

    @classmethod
    def create(
        cls, root: Path | str, *, time_zone: str | None = None, tell: Callable[[str], None] = _silent
    ) -> Workspace:
        """A new workspace in a folder, which may exist but not be one already; ``time_zone`` is the program's own."""
        folder = Path(root).expanduser()
        if time_zone is not None and not is_zone(time_zone):
            raise problem(
                "usage.unknown",
                where="--time-zone",
                kind="time zone",
                name=time_zone,
                hint=zone_hint(time_zone),
                known="names of the IANA database, such as America/New_York and America/Chicago",
            )
        if (folder / SETTINGS).exists():
            raise problem("workspace.exists", where=folder.name or ".")
        for part in (folder, folder / "schemas", folder / "data"):
            make_folder(part)
        for private in (INCOMING, WAREHOUSE, REPORTS):  # what tells of people is for its owner alone
            make_folder(folder / private, private=True)
        for private in (INCOMING, WAREHOUSE):
            with told_if_not_written(folder / private):
                (folder / private).chmod(PRIVATE_FOLDER)
        zone = NO_TIME_ZONE if time_zone is None else f"time_zone: {time_zone}   # the program's own\n"
        write_text(folder / SETTINGS, FIRST_SETTINGS + zone)
        return cls.open(folder, tell=tell)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Declared files: the shipped ones with this workspace's laid over them."""
        return Catalogue(self.root)

    @property
    def incoming(self) -> Path:
        """Folder where exported files wait for ``update``."""
        return self.root / INCOMING

    @property
    def warehouse(self) -> Path:
        """Private folder of the store."""
        return self.root / WAREHOUSE

    @cached_property
    def store(self) -> StoreFile:
        """The store's file."""
        path = self.root / WAREHOUSE / "store.duckdb"
        return StoreFile(path, wait_seconds=self.catalogue.house_rules.store_wait_seconds, tell=self.tell)

    def ingest(
        self,
        path: Path | str,
        *,
        form: str | None = None,
        source: str | None = None,
        sender: str | None = None,
        covers: Covers | None = None,
        full: bool = False,
        confirmed: bool = False,
        dry_run: bool = False,
        ignore: Sequence[str] = (),
        sheet: str | None = None,
        today: date | None = None,
    ) -> list[LoadResult]:
        """Reads, validates and stores an exported file; one result per table in it.

        ``sheet`` names the one sheet of a workbook, or file of an archive, that is wanted, also a hidden one.
        ``today`` is the day that "in the future" is judged on, by default the clock's.  Raises FileProblem when the
        file cannot be read as the form, StoreProblem when the store is busy or a full export would delete too much.
        """
        from rss_analytics import pipeline  # noqa: PLC0415 - heavy imports wait until there is work

        how = replace(
            self._intake(),
            form=form,
            source=source,
            sender=sender,
            covers=covers,
            full=full,
            confirmed=confirmed,
            dry_run=dry_run,
            ignore=tuple(ignore),
            sheet=sheet,
            today=today or date.today(),
        )
        return pipeline.ingest(self, Path(path), how)

    def propose_layout(self, path: Path | str, *, form: str, name: str | None = None) -> str | None:
        """The YAML of a layout by which the tables of a file could be read as a form; None where it needs none.

        It is filled in as far as the file tells, and what was guessed is marked for checking.
        """
        from rss_analytics.proposing import propose_layout  # noqa: PLC0415
        from rss_analytics.reading.opening import open_export  # noqa: PLC0415

        declared = self.catalogue.form(form)
        tables = open_export(Path(path), limits=self.catalogue.house_rules.limits)
        proposed = (propose_layout(declared, table, name=name) for table in tables)
        return next((text for text in proposed if text is not None), None)

    def _intake(self) -> Intake:
        """How files are taken in when nothing more is said: who asks, and what day and moment it is."""
        from rss_analytics.intake import Intake  # noqa: PLC0415

        return Intake(
            who=getpass.getuser(),
            today=date.today(),
            now=datetime.now(),
            zone=self.settings.zone,
        )

    def history(self) -> pd.DataFrame:
        """Every load, oldest first."""
        from rss_analytics.storage.history import history  # noqa: PLC0415

        return history(self.store)

    def undo(self, load_id: int) -> dict[str, int]:
        """Takes a load back; the counts of the load that does so."""
        from rss_analytics.storage.history import undo  # noqa: PLC0415

        return undo(self.store, self.catalogue.forms, load_id, who=getpass.getuser(), now=datetime.now())

    def update(self) -> tuple[list[LoadResult], list[RssError]]:
        """Takes in every file of ``data/incoming`` that its latest load does not hold already; results and problems."""
        from rss_analytics import pipeline  # noqa: PLC0415

        return pipeline.update(self, self._intake())

    def rejects(
        self, out: Path | str, *, form: str | None = None, by: str = "sender", language: str | None = None
    ) -> list[Path]:
        """Writes a workbook per owner with each refused or held record; the paths written."""
        from rss_analytics import pipeline  # noqa: PLC0415

        return pipeline.write_rejects(self, Path(out), form=form, by=by, language=language or self.settings.language)

    def warnings(self, *, form: str | None = None, language: str | None = None) -> pd.DataFrame:
        """What was kept with a warning: file, row, column, code, what is odd and what to do, one row per warning."""
        from rss_analytics import pipeline  # noqa: PLC0415

        return pipeline.list_warnings(self, form=form, language=language or self.settings.language)

    def dismiss(self, *, form: str, key: str) -> int:
        """Settles the refused rows of a key that will not be corrected; how many there were."""
        from rss_analytics.storage.problems import dismiss  # noqa: PLC0415

        return dismiss(self.store, form=self.catalogue.form(form).form, row_key=key, now=datetime.now())

    @cached_property
    def last_released(self) -> dict[ReportKind, tuple[object, ReleasedSet]]:
        """What was last released for each kind of report, with what was asked; reports of many units share it."""
        return {}

    @cached_property
    def pseudonyms(self) -> Pseudonyms:
        """Codes for people, made with a key that lies beside the store and never in it; a new key is made once."""
        from rss_analytics.disclosure import Pseudonyms  # noqa: PLC0415

        path = self.root / PSEUDONYM_KEY
        if not path.exists():
            write_bytes(path, secrets.token_bytes(32), private=True)
        return Pseudonyms(path.read_bytes())

    def measure(
        self,
        name: str,
        *,
        by: Sequence[str] = (),
        program: str | None = None,
        period: str = "month",
        start: date | None = None,
        end: date | None = None,
        profile: str | None = None,
        as_of: date | str | None = None,
        until: date | str | None = None,
        audience: str = "director",
        internal: bool = False,
        sample: str | int | None = None,
        seed: int = 1,
    ) -> pd.DataFrame:
        """A measure's rows, one per unit and window, as released for an audience.

        Windows run from ``start`` to ``end``, by default the month that the last load covers.  ``internal`` gives
        the rows before small cells are withheld, marked by a column ``internal``.  A measure about one ``program`` is
        judged by the program's own profile unless another is named; ``sample`` (``10`` or ``"20%"``) sets the same for
        so many of its clients beside it, drawn by ``seed``.
        """
        from rss_analytics import pipeline  # noqa: PLC0415

        asked = self._asked(as_of, until, profile, audience, None, sample=sample, seed=seed)
        return pipeline.measure(
            self, name, asked, by=tuple(by), program=program, period=period, start=start, end=end, internal=internal
        )

    def report(
        self,
        kind: AnyReport,
        *,
        form: str | None = None,
        scope: str | None = None,
        period: str | None = None,
        profile: str | None = None,
        as_of: date | str | None = None,
        until: date | str | None = None,
        audience: str = "director",
        language: str | None = None,
        since: date | str | None = None,
        sample: str | int | None = None,
        seed: int = 1,
        without_people: bool = False,
    ) -> Report:
        """A report about everything or one unit (``facility:F01``), for a period (``2026-09``).

        A ``worklist`` is about one program, facility or staff member, by default for the month that still runs, and
        says first what changed since ``since``, by default the last day before the period.  ``sample`` is as for
        `measure`, for a report about one program.  ``without_people`` leaves out of a ``fidelity`` report who is short,
        client by client.  The kind ``form`` describes the records of one ``form``, any form: counts, percents and what
        is missing.
        """
        from rss_analytics import describing, pipeline, worklists  # noqa: PLC0415

        _only_fidelity_without_people(kind, without_people)
        asked = self._asked(
            as_of, until, profile, audience, language, sample=sample, seed=seed, without_people=without_people
        )
        if kind == "worklist":
            return worklists.worklist_report(self, asked, scope=scope, period=period, since=_day(since))
        if kind == "form":
            return describing.describe_form(self, form, asked, period=period)
        return pipeline.report(self, kind, asked, scope=scope, period=period)

    def counts(
        self, form: str, *, as_of: date | str | None = None, audience: str = "director"
    ) -> ReleasedTallies | None:
        """Counts of a form's records by field, state and answer as an audience may see them; None without records."""
        from rss_analytics import describing  # noqa: PLC0415

        return describing.counts_of(self, form, self._asked(as_of, None, None, audience, None))

    def write_report(
        self,
        kind: AnyReport,
        out: Path | str,
        *,
        to: Sequence[str] = ("html",),
        form: str | None = None,
        scope: str | None = None,
        each: str | None = None,
        period: str | None = None,
        profile: str | None = None,
        as_of: date | str | None = None,
        until: date | str | None = None,
        audience: str = "director",
        language: str | None = None,
        since: date | str | None = None,
        sample: str | int | None = None,
        seed: int = 1,
        without_people: bool = False,
    ) -> list[Path]:
        """Writes a report as ``html``, ``notebook`` and ``xlsx``, as wanted, into a folder; the paths written.

        ``each``, which is ``region``, ``facility`` or ``program``, writes one for every such unit.  ``since`` is for
        work lists and ``without_people`` for fidelity reports, as in `report`.
        """
        from rss_analytics import describing, reporting, worklists  # noqa: PLC0415

        _only_fidelity_without_people(kind, without_people)
        asked = self._asked(
            as_of, until, profile, audience, language, sample=sample, seed=seed, without_people=without_people
        )
        if kind == "worklist":
            about = worklists.About(scope=scope, period=period, since=_day(since))
            return worklists.write_worklists(self, Path(out), asked, about, each=each, to=to)
        if kind == "form":
            return describing.write_description(self, form, Path(out), asked, period=period, to=to)
        if each is not None:
            return reporting.write_each(self, kind, Path(out), asked, each=each, period=period, to=to)
        return reporting.write_report(self, kind, Path(out), asked, scope=scope, period=period, to=to)

    def _asked(
        self,
        as_of: date | str | None,
        until: date | str | None,
        profile: str | None,
        audience: str,
        language: str | None,
        *,
        sample: str | int | None = None,
        seed: int = 1,
        without_people: bool = False,
    ) -> Asked:
        from rss_analytics.answering import Asked  # noqa: PLC0415
        from rss_analytics.measures.sample import parse_draw  # noqa: PLC0415

        return Asked(
            as_of=_day(as_of) or date.today(),
            until=_day(until),
            profile=profile,
            audience=audience,
            language=language or self.settings.language,
            draw=None if sample is None else parse_draw(str(sample), seed),
            without_people=without_people,
        )


def _only_fidelity_without_people(kind: AnyReport, without_people: bool) -> None:
    """Raises UsageProblem for another kind of report without people: none has a list of them beside its numbers."""
    if without_people and kind != "fidelity":
        raise problem(
            "usage.bad_option",
            where="--without-people",
            reason=f"only a fidelity report can leave out who is short, and `{kind}` is another kind",
            remedy="Leave the option out, or ask for `fidelity`",
        )


def _day(given: date | str | None) -> date | None:
    """A day, also from its ISO text, as notebooks write it."""
    if not isinstance(given, str):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise problem("usage.bad_date", value=given) from None
