"""
Cells of a spreadsheet (XLSX, XLS, ODS), read in a process of its own: `python -m mailbot.mail.workbook < file`.

calamine allocates the whole rectangle between the first and the last cell; a file of 5 KB with one cell at XFD20000
asks for 10 GB, and Rust then aborts the process, which nothing can catch. So the process is a child with limits.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from itertools import islice

from mailbot.mail.message import Table

MAX_SHEETS = 10
MAX_ROWS = 2_000
MAX_COLUMNS = 50
MAX_CELL = 500  # characters
MAX_MEMORY = 300_000_000  # bytes
MAX_CPU = 1  # seconds of work
MAX_SECONDS = 10  # seconds until it is given up, on a machine that does much else


class WorkbookError(Exception):
    """The file is no spreadsheet, is broken, or needs more than the limits allow."""


def workbook_tables(data: bytes) -> tuple[Table, ...]:
    """
    The visible sheets that hold anything, as text; numbers without ".0", dates as YYYY-MM-DD, truth as "ja" and "nein".

    Raises WorkbookError, within MAX_SECONDS and without more than MAX_MEMORY bytes whatever the file is.
    """
    try:
        child = subprocess.run(
            [sys.executable, "-m", "mailbot.mail.workbook"], input=data, capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise WorkbookError("the spreadsheet cannot be read within its limits") from error
    if child.returncode != 0:
        raise WorkbookError("the spreadsheet cannot be read")
    return tuple(tuple(tuple(row) for row in table) for table in json.loads(child.stdout))


def _tables(data: bytes) -> list[list[list[str]]]:
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
    tables = []
    for name in visible[:MAX_SHEETS]:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True, nrows=MAX_ROWS)
        cells = [[_shown(cell) for cell in islice(row, MAX_COLUMNS)] for row in rows]
        tables.append([row for row in cells if any(row)])
    return [table for table in tables if table]


def _shown(cell: object) -> str:
    match cell:
        case bool():
            return "ja" if cell else "nein"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime() if (cell.hour, cell.minute, cell.second) == (0, 0, 0):
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return " ".join(str(cell)[: 2 * MAX_CELL].split())[:MAX_CELL]


def main() -> None:
    """A file on standard input, its tables as JSON on standard output; with limits, for the file may be hostile."""
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU, MAX_CPU))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(json.dumps(_tables(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
