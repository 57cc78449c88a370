"""Which days and hours does a place work? Local offsets and working days of the run; never who works then."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from control_tower.settings import PROJECT_ROOT
from etl.sources.network_simulator.run import Flags, Ints, Run

MARGIN = 150
"""Days simulated beyond the end, so that the truth of what is still open is known."""


def offsets(run: Run, zone: ZoneInfo, days: int) -> Ints:
    """For every day of the run the seconds by which the zone is ahead of UTC at noon."""
    first = datetime.combine(run.start.date(), time(12), tzinfo=UTC)
    ahead = ((first + timedelta(days=day)).astimezone(zone).utcoffset() or timedelta() for day in range(days))
    return np.array([int(offset.total_seconds()) for offset in ahead], dtype=np.int64)


def working_days(run: Run, calendar: str, days: int) -> Flags:
    """For every day whether the calendar of the reference data is open."""
    weekdays = {int(row["weekday"]) for row in _rows("calendars.csv") if row["calendar_code"] == calendar}
    closed = {row["holiday_date"] for row in _rows("holidays.csv") if row["calendar_code"] == calendar}
    dates: list[date] = [run.start.date() + timedelta(days=day) for day in range(days)]
    return np.array([d.isoweekday() in weekdays and d.isoformat() not in closed for d in dates])


def next_working_day(is_open: Flags) -> Ints:
    """For every day the first open day at or after it (the last day counts as open)."""
    days = np.where(is_open, np.arange(len(is_open)), len(is_open) - 1)
    return np.minimum.accumulate(days[::-1])[::-1].astype(np.int64)


def _rows(name: str) -> list[dict[str, str]]:
    with (PROJECT_ROOT / "data" / "reference" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
