"""The built archives hold what users need and nothing that was lying about."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from rss_analytics.definitions import find
from rss_analytics.definitions.catalogue import Catalogue

ROOT = Path(__file__).resolve().parents[1]
PLANTED = "planted_export_never_to_be_published.csv"
LEFT_OUT = shutil.ignore_patterns(".venv", ".git", "out", "__pycache__", ".*_cache", "dist", "build", "shared")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Wheel and sdist built from a copy of the checkout in which a real export lies in data/incoming."""
    copy = tmp_path_factory.mktemp("build") / "checkout"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    (copy / "data" / "incoming").mkdir(parents=True, exist_ok=True)
    (copy / "data" / "incoming" / PLANTED).write_text("client_id\nK1\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", "dist", "."],
                   cwd=copy, check=True, capture_output=True)  # fmt: skip
    return next((copy / "dist").glob("*.whl")), next((copy / "dist").glob("*.tar.gz"))


def test_a_planted_export_ships_in_neither_archive(archives: tuple[Path, Path]) -> None:
    wheel, sdist = archives
    with zipfile.ZipFile(wheel) as opened:
        in_wheel = opened.namelist()
    with tarfile.open(sdist) as opened_sdist:
        in_sdist = opened_sdist.getnames()
    assert not [name for name in (*in_wheel, *in_sdist) if PLANTED in name or "incoming" in name or "warehouse" in name]
    assert "rss_analytics/py.typed" in in_wheel


def test_every_declared_file_is_found_from_the_wheel_and_from_the_checkout(
    archives: tuple[Path, Path], tmp_path: Path
) -> None:
    wheel, _ = archives
    with zipfile.ZipFile(wheel) as opened:
        opened.extractall(tmp_path)
    here = {kind: sorted(find.declared_files(kind)) for kind in ("forms", "measures", "instruments", "language")}
    listed = subprocess.run(
        [sys.executable, "-c",
         "import json; from rss_analytics.definitions import find; from rss_analytics import __file__ as f;"
         "kinds = ('forms', 'measures', 'instruments', 'language');"
         "print(json.dumps([f, {k: sorted(find.declared_files(k)) for k in kinds},"
         " sorted(p.name for p in find.shipped_folder('notebooks').glob('*.ipynb')),"
         " find.shipped_folder('data/samples').is_dir()]))"],
        env={"PYTHONPATH": str(tmp_path)}, cwd=tmp_path, check=True, capture_output=True, text=True,
    )  # fmt: skip
    place, found, notebooks, samples = json.loads(listed.stdout)
    assert Path(place).is_relative_to(tmp_path), "the wheel's own package was not the one imported"
    assert found == here
    assert "fidelity.ipynb" in notebooks
    assert samples
    assert here["forms"], "no form was found at all"


def test_a_workspaces_own_declared_file_takes_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = tmp_path / "schemas" / "forms"
    own.mkdir(parents=True)
    shipped = find.declared_files("forms")["region"].read_text(encoding="utf-8")
    (own / "region.yaml").write_text(shipped.replace('version: "1"', 'version: "9"'), encoding="utf-8")
    assert Catalogue(tmp_path).form("region").version == "9"
    assert Catalogue(None).form("region").version == "1"
