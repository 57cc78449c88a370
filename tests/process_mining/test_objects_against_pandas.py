"""Does the object-centric view count what a plain recount in pandas counts, where events share objects of three types (PM-09)?"""

import random

import pandas as pd
import pytest

from control_tower import warehouse
from process_mining import object_centric
from process_mining.cohort import Cohort
from tests.process_mining import small_home

KINDS = {"order": 12, "item": 25, "truck": 4}


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    """Event, hour, activity, type and object: many events with several objects of a type, many at the same hour."""
    draw, rows = random.Random(5), list[tuple]()
    for number in range(150):
        hour, activity = number // 3, draw.choice("ABCD")
        for kind, many in KINDS.items():
            taking = draw.choice((0, 1)) if kind == "order" else draw.choice((0, 1, 1, 2))
            held = draw.sample(range(many), taking)
            rows += [(f"e{number:03}", number, hour, activity, kind, f"{kind}{one}") for one in held]
    return pd.DataFrame(rows, columns=["event", "no", "hour", "activity", "kind", "held"])


@pytest.fixture(scope="module")
def build(pairs: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> warehouse.Build:
    once = pairs.drop_duplicates("event")
    happened = [
        {"event_id": e, "event_no": n, "activity": a, "timestamp": small_home.START + pd.Timedelta(hours=h)}
        for e, n, a, h in zip(once["event"], once["no"], once["activity"], once["hour"], strict=True)
    ]
    related = [
        {"event_id": e, "object_id": o, "object_type": kind, "qualifier": kind}
        for e, kind, o in zip(pairs["event"], pairs["kind"], pairs["held"], strict=True)
    ]
    return small_home.made(tmp_path_factory.mktemp("recounted"), {"core_event": happened, "core_event_object": related})


@pytest.mark.parametrize("cohort", [Cohort("order"), Cohort("item"), Cohort("item", through=("A",), avoiding=("D",))])
def test_types_cells_and_edges_are_what_a_recount_finds(build, pairs: pd.DataFrame, cohort: Cohort) -> None:
    own = pairs[pairs["kind"] == cohort.view].groupby("held")["activity"]
    kept = [held for held, steps in own if set(cohort.through) <= set(steps) and not set(cohort.avoiding) & set(steps)]
    chosen = pairs.loc[(pairs["kind"] == cohort.view) & pairs["held"].isin(kept), "event"].unique()
    touched = pairs[pairs["event"].isin(chosen)].sort_values("no")
    found = object_centric.object_view(build, cohort)
    assert len(kept) > 2
    assert found.events == len(chosen)
    assert found.span_seconds == 3600 * (touched["hour"].max() - touched["hour"].min())
    for row in found.types.to_dict("records"):
        of_kind = touched[touched["kind"] == row["object_type"]]
        per_event = of_kind.groupby("event").size()
        assert (row["objects"], row["events"], row["event_objects"]) == (
            of_kind["held"].nunique(), len(per_event), len(of_kind),
        )  # fmt: skip
        assert row["convergence"] == pytest.approx((per_event > 1).mean())
        assert row["divergence"] == pytest.approx(_diverging(touched, row["object_type"]))
    assert _cells(found.cells) == _cells(_counted(touched))
    assert _edges(found.edges) == _edges(_followed(touched))


def _diverging(touched: pd.DataFrame, kind: str) -> float:
    others = touched.groupby(["event", "kind"])["held"].agg(frozenset)
    of_kind = touched[touched["kind"] == kind]

    def diverges(events: pd.Series) -> bool:
        sets = {other: {others[e, other] for e in events if (e, other) in others} for other in KINDS if other != kind}
        return any(len(found) > 1 for found in sets.values())

    return of_kind.groupby(["held", "activity"])["event"].agg(diverges).groupby("held").any().mean()


def _counted(touched: pd.DataFrame) -> pd.DataFrame:
    per_event = touched.groupby(["activity", "kind", "event"]).size().reset_index(name="n")
    counted = per_event.groupby(["activity", "kind"])["n"].agg(["size", "sum", "max"]).reset_index()
    return counted.set_axis(["activity", "object_type", "events", "objects", "most_per_event"], axis=1)


def _followed(touched: pd.DataFrame) -> pd.DataFrame:
    step = touched.rename(columns={"activity": "source", "kind": "object_type"})
    by = step.groupby(["object_type", "held"])
    step = step.assign(
        target=by["source"].shift(-1), then=by["event"].shift(-1), gap=by["hour"].shift(-1) - step["hour"]
    )
    step = step.dropna(subset="target")
    step["pair"] = step["event"] + step["then"]
    grouped = step.groupby(["object_type", "source", "target"])
    return grouped.agg(events=("held", "size"), objects=("held", "nunique"), distinct_events=("pair", "nunique"),
                       median_seconds=("gap", lambda gaps: 3600 * gaps.median())).reset_index()  # fmt: skip


def _cells(rows: pd.DataFrame) -> set[tuple]:
    return set(
        rows[["activity", "object_type", "events", "objects", "most_per_event"]].itertuples(index=False, name=None)
    )


def _edges(rows: pd.DataFrame) -> set[tuple]:
    return set(rows[object_centric.EDGES].itertuples(index=False, name=None))
