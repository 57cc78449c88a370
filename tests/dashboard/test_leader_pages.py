"""Do the leaders' pages state the figures of the KPI definitions, and say what they cannot know?"""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from control_tower import kpi, policy, warehouse
from control_tower.definitions import kpis
from control_tower.services import opening
from control_tower.services import policy as policies
from control_tower.services.request import Request
from control_tower.settings import Settings
from dashboard import answers, figures, theme
from dashboard.components import kpi_tile
from tests.dashboard import sample_build
from tests.dashboard.conftest import Run, words

UNTIL = datetime(2026, 3, 16)
PERIOD = kpi.Period(UNTIL - timedelta(days=28), UNTIL)


def _value(homes, name: str, kind: str = "sample", period: kpi.Period | None = PERIOD) -> kpi.KpiValue:
    with warehouse.open_current(Settings(home=homes(kind))).cursor() as cursor:
        return kpi.evaluate(cursor, kpis()[name], period)


def test_the_executive_tiles_state_the_kpis(run: Run, homes) -> None:
    """EXE-01, EXE-07: no tile computes a number of its own."""
    tiles = {tile.label: tile.value for tile in run("sample", "executive_overview").metric}
    assert tiles["SLA breach rate"] == theme.percent(_value(homes, "sla_breach_rate").value, 1)
    assert tiles["Half resolved in"] == theme.hours(_value(homes, "resolution_cycle_time").value)
    assert tiles["Value at risk"] == theme.money(_value(homes, "value_at_risk").value, "EUR")
    assert len(tiles) == 5


def test_without_orders_flow_leads_with_new_exceptions_and_never_with_zero(run: Run) -> None:
    labels = [tile.label for tile in run("sample", "executive_overview").metric]
    assert labels[0] == "New exceptions"


def test_a_target_says_whether_it_is_kept(run: Run) -> None:
    assert "✕ target ≤ 5.0 %" in words(run("sample", "executive_overview"))


def test_three_causes_say_how_much_each_holds(run: Run) -> None:
    said = words(run("sample", "executive_overview"))
    assert said.count("holds") >= 4  # the sentence and three causes


def test_a_filter_that_a_figure_does_not_know_is_said_in_words(run: Run) -> None:
    app = run("sample", "executive_overview", type="pick_variance")
    assert not app.exception
    assert "Integration failures cannot be split by type" in words(app)


def test_the_aging_page_says_how_long_the_backlog_lasts(run: Run, homes) -> None:
    """K59, Little: open ÷ ended per day."""
    build = warehouse.open_current(Settings(home=homes("sample")))
    row = build.read("aging_total", None, days=28).iloc[0]
    clear = next(tile for tile in run("sample", "aging").metric if tile.label == "Time to clear")
    assert clear.value == theme.hours(24 * row["open_count"] * 28 / row["ended_count"])


@pytest.mark.parametrize("by", ["severity", "owner_team_id", "site_id", "supplier_id", "type_code"])
def test_the_ages_of_every_holder_add_up_to_what_is_open(run: Run, homes, by: str) -> None:
    build = warehouse.open_current(Settings(home=homes("sample")))
    cells = build.read("aging_by", None, dimension=by)
    assert cells["n"].sum() == build.read("aging_total", None, days=28)["open_count"].iloc[0]
    assert not run("sample", "aging", by=by).exception


def test_nothing_open_is_a_designed_state_of_the_aging_page(run: Run) -> None:
    app = run("all_closed", "aging")
    assert "Nothing is open" in words(app)
    assert not app.metric


def test_the_cycle_times_page_shows_the_closed_only_figure_beside_the_other(run: Run, homes) -> None:
    """Ruling 5: Kaplan–Meier over all time, closed-only labelled, the competing outcome as a share."""
    tiles = {tile.label: tile.value for tile in run("sample", "cycle_times").metric}
    found = _value(homes, "resolution_cycle_time", period=None).figure
    assert found is not None
    assert found.cycle_time is not None
    assert tiles["Half resolved in"] == f"{found.cycle_time.median.value:.1f} h"
    assert tiles["Closed only: median"] == f"{found.cycle_time.closed_only_median:.1f} h"
    assert tiles["Ended without a fix"] == theme.percent(found.cycle_time.competing_share, 1)


def test_what_is_still_to_come_is_said_for_the_age_chosen(run: Run) -> None:
    assert "Already 6 days old" in words(run("sample", "cycle_times"))
    assert "Already 1 day old" in words(run("sample", "cycle_times", waited="24"))


def test_without_exposure_no_cause_is_named(run: Run) -> None:
    """The drawn build holds exceptions and no order that could have failed."""
    said = words(run("all_closed", "root_causes"))
    assert "No exposure known, so no cause can be named." in said
    assert "Five sites hold" in said


def test_the_integration_page_counts_attempts_and_dead_letters(run: Run, homes) -> None:
    """INT-01, INT-02."""
    app = run("sample", "integration_health")
    tiles = {tile.label: tile.value for tile in app.metric}
    assert tiles["Dead letters"] == theme.count(_value(homes, "dead_letter_depth").value)
    failures = _value(homes, "integration_failures_per_1000")
    assert f"{failures.value:.1f} of 1,000 attempts failed" in words(app)


def test_a_build_without_messages_says_so_and_how_they_come(run: Run) -> None:
    app = run("all_closed", "integration_health")
    assert "Not available: this build holds no integration messages." in words(app)
    assert not app.metric


def test_the_catalogue_lists_every_definition_with_its_value_or_why_not(run: Run) -> None:
    """GOV-06: a run computes for a moment only and shows what it has; the next ones go on."""
    app = run("sample", "kpi_catalogue")
    for _ in kpis():
        rows = app.dataframe[0].value
        if not (rows["value"] == "…").any():
            break
        app.run()
    assert len(rows) == len(kpis())
    assert not ((rows["value"] == "–") & ~rows["says"].str.startswith("Not available: ")).any()


def test_a_definition_shows_its_computed_lineage_and_its_rows(run: Run) -> None:
    """ING-11: from a number to its rows."""
    app = run("sample", "kpi_catalogue", kpi="sla_breach_rate")
    assert "mart_exception" in [text.value for text in app.text]
    assert any("exception_id" in frame.value.columns for frame in app.dataframe)


def test_a_missing_column_is_told_in_the_trades_words() -> None:
    one = kpis()["value_at_risk"]
    why = "mart_exception.value_at_risk_amount holds no value in this build"
    value = kpi.KpiValue(one.name, one.unit, PERIOD, "b", None, why)
    assert kpi_tile.reason(value, one) == "no exception states its value at risk."


def test_the_scope_of_a_user_is_part_of_every_figures_key(homes) -> None:
    """# fault 83: nobody is served a figure that was computed for somebody else's sites."""
    from control_tower.filters import Filters
    from dashboard import data, period

    recent = period.Recent(datetime(2026, 3, 15, 18, 30), ((28, 100),), None, 30)
    reader = data.Reader(str(homes("sample")), "build-sample")
    asked = period.of(Filters(), recent)
    everyone = figures.Figures(reader, Filters(), asked).now("new_exceptions")
    one_site = figures.Figures(replace(reader, scope=("acme:DC1",)), Filters(), asked).now("new_exceptions")
    again = figures.Figures(reader, Filters(site_id=("acme:DC1",)), asked).now("new_exceptions")
    assert one_site.value == again.value
    assert one_site.value < everyone.value


def test_a_tile_and_a_catalogue_row_state_target_and_baseline_of_the_policy_in_force(run: Run, tmp_path: Path) -> None:
    """EXE-01, EXE-08: a version that somebody drafted and somebody else activated, not the shipped file."""
    home = sample_build.write_home(tmp_path, rows=600, build_id="build-decided")
    then = datetime.now(UTC) - timedelta(hours=1)
    store = opening.open_store(Settings(home=home), clock=lambda: then)
    text = policy.SHIPPED.read_text(encoding="utf-8").replace(
        f'version = "{policy.load().version}"', 'version = "wave"', 1
    )
    text = text.replace(
        "[targets.sla_breach_rate]\ntarget = 0.05", "[targets.sla_breach_rate]\ntarget = 0.04\nbaseline = 0.9"
    )
    policies.draft(store, Request("admin", reason="before the wave"), text)
    policies.activate(store, Request("executive", reason="before the wave"), "wave", then)
    store.close()
    said = words(run(home, "executive_overview"))
    assert "target ≤ 4.0 %" in said
    assert re.search(r"baseline 90\.0 %, better by \d+\.\d points", said)
    app = run(home, "kpi_catalogue", kpi="sla_breach_rate")
    assert {"4.0 %", "90.0 %"} <= {text.value for text in app.text}
    stated = tomllib.loads(next(code.value for code in app.code if "[targets." in code.value))["targets"][
        "sla_breach_rate"
    ]
    now = next(tile.value for tile in run(home, "executive_overview").metric if tile.label == "SLA breach rate")
    assert (stated["target"], theme.percent(stated["baseline"], 1)) == (0.04, now), "what is captured is what is shown"


def test_the_aging_page_says_why_its_list_is_shorter_than_its_tile() -> None:
    """K10 counts at the build's clock, the list by each source's own (ruling 7): both are said; # fault 19."""
    row = {"open_count": 308, "stock_count": 313.0, "late_count": 2, "sla_known_count": 3, "due_next_count": 1,
           "due_known_count": 1, "open_value": None, "median_age_hours": 5.0, "oldest_hours": 9.0, "ended_count": 0,
           "arrived_count": 0}  # fmt: skip
    assert answers.aging(row, "EUR").startswith(
        "313 open (308 by their own sources' clocks, as listed below), 2 past SLA"
    )
    assert answers.aging(row | {"stock_count": 308.0}, "EUR").startswith("308 open, 2 past SLA")


def test_the_aging_sentence_states_the_number_of_its_tile(run: Run) -> None:
    app = run("sample", "aging")
    tile = next(tile.value for tile in app.metric if tile.label == "Open exceptions")
    assert f"{tile} open" in words(app)
