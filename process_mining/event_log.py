"""How does a cohort leave the house as an event log? XES or CSV, the only place where our names become XES names.

Written case by case, in slices of cases: never a whole log in memory.
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final
from xml.sax.saxutils import quoteattr

from control_tower.errors import ControlTowerError
from control_tower.warehouse import Build
from process_mining.cohort import Cohort
from process_mining.kept_cases import Kept, kept_cases

#: column of ours → key of XES; event attributes, in the order of the CSV file.
KEYS: Final[dict[str, str]] = {
    "activity": "concept:name",
    "timestamp": "time:timestamp",
    "lifecycle": "lifecycle:transition",
    "resource": "org:resource",
    "team_id": "org:group",
    "department": "department",
    "site_id": "site",
    "source_system": "source_system",
    "event_id": "event_id",
}
CASE_KEY: Final = "concept:name"
CSV_CASE_KEY: Final = "case:concept:name"
_EXTENSIONS: Final = (
    ("Concept", "concept", "http://www.xes-standard.org/concept.xesext"),
    ("Time", "time", "http://www.xes-standard.org/time.xesext"),
    ("Lifecycle", "lifecycle", "http://www.xes-standard.org/lifecycle.xesext"),
    ("Organizational", "org", "http://www.xes-standard.org/org.xesext"),
)
_NOT_IN_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CASES_A_SLICE: Final = 20_000
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0")
Row = tuple[Any, ...]


def write_log(build: Build, cohort: Cohort, path: Path) -> int:
    """Write all events of the kept cases to `path`, `.xes` or `.csv` by its suffix; returns how many.

    Cases in order of their numbers, events in order of the trace; times UTC. Raises ControlTowerError for another suffix or a
    file that cannot be written.
    """
    writers = {".xes": _write_xes, ".csv": _write_csv}
    if path.suffix.lower() not in writers:
        raise ControlTowerError(f"{path}: a log is written as .xes or .csv; name the file so")
    try:
        with path.open("wb") as file:
            return writers[path.suffix.lower()](file, traces(build, cohort))
    except OSError as error:
        raise ControlTowerError(f"{path}: cannot be written ({error.strerror})") from error


def traces(build: Build, cohort: Cohort) -> Iterator[tuple[str, list[Row]]]:
    """Case id and events (columns of KEYS) of every kept case, in order of case numbers."""
    kept = kept_cases(build, cohort)
    numbers = _numbers(build, kept)
    for first in range(0, len(numbers), _CASES_A_SLICE):
        found = numbers[first : first + _CASES_A_SLICE]
        yield from _slice(build, kept, found[0], found[-1])


def _numbers(build: Build, kept: Kept) -> list[int]:
    with build.cursor() as cursor:
        rows = cursor.execute(kept.case_nos + " ORDER BY c.case_no", kept.values).fetchnumpy()
    return [int(no) for no in rows["case_no"]]


def _slice(build: Build, kept: Kept, low: int, high: int) -> Iterator[tuple[str, list[Row]]]:
    columns = ", ".join(f"e.{name}" for name in KEYS)
    with build.cursor() as cursor:
        rows = cursor.execute(
            f"SELECT c.case_id, {columns} FROM mart_event_step AS s JOIN core_event AS e ON e.rowid = s.event_row "
            "JOIN mart_case AS c ON c.view = $view AND c.case_no = s.case_no "
            f"WHERE {kept.of_view} AND s.case_no >= $m_low AND s.case_no <= $m_high AND {kept.condition} "
            "ORDER BY s.case_no, s.step_no",
            {**kept.values, "m_low": low, "m_high": high},
        ).fetchall()
    case, events = None, list[Row]()
    for row in rows:
        if case is not None and row[0] != case:
            yield case, events
            events = []
        case = row[0]
        events.append(row[1:])
    if case is not None:
        yield case, events


def _write_csv(file: IO[bytes], found: Iterator[tuple[str, list[Row]]]) -> int:
    """One line per event. Text that a spreadsheet would run is quoted with an apostrophe (fault 90's rule)."""
    written = 0
    lines = _Utf8(file)
    out = csv.writer(lines, lineterminator="\n")
    out.writerow([CSV_CASE_KEY, *KEYS.values()])
    for case, events in found:
        for event in events:
            out.writerow([_inert(case), *(_inert(_text(value)) for value in event)])
        written += len(events)
    return written


class _Utf8:
    """What csv writes to, on a file of bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Encode and pass on."""
        return self._file.write(text.encode("utf-8"))


def _inert(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _text(value: Any) -> str:
    if value is None:
        return ""
    return _iso(value) if isinstance(value, datetime) else str(value)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds" if moment.microsecond % 1000 == 0 else "microseconds") + "+00:00"


def _write_xes(file: IO[bytes], found: Iterator[tuple[str, list[Row]]]) -> int:
    """One `trace` element at a time."""
    written = 0
    file.write(b'<?xml version="1.0" encoding="utf-8"?>\n<log xes.version="1849.2016" xes.features="">\n')
    for name, prefix, uri in _EXTENSIONS:
        file.write(f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n'.encode())
    for case, events in found:
        parts = ["<trace>", _attribute(CASE_KEY, case), *(_event(event) for event in events), "</trace>\n"]
        file.write("".join(parts).encode("utf-8"))
        written += len(events)
    file.write(b"</log>\n")
    return written


def _event(event: Row) -> str:
    given = zip(KEYS.values(), event, strict=True)
    return "<event>" + "".join(_attribute(key, value) for key, value in given if value is not None) + "</event>"


def _attribute(key: str, value: Any) -> str:
    kind = "date" if isinstance(value, datetime) else "string"
    return f'<{kind} key="{key}" value={quoteattr(_xml_text(_text(value)))}/>'


def _xml_text(text: str) -> str:
    """XML has no way to write most control characters: they become the replacement character, visibly."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
