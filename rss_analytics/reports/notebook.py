"""Fills the parameters of a report's notebook, runs it on this Python, and saves it with what it shows."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from rss_analytics.definitions.find import WORKSPACE_VARIABLE, shipped_folder
from rss_analytics.errors import problem
from rss_analytics.output_files import make_folder, write_text

KERNEL = "python3"
PARAMETERS = "parameters"
CELL_SECONDS = 600
HERE = Path()
# sockets that only this user can open; Windows has none and talks over the loopback address
TRANSPORT = "ipc" if os.name == "posix" else "tcp"


def write_notebook(kind: str, path: Path, parameters: Mapping[str, Any]) -> Path:
    """Runs ``notebooks/<kind>.ipynb`` with ``parameters`` and writes it to ``path``.

    A notebook is passed on, so it does not say where on this machine its ``workspace`` lies: see ``_way_to``.  The
    kernel opens the store itself, so it must be closed here; a store's key reaches it by environment only.  Raises
    UsageProblem when a cell fails or the place cannot be written to.
    """
    template = shipped_folder("notebooks") / f"{kind}.ipynb"
    if not template.is_file():
        known = ", ".join(f"`{found.stem}`" for found in sorted(template.parent.glob("*.ipynb")))
        raise problem("usage.unknown", kind="notebook", name=kind, hint="", known=known)
    workspace, folder = Path(parameters["workspace"]).resolve(), path.parent.resolve()
    notebook = filled(template, {**parameters, "workspace": _way_to(workspace, folder)})
    make_folder(folder, private=True)
    notebook = run_notebook(notebook, name=kind, folder=folder, environment={WORKSPACE_VARIABLE: str(workspace)})
    write_text(path, nbformat.writes(notebook), private=True)
    return path


def _way_to(workspace: Path, folder: Path) -> str | None:
    """The way from a notebook's folder to its workspace, where it leads through no folders of this machine.

    That is so in the workspace and beside it.  Elsewhere it is None: the environment says which workspace is meant.
    """
    if not folder.is_relative_to(workspace.parent):
        return None
    return Path(os.path.relpath(workspace, folder)).as_posix()


def filled(template: Path, parameters: Mapping[str, Any]) -> Any:
    """The notebook with its parameters cell written anew: the template's names, with the given values where given.

    Raises UsageProblem for a parameter that the template does not have.
    """
    notebook = nbformat.read(template, as_version=4)
    cell = next(cell for cell in notebook.cells if PARAMETERS in cell.metadata.get("tags", []))
    defaults = dict(line.split(" = ", 1) for line in cell.source.splitlines() if " = " in line)
    unknown = [name for name in parameters if name not in defaults]
    if unknown:
        known = ", ".join(f"`{name}`" for name in defaults)
        raise problem("usage.unknown", where=template.name, kind="parameter", name=unknown[0], hint="", known=known)
    given = {name: repr(_plain(value)) for name, value in parameters.items()}
    cell.source = "\n".join(f"{name} = {given.get(name, default)}" for name, default in defaults.items())
    return notebook


def run_notebook(
    notebook: Any, *, name: str, folder: Path = HERE, environment: Mapping[str, str] = MappingProxyType({})
) -> Any:
    """The notebook after running every cell in a folder, on the Python that runs this, wherever its kernel is.

    ``environment`` is added to what the kernel is told by this program's own.
    """
    with tempfile.TemporaryDirectory() as place:
        manager = AsyncKernelManager(
            kernel_name=KERNEL,
            kernel_spec_manager=_this_python(Path(place)),
            transport=TRANSPORT,
            connection_file=str(Path(place) / "kernel.json"),
        )
        client = NotebookClient(
            notebook,
            km=manager,
            kernel_name=KERNEL,
            timeout=CELL_SECONDS,
            resources={"metadata": {"path": str(folder)}},
        )
        try:
            with _signals_kept():
                # a manager given from outside is left running otherwise
                client.execute(cleanup_kc=True, env={**os.environ, **environment})
        except CellExecutionError as error:
            raise _stopped(name, error.ename) from None
        except (CellTimeoutError, DeadKernelError) as error:
            raise _stopped(name, type(error).__name__) from None
    return notebook


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Signals are answered as before afterwards: the client answers them while it runs and then forgets who did."""
    kept = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            for one, answer in kept.items():
                signal.signal(one, answer)


def _stopped(name: str, reason: str) -> Exception:
    """What the error said may hold data, so only its kind is passed on."""
    return problem(
        "usage.bad_option",
        where=f"notebook `{name}`",
        reason=f"a cell stopped with {reason}",
        remedy="Open the notebook in Jupyter and run it cell by cell to see the whole message",
    )


def _this_python(folder: Path) -> KernelSpecManager:
    """A place with one kernel: this interpreter, without a history file."""
    place = folder / KERNEL
    place.mkdir(parents=True)
    launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {
        "argv": [*launch, "--HistoryManager.enabled=False"],
        "display_name": "Python 3",
        "language": "python",
        "metadata": {"debugger": False},
    }
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    return KernelSpecManager(kernel_dirs=[str(folder)], ensure_native_kernel=False)


def _plain(value: Any) -> Any:
    """A value that is written as plain text in a cell."""
    return str(value) if isinstance(value, Path | date) else value
