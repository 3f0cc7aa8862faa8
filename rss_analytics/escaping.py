"""Makes text from outside harmless for where it goes: a terminal, JSON, Markdown, CSV, a workbook cell, a file name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

CELL_LIMIT = 32_767  # characters of a workbook cell, counted in UTF-16: Excel's own limit
FILE_NAME_LIMIT = 80  # characters of a part of a file name that is made of data
OWN_DIGITS = 8
MORE = " …"

# characters that steer a terminal, turn the order of signs or cannot be seen; those that join letters stay
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")  # the wide signs are read like the narrow ones
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*([eE][+-]?\d+)?%?")
_MARKDOWN = re.compile(r"[\\`*\[\]<>~$]|&(?=#?\w+;)|(?<!\w)_|_(?!\w)|^[#+=-]|^\d+(?=[.)])")
_NOT_IN_FILE_NAMES = re.compile(r"[^\w.-]+|\.(?=\.)")
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)  # Windows opens no file of such a name


def for_terminal(text: str) -> str:
    r"""The text on one line, what cannot be seen or steers a terminal shown as ``\n``, ``\x1b`` or ``\u202e``."""
    return _UNSEEN.sub(_shown, text)


def lines_for_terminal(text: str) -> str:
    """Like ``for_terminal``, for text of several lines: its line breaks and tabs stay."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in "\n\t" else _shown(found), text)


def _shown(found: re.Match[str]) -> str:
    sign = found[0]
    code = ord(sign)
    return _NAMED.get(sign) or (f"\\x{code:02x}" if code < 0x100 else _unicode_escapes(sign))


def _unicode_escapes(sign: str) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


def for_json(written: str) -> str:
    """JSON text whose strings say by escapes what cannot be seen: read back, it is the same."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in "\n\t" else _unicode_escapes(found[0]), written)


def for_markdown(text: str) -> str:
    """The text on one line, every sign that Markdown or HTML would take for its own made a plain sign.

    Bars are left, for they mean something in tables alone.
    """
    return _MARKDOWN.sub(_plain_sign, for_terminal(" ".join(text.split())))


def _plain_sign(found: re.Match[str]) -> str:
    sign = found[0]
    if sign == "&":
        return "&amp;"
    if sign == "<":
        return "&lt;"
    return f"{sign[:-1]}\\{sign[-1]}" if not sign.isdigit() else f"{sign}\\"


def markdown_code(text: str) -> str:
    """The text as Markdown code on one line, which no backtick of its own ends; bars are left."""
    shown = for_terminal(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    apart = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{apart}{shown}{apart}{fence}" if shown else ""


def for_csv(text: str) -> str:
    """The text so that no spreadsheet that opens the file as CSV takes it for a formula.

    A sign is put before it, as spreadsheets do themselves to mark text.  A plain number such as -5 stays: it can do
    nothing, and other programs read it as a code.
    """
    return "'" + text if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text) else text


def from_csv(text: str) -> str:
    """What ``for_csv`` was given."""
    return text[1:] if text.startswith("'") and for_csv(text[1:]) == text else text


def cell_pieces(text: str) -> Iterator[str]:
    """The text in pieces of which each fits into a workbook cell; one piece when it fits whole."""
    room = CELL_LIMIT // 2 if any(sign > "\uffff" for sign in text) else CELL_LIMIT
    for start in range(0, max(len(text), 1), room):
        yield text[start : start + room]


def for_cell(text: str) -> str:
    """The text where it fits into a workbook cell, else its beginning with a sign that more was there."""
    first, *rest = cell_pieces(text)
    return first[: -len(MORE)] + MORE if rest else first


def for_file_name(text: str) -> str:
    """The text as part of a file name on any system: no folders, no device names, nothing that a shell would read.

    A name that had to be changed ends in digits of its own, so that two texts never share one.
    """
    name = _NOT_IN_FILE_NAMES.sub("_", text).strip(" .")[:FILE_NAME_LIMIT].rstrip(" .")
    if not name or name.startswith("-") or _DEVICES.match(name):
        name = f"_{name}"
    own = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:OWN_DIGITS]
    return name if name == text else f"{name}-{own}"
