"""When does a site work? Working time added to an instant, and between two, by local calendar, holidays and time zone.

Instants come and go as naive UTC, as a build stores them; opening hours are local, so a day with a change of the clock has
the opening hours it states. Never holds how many hours anything may take: the policy does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_YEARS = 5
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours by ISO weekday (1 Monday), closed days, and the zone they are local to."""

    zone: str
    hours: Mapping[int, Sequence[tuple[time, time]]]
    holidays: frozenset[date] = field(default_factory=frozenset)

    def spans(self, start: datetime) -> Iterator[Span]:
        """Working spans that end after `start`, in order, clipped to it; naive UTC."""
        zone = ZoneInfo(self.zone)
        day = start.replace(tzinfo=UTC).astimezone(zone).date()
        for _ in range(366 * _YEARS):
            if day not in self.holidays:
                for opens, closes in self.hours.get(day.isoweekday(), ()):
                    begin, end = _utc(day, opens, zone), _utc(day, closes, zone)
                    if end > start:
                        yield max(begin, start), end
            day += timedelta(days=1)


def add(calendar: Calendar, start: datetime, length: timedelta) -> datetime | None:
    """The instant at which so much working time has passed since `start`; None when the calendar never works so much.

    >>> office = Calendar("Europe/Paris", {day: [(time(8), time(18))] for day in range(1, 6)})
    >>> add(office, datetime(2026, 3, 13, 16), timedelta(hours=2))  # Friday 17:00 in Paris
    datetime.datetime(2026, 3, 16, 8, 0)
    """
    left = length
    for begin, end in calendar.spans(start):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return None


def between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """Working time from `start` to `end`; nothing when they are the other way round."""
    total = timedelta()
    for begin, finish in calendar.spans(start):
        if begin >= end:
            break
        total += min(finish, end) - begin
    return total


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """A local time as naive UTC; one that the clock skips or repeats is taken as the first reading of it."""
    return datetime.combine(day, at, zone).astimezone(UTC).replace(tzinfo=None)
