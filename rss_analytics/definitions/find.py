"""Finds declared files, samples and notebooks: in the workspace first, then the installed wheel, then the checkout."""

from __future__ import annotations

from pathlib import Path

from rss_analytics.errors import ProgramError

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = PACKAGE / "_shipped"  # where the wheel carries the repository's top-level folders
CHECKOUT = PACKAGE.parent
WORKSPACE_VARIABLE = "RSS_WORKSPACE"  # names the workspace where nothing else does


def shipped_folder(name: str) -> Path:
    """A top-level folder of the project (``schemas``, ``data/samples``, ``notebooks``) as installed or checked out."""
    for root in (SHIPPED, CHECKOUT):
        folder = root / name
        if folder.is_dir():
            return folder
    raise ProgramError(f"the installation lacks its folder {name}")


def declared_files(kind: str, workspace: Path | None = None) -> dict[str, Path]:
    """Declared files of a kind by stem, sorted; a workspace's file takes the place of the shipped one of its name."""
    found: dict[str, Path] = {}
    roots = [shipped_folder("schemas")]
    if workspace is not None:
        roots.append(workspace / "schemas")
    for root in roots:
        folder = root / kind
        if folder.is_dir():
            found.update({path.stem: path for path in folder.glob("*.yaml") if _is_declared(path)})
    return dict(sorted(found.items()))


def _is_declared(path: Path) -> bool:
    """Whether a path is meant as a declared file: no folder, and no lock or shadow that an editor or a disk leaves.

    A link that leads nowhere is meant as one, so that whoever reads it says that it cannot be opened.
    """
    return not path.name.startswith(".") and (path.is_file() or (path.is_symlink() and not path.exists()))


def declared_file(name: str, workspace: Path | None = None) -> Path:
    """A single declared file such as ``house_rules.yaml``, the workspace's own first."""
    if workspace is not None and (workspace / "schemas" / name).is_file():
        return workspace / "schemas" / name
    return shipped_folder("schemas") / name
