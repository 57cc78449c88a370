"""How should it go? The processes as intended, and which of them speak of which cases.

Shipped in `reference/`; a user's own in `$TOWER_HOME/reference/` come first (its README says how). Never says how well
a case fits: that is `conformance`'s.
"""

import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from control_tower.errors import DefinitionError
from control_tower.filters import Filters
from control_tower.settings import Settings
from control_tower.warehouse import Build
from process_mining import bpmn, petri_net
from process_mining.cohort import Cohort
from process_mining.kept_cases import kept_cases, views

SHIPPED: Final = Path(__file__).with_name("reference")
_LIST: Final = "processes.toml"
_WORDS: Final = {"category": "category", "type": "type_code", "source": "source_system", "site": "site_id"}
#: a process speaks of a log when it knows the activity of at least this share of the cases' events.
KNOWN_SHARE: Final = 0.5


@dataclass(frozen=True)
class ReferenceProcess:
    """One intended process: its name (the file's stem), the view it is of and the cases it is meant for."""

    name: str
    view: str
    filters: Filters
    path: Path

    @cached_property
    def process(self) -> bpmn.Process:
        """As drawn. Raises DefinitionError for a file that cannot be read."""
        return bpmn.read(self.path)

    @cached_property
    def net(self) -> petri_net.PetriNet:
        """As a net that alignments run on."""
        return petri_net.of_process(self.process)

    def cohort(self, asked: Cohort) -> Cohort:
        """The cases asked for, as far as the process is meant for them."""
        filters = asked.filters
        for name in _WORDS.values():
            if meant := getattr(self.filters, name):
                given = getattr(filters, name)
                both = [value for value in meant if value in given] if given else meant
                filters = filters.with_values(name, both or ("(none that is asked for)",))
        return replace(asked, view=self.view, filters=filters)


@dataclass(frozen=True, slots=True)
class Applicable:
    """A process beside the cases it is meant for: how many there are and how much of what happened it knows (0–1)."""

    reference: ReferenceProcess
    cases: int
    known_share: float


def processes(settings: Settings) -> list[ReferenceProcess]:
    """Every process of the list, a user's own file before ours. Raises DefinitionError for a wrong list."""
    own = settings.home / "reference"
    path = own / _LIST if (own / _LIST).is_file() else SHIPPED / _LIST
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: is no TOML ({error})") from error
    entries = listed.get("process")
    if not isinstance(entries, list) or set(listed) != {"process"}:
        raise DefinitionError(f"{path}: holds [[process]] entries and nothing else")
    return [_process(entry, path, own) for entry in entries]


def _process(entry: dict[str, Any], path: Path, own: Path) -> ReferenceProcess:
    unknown = set(entry) - {"file", "view", *_WORDS}
    file, view = entry.get("file"), entry.get("view")
    if unknown or not isinstance(file, str) or not isinstance(view, str):
        odd = f"unknown key {sorted(unknown)[0]!r}" if unknown else "file and view are needed"
        raise DefinitionError(f"{path}: {odd}; an entry has file, view and of {', '.join(_WORDS)} what narrows it")
    if Path(file).name != file or not file.endswith(".bpmn"):
        raise DefinitionError(f"{path}: {file!r} is no name of a .bpmn file in this folder")
    found = next((folder / file for folder in (own, SHIPPED) if (folder / file).is_file()), None)
    if found is None:
        raise DefinitionError(f"{path}: {file} is neither in {own} nor in {SHIPPED}")
    filters = Filters()
    try:
        for word, name in _WORDS.items():
            given = entry.get(word, [])
            filters = filters.with_values(name, [given] if isinstance(given, str) else given)
    except (ValueError, TypeError) as error:
        raise DefinitionError(f"{path}: {file}: {error}") from error
    return ReferenceProcess(found.stem, view, filters, found)


def applicable(build: Build, settings: Settings, asked: Cohort) -> list[Applicable]:
    """The processes that speak of cases asked for, those with most cases first; other views than the asked too.

    A process whose activities the log hardly knows is left out: measuring against it would say nothing.
    """
    held, found = views(build), list[Applicable]()
    for reference in processes(settings):
        if reference.view not in held:
            continue
        cases, share = _known(
            build, reference, asked if asked.view == reference.view else Cohort(filters=asked.filters)
        )
        if cases and share >= KNOWN_SHARE:
            found.append(Applicable(reference, cases, share))
    return sorted(found, key=lambda one: (one.reference.view != asked.view, -one.cases, one.reference.name))


def _known(build: Build, reference: ReferenceProcess, asked: Cohort) -> tuple[int, float]:
    """Cases and the share of their events whose activity the process has, from variants alone."""
    kept = kept_cases(build, reference.cohort(asked))
    values = {**kept.values, "known": sorted(reference.net.activities)}
    with build.cursor() as cursor:
        cases, events, known = cursor.execute(
            "WITH counted AS (SELECT c.variant_no, count(*) AS cases FROM mart_case AS c "
            f"WHERE {kept.condition} GROUP BY c.variant_no), "
            "named AS (SELECT list(activity_no) AS nos FROM mart_activity WHERE view = $view AND "
            "list_contains($known, activity)) "
            "SELECT coalesce(sum(k.cases), 0), coalesce(sum(k.cases * v.step_count), 0), coalesce(sum(k.cases * "
            "len(list_filter(v.activity_nos, lambda no: list_contains(n.nos, no)))), 0) "
            "FROM counted AS k JOIN mart_variant AS v ON v.view = $view AND v.variant_no = k.variant_no "
            "CROSS JOIN named AS n",
            values,
        ).fetchall()[0]
    return int(cases), float(known) / float(events) if events else 0.0
