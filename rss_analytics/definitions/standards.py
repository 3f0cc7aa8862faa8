"""Reads profiles with their versions, and lays what an agency changes over what it changes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

from rss_analytics.definitions.dated_versions import in_order
from rss_analytics.definitions.declared import declares, place_of, read_declared
from rss_analytics.definitions.find import declared_files
from rss_analytics.definitions.overlay import Misfit, Overlay, laid_over
from rss_analytics.definitions.profile import Profile, Standard
from rss_analytics.errors import did_you_mean, problem, quoted

KIND = "profiles"


def read_standards(workspace: Path | None) -> dict[str, Standard]:
    """Every profile by name with its versions, oldest first.

    Raises DefinitionProblem for a file that is no profile, that extends none or itself, or that is in force on days of
    another version.
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
        self._made: dict[Path, tuple[Profile, ...]] = {}

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
        return Standard(in_order((path, profile) for path in paths for profile in self._profiles(path, ())))

    def _profiles(self, path: Path, above: tuple[Path, ...]) -> tuple[Profile, ...]:
        """The profile of a file, oldest version first; ``above`` are the files whose overlays wait for it.

        An overlay of another profile that names no first day of its own has a version for each version of the other.
        """
        if path not in self._made:
            declared = self._declared[path]
            self._made[path] = (declared,) if isinstance(declared, Profile) else self._laid(path, declared, above)
        return self._made[path]

    def _laid(self, path: Path, overlay: Overlay, above: tuple[Path, ...]) -> tuple[Profile, ...]:
        if path in above:
            files = " -> ".join(each.name for each in (*above[above.index(path) :], path))
            raise problem("definition.circle", where=place_of(path, ["extends"]), files=files)
        below = [one for file in self._extended(path, overlay) for one in self._profiles(file, (*above, path))]
        below.sort(key=lambda one: one.valid_from)
        if overlay.valid_from is not None:
            begun = [one for one in below if one.valid_from <= overlay.valid_from]
            below = (begun or below[:1])[-1:]
        try:
            made = [laid_over(overlay, one) for one in below]
        except Misfit as misfit:
            name = ".".join(str(key) for key in misfit.keys)
            raise problem(
                "definition.value", where=place_of(path, misfit.keys), name=name, reason=misfit.reason
            ) from None
        if len(made) == 1:
            return (made[0],)
        versions = [f"{overlay.version} over {one.version}" for one in below]
        return tuple(one.model_copy(update={"version": version}) for one, version in zip(made, versions, strict=True))

    def _extended(self, path: Path, overlay: Overlay) -> list[Path]:
        """The files that an overlay lies over: the shipped one it takes the place of, else versions of the profile."""
        below = self._below.get(path)
        if below is not None and overlay.extends == overlay.profile == self._declared[below].profile:
            return [below]
        others = [one for one in self._counting.values() if self._declared[one].profile == overlay.extends]
        if overlay.extends == overlay.profile:
            last = overlay.valid_from or date.max
            # a version lies over those that began before it, never over another of its own day
            earlier = [one for one in others if (self._declared[one].valid_from or date.min) < last and one != path]
            return earlier or [path]
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
        return others


def _read(path: Path) -> Profile | Overlay:
    return read_declared(path, Overlay) if declares(path, "extends") else read_declared(path, Profile)
