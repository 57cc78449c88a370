"""Which cases does the user want to mine? One hashable state, and its words in a URL.

Says which cases are wanted, in names of the trade. It must never hold SQL (kept_cases.py turns a cohort into bound
conditions) and never who the user is: rights narrow the filters from outside (`Cohort.limited_to`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final
from urllib.parse import unquote

from control_tower.filters import MAX_LENGTH, MAX_VALUES, Filters
from control_tower.filters import from_query_params as filters_from_query_params

STATES: Final = ("", "open", "ended")
DEFAULT_VIEW: Final = "exception"
#: word in the URL → field of Cohort; the words of the filters stand beside them and mean the same as on every page.
WORDS: Final[Mapping[str, str]] = {
    "view": "view",
    "variant": "variants",
    "through": "through",
    "avoiding": "avoiding",
    "follows": "followed_by",
    "not_follows": "not_followed_by",
    "min_seconds": "min_seconds",
    "max_seconds": "max_seconds",
    "cases": "state",
    "started_since": "since",
    "started_until": "until",
    "starts_with": "starts_with",
    "ends_with": "ends_with",
    "weekday": "weekdays",
}
_RULES: Final = ("followed_by", "not_followed_by")
_LISTS: Final = ("variants", "through", "avoiding", *_RULES, "starts_with", "ends_with", "weekdays")
_DIRECTLY: Final = "directly"


@dataclass(frozen=True, slots=True)
class FollowedBy:
    """A rule on one case: some `first` is followed by some `then`.

    `directly`: with nothing between them; else at any later step. `max_seconds`: at most so long after it; None = ever.
    """

    first: str
    then: str
    max_seconds: int | None = None
    directly: bool = False

    def __post_init__(self) -> None:
        """Refuse a time below zero and names no log has."""
        _require_names("follows", (self.first, self.then))
        if self.max_seconds is not None and self.max_seconds < 0:
            raise ValueError(f"follows takes 0 seconds or more, not {self.max_seconds}")

    def to_word(self) -> str:
        """`first>then>seconds>directly`; what is left out at the end is not said. Inverse of `from_word`."""
        parts = [_escaped(self.first), _escaped(self.then), "" if self.max_seconds is None else str(self.max_seconds)]
        return ">".join([*parts, _DIRECTLY] if self.directly else parts).rstrip(">")

    @classmethod
    def from_word(cls, word: str) -> "FollowedBy":
        """Read a rule back. Raises ValueError for anything else."""
        parts = word.split(">")
        if not 2 <= len(parts) <= 4 or (len(parts) == 4 and parts[3] != _DIRECTLY):
            raise ValueError(f"'{word[:60]}' is no rule; write first>then, first>then>seconds or first>then>>directly")
        seconds = _whole(parts[2]) if len(parts) > 2 and parts[2] else None
        return cls(unquote(parts[0]), unquote(parts[1]), seconds, len(parts) == 4)


@dataclass(frozen=True, slots=True)
class Cohort:
    """One state of mining: the cases of `view` that satisfy all of it, each with all its events (ruling 15).

    `filters` speak of exceptions; in other views of the exceptions a case belongs to, unless the object has the
    attribute itself. `variants`, `starts_with`, `ends_with` are alternatives; every activity of `through` must come,
    none of `avoiding` may, every rule of `followed_by` must hold and none of `not_followed_by` may. `min_seconds` and `max_seconds` bound the time from
    first to last event. `since` and `until` are days of the first event, `until` included, `weekdays` its ISO weekdays
    (1 = Monday). Hashable: part of cache keys.

    Raises: ValueError for values that could not have come from the pages.
    """

    view: str = DEFAULT_VIEW
    filters: Filters = field(default_factory=Filters)
    variants: tuple[int, ...] = ()
    through: tuple[str, ...] = ()
    avoiding: tuple[str, ...] = ()
    followed_by: tuple[FollowedBy, ...] = ()
    not_followed_by: tuple[FollowedBy, ...] = ()
    min_seconds: int | None = None
    max_seconds: int | None = None
    state: str = ""
    since: date | None = None
    until: date | None = None
    starts_with: tuple[str, ...] = ()
    ends_with: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what could not have come from the pages."""
        _require_names("view", (self.view,))
        for name in _LISTS:
            _require_few(name, getattr(self, name))
        for name in ("through", "avoiding", "starts_with", "ends_with"):
            _require_names(name, getattr(self, name))
        if self.state not in STATES:
            raise ValueError(f"cases '{self.state[:40]}' is unknown; use one of {', '.join(STATES[1:])}")
        if not set(self.weekdays) <= set(range(1, 8)):
            raise ValueError("weekday takes 1 (Monday) to 7 (Sunday)")
        _require_order("duration", self.min_seconds, self.max_seconds)
        _require_order("period", self.since, self.until)

    @property
    def is_whole_view(self) -> bool:
        """Whether every case of the view is kept."""
        return self == Cohort(view=self.view)

    def limited_to(self, sites: tuple[str, ...] | None) -> "Cohort":
        """The same state narrowed to the sites a user may see; None = all sites."""
        return replace(self, filters=self.filters.limited_to(sites))

    def to_query_params(self) -> dict[str, list[str]]:
        """The state in the words of a URL, the filters' words included. Inverse of `from_query_params`."""
        words = dict(self.filters.to_query_params())
        for word, name in WORDS.items():
            value = getattr(self, name)
            if name in _RULES:
                given = [rule.to_word() for rule in value]
            elif isinstance(value, tuple):
                given = [str(one) for one in value]
            else:
                given = [] if value in ("", None) or (name == "view" and value == DEFAULT_VIEW) else [str(value)]
            if given:
                words[word] = given
        return words


def from_query_params(params: Mapping[str, Sequence[str]]) -> tuple[Cohort, list[str]]:
    """Read a cohort from a URL: what is valid of it, and one sentence per part that was refused. Never raises."""
    filters, refused = filters_from_query_params(params)
    cohort = Cohort(filters=filters)
    for word, name in WORDS.items():
        given = [str(value) for value in params.get(word, ())]
        if not given:
            continue
        try:
            changed: dict[str, Any] = {name: _parsed(name, given)}
            cohort = replace(cohort, **changed)
        except ValueError as error:
            refused.append(f"The link's '{word}' was ignored: {error}.")
    return cohort, refused


def _parsed(name: str, given: list[str]) -> Any:
    readers: dict[str, Callable[[str], Any]] = {
        "variants": _whole,
        "weekdays": _whole,
        **dict.fromkeys(_RULES, FollowedBy.from_word),
    }
    if name in _LISTS:
        return tuple(dict.fromkeys(readers.get(name, str)(value) for value in given))
    if name in ("min_seconds", "max_seconds"):
        return _whole(given[-1])
    if name in ("since", "until"):
        try:
            return date.fromisoformat(given[-1])
        except ValueError:
            raise ValueError(f"'{given[-1][:40]}' is no date; write YYYY-MM-DD") from None
    return given[-1]


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise ValueError(f"'{text[:40]}' is no whole number of at most ten digits")
    return int(text)


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace(">", "%3E")


def _require_few(name: str, values: tuple[Any, ...]) -> None:
    if len(values) > MAX_VALUES:
        raise ValueError(f"{name} takes at most {MAX_VALUES} values, not {len(values)}")


def _require_names(name: str, values: tuple[str, ...]) -> None:
    if any(not 0 < len(value) <= MAX_LENGTH for value in values):
        raise ValueError(f"{name} takes names of 1 to {MAX_LENGTH} characters")


def _require_order(name: str, low: Any, high: Any) -> None:
    if isinstance(low, int) and low < 0:
        raise ValueError(f"the {name} starts below zero ({low})")
    if low is not None and high is not None and low > high:
        raise ValueError(f"the {name} ends ({high}) before it starts ({low}); swap the two")
