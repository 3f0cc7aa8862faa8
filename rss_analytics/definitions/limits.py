"""Limits of what is read: how large, how tightly packed and how wide a file may be before it is refused unread."""

from __future__ import annotations

from pydantic import Field as Key

from rss_analytics.definitions.declared import Declared


class Limits(Declared):
    """What no export exceeds; a file beyond a limit is refused before it is unpacked or parsed.

    The defaults let through every table that a spreadsheet program or a survey tool can write.  A workspace that has
    larger files raises them in its own ``house_rules.yaml``.
    """

    archive_members: int = Key(default=2_000, ge=1, description="files in an archive, or parts of a workbook")
    archive_megabytes: int = Key(default=16_384, ge=1, description="megabytes that an archive of tables unpacks to")
    workbook_megabytes: int = Key(
        default=4_096, ge=1, description="megabytes that a workbook unpacks to: it is read as a whole"
    )
    old_workbook_megabytes: int = Key(
        default=100, ge=1, description="megabytes of a workbook of the old binary format (XLS), which is not packed"
    )
    packed_ratio: int = Key(
        default=250,
        ge=10,
        description="times its size that a packed file may unpack to; tables reach 10 to 100, bombs 1,000",
    )
    packed_ratio_from_megabytes: int = Key(
        default=50, ge=1, description="megabytes up to which a file may unpack whatever its ratio: they do no harm"
    )
    columns: int = Key(default=16_384, ge=1, description="columns of a table; a spreadsheet program has 16,384")
    sheet_cells: int = Key(
        default=12_000_000,
        ge=1,
        description="cells, empty ones too, that a sheet with few filled cells may span; each takes memory",
    )
    sheet_cells_for_filled: int = Key(
        default=50, ge=1, description="cells that a larger sheet may span for each one that is filled"
    )
    line_characters: int = Key(
        default=4_000_000, ge=1_000, description="characters of one line of a text file: it is held in memory"
    )
    cell_characters: int = Key(
        default=131_072, ge=32_767, description="characters of one cell; a spreadsheet program holds 32,767"
    )
