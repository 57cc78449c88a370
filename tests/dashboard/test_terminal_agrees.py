"""Do the terminal and the pages state the same rows and figures of the same build?"""

import base64
import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from cli import main
from control_tower import warehouse
from control_tower.settings import Settings
from dashboard import figures, theme
from tests.dashboard.conftest import Run
from tests.dashboard.test_prevention_page import Open, home, opened

__all__ = ["home", "opened"]  # fixtures: a build with a planted cause


def said_on(place: Path, *words_typed: str) -> Any:
    """The JSON document of `tower WORDS… --json` on the home at `place`."""
    out, code = io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.setenv("TOWER_HOME", str(place))
        patch.setattr("sys.argv", ["tower", *words_typed, "--json"])
        try:
            main.run()
        except SystemExit as end:
            code = int(end.code or 0)
    assert code == 0, out.getvalue()
    return json.loads(out.getvalue())


def drawn(app: Any, name: str) -> dict[str, Any]:
    """The first trace of the figure of this name as the browser gets it, its numbers unpacked."""
    found = [one.proto for one in app.get("plotly_chart") if f"figure_{name}_" in one.proto.id]
    assert len(found) == 1, f"{len(found)} figures {name}"
    return {key: _numbers(value) for key, value in json.loads(found[0].spec)["data"][0].items()}


def _numbers(value: Any) -> Any:
    packed = isinstance(value, dict) and "bdata" in value
    return np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"])) if packed else value


def table(app: Any, *columns: str) -> pd.DataFrame:
    """The first table that has these columns."""
    return next(one.value for one in app.dataframe if set(columns) <= set(one.value.columns))


PERIOD = {"since": "2026-02-01", "until": "2026-05-01"}


def test_root_causes_says_what_the_page_shows(opened: Open, home: Path) -> None:
    """RCA-01: the lines of the figure are the folded findings, the table holds every row behind them."""
    said = said_on(home, "root-cause", "--since", PERIOD["since"], "--until", PERIOD["until"], "--limit", "1000")[
        "root_cause"
    ]
    app = opened("root_causes", **PERIOD)
    marks = drawn(app, "findings")
    lines = said["findings"]
    assert len(lines) > 0
    assert marks["x"][::-1] == pytest.approx([1000 * row["difference"] for row in lines[:8]])
    tiles = {tile.label: tile.value for tile in app.metric}
    for label, verdict in (("Strong", "strong"), ("Watch", "watch")):
        assert tiles[label] == str(sum(row["verdict"] == verdict for row in lines))
    assert tiles["Compared"] == theme.count(said["looked_at"])
    shown = table(app, "verdict", "place", "counts")
    assert len(shown) == said["row_count"] == len(said["rows"])
    counts = [f"{row['failed']:,.0f} of {row['exposed']:,.0f}" for row in said["rows"]]
    assert sorted(shown["counts"]) == sorted(counts)
    assert sorted(shown["rate"]) == pytest.approx(sorted(round(1000 * row["rate"], 1) for row in said["rows"]))


def test_concentration_says_what_the_page_shows(opened: Open, home: Path) -> None:
    """RCA-01"""
    said = said_on(home, "root-cause", "--by", "site_id", "--since", PERIOD["since"], "--until", PERIOD["until"])
    bars = drawn(opened("root_causes", by="site_id", **PERIOD), "where_exceptions_are")
    rows = said["concentration"]["rows"][: len(bars["x"])]
    assert sorted(bars["x"]) == sorted(row["n"] for row in rows)


def test_cycle_time_says_what_the_page_shows(run: Run, homes: Callable[[str], Path]) -> None:
    said = said_on(homes("sample"), "cycle-time", "--by", "site_id")
    app = run("sample", "cycle_times", by="site_id")
    tiles = {tile.label: tile.value for tile in app.metric}
    assert tiles["Half resolved in"] == f"{said['median_hours']:.1f} h"
    assert tiles["Closed only: median"] == f"{said['closed_only_median_hours']:.1f} h"
    assert tiles["Ended without a fix"] == theme.percent(said["ended_otherwise_share"], 1)
    shown = table(app, "median_hours", "p90_hours").set_index("label")
    parts = {str(part["key"]).partition(":")[2]: part for part in said["by"] if part["key"]}
    assert len(shown) > 1
    medians = drawn(app, "medians")
    by_key = {part["key"]: part["median_hours"] for part in said["by"]}
    for key, hours in zip([one[0] for one in medians["customdata"]], medians["x"], strict=True):
        assert by_key[key] == pytest.approx(hours)
    assert sorted(shown["n"]) == sorted(part["n"] for part in parts.values() if part["n"] >= 30)


def test_aging_says_what_the_page_shows(run: Run, homes: Callable[[str], Path]) -> None:
    """EXE-02"""
    said = said_on(homes("sample"), "aging", "--by", "severity")
    app = run("sample", "aging", by="severity")
    tiles = {tile.label: tile.value for tile in app.metric}
    assert tiles["Open exceptions"] == theme.count(said["value"])
    shown = table(app, "open", "late").set_index("label")
    for part in said["by"]:
        row = shown.loc[theme.words(part["key"])] if theme.words(part["key"]) in shown.index else shown.loc[part["key"]]
        known = [bucket for bucket in part["buckets"] if bucket["bucket"]]
        assert row["open"] == sum(bucket["n"] for bucket in known)
        assert row["late"] == sum(bucket["late"] or 0 for bucket in known)


def test_every_figure_of_the_catalogue_is_what_the_terminal_says(run: Run, homes: Callable[[str], Path]) -> None:
    app = run("sample", "kpi_catalogue")
    for _ in figures.catalogue():
        rows = app.dataframe[0].value
        if not (rows["value"] == "…").any():
            break
        app.run()
    with warehouse.open_current(Settings(home=homes("sample"))).cursor() as cursor:
        currency = cursor.execute("SELECT reporting_currency FROM policy").fetchall()[0][0]
    until = "2026-03-15"
    said = {one["name"]: one for one in said_on(homes("sample"), "kpi", "--since", "2026-02-16", "--until", until)}
    titles = {one.title: name for name, one in figures.catalogue().items()}
    for row in rows.to_dict("records"):
        one = said[titles[row["title"]]]
        if row["value"] in ("–", "too few"):
            assert one["value"] is None or one["too_few"], row
        else:
            unit = figures.definition(one["name"]).unit
            assert row["value"] == theme.quantity(one["value"], unit, currency), row
            assert row["n"] == one["n"]
    assert (rows["value"] != "–").sum() > 20
