"""How many business hours lie between two instants? Day by day in local time, with the zone's own rules.

Slow and independent of the shifts that a build prepares. See `oracles.py`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from tests.control_tower.oracles import Frames, gone_at, median_under_censoring, oracle, valid, within
from tests.control_tower.span import ASKED


def _clock(said: Any) -> time:
    return said if isinstance(said, time) else time.fromisoformat(str(said))


class Calendars:
    """The business hours of every site with a calendar."""

    def __init__(self, f: Frames) -> None:
        self.shifts: dict[tuple[str, int], list[tuple[time, time]]] = {}
        for row in f["ref_calendar"].itertuples():
            spans = self.shifts.setdefault((row.calendar_code, int(row.weekday)), [])
            spans.append((_clock(row.opens), _clock(row.closes)))
        self.closed = {
            (row.calendar_code, pd.Timestamp(row.holiday_date).date()) for row in f["ref_holiday"].itertuples()
        }
        sites = f["core_site"].dropna(subset=["time_zone", "calendar_code"])
        self.site = {row.site_id: (row.calendar_code, ZoneInfo(row.time_zone)) for row in sites.itertuples()}

    def hours(self, site: Any, start: pd.Timestamp, end: pd.Timestamp) -> float:
        """Business hours of a site in [start, end], UTC; NaN where the site keeps no calendar or the end is first."""
        if site not in self.site or pd.isna(start) or pd.isna(end) or end < start:
            return float("nan")
        code, zone = self.site[site]
        first, last = (moment.to_pydatetime().replace(tzinfo=UTC) for moment in (start, end))
        total, day = 0.0, first.astimezone(zone).date() - timedelta(days=1)
        while day <= last.astimezone(zone).date():
            for opens, closes in self._spans(code, zone, day):
                total += max((min(last, closes) - max(first, opens)).total_seconds(), 0.0)
            day += timedelta(days=1)
        return total / 3600

    def _spans(self, code: str, zone: ZoneInfo, day: date) -> Iterator[tuple[datetime, datetime]]:
        if (code, day) in self.closed:
            return
        for opens, closes in self.shifts.get((code, day.isoweekday()), ()):
            until = day if closes > opens else day + timedelta(days=1)
            yield (
                datetime.combine(day, opens, zone).astimezone(UTC),
                datetime.combine(until, closes, zone).astimezone(UTC),
            )


def _median(f: Frames, rows: pd.DataFrame, observed: pd.Series) -> float:
    calendars = Calendars(f)
    lasted = pd.Series(
        [calendars.hours(*row) for row in rows[["site_id", "start", "end"]].itertuples(index=False)], index=rows.index
    )
    return median_under_censoring(lasted[lasted.notna()], observed[lasted.notna()])


@oracle("resolution_business_time")
def _(f: Frames) -> float:
    cohort = valid(f["mart_exception"])
    cohort = cohort[within(cohort["detected_at"])]
    end = cohort["resolved_at"].fillna(gone_at(cohort)).fillna(ASKED.clock(cohort))
    return _median(f, cohort.assign(start=cohort["detected_at"], end=end), cohort["resolved_at"].notna())


@oracle("approval_business_latency")
def _(f: Frames) -> float:
    asked = f["core_approval"][within(f["core_approval"]["submitted_at"])]
    sites = dict(zip(f["mart_exception"]["exception_id"], f["mart_exception"]["site_id"], strict=True))
    end = asked["decided_at"].fillna(ASKED.clock(asked))
    rows = asked.assign(site_id=asked["exception_id"].map(sites), start=asked["submitted_at"], end=end)
    return _median(f, rows, asked["decided_at"].notna())
