"""One folding makes every spelling of a heading or answer comparable."""

from __future__ import annotations

import pytest

from rss_analytics.definitions.spelling import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Client ID", "client id"),
        ("  client_id ", "client id"),
        ("CLIENT-ID:", "client id"),
        ("Número de cliente", "numero de cliente"),
        ("Straße", "strasse"),
        ("ＩＤ", "id"),
        ("a\u00a0b", "a b"),
        ("№ 5", "no 5"),
        ("-", "-"),
        ("+", "+"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_case_accents_signs_and_spaces_are_folded(text: str, folded: str) -> None:
    assert fold(text) == folded
    assert fold(folded) == folded
