"""Targets judge at the cut itself and just beside it; an agency changes a profile without copying it."""

from __future__ import annotations

from datetime import date
from math import nextafter
from pathlib import Path

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.definitions.overlay import Overlay, SwitchChange, TargetChange
from rss_analytics.definitions.profile import Profile, Switches, Target
from rss_analytics.errors import DefinitionProblem

SOURCE = {"citation": "a test", "status": "agency"}
DOWN, UP = -1e9, 1e9


def target(**keys: object) -> Target:
    return Target.model_validate({"source": SOURCE, **keys})


def just_under(value: float) -> float:
    return nextafter(value, DOWN)


def just_over(value: float) -> float:
    return nextafter(value, UP)


# -- bands -----------------------------------------------------------------------------------------------------


def test_a_rising_cut_belongs_to_the_higher_band_and_a_hair_under_it_to_the_lower() -> None:
    share = target(cuts=(20, 40, 60, 80))
    assert [share.band(cut) for cut in (20, 40, 60, 80)] == [2, 3, 4, 5]
    assert [share.band(just_under(cut)) for cut in (20, 40, 60, 80)] == [1, 2, 3, 4]
    assert (share.band(0), share.band(100)) == (1, 5)


def test_a_falling_cut_belongs_to_the_better_band_and_a_hair_over_it_to_the_worse() -> None:
    size = target(cuts=(15, 12, 10, 8))
    assert [size.band(cut) for cut in (15, 12, 10, 8)] == [2, 3, 4, 5]
    assert [size.band(just_over(cut)) for cut in (15, 12, 10, 8)] == [1, 2, 3, 4]


def test_a_strict_cut_must_be_passed() -> None:
    caseload = target(cuts=(50, 35, 20, 10), strict=(50, 35))
    assert [caseload.band(value) for value in (50, 35, 20, 10)] == [1, 2, 4, 5]
    assert [caseload.band(just_under(value)) for value in (50, 35)] == [2, 3]
    rising = target(cuts=(0, 5, 25, 50), strict=(0,))
    assert [rising.band(value) for value in (0, just_over(0), 5)] == [1, 2, 3]


@pytest.mark.parametrize("clients", [10, 11, 20, 21, 34, 35, 49, 50])
def test_every_printed_number_of_clients_to_a_worker_has_its_printed_band(clients: int) -> None:
    printed = {10: 5, 11: 4, 20: 4, 21: 3, 34: 3, 35: 2, 49: 2, 50: 1}
    assert target(cuts=(50, 35, 20, 10), strict=(50, 35)).band(clients) == printed[clients]


def test_bands_alone_are_neither_met_nor_missed() -> None:
    bands = target(cuts=(5, 20, 35, 50))
    assert bands.is_met(60, "better") is None
    assert bands.band(60) == 5


# -- targets ---------------------------------------------------------------------------------------------------


def test_the_target_itself_meets_it_and_a_rounded_one_does_not() -> None:
    share = target(target=80)
    assert share.is_met(80, "better")
    assert not share.is_met(79.96, "better")
    assert target(target=10).is_met(10, "worse")
    assert not target(target=10).is_met(just_over(10), "worse")


def test_half_a_point_short_is_within_the_margin_and_a_hair_more_is_not() -> None:
    share = target(target=75.3, tolerance=0.5)
    assert share.is_met(74.8, "better")
    assert not share.is_met(just_under(74.8), "better")
    fewer = target(target=20, direction="at_most", tolerance=0.5)
    assert fewer.is_met(20.5, "neutral")
    assert not fewer.is_met(just_over(20.5), "neutral")


def test_a_margin_moves_no_band() -> None:
    share = target(target=60, cuts=(20, 40, 60, 80), tolerance=0.5)
    assert (share.is_met(59.5, "better"), share.band(59.5)) == (True, 3)


def test_falling_cuts_say_that_fewer_is_better_and_a_neutral_measure_needs_some_side() -> None:
    assert target(target=10, cuts=(50, 35, 20, 10)).is_met(9, "neutral")
    assert target(target=10).is_met(9, "neutral") is None


def test_figures_of_two_sources_are_as_sure_as_the_less_sure_one() -> None:
    recalled = {"citation": "a scale", "status": "recalled"}
    assert target(target=3, cuts=(1, 2, 3, 4), cuts_source=recalled).status == "recalled"
    assert target(target=3).status == "agency"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({}, "`target`, `cuts` or both"),
        ({"cuts": (1, 2, 3)}, "four numbers"),
        ({"cuts": (1, 2, 2, 3)}, "rise or fall"),
        ({"cuts": (1, 2, 3, 4), "direction": "at_most"}, "other way"),
        ({"cuts": (1, 2, 3, 4), "tolerance": 1}, "belongs to a `target`"),
        ({"target": 1, "strict": (2,)}, "numbers of `target` and `cuts`"),
    ],
)
def test_a_target_that_judges_nothing_or_contradicts_itself_is_refused(keys: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        target(**keys)


# -- overlays --------------------------------------------------------------------------------------------------

OWN = """\
profile: {name}
extends: {extends}
version: "{version}"
set_by: agency
"""
NEW = """\
targets:
  no_show_rate:
    target: 12
    source: {citation: Board decision, status: agency}
"""


def workspace(folder: Path, **files: str) -> Path:
    place = folder / "schemas" / "profiles"
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / f"{name.replace('__', '-')}.yaml").write_text(text, encoding="utf-8")
    return folder


def own(name: str = "csp_rp", extends: str = "csp_rp", version: str = "2", more: str = NEW) -> str:
    return OWN.format(name=name, extends=extends, version=version) + more


def test_a_file_of_the_shipped_name_changes_one_figure_and_keeps_all_others(tmp_path: Path) -> None:
    shipped = Catalogue().profile("csp_rp")
    catalogue = Catalogue(workspace(tmp_path, csp_rp=own()))
    catalogue.check()
    changed = catalogue.profile("csp_rp")
    assert (changed.targets["no_show_rate"].target, changed.version) == (12, "2")
    assert changed.targets["no_show_rate"].all_models  # what the change does not name stays
    assert changed.targets["no_show_rate"].source.citation == "Board decision"
    same = {name: one for name, one in changed.targets.items() if name != "no_show_rate"}
    assert same == {name: one for name, one in shipped.targets.items() if name != "no_show_rate"}
    assert (changed.concepts, changed.switches) == (shipped.concepts, shipped.switches)


def test_cuts_that_stay_keep_their_own_source_beside_that_of_the_new_target(tmp_path: Path) -> None:
    below = Catalogue().profile("act_dacts").targets["contact_frequency"]
    text = own("act_dacts", "act_dacts", more=NEW.replace("no_show_rate", "contact_frequency"))
    changed = Catalogue(workspace(tmp_path, act_dacts=text)).profile("act_dacts").targets["contact_frequency"]
    assert changed.cuts == below.cuts
    assert changed.cuts_source == below.cuts_source
    assert changed.source.citation == "Board decision"


def test_an_overlay_changes_a_switch_a_concept_a_floor_and_leaves_a_target_out(tmp_path: Path) -> None:
    more = """\
switches: {prorate_floor_days: 7}
concepts: {face_to_face: {modality: [in_person, video]}}
floors: {clients_below_contact_floor: {floor: 2, source: {citation: Board decision, status: agency}}}
without: [no_show_rate]
"""
    catalogue = Catalogue(workspace(tmp_path, our_csp=own("our_csp", more=more)))
    catalogue.check()
    made, below = catalogue.profile("our_csp"), catalogue.profile("csp_rp")
    assert (made.switches.prorate_floor_days, made.floors["clients_below_contact_floor"].floor) == (7, 2)
    assert made.concepts["face_to_face"] != below.concepts["face_to_face"]
    assert "no_show_rate" not in made.targets
    assert made.models == below.models


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("targets: {no_show_rate: {target: 12}}\n", r"RSS103 csp_rp.yaml line 5.*source"),
        ("switches: {prorate_flor_days: 7}\n", r"RSS102 csp_rp.yaml line 5.*did you mean `prorate_floor_days`"),
        ("without: [no_such]\n", r"RSS104 csp_rp.yaml line 5.*no target for `no_such`"),
        (NEW.replace("no_show_rate", "direct_service_ratio"), r"RSS104 csp_rp.yaml line 6.*write `by` too"),
        (NEW.replace("target: 12", "cuts: [1, 2, 3]"), r"RSS104 csp_rp.yaml line 6.*four numbers"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_with_its_line(tmp_path: Path, more: str, said: str) -> None:
    with pytest.raises(DefinitionProblem, match=said):
        _ = Catalogue(workspace(tmp_path, csp_rp=own(more=more))).profiles


def test_an_overlay_over_nothing_is_refused_with_the_name_that_may_be_meant(tmp_path: Path) -> None:
    with pytest.raises(DefinitionProblem, match=r"RSS105 ours.yaml line 2.*did you mean `csp_rp`"):
        _ = Catalogue(workspace(tmp_path, ours=own("ours", "csp_pr"))).profiles


@pytest.mark.parametrize("names", [("one", "two"), ("one", "one")])
def test_overlays_that_lie_over_each_other_are_refused(tmp_path: Path, names: tuple[str, str]) -> None:
    first, second = names
    files = {first: own(first, second), second: own(second, first)}
    with pytest.raises(DefinitionProblem, match=r"RSS109 .*line 2: `extends` leads back"):
        _ = Catalogue(workspace(tmp_path, **files)).profiles


def test_an_overlay_may_change_everything_that_a_profile_holds() -> None:
    assert set(SwitchChange.model_fields) == set(Switches.model_fields)
    assert set(TargetChange.model_fields) == set(Target.model_fields)
    assert set(Profile.model_fields) < set(Overlay.model_fields)


# -- versions --------------------------------------------------------------------------------------------------

FROM_JULY = NEW + "valid_from: 2026-07-01\n"


def test_a_later_version_stands_beside_the_earlier_one_and_begins_on_its_day(tmp_path: Path) -> None:
    standard = Catalogue(workspace(tmp_path, csp_rp__2=own(more=FROM_JULY))).standards["csp_rp"]
    assert [version.version for version in standard.versions] == ["1", "2"]
    assert [standard.on(date(2026, month, 30)).version for month in (6, 7)] == ["1", "2"]
    assert standard.on(date(1990, 1, 1)).version == "1"


def test_an_overlay_without_a_first_day_has_a_version_for_each_of_what_it_extends(tmp_path: Path) -> None:
    standard = Catalogue(workspace(tmp_path, csp_rp__2=own(more=FROM_JULY))).standards["strict_example"]
    assert [one.version for one in standard.versions] == ["1 over 1", "1 over 2"]
    assert [one.targets["no_show_rate"].target for one in standard.versions] == [8, 8]
    assert [one.valid_from for one in standard.versions] == [date(2000, 1, 1), date(2026, 7, 1)]


def test_two_versions_of_one_day_are_refused(tmp_path: Path) -> None:
    files = {"csp_rp__2": own(more=FROM_JULY), "csp_rp__3": own(version="3", more=FROM_JULY)}
    with pytest.raises(DefinitionProblem, match=r"RSS114 csp_rp-3.yaml line 9: .*csp_rp-2.yaml line 9"):
        _ = Catalogue(workspace(tmp_path, **files)).profiles


def test_a_version_is_called_after_its_profile_and_number(tmp_path: Path) -> None:
    with pytest.raises(DefinitionProblem, match=r"RSS104 csp_rp-9.yaml: `profile`"):
        _ = Catalogue(workspace(tmp_path, csp_rp__9=own(more=FROM_JULY))).profiles


def test_a_target_that_goes_against_its_measure_is_refused(tmp_path: Path) -> None:
    text = own(more=NEW.replace("target: 12", "target: 12\n    direction: at_least"))
    with pytest.raises(DefinitionProblem, match=r"RSS104 .*higher is worse in `no_show_rate`"):
        Catalogue(workspace(tmp_path, csp_rp=text)).check()


def test_a_target_of_a_measure_without_a_good_side_says_which_is_meant(tmp_path: Path) -> None:
    text = own(more=NEW.replace("no_show_rate", "group_share"))
    with pytest.raises(DefinitionProblem, match=r"RSS104 .*`direction`"):
        Catalogue(workspace(tmp_path, csp_rp=text)).check()


def test_every_shipped_figure_says_how_sure_it_is_and_recalled_ones_are_never_called_verified() -> None:
    statuses = {
        source.status
        for standard in Catalogue().standards.values()
        for profile in standard.versions
        for one in profile.targets.values()
        for source in (one.source, one.cuts_source)
        if source is not None
    }
    assert {"verified", "recalled", "agency"} <= statuses
    dacts = Catalogue().profile("act_dacts").targets
    assert dacts["service_intensity"].source.status == "recalled"
    assert dacts["team_approach_two_weeks"].source.status == "verified"
