"""Spoils an input in one seeded way: by its bytes, by its cells, by the members of a container or by its keys."""

from __future__ import annotations

import csv
import io
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from ruamel.yaml import YAML

HOSTILE = (
    "", " ", "\x00", "\x1b[31m", "\u202e", "\ud7ff", "\U0001f600", "e\u0301", "\ufeff", "\xa0", "ß", "İ",
    "'", '"', "`", "O'Brien", "NULL", "\\N", "#N/A", "N/A", "nan", "NaN", "inf", "-inf", "1e308", "1e400",
    "-0", "0x10", "1_000", "٣", "1,5", "1.234,5", "9" * 19, "9" * 400, "-1", "0", "00123", "3-Feb",
    "2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "0001-01-01", "1900-02-29",
    "2026-06-30T24:00:00Z", "2026-06-30 12:00:00+14:00", "12:60", "31/12/99", "=1+1", "=HYPERLINK(1)",
    "'; drop table visit; --", "{title}", "{0}", "%s", "${x}", "<b>&amp;</b>", "[/x]", "a|b", "|", "../../x",
    "select", "key", "all", "a" * 300, "a" * 70_000, "a,b\nc", "\r", "\t", ";", "true", "no", "~", "<!--",
    "]]>", "(a+)+b", "[", "(?P<", "\\", "*" * 60,
)  # fmt: skip
"""Texts that have broken programs of this kind: odd signs, numbers at the edge, dates that are none, code of others."""

TREE = (None, True, -1, 0, 1.5, 10**30, float("nan"), float("inf"), [], {}, [[]], [None], {"": ""}, {"en": "x"}, {1: 2},
        "2026-01-01", *HOSTILE)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "cp437", "mac-roman", "utf-7")
DELIMITERS = ",;\t|:^ "

Change = Callable[[bytes, random.Random], bytes]


def spoiled(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """The content after one to three changes, most of which keep its format readable."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if zipfile.is_zipfile(io.BytesIO(content)) and chance.random() < 0.8:
            content = _members(content, chance)
        elif b"\x00" not in content[:1024] and content and chance.random() < 0.7:
            content = chance.choice((_cells, _cells, _rows, _written_anew, _values, _values))(content, chance)
        elif chance.random() < 0.2 and others:
            other = chance.choice(others)
            content = content[: chance.randint(0, len(content))] + other[chance.randint(0, len(other)) :]
        else:
            content = _bytes(content, chance)
    return content


def _span(content: Sequence[Any], chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(content))
    return start, min(len(content), start + int(chance.paretovariate(0.7)))


def _bytes(content: bytes, chance: random.Random) -> bytes:
    """Bytes flipped, cut out, put in, repeated, or the end cut off."""
    start, end = _span(content, chance)
    part = content[start:end]
    new = chance.choice((
        bytes(byte ^ 1 << chance.randrange(8) for byte in part), b"", part * 2, part + chance.randbytes(4),
        b"\xff" * len(part), b"\x00" * len(part), chance.choice(HOSTILE).encode(), part * chance.randint(2, 300),
    ))  # fmt: skip
    return content[:start] if chance.random() < 0.1 else content[:start] + new + content[end:]


def _values(content: bytes, chance: random.Random) -> bytes:
    """One word or number, wherever it stands, is another one."""
    words = list(re.finditer(rb"[\w.\-]+", content))
    if not words:
        return content
    word = chance.choice(words)
    return content[: word.start()] + chance.choice(HOSTILE).encode() + content[word.end() :]


def _rows(content: bytes, chance: random.Random) -> bytes:
    """Lines left out, repeated or moved."""
    lines = content.splitlines(keepends=True)
    start, end = _span(lines, chance)
    part = lines[start:end]
    again = part * chance.choice((0, 2, 3, 200)) if len(part) < 50 else []
    place = chance.randint(0, start)
    return b"".join(
        (lines[:place] + part + lines[place:start] if chance.random() < 0.3 else lines[:start] + again) + lines[end:]
    )


def _table(content: bytes) -> tuple[list[list[str]], str]:
    text = content.decode("utf-8", errors="replace")
    delimiter = max(",;\t|", key=text.count)
    return list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=False)), delimiter


def _as_text(rows: list[list[str]], delimiter: str, **how: Any) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, **how).writerows(rows)
    return stream.getvalue()


def _cells(content: bytes, chance: random.Random) -> bytes:
    """Cells and headings of a table are others, doubled, left out or moved."""
    try:
        rows, delimiter = _table(content)
    except csv.Error:
        return _bytes(content, chance)
    for _ in range(chance.choice((1, 2, 8))):
        filled = [row for row in rows if row]
        if not filled:
            break
        row = filled[0] if chance.random() < 0.3 else chance.choice(filled)
        at = chance.randrange(len(row))
        match chance.randrange(6):
            case 0:
                del row[at]
            case 1:
                row.insert(at, chance.choice(HOSTILE))
            case 2:
                row[at] = chance.choice(chance.choice(filled))
            case 3:
                row += row * chance.choice((1, 1, 60))
            case _:
                row[at] = chance.choice(HOSTILE)
    return _as_text(rows, delimiter).encode("utf-8", errors="replace")


def _written_anew(content: bytes, chance: random.Random) -> bytes:
    """The same table in another dialect and encoding."""
    try:
        rows, _ = _table(content)
    except csv.Error:
        return _bytes(content, chance)
    quoting = chance.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL))
    text = _as_text(rows, chance.choice(DELIMITERS), quoting=quoting, quotechar=chance.choice("\"'"),
                    lineterminator=chance.choice(("\n", "\r\n", "\r", "\n\n")))  # fmt: skip
    return text.encode(chance.choice(ENCODINGS), errors="replace")


def _members(content: bytes, chance: random.Random) -> bytes:
    """A container packed again, one member of it changed, renamed, left out or there twice."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return _bytes(content, chance)
    except Exception:  # whatever a spoiled container raises, it is spoiled by its bytes then
        return _bytes(content, chance)
    if not members:
        return _bytes(content, chance)
    at = chance.randrange(len(members))
    name, inside = members[at]
    match chance.randrange(8):
        case 0:
            del members[at]
        case 1:
            members.append((name, chance.choice(members)[1]))
        case 2:
            members[at] = (
                chance.choice((*HOSTILE, *(other for other, _ in members))).replace("\x00", "0")[:60000],
                inside,
            )
        case 3:
            members[at] = (name, _bytes(inside, chance))
        case 4:
            members[at] = (name, _repeated_element(inside, chance))
        case _:
            members[at] = (name, _values(inside, chance))
    return _packed(members)


def _repeated_element(content: bytes, chance: random.Random) -> bytes:
    """An element of XML there many times, or left out."""
    elements = list(re.finditer(rb"<(\w[\w:]*)\b[^<>]*(?:/>|>[^<]*</\1>)", content))
    if not elements:
        return _bytes(content, chance)
    element = chance.choice(elements)
    return content[: element.start()] + element[0] * chance.choice((0, 2, 500)) + content[element.end() :]


def _packed(members: list[tuple[str, bytes]]) -> bytes:
    import warnings  # noqa: PLC0415

    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # a name twice is what we want
        for name, inside in members:
            archive.writestr(name or "x", inside)
    return stream.getvalue()


def spoiled_declaration(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """A declared file after one to three changes of its keys and values, or of its text."""
    if chance.random() < 0.3:
        return _spoiled_text(content, chance, others)
    tree = YAML(typ="safe").load(content.decode())
    for _ in range(chance.choice((1, 1, 2, 3))):
        _change(tree, chance, YAML(typ="safe").load(chance.choice(others).decode()))
    stream = io.StringIO()
    YAML(typ="safe").dump(tree, stream)
    return stream.getvalue().encode("utf-8", errors="replace")


def _spoiled_text(content: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    bombs = (
        b"\nx: " + b"[" * 5_000, b"\nx: " + b"{a: " * 3_000, b"\nx: &a [1]\ny: [*a, *a, *z]\n",
        b"\n<<: {form: x}\n<<: {form: y}\n",
        b"\na: &a [x, x, x]\n"
        + b"".join(b"%c: &%c [%b]\n" % (n + 1, n + 1, b", ".join([b"*%c" % n] * 9)) for n in range(97, 110)),
        b"\n---\nform: x\n", b"\n!!python/object:os.system {}\n", b"\n%YAML 9.9\n", b"\n? [1, 2]\n: 3\n", b"\n\t- x\n",
    )  # fmt: skip
    if chance.random() < 0.2:
        return content + chance.choice(bombs)
    if chance.random() < 0.1:
        return chance.choice(others)[: chance.randint(0, 2000)] + content
    return chance.choice((_bytes, _values, _rows))(content, chance)


def _change(tree: Any, chance: random.Random, other: Any) -> None:
    """One node somewhere in a tree is replaced, left out, repeated or put in."""
    while isinstance(tree, (dict, list)) and tree:
        keys = list(tree) if isinstance(tree, dict) else range(len(tree))
        key = chance.choice(keys)
        if isinstance(tree[key], (dict, list)) and tree[key] and chance.random() < 0.8:
            tree = tree[key]
            continue
        match chance.randrange(6):
            case 0:
                del tree[key]
            case 1 if isinstance(tree, list):
                tree[key:key] = [tree[key]] * chance.choice((1, 50))
            case 1 | 2:
                tree[chance.choice(keys)] = tree[key]
            case 3:
                tree[key] = _somewhere(other, chance)
            case _:
                tree[key] = chance.choice(TREE)
        return


def _somewhere(tree: Any, chance: random.Random) -> Any:
    """Any node of a tree."""
    while isinstance(tree, (dict, list)) and tree and chance.random() < 0.8:
        tree = chance.choice(list(tree.values()) if isinstance(tree, dict) else tree)
    return tree
