"""Which period does a figure speak of, and which one is it compared with? Pure dates; never reads data."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from control_tower.filters import Filters
from dashboard import theme

DEFAULT_DAYS = 28
CHOICES = {"7 days": 7, "4 weeks": 28, "13 weeks": 91, "26 weeks": 182}


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days [first, last], both included; compared with as many days before."""

    first: date
    last: date
    ends_today: bool
    """Whether it reaches the build's own "now", so that open rows can be listed."""

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1

    @property
    def bounds(self) -> dict[str, datetime]:
        """What the reads bind: since ≤ t < until, and the comparison's start."""
        since = datetime.combine(self.first, time.min)
        return {
            "since": since,
            "until": datetime.combine(self.last + timedelta(days=1), time.min),
            "before": since - timedelta(days=self.days),
        }

    @property
    def words(self) -> str:
        """The period for people: "16 Feb – 15 Mar 2026"."""
        start = f"{self.first.day} {self.first:%b}" + (
            "" if self.first.year == self.last.year else f" {self.first.year}"
        )
        return theme.day(self.last) if self.days == 1 else f"{start} – {theme.day(self.last)}"

    @property
    def before_words(self) -> str:
        """What it is compared with: "the 28 days before"."""
        return "the day before" if self.days == 1 else f"the {self.days} days before"


@dataclass(frozen=True, slots=True)
class Recent:
    """How much happened lately: rows in the last 28, 91 and 182 days, and the first day with any."""

    as_of: datetime | None
    rows_by_days: tuple[tuple[int, int], ...] = ()
    first: date | None = None
    enough: int = 0

    @property
    def today(self) -> date:
        """The build's own today."""
        return self.as_of.date() if self.as_of else date(1970, 1, 1)

    @property
    def default_first(self) -> date:
        """Where an unasked period starts: 28 days, or the shortest that holds enough rows, or everything."""
        for days, rows in self.rows_by_days:
            if rows >= self.enough:
                return self.today - timedelta(days=days - 1)
        return min(self.first, self.today) if self.first else self.today - timedelta(days=DEFAULT_DAYS - 1)


def of(filters: Filters, recent: Recent) -> Period:
    """The period that the filters ask for, or the default; never beyond the build's as-of."""
    last = min(filters.until or recent.today, recent.today)
    first = filters.since or (recent.default_first if last == recent.today else last - timedelta(days=DEFAULT_DAYS - 1))
    return Period(min(first, last), last, last == recent.today)


def asked_for(filters: Filters, recent: Recent) -> tuple[datetime, datetime] | None:
    """Since and until of the period that somebody asked for; None where nobody did."""
    bounds = of(filters, recent).bounds
    return (bounds["since"], bounds["until"]) if filters.since or filters.until else None


def last_days(days: int, as_of: datetime) -> tuple[date, date]:
    """The last so many days up to the build's as-of."""
    return as_of.date() - timedelta(days=days - 1), as_of.date()
