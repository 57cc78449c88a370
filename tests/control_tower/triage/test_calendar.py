"""Does working time pass as a person with a wall calendar would count it?"""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from control_tower.triage.calendar import Calendar, add, between

OFFICE = {day: [(time(8), time(18))] for day in range(1, 6)}
PARIS = Calendar("Europe/Paris", OFFICE, frozenset({date(2026, 5, 1)}))
SPLIT = Calendar("Europe/Madrid", {day: [(time(8, 30), time(12)), (time(13), time(17))] for day in range(1, 6)})
NIGHT = Calendar("Europe/London", {day: [(time(0), time(23, 59, 59))] for day in range(1, 8)})


def by_the_minute(calendar: Calendar, start: datetime, minutes: int) -> datetime:
    """The slow way: walk minute by minute and count those in which somebody works."""
    zone, at = ZoneInfo(calendar.zone), start
    while minutes:
        local = at.replace(tzinfo=UTC).astimezone(zone)
        opened = calendar.hours.get(local.isoweekday(), ()) if local.date() not in calendar.holidays else ()
        minutes -= any(opens <= local.time() < closes for opens, closes in opened)
        at += timedelta(minutes=1)
    return at


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-03-11T08:00", 4, "2026-03-11T12:00"),  # a Wednesday in winter: 09:00 to 13:00 in Paris
        ("2026-03-13T16:00", 2, "2026-03-16T08:00"),  # Friday 17:00: one hour is left, the other is Monday's first
        (
            "2026-03-27T16:00",
            2,
            "2026-03-30T07:00",
        ),  # the same over the change to summer time: Monday 09:00 is 07:00 UTC
        ("2026-10-23T15:00", 2, "2026-10-26T08:00"),  # and back: Monday 09:00 is 08:00 UTC
        ("2026-04-30T15:00", 2, "2026-05-04T07:00"),  # Thursday 17:00, then a holiday, a weekend, Monday 09:00
        ("2026-03-14T12:00", 1, "2026-03-16T08:00"),  # found on a Saturday: the clock starts on Monday
        ("2026-03-11T03:00", 10, "2026-03-11T17:00"),  # a whole day ends when it closes, not when the next one opens
    ],
)
def test_a_due_time_is_where_a_wall_calendar_puts_it(start: str, hours: float, due: str) -> None:
    assert add(PARIS, datetime.fromisoformat(start), timedelta(hours=hours)) == datetime.fromisoformat(due)


@pytest.mark.parametrize("calendar", [PARIS, SPLIT], ids=["office", "split day"])
def test_working_time_equals_the_count_of_working_minutes(calendar: Calendar) -> None:
    chance = Random(7)
    for _ in range(12):
        first = datetime(2026, 3, 1) if chance.random() < 0.5 else datetime(2026, 10, 15)
        start = first + timedelta(minutes=chance.randrange(40 * 1440))
        minutes = chance.randrange(1, 1_800)
        due = add(calendar, start, timedelta(minutes=minutes))
        assert due == by_the_minute(calendar, start, minutes)
        assert between(calendar, start, due) == timedelta(minutes=minutes)


def test_no_working_time_passes_backwards_or_on_a_calendar_that_never_opens() -> None:
    start = datetime(2026, 3, 11, 9)
    assert between(PARIS, start, start - timedelta(days=3)) == timedelta()
    assert add(Calendar("Europe/Paris", {}), start, timedelta(hours=1)) is None
    assert add(NIGHT, datetime(2026, 3, 28, 22), timedelta(hours=4)) == datetime(2026, 3, 29, 2, 0, 1)
