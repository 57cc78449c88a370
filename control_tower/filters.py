"""Which exceptions does the user want to see? One filter state, its words in a URL, and its allow-list.

This is the only place that says which columns of `mart_exception` a filter may touch. It must never hold
SQL (warehouse.py turns a state into bound conditions) and never who the user is: rights narrow a state
from outside (`limited_to`), they are not part of what a link can say.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Final

from control_tower.vocabulary import AgingBucket, ExceptionStatus, Severity

MAX_VALUES: Final = 50
MAX_LENGTH: Final = 200

#: field of Filters → (name in the URL, column of mart_exception): the allow-list of dimensions.
DIMENSIONS: Final[Mapping[str, tuple[str, str]]] = {
    "source_system": ("source", "source_system"),
    "category": ("category", "category"),
    "type_code": ("type", "type_code"),
    "severity": ("severity", "severity"),
    "status": ("status", "status"),
    "site_id": ("site", "site_id"),
    "supplier_id": ("supplier", "supplier_id"),
    "customer_id": ("customer", "customer_id"),
    "owner_team_id": ("team", "owner_team_id"),
    "channel": ("channel", "channel"),
}
#: word in the URL → bucket of K10, and the hours it spans: lower ≤ age < upper (None = no upper end).
AGING: Final[Mapping[str, tuple[AgingBucket, float, float | None]]] = {
    "0-4h": (AgingBucket.H4, 0.0, 4.0),
    "4-24h": (AgingBucket.H24, 4.0, 24.0),
    "1-3d": (AgingBucket.D3, 24.0, 72.0),
    "3-7d": (AgingBucket.D7, 72.0, 168.0),
    "7-14d": (AgingBucket.D14, 168.0, 336.0),
    "over-14d": (AgingBucket.OLDER, 336.0, None),
}
#: which instant the period speaks of → the columns that say it; the first known one counts.
BASES: Final[Mapping[str, tuple[str, ...]]] = {
    "detected": ("detected_at",),
    "resolved": ("resolved_at",),
    "due": ("sla_due_at", "ended_at", "as_of"),
    "ended": ("ended_at",),
}
STATES: Final = ("", "open", "past_sla", "ended")
#: columns in which the search box looks, each with contains(): no wildcards.
SEARCHED: Final = ("exception_id", "order_id", "type_title", "local_code", "note", "evidence")
#: what a missing value of a dimension is called in a link.
NOT_STATED: Final = "(not stated)"
#: the longest duration that can be asked for, hours.
LONGEST: Final = 1e6

_CLOSED_LISTS: Final[Mapping[str, frozenset[str]]] = {
    "severity": frozenset(Severity),
    "status": frozenset(ExceptionStatus),
    "aging": frozenset(AGING),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """One filter state: what a page shows is exactly the exceptions that satisfy all of it.

    Values of one dimension are alternatives, dimensions are all required; `NOT_STATED` stands for a
    missing value. `since` and `until` are days, `until` included, and speak of `basis`. `state` is
    "" (any), "open", "past_sla" or "ended". `lasted` keeps what K09 counts and lasted at least so many hours,
    resolved or not. Hashable, so it can be part of a cache key.

    Raises: ValueError for a value that no closed list knows, or too many or too long values.
    """

    source_system: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    type_code: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    site_id: tuple[str, ...] = ()
    supplier_id: tuple[str, ...] = ()
    customer_id: tuple[str, ...] = ()
    owner_team_id: tuple[str, ...] = ()
    channel: tuple[str, ...] = ()
    aging: tuple[str, ...] = ()
    state: str = ""
    since: date | None = None
    until: date | None = None
    basis: str = "detected"
    search: str = ""
    lasted: float | None = None

    def __post_init__(self) -> None:
        """Refuse what could not have come from the pages."""
        for name in (*DIMENSIONS, "aging"):
            _check_values(name, getattr(self, name))
        if self.state not in STATES:
            raise ValueError(f"state '{self.state[:40]}' is unknown; use one of {', '.join(STATES[1:])}")
        if self.basis not in BASES:
            raise ValueError(f"basis '{self.basis[:40]}' is unknown; use one of {', '.join(BASES)}")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"the period ends ({self.until}) before it starts ({self.since}); swap the two")
        if self.lasted is not None and not 0 <= self.lasted <= LONGEST:
            raise ValueError(f"lasted takes hours from 0 to {LONGEST:,.0f}")
        if self.search and not _is_plain(self.search):
            raise ValueError(f"search takes at most {MAX_LENGTH} characters and no control characters")

    def with_values(self, name: str, values: Iterable[str]) -> "Filters":
        """The same state with the values of one dimension (or of `aging`) replaced."""
        if name != "aging" and name not in DIMENSIONS:
            raise ValueError(f"'{name[:40]}' is no dimension; use one of {', '.join((*DIMENSIONS, 'aging'))}")
        changed: dict[str, Any] = {name: tuple(dict.fromkeys(values))}
        return replace(self, **changed)

    def without(self, name: str, value: str | None = None) -> "Filters":
        """The same state with one value of a dimension removed, or the whole of a field."""
        if name == "period":
            return replace(self, since=None, until=None, basis="detected")
        if value is not None and isinstance(getattr(self, name), tuple):
            return self.with_values(name, [held for held in getattr(self, name) if held != value])
        changed: dict[str, Any] = {name: Filters.__dataclass_fields__[name].default}
        return replace(self, **changed)

    def without_time(self) -> "Filters":
        """Dimensions and search only: for figures that bring their own period and their own idea of open."""
        return replace(self, state="", aging=(), lasted=None, since=None, until=None, basis="detected")

    def limited_to(self, sites: tuple[str, ...] | None) -> "Filters":
        """The same state narrowed to the sites a user may see; None = all sites.

        A state that asks only for sites outside the scope keeps the scope's and matches nothing of theirs.
        """
        if sites is None:
            return self
        asked = tuple(site for site in self.site_id if site in sites) if self.site_id else sites
        return replace(self, site_id=asked or ("(outside your scope)",))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filtered."""
        return self == Filters()

    def to_query_params(self) -> dict[str, list[str]]:
        """The state in the words of a URL; empty parts are left out. Inverse of `from_query_params`."""
        words: dict[str, list[str]] = {}
        for name, (word, _column) in DIMENSIONS.items():
            if getattr(self, name):
                words[word] = list(getattr(self, name))
        if self.aging:
            words["age"] = list(self.aging)
        if self.basis != "detected":
            words["basis"] = [self.basis]
        for word, value in (("state", self.state), ("since", self.since), ("until", self.until), ("q", self.search)):
            if value:
                words[word] = [str(value)]
        return words | ({} if self.lasted is None else {"lasted": [f"{self.lasted:.12g}"]})


URL_WORDS: Final = frozenset(
    {word for word, _ in DIMENSIONS.values()} | {"age", "basis", "lasted", "state", "since", "until", "q"}
)


def from_query_params(params: Mapping[str, Sequence[str]]) -> tuple[Filters, list[str]]:
    """Read a state from a URL: what is valid of it, and one sentence per part that was refused.

    Unknown words are not ours and are left alone. Never raises: a link is typed by anybody.
    """
    state, refused = Filters(), []
    for word, name in _parts_of_a_url():
        given = [str(value) for value in params.get(word, ())]
        if not given:
            continue
        try:
            state = replace(state, **{name: _parsed(name, given)})
        except ValueError as error:
            refused.append(f"The link's '{word}' was ignored: {error}.")
    return state, refused


def _parts_of_a_url() -> list[tuple[str, str]]:
    pairs = [(word, name) for name, (word, _column) in DIMENSIONS.items()]
    own = {"aging": "age", "search": "q"}
    return pairs + [(own.get(f.name, f.name), f.name) for f in fields(Filters) if f.name not in DIMENSIONS]


def _parsed(name: str, given: list[str]) -> Any:
    if name in DIMENSIONS or name == "aging":
        return tuple(dict.fromkeys(given))
    if name in ("since", "until"):
        try:
            return date.fromisoformat(given[-1])
        except ValueError:
            raise ValueError(f"'{given[-1][:40]}' is no date; write YYYY-MM-DD") from None
    if name == "lasted":
        try:
            return float(given[-1])
        except ValueError:
            raise ValueError(f"'{given[-1][:40]}' is no number of hours") from None
    return given[-1]


def _is_plain(text: str) -> bool:
    """Any script, any lookalike (fault 27 shows them), but nothing that steers a terminal or a log."""
    return 0 < len(text) <= MAX_LENGTH and all(unicodedata.category(char) not in ("Cc", "Cs") for char in text)


def _check_values(name: str, values: tuple[str, ...]) -> None:
    if len(values) > MAX_VALUES:
        raise ValueError(f"{name} takes at most {MAX_VALUES} values, not {len(values)}")
    allowed = _CLOSED_LISTS.get(name)
    for value in values:
        if not _is_plain(value):
            raise ValueError(f"{name} takes values of 1 to {MAX_LENGTH} characters and no control characters")
        if allowed is not None and value not in allowed:
            raise ValueError(f"{name} '{value[:40]}' is unknown; use one of {', '.join(sorted(allowed))}")
