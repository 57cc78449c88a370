"""What does a definition file say? Reads `/* --- TOML --- */ SELECT …` into a KPI or an exception type.

The file's stem is the name. A header is checked here, key by key; the SELECT is only taken as text.
Never put here how a figure is computed (`kpi/`) or how an exception is detected (`etl`), and never run SQL.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from control_tower.errors import DefinitionError
from control_tower.vocabulary import Category, Severity

KPIS = Path(__file__).resolve().parent / "kpis"
EXCEPTION_TYPES = Path(__file__).resolve().parent / "exception_types"

Aggregate = Literal["sum", "mean", "median", "p90", "max", "ratio", "survival", "stock", "derived"]
Unit = Literal[
    "count", "percent", "per_1000", "ratio", "minutes", "hours", "days", "money", "money_days", "quantity", "points"
]
Sample = Literal["rows", "weight"]
#: how a derived figure is made of its rows, or of the definitions named by `of` (control_tower/kpi/derived.py).
Function = Literal[
    "stratified_difference", "stratified_total", "entropy", "spread", "top_share", "weekly_deviation", "weekly_slope",
    "weekly_change", "observed_to_expected", "calibration", "recovery", "expected_days",
    "sampled_recall",
]  # fmt: skip
StockFigure = Literal["sum", "mean", "median", "p90", "max", "ratio"]

_FILE = re.compile(r"\A\s*/\*\s*---[ \t]*\n(?P<header>.*?)\n---[ \t]*\*/\s*(?P<select>.*)\Z", re.DOTALL)
_NAME = re.compile(r"^[a-z][a-z0-9_]{0,62}$")

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
HeaderT = TypeVar("HeaderT", bound="_Header")
Relation = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _KpiHeader(_Header):
    number: Annotated[str, Field(pattern=r"^K\d{2}$")] | None = None
    title: Text
    question: Text
    formula: Text
    grain: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    aggregate: Aggregate
    unit: Unit
    better: Literal["lower", "higher"]
    owner: Text
    needs: list[Relation] = Field(min_length=1)
    sample: Sample = "rows"
    stock_figure: StockFigure | None = None
    once_per: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    note: Text | None = None
    function: Function | None = None
    of: list[Name] = Field(default_factory=list)
    part: Name | None = None
    parameters: list[Name] = Field(default_factory=list)
    instant_for: Name | None = None

    @model_validator(mode="after")
    def _a_function_belongs_to_a_derived_figure(self) -> "_KpiHeader":
        if (self.aggregate == "derived") != (self.function is not None):
            raise ValueError('function is for aggregate = "derived", which needs one')
        return self

    @model_validator(mode="after")
    def _stock_keys_belong_to_a_stock(self) -> "_KpiHeader":
        if self.aggregate != "stock" and (self.stock_figure or self.once_per or self.instant_for):
            raise ValueError('stock_figure, once_per and instant_for are for aggregate = "stock" only')
        return self


class _ExceptionTypeHeader(_Header):
    title: Text
    category: Text
    default_severity: Text
    owner_team: Text
    sla_hours: Annotated[float, Field(gt=0)]
    clears_when: Text
    suggested_actions: list[Text] = Field(min_length=1)
    identity: list[Annotated[str, Field(pattern=r"^[a-z_]+_id$")]] = Field(min_length=1)
    version: Annotated[int, Field(ge=1)]
    needs: list[Relation] = Field(min_length=1)

    @model_validator(mode="after")
    def _words_are_known(self) -> "_ExceptionTypeHeader":
        for key, words in (("category", Category), ("default_severity", Severity)):
            if getattr(self, key) not in list(words):
                raise ValueError(f"{key} {getattr(self, key)!r} is unknown; allowed: {', '.join(words)}")
        return self


@dataclass(frozen=True, slots=True)
class KpiDefinition:
    """One figure: a SELECT that scores rows, and what to do with the scores.

    `grain` names the rows (`exception` → column `exception_id`). `needs` lists `relation` (must hold
    rows) and `relation.column` (must hold a value). `sample` says what n counts: rows, or their weight
    where one row stands for many. `stock_figure` is the aggregate over the rows valid at an instant
    (sum unless said), `once_per` the column by which such a row's value is counted only once. `function` says
    how a derived figure is made, `part` which column names the parts it compares; `of` names the definitions
    it is made of, the first of which lends its SELECT when the file holds none. `parameters` are rows of
    `policy_parameter` without which there is no figure. `instant_for` is the one dimension that a stock's SELECT
    needs the instant for, where what it scores does not depend on it.
    """

    name: str
    number: str | None
    title: str
    question: str
    formula: str
    grain: str
    aggregate: Aggregate
    unit: Unit
    better: Literal["lower", "higher"]
    owner: str
    needs: tuple[str, ...]
    sample: Sample
    stock_figure: StockFigure
    once_per: str | None
    note: str | None
    select: str
    function: Function | None = None
    of: tuple[str, ...] = ()
    part: str | None = None
    parameters: tuple[str, ...] = ()
    instant_for: str | None = None
    made_of: "tuple[KpiDefinition, ...]" = ()
    """The definitions that `of` names."""


@dataclass(frozen=True, slots=True)
class ExceptionTypeDefinition:
    """One exception type that we detect: a SELECT of intervals (ruling 4), and how to treat what it finds.

    `name` is the type_code. `sla_hours` is elapsed time to resolve. `clears_when` says in words what
    ends the interval. `version` goes up whenever the SELECT's meaning changes.
    """

    name: str
    title: str
    category: str
    default_severity: str
    owner_team: str
    sla_hours: float
    clears_when: str
    suggested_actions: tuple[str, ...]
    identity: tuple[str, ...]
    """Id columns of the SELECT that, with the anchor event, say which exception it is (ruling 4)."""
    version: int
    needs: tuple[str, ...]
    select: str


def read_kpi(path: Path) -> KpiDefinition:
    """Read one file of `kpis/`. Raises DefinitionError naming file, key and what is allowed."""
    return _kpi(path, _text(path), lambda name: read_kpi(path.with_name(f"{name}.sql")))


def kpi_as_kept(name: str, texts: Mapping[str, str]) -> KpiDefinition:
    """One KPI from the texts of its time, as a build keeps them (name → text of the file). Raises DefinitionError."""
    if name not in texts:
        raise DefinitionError(f"no definition {name!r} is kept")
    return _kpi(Path(f"{name}.sql"), texts[name], lambda other: kpi_as_kept(other, texts))


def _kpi(path: Path, content: str, sibling: Callable[[str], KpiDefinition]) -> KpiDefinition:
    table, text = _header_and_text(path, content)
    header = _checked(path, _KpiHeader, table)
    made_of = tuple(sibling(name) for name in header.of)
    select = made_of[0].select if made_of and not text.strip() else _one_select(path, text)
    values = header.model_dump() | {name: tuple(getattr(header, name)) for name in ("needs", "of", "parameters")}
    values |= {"stock_figure": header.stock_figure or "sum", "made_of": made_of}
    return KpiDefinition(name=path.stem, select=select, **values)


def read_exception_type(path: Path) -> ExceptionTypeDefinition:
    """Read one file of `exception_types/`. Raises DefinitionError naming file, key and what is allowed."""
    table, select = header_and_select(path)
    header = _checked(path, _ExceptionTypeHeader, table)
    values = header.model_dump() | {
        "needs": tuple(header.needs),
        "suggested_actions": tuple(header.suggested_actions),
        "identity": tuple(header.identity),
    }
    return ExceptionTypeDefinition(name=path.stem, select=select, **values)


def kpis(folder: Path = KPIS) -> dict[str, KpiDefinition]:
    """Every KPI of a folder by name, sorted. Raises DefinitionError for the first malformed file."""
    return dict(_shipped()) if folder == KPIS else _read_all(folder)


@cache
def _shipped() -> Mapping[str, KpiDefinition]:
    """The product's own, read once: they are part of the code."""
    return _read_all(KPIS)


def _read_all(folder: Path) -> dict[str, KpiDefinition]:
    return {path.stem: read_kpi(path) for path in sorted(folder.glob("*.sql"))}


def exception_types(folder: Path = EXCEPTION_TYPES) -> dict[str, ExceptionTypeDefinition]:
    """Every detected exception type of a folder by code, sorted. Raises DefinitionError as above."""
    return {path.stem: read_exception_type(path) for path in sorted(folder.glob("*.sql"))}


def kpi(name: str) -> KpiDefinition:
    """One KPI by name. Raises DefinitionError that lists the names there are."""
    known = kpis()
    if name not in known:
        raise DefinitionError(f"there is no KPI {name!r}; known: {', '.join(known)}")
    return known[name]


def header_and_select(path: Path) -> tuple[dict[str, Any], str]:
    """The TOML header and the SELECT of a definition file. Raises DefinitionError naming the file."""
    table, text = _header_and_text(path, _text(path))
    return table, _one_select(path, text)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path}: cannot be read: {error}") from error


def _header_and_text(path: Path, content: str) -> tuple[dict[str, Any], str]:
    if not _NAME.match(path.stem):
        raise DefinitionError(f"{path}: the file's name must be lower_case words joined by _, as it names the figure")
    match = _FILE.match(content)
    if match is None:
        raise DefinitionError(f"{path}: must begin with a header /* --- … --- */ in TOML, then one SELECT")
    try:
        table = tomllib.loads(match["header"])
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{path}: the header is not TOML: {error}") from error
    return table, match["select"]


def _one_select(path: Path, text: str) -> str:
    select = text.strip().removesuffix(";").rstrip()
    without_comments = re.sub(r"--[^\n]*|/\*.*?\*/", "", select, flags=re.DOTALL).strip()
    if not re.match(r"(?i)(select|with)\b", without_comments):
        raise DefinitionError(f"{path}: after the header there must be one SELECT (or WITH … SELECT)")
    if ";" in re.sub(r"'[^']*'", "", without_comments):
        raise DefinitionError(f"{path}: holds more than one statement; one file is one SELECT")
    return select


def _checked(path: Path, header: type[HeaderT], table: dict[str, Any]) -> HeaderT:
    try:
        return header.model_validate(table)
    except ValidationError as error:
        sentences = [_sentence(header, dict(problem)) for problem in error.errors()]
        raise DefinitionError(f"{path}: {'; '.join(sentences)}") from error


def _sentence(header: type[_Header], problem: dict[str, Any]) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    allowed = ", ".join(header.model_fields)
    if problem["type"] == "extra_forbidden":
        return f"unknown key {key}; allowed: {allowed}"
    if problem["type"] == "missing":
        return f"key {key} is missing; a header has: {allowed}"
    if not key:
        return str(problem["msg"]).removeprefix("Value error, ")
    return f"key {key}: {problem['msg']}, found {problem['input']!r}"
