"""Texts that would act, hide or break something where they are shown or written, if they were not escaped for it."""

from __future__ import annotations

MARKUP = "[/x]"
ESCAPE_SEQUENCE = "\x1b[31mred\x1b[0m"
FORMULA = '=HYPERLINK("http://e.example","see")'
SCRIPT = "</script><script>alert(1)</script>"

HOSTILE = {
    "markup that closes": MARKUP,
    "markup that opens": "[bold]loud",
    "escape sequence": ESCAPE_SEQUENCE,
    "eight-bit escape sequence": "\x9b31mred",
    "bell and backspace": "a\x07\x08b",
    "script": SCRIPT,
    "attribute": '"><img src=x onerror=alert(1)>',
    "comment": "<!-- <script>",
    "formula": FORMULA,
    "formula with plus": "+1+cmd|' /C calc'!A0",
    "formula with minus": "-2+3+cmd|' /C calc'!A0",
    "formula with at": "@SUM(1+1)",
    "formula behind a tab": "\t=1+1",
    "template": "{{7*7}}{% for a in b %}",
    "format braces": "%s {0} {name!r} {",
    "backticks and bars": "`a` | ``b`` | c",
    "heading": "# Heading",
    "link": "[a](javascript:alert(1)) ![b](http://e.example/x.png)",
    "bidirectional override": "a\u202egnp.exe",
    "invisible": "a\u200bb\ufeffc",
    "line breaks": "a\nb\r\nc\u2028d",
    "quotes": 'O\'Brien "the" boss',
    "path": "../../x",
    "device": "CON",
    "lone surrogate": "a\udcffb",
    "beyond sixteen bits": "\U0001f600\U000e0041",
    "very long": "long " * 7000,
}
"""What each text is, and the text."""
