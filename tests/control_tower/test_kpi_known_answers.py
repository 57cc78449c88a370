"""Do the time figures agree with a real incident log whose answers were computed independently?"""

import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.utils import qth_survival_times

from control_tower import kpi
from control_tower.definitions import kpis

pytestmark = pytest.mark.filterwarnings("ignore::lifelines.exceptions.ApproximationWarning")

KPIS = kpis()


@pytest.fixture(scope="module")
def incidents(shared_data: Path) -> pd.DataFrame:
    """One row per incident: the last row of the log, times parsed day first, `?` as unknown."""
    path = shared_data / "servicenow_incidents" / "incident_event_log.zip"
    wanted = ["number", "opened_at", "resolved_at", "closed_at", "sys_updated_at", "location", "made_sla"]
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as file:
        log = pd.read_csv(file, na_values="?", dtype="str", usecols=wanted)
    for name in ("opened_at", "resolved_at", "closed_at", "sys_updated_at"):
        log[name] = pd.to_datetime(log[name], format="%d/%m/%Y %H:%M")
    return log.groupby("number").last().reset_index().assign(newest=log["sys_updated_at"].max())


@pytest.fixture
def filled(incidents: pd.DataFrame, new_build: Any) -> Any:
    build = new_build(incidents["newest"].iloc[0].to_pydatetime())
    build.connection.register("incident", incidents)
    build.connection.execute("""
        INSERT INTO mart_exception (
            exception_id, source_system, type_code, type_title, category, severity, status, site_id, recurrence_key,
            detected_at, resolved_at, closed_at, ended_at, reopen_count, paused_seconds, sla_breached, sla_basis,
            is_open, resolution_hours, is_time_suspect, as_of)
        SELECT 'sn:' || number, 'servicenow', 'incident', 'Incident', 'service', 'standard', 'closed', location, number,
            opened_at, resolved_at, closed_at, least(resolved_at, closed_at), 0, 0, made_sla = 'false', 'source_flag',
            false, (epoch(resolved_at) - epoch(opened_at)) / 3600.0, false, newest
        FROM incident
    """)
    return build.connection


def test_the_known_hours_to_resolution_come_out(filled: Any) -> None:
    mean = kpi.evaluate(filled, KPIS["mean_time_to_resolution"])
    assert mean.value == pytest.approx(178.17, abs=0.005)
    assert (mean.numerator is not None, mean.denominator, mean.n) == (True, 23_362, 23_362)
    assert kpi.evaluate(filled, KPIS["median_time_to_resolution"]).value == pytest.approx(22.1, abs=0.05)


def test_every_incident_is_new_once_none_is_open_and_1556_were_never_resolved(filled: Any) -> None:
    assert kpi.evaluate(filled, KPIS["new_exceptions"]).value == 24_918
    assert kpi.evaluate(filled, KPIS["resolved_exceptions"]).value == 23_362
    assert kpi.evaluate(filled, KPIS["open_exceptions"]).value == 0


def test_the_flag_alone_gives_the_breach_rate(filled: Any) -> None:
    found = kpi.evaluate(filled, KPIS["sla_breach_rate"])
    assert (found.numerator, found.denominator) == (9_115, 24_918)
    assert [part.key for part in kpi.breakdown(filled, KPIS["sla_breach_rate"], None, None, "sla_basis")] == [
        "source_flag"
    ]


def test_the_five_largest_sites_come_out(filled: Any) -> None:
    parts = kpi.breakdown(filled, KPIS["new_exceptions"], None, None, "site_id")
    assert [(part.key, part.figure.value) for part in parts[:5]] == [
        ("Location 204", 5_554), ("Location 161", 4_002), ("Location 143", 3_276), ("Location 108", 2_140),
        ("Location 93", 1_934),
    ]  # fmt: skip


def test_the_cycle_time_equals_the_oracle_and_exceeds_the_median_of_resolved_ones(
    filled: Any, incidents: pd.DataFrame
) -> None:
    found = kpi.evaluate(filled, KPIS["resolution_cycle_time"])
    assert found.figure is not None
    time = found.figure.cycle_time
    assert time is not None
    assert (time.n, time.observed, time.competing, time.open) == (24_918, 23_362, 1_556, 0)
    resolved = incidents["resolved_at"].notna()
    end = incidents["resolved_at"].fillna(incidents["closed_at"])
    hours = (end - incidents["opened_at"]).dt.total_seconds() / 3600
    fitted = KaplanMeierFitter().fit(hours, resolved)
    for quantile, remaining in ((time.median, 0.5), (time.p75, 0.25), (time.p90, 0.1)):
        band = sorted(qth_survival_times(remaining, fitted.confidence_interval_).to_numpy().ravel().tolist())
        assert [quantile.value, quantile.low, quantile.high] == pytest.approx([fitted.percentile(remaining), *band])
    assert (time.median.value or 0) > 22.1


def test_without_open_incidents_the_share_that_ended_otherwise_is_a_plain_share(filled: Any) -> None:
    found = kpi.evaluate(filled, KPIS["resolution_cycle_time"])
    assert found.figure is not None
    assert found.figure.cycle_time is not None
    assert found.figure.cycle_time.competing_share == pytest.approx(1_556 / 24_918)
