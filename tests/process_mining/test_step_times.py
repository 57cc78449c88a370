"""Are the curve after a step, the times on a path and the sample for the replay what other programs count?"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from control_tower import warehouse
from control_tower.settings import Settings
from process_mining import replay, step_times
from process_mining.cohort import Cohort
from tests.dashboard import sample_build


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> warehouse.Build:
    home: Path = sample_build.write_home(tmp_path_factory.mktemp("times"), rows=900, build_id="build-times")
    return warehouse.open_current(Settings(home=home))


@pytest.fixture(scope="module")
def steps(build: warehouse.Build) -> pd.DataFrame:
    with build.cursor() as cursor:
        return cursor.execute(
            "SELECT s.case_no, s.step_no, a.activity, b.activity AS following, s.timestamp, s.gap_seconds, c.is_open, "
            "c.case_id, k.as_of FROM mart_event_step s JOIN mart_activity a USING (view, activity_no) "
            "LEFT JOIN mart_activity b ON b.view = s.view AND b.activity_no = s.next_activity_no "
            "JOIN mart_case c USING (view, case_no) JOIN source_clock k USING (source_system) ORDER BY 1, 2"
        ).df()


@pytest.mark.parametrize("activity", ["Detect", "Investigate", "Ask for information"])
def test_the_curve_after_a_step_is_the_one_of_lifelines(build, steps, activity: str) -> None:
    """Ruling 15: open cases count until their source's clock, the last step of an ended case begins no stay."""
    here = steps[(steps["activity"] == activity) & (steps["following"].notna() | steps["is_open"])]
    waited = (here["as_of"] - here["timestamp"]).dt.total_seconds().clip(lower=0)
    seconds = here["gap_seconds"].astype(float).fillna(np.floor(waited))
    fitted = KaplanMeierFitter().fit(seconds, here["following"].notna())
    found = step_times.stay_curve(build, Cohort(), activity)
    assert (here["following"].isna()).any() == (activity == "Investigate")
    assert len(found) > 20
    expected = fitted.survival_function_at_times(found["seconds"]).to_numpy()
    assert np.allclose(found["waiting"], expected, atol=1e-9)
    band = fitted.confidence_interval_survival_function_.loc[found["seconds"]].to_numpy()
    inside = (expected > 0) & (expected < 1)
    assert np.allclose(found.loc[inside, ["low", "high"]], band[inside], atol=1e-6)


def test_the_times_on_a_path_are_counted_once_each_into_their_bin(build, steps) -> None:
    taken = steps[(steps["activity"] == "Detect") & (steps["following"] == "Assign to team")]["gap_seconds"].astype(
        float
    )
    found = step_times.gaps(build, Cohort(), "Detect", "Assign to team")
    edges = np.append(found["low_seconds"], found["high_seconds"].iloc[-1])
    assert found["events"].sum() == len(taken) > 100
    for row in found.itertuples():
        assert row.events == ((taken >= row.low_seconds - 1e-6) & (taken < row.high_seconds - 1e-6)).sum()
    assert (np.diff(edges) > 0).all()


def test_a_path_nobody_took_has_no_times(build) -> None:
    assert step_times.gaps(build, Cohort(), "Close", "Detect").empty
    assert step_times.stay_curve(build, Cohort(), "no such step").empty


def test_a_sample_is_whole_cases_of_the_cohort_and_the_same_each_time(build, steps) -> None:
    cohort = Cohort(through=("Receive answer",))
    found = replay.traces(build, cohort, 40)
    assert found == replay.traces(build, cohort, 40)
    assert len(found) == 40
    by_case = dict(iter(steps.groupby("case_id")))
    for case_id, walked in found:
        rows = by_case[case_id]
        assert [name for name, _ in walked] == list(rows["activity"])
        assert [at for _, at in walked] == pytest.approx(
            [moment.timestamp() for moment in rows["timestamp"].dt.tz_localize("UTC")]
        )
        assert "Receive answer" in set(rows["activity"])


def test_a_sample_never_exceeds_what_a_browser_moves(build) -> None:
    assert len(replay.traces(build, Cohort(), 100_000)) == replay.MOST_TRACES
