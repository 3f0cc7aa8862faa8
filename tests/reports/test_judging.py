"""Reports print the rules that a profile counts by, and show a sample to nobody but who may see its clients."""

from __future__ import annotations

import pytest

from rss_analytics.definitions.catalogue import Catalogue
from rss_analytics.disclosure import release_sample
from rss_analytics.errors import UsageProblem
from rss_analytics.reports.judging import rule_sentences

CATALOGUE = Catalogue()
HOUSE = CATALOGUE.profile("csp_rp")


def rules(name: str, language: str = "en") -> str:
    return " ".join(rule_sentences(CATALOGUE.profile(name).completed(HOUSE), CATALOGUE.language(language)))


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("name", sorted(CATALOGUE.profiles))
def test_every_profile_tells_its_rules_in_every_language(name: str, language: str) -> None:
    told = rules(name, language)
    assert CATALOGUE.profile(name).title[language] in told
    assert CATALOGUE.language(language).say("rule.weeks") in told


def test_the_rules_follow_the_switches_and_concepts_of_the_profile() -> None:
    assert "14 days of enrollment" in rules("csp_rp")
    assert "7 days of enrollment" in rules("strict_example")
    assert "are a class of their own" in rules("act_dacts")
    assert "institutions count as community" in rules("tmact_log")
    assert "within it" in rules("strict_example")
    assert "without any margin" in rules("csp_rp")
    video = type(HOUSE.concepts["face_to_face"])("modality", ("in_person", "video"))
    told = HOUSE.model_copy(update={"concepts": {**HOUSE.concepts, "face_to_face": video}})
    assert "by video are face-to-face" in " ".join(rule_sentences(told, CATALOGUE.language("en")))


@pytest.mark.parametrize("audience", ["quality", "regional", "administration"])
def test_a_sample_is_refused_to_who_may_not_see_its_clients(audience: str) -> None:
    with pytest.raises(UsageProblem, match="few clients are not shown"):
        release_sample([], CATALOGUE.house_rules, audience)


def test_a_sample_is_shown_to_the_director() -> None:
    assert release_sample([], CATALOGUE.house_rules, "director") == []
