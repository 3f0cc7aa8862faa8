"""What is tried: an export is taken in, a declared file is checked and used, a definition is drafted from and used."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.written import declared_text
from rss_analytics.errors import RssError
from rss_analytics.interchange.draft import draft_form
from rss_analytics.interchange.targets import TARGETS, write_form
from rss_analytics.measures.examples import check_examples
from rss_analytics.pipeline import LoadResult
from rss_analytics.workspace import Workspace
from tests.fuzz import seeds
from tests.fuzz.spoiling import spoiled, spoiled_declaration
from tests.reading.vendors.one_survey import FORM
from tests.small_forms import Agency

OFTEN = 0.7  # how often the right form is named


class Readers:
    """Exports on their whole way into a store."""

    def __init__(self, folder: Path) -> None:
        (folder / "seeds").mkdir()
        self.seeds = seeds.exports(folder / "seeds")
        lines = Catalogue().form("service_line").model_copy(update={"foreign_keys": (), "rules": ()})
        agency = Agency(folder, pytest.MonkeyPatch())
        agency.declare("one_survey", declared_text(FORM))
        agency.declare("service_line", declared_text(lines))
        self.root = agency.workspace.root
        self.spoil: Callable[..., bytes] = spoiled

    def run(self, name: str, content: bytes) -> None:
        """Takes the export in; ``RssError`` where it is refused."""
        path = self.root / name.replace("/", "_")
        path.write_bytes(content)
        form = "visit" if name.startswith("visit") else "service_line" if name == "claims.txt" else "one_survey"
        chance = random.Random(len(content))
        try:
            results = Workspace.open(self.root).ingest(path, form=form if chance.random() < OFTEN else None)
            for result in results:
                _adds_up(result)
        finally:
            path.unlink()
            shutil.rmtree(self.root / "data" / "warehouse")
            (self.root / "data" / "warehouse").mkdir()


def _adds_up(result: LoadResult) -> None:
    kept = result.accepted + result.held
    assert result.read == kept + result.refused + result.excluded, "rows read do not add up"
    assert kept == result.new + result.corrected + result.unchanged + result.duplicate, "records kept do not add up"


class Declarations:
    """Declared files checked as ``forms check`` does; what passes is written for other tools or worked."""

    def __init__(self, folder: Path) -> None:
        self.seeds = seeds.declarations()
        self.root = Workspace.create(folder / "ws").root
        self.spoil: Callable[..., bytes] = spoiled_declaration

    def run(self, name: str, content: bytes) -> None:
        """Checks the file among the shipped ones; ``RssError`` where it is refused."""
        path = self.root / "schemas" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        try:
            catalogue = Catalogue(self.root)
            catalogue.check()
            if name.startswith("forms/"):
                shipped = Catalogue().forms
                for form in catalogue.forms.values():
                    if shipped.get(form.form) != form:
                        _used(catalogue, form.form, self.root)
            elif name.startswith("measures/"):
                for measure in catalogue.measures.values():
                    if measure.id == Path(name).stem:
                        check_examples(catalogue, measure)
        finally:
            path.unlink()


def _used(catalogue: Catalogue, name: str, folder: Path) -> None:
    """Writes a form in every format."""
    with TemporaryDirectory(dir=folder) as out:
        for target in TARGETS:
            write_form(catalogue.form(name), target, Path(out) / target)


class Imports:
    """Definitions drafted from; a draft has to pass the check, and to be written for every tool."""

    def __init__(self, folder: Path) -> None:
        (folder / "seeds").mkdir()
        self.seeds = seeds.definitions(folder / "seeds")
        self.root = Agency(folder, pytest.MonkeyPatch()).workspace.root
        self.spoil: Callable[..., bytes] = spoiled

    def run(self, name: str, content: bytes) -> None:
        """Drafts a form; ``RssError`` where there is nothing to draft from."""
        path = self.root / name
        path.write_bytes(content)
        forms = self.root / "schemas" / "forms"
        forms.mkdir(exist_ok=True)
        try:
            draft = draft_form(path)
            draft.save(forms / f"{draft.form.form}.yaml")
            try:
                catalogue = Catalogue(self.root)
                assert catalogue.form(draft.form.form) == draft.form, "a draft is read as another form"
                _used(catalogue, draft.form.form, self.root)
            except RssError as error:
                reason = re.sub("`[^`]*`", "`...`", str(error.facts.get("reason", "")))
                raise AssertionError(f"a draft does not pass: {error.key}: {reason}") from error
        finally:
            path.unlink()
            shutil.rmtree(forms)


TARGETS_BY_NAME: dict[str, Callable[[Path], Readers | Declarations | Imports]] = {
    "readers": Readers,
    "declared": Declarations,
    "imports": Imports,
}
