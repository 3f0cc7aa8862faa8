"""Reads profiles with their versions, and lays what an agency changes over what it changes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from rss_analytics.definitions.declared import declares, place_of, read_declared
from rss_analytics.definitions.find import declared_files
from rss_analytics.definitions.overlay import Misfit, Overlay, laid_over
from rss_analytics.definitions.profile import Profile, Standard
from rss_analytics.errors import did_you_mean, problem, quoted

KIND = "profiles"


def read_standards(workspace: Path | None) -> dict[str, Standard]:
    """Every profile by name with its versions, oldest first.

    Raises DefinitionProblem for a file that is no profile, that extends none or itself, or that begins on the same
    day as another version.
    """
    return _Files(workspace).standards()


class _Files:
    """The files of profiles: those that count, and the shipped ones that a workspace's file takes the place of."""

    def __init__(self, workspace: Path | None) -> None:
        self._counting = declared_files(KIND, workspace)
        shipped = declared_files(KIND)
        self._below = {path: shipped[stem] for stem, path in self._counting.items() if shipped.get(stem, path) != path}
        paths = [*self._counting.values(), *self._below.values()]
        self._declared = {path: _read(path) for path in paths}
        self._made: dict[Path, Profile] = {}

    def standards(self) -> dict[str, Standard]:
        """Profiles of the files that count."""
        versions: dict[str, list[Path]] = defaultdict(list)
        for stem, path in self._counting.items():
            declared = self._declared[path]
            if stem not in (declared.profile, f"{declared.profile}-{declared.version}"):
                reason = f"the file is called `{stem}` and declares `{declared.profile}`, version {declared.version}"
                raise problem("definition.value", where=path.name, name="profile", reason=reason)
            versions[declared.profile].append(path)
        return {name: self._standard(paths) for name, paths in sorted(versions.items())}

    def _standard(self, paths: list[Path]) -> Standard:
        begun: dict[date, Path] = {}
        for path in paths:
            first = self._profile(path, ()).valid_from
            if first in begun:
                reason = f"{begun[first].name} is a version of the same profile that begins on the same day"
                raise problem("definition.value", where=path.name, name="valid_from", reason=reason)
            begun[first] = path
        return Standard(tuple(self._made[begun[first]] for first in sorted(begun)))

    def _profile(self, path: Path, above: tuple[Path, ...]) -> Profile:
        """The profile of a file; ``above`` are the files whose overlays wait for it."""
        if path not in self._made:
            declared = self._declared[path]
            self._made[path] = declared if isinstance(declared, Profile) else self._laid(path, declared, above)
        return self._made[path]

    def _laid(self, path: Path, overlay: Overlay, above: tuple[Path, ...]) -> Profile:
        if path in above:
            files = " -> ".join(each.name for each in (*above[above.index(path) :], path))
            raise problem("definition.circle", where=place_of(path, ["extends"]), files=files)
        below = self._profile(self._extended(path, overlay), (*above, path))
        try:
            return laid_over(overlay, below)
        except Misfit as misfit:
            name = ".".join(str(key) for key in misfit.keys)
            raise problem(
                "definition.value", where=place_of(path, misfit.keys), name=name, reason=misfit.reason
            ) from None

    def _extended(self, path: Path, overlay: Overlay) -> Path:
        """The file that an overlay lies over: the shipped one it takes the place of, else the version then in force."""
        below = self._below.get(path)
        if below is not None and overlay.extends == overlay.profile == self._declared[below].profile:
            return below
        others = [one for one in self._counting.values() if self._declared[one].profile == overlay.extends]
        if overlay.extends == overlay.profile and len(others) > 1:
            others.remove(path)
        if not others:
            known = sorted({declared.profile for declared in self._declared.values()})
            where, hint = place_of(path, ["extends"]), did_you_mean(overlay.extends, known)
            raise problem(
                "definition.unknown_name",
                where=where,
                kind="profile",
                name=overlay.extends,
                hint=hint,
                known=quoted(known),
            )
        starts = {one: self._declared[one].valid_from or date.min for one in others}
        last = overlay.valid_from or date.max
        # a version lies over one that began before it, never over another of its own day
        same = overlay.extends == overlay.profile
        begun = [one for one in others if starts[one] < last or (starts[one] == last and not same)]
        return max(begun, key=lambda one: starts[one]) if begun else min(others, key=lambda one: starts[one])


def _read(path: Path) -> Profile | Overlay:
    return read_declared(path, Overlay) if declares(path, "extends") else read_declared(path, Profile)
