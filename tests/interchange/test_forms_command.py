"""The command line writes a form for another tool and drafts one from another tool's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from rss_analytics.cli import run
from rss_analytics.definitions.declared import read_declared
from rss_analytics.definitions.form import Form


def test_a_form_is_exported_to_a_file_and_imported_under_the_name_of_its_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written, drafted = tmp_path / "team.xlsx", tmp_path / "our_team.yaml"
    assert run(["forms", "export", "team", "--to", "xlsform", "--out", str(written)], {}) == 0
    assert run(["forms", "import", str(written), "--out", str(drafted)], {}) == 0
    out, err = capsys.readouterr()
    assert out == "" and "review: owner, grain" in err
    form = read_declared(drafted, Form)
    assert form.form == "our_team" and "team_id" in form.names


def test_text_goes_to_standard_output_and_the_review_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["forms", "export", "region", "--to", "redcap"], {}) == 0
    dictionary = tmp_path / "region.csv"
    dictionary.write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["forms", "import", str(dictionary), "--name", "regions"], {}) == 0
    out, err = capsys.readouterr()
    assert "form: regions" in out and "review: " in err and "review: " not in out.replace("# Drafted; review", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["forms", "export", "region", "--to", "excel"],
        ["forms", "export", "regoin", "--to", "paper"],
        ["forms", "export", "region", "--to", "poster"],
        ["forms", "import", "no_such_file.csv"],
    ],
)
def test_what_cannot_be_done_is_said_without_a_traceback(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments, {}) == 2
    out, err = capsys.readouterr()
    assert out == "" and err and "Traceback" not in err
