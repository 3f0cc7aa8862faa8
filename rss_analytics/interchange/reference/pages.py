"""All reference pages by their path, and the folder they are written to."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.interchange.reference.commands import commands_page, helps
from rss_analytics.interchange.reference.forms import form_page, forms_index
from rss_analytics.interchange.reference.keys import declared_files_page
from rss_analytics.interchange.reference.markdown import page
from rss_analytics.interchange.reference.measures import measure_page, measures_index
from rss_analytics.interchange.reference.messages import errors_page, findings_page
from rss_analytics.interchange.reference.standards import (
    authorities_page,
    credentials_page,
    house_rules_page,
    instruments_page,
    profiles_page,
)
from rss_analytics.output_files import write_text

CONTENTS = """\
- [Commands](commands.md): every command and option
- [Forms](forms/index.md): what each exported file may hold, and every rule
- [Measures](measures/index.md): what each number means, its source and its worked examples
- [Profiles](profiles.md): what counts as service, and the targets
- [Authorities](authorities.md): the clocks of grievances
- [Credentials](credentials.md): what their renewal asks for
- [Instruments](instruments.md): how surveys are scored
- [House rules](house_rules.md): small cells, audiences, fiscal year
- [Findings](findings.md): what can be wrong with a record
- [Problems](problems.md): what can stop a command
- [Declared files](declared_files.md): every key of every kind of file"""


def reference_pages(catalogue: Catalogue) -> dict[str, str]:
    """The text of every page but the commands', which takes a while, by its path in the folder."""
    pages = {
        "index.md": page("Reference", "These pages are written from the declared files themselves.", CONTENTS),
        "forms/index.md": forms_index(catalogue.forms),
        "measures/index.md": measures_index(catalogue.measures),
        "profiles.md": profiles_page(one for standard in catalogue.standards.values() for one in standard.versions),
        "authorities.md": authorities_page(chain.from_iterable(catalogue.all_authorities.values())),
        "credentials.md": credentials_page(chain.from_iterable(catalogue.all_credentials.values())),
        "instruments.md": instruments_page(chain.from_iterable(catalogue.all_instruments.values())),
        "house_rules.md": house_rules_page(catalogue.house_rules),
        "findings.md": findings_page(catalogue.forms.values()),
        "problems.md": errors_page(),
        "declared_files.md": declared_files_page(),
    }
    pages |= {f"forms/{name}.md": form_page(form) for name, form in catalogue.forms.items()}
    pages |= {f"measures/{name}.md": measure_page(found, catalogue) for name, found in catalogue.measures.items()}
    return pages


def write_reference(folder: Path) -> list[Path]:
    """Writes every page of the shipped declared files; pages that nothing declares any more are taken away."""
    pages = reference_pages(Catalogue()) | {"commands.md": commands_page(helps())}
    for old in folder.rglob("*.md"):
        if old.relative_to(folder).as_posix() not in pages:
            old.unlink()
    written = []
    for name, text in sorted(pages.items()):
        path = folder / name
        write_text(path, text)
        written.append(path)
    return written
