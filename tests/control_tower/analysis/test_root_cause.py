"""Is every planted cause found in its place, and nothing where nothing is?"""

import json
from pathlib import Path

import pandas as pd
import pytest

from control_tower.analysis.root_cause import RootCause, search
from control_tower.analysis.verdict import Verdict, explain, judge
from control_tower.analysis.verdict import limits as stated_limits
from control_tower.warehouse import Build
from tests.control_tower.analysis.planted import CAUSES, DECOYS, planted_build


def at(rows: pd.DataFrame, place: dict[str, str]) -> pd.DataFrame:
    """Rows about exactly this place, in either order of a pair."""
    wanted = set(place.items())
    said = rows.apply(lambda row: {(row["dimension"], row["key"]), (row["other_dimension"], row["other_key"])}, axis=1)
    return rows[said.map(lambda pairs: {pair for pair in pairs if pair[0] is not None} == wanted)]


@pytest.mark.parametrize(("type_code", "place"), CAUSES)
def test_every_planted_cause_is_found_in_its_place(searched: RootCause, type_code: str, place: dict[str, str]) -> None:
    found = at(searched.found(), place)
    found = found[found["type_code"] == type_code]
    assert list(found["verdict"]) in (["strong"], ["watch"])
    assert found["explained_by"].isna().all(), "the planted place explains the others, not they it"


@pytest.mark.parametrize("decoy", DECOYS)
def test_no_decoy_is_found(searched: RootCause, decoy: dict[str, str]) -> None:
    """A large site is not a bad site, nor is one whose customers are of a failing tier."""
    assert at(searched.looked, decoy)["failed"].max() > 100
    assert at(searched.found(), decoy).empty


def test_everything_unexplained_that_is_strong_touches_a_planted_place(searched: RootCause) -> None:
    planted = {pair for _, place in CAUSES for pair in place.items()}
    strong = searched.looked[(searched.looked["verdict"] == Verdict.STRONG) & searched.looked["explained_by"].isna()]
    assert len(strong) >= 3
    for row in strong.itertuples():
        assert {(row.dimension, row.key), (row.other_dimension, row.other_key)} & planted


def test_what_a_finding_explains_says_by_what(searched: RootCause) -> None:
    found = searched.found()
    echoes = found[found["explained_by"].notna()]
    assert (echoes["explained_by"] == "supplier_id = d:V11").any()
    assert found["other_dimension"].map(lambda one: one is None or isinstance(one, str)).all()


def test_a_place_whose_failures_are_one_customers_is_explained_by_that_customer(searched: RootCause) -> None:
    row = searched.found().iloc[[0]].assign(other_dimension=None, other_key=None, dimension="site_id", type_code="a")
    by_one = row.assign(leader="d:C1", leader_failed=0.8 * row["failed"])
    assert list(explain(by_one)) == ["customer_id = d:C1"]
    assert list(explain(by_one.assign(leader_failed=0.6 * row["failed"]))) == [None]


def test_a_cause_of_mix_has_a_high_crude_rate_and_no_adjusted_one(searched: RootCause) -> None:
    rows = searched.looked
    site = rows[(rows["type_code"] == "margin_violation") & (rows["key"] == "d:S2") & rows["other_key"].isna()].iloc[0]
    others = rows[
        (rows["type_code"] == "margin_violation") & (rows["dimension"] == "site_id") & rows["other_key"].isna()
    ]
    crude_rest = (others["failed"].sum() - site["failed"]) / (others["exposed"].sum() - site["exposed"])
    assert site["rate"] > 1.4 * crude_rest
    assert 0.8 < site["ratio"] < 1.2
    assert site["verdict"] == Verdict.NOISE


def test_without_planted_causes_nothing_is_found(tmp_path: Path) -> None:
    build = planted_build(tmp_path, lines=100_000, seed=2, planted=False)
    found = search(build)
    build.close()
    assert found.looked_at > 5_000
    assert found.found().empty


def test_counts_are_those_of_the_rows(planted: Build, searched: RootCause) -> None:
    """Oracle: pandas over the rows of the marts."""
    window = f"order_at >= '{searched.span.since}' AND order_at < '{searched.span.until}'"
    lines = planted.sql(f"SELECT order_line_id, site_id, supplier_id FROM mart_order_line WHERE {window}").to_pandas()
    raised = planted.sql("SELECT order_line_id FROM mart_exception WHERE type_code = 'pick_shortfall'").to_pandas()
    lines["failed"] = lines["order_line_id"].isin(raised["order_line_id"])
    for columns in (["site_id"], ["site_id", "supplier_id"]):
        expected = lines.groupby(columns)["failed"].agg(["size", "sum"]).query("sum > 0")
        rows = searched.looked[
            (searched.looked["type_code"] == "pick_shortfall") & (searched.looked["dimension"] == columns[0])
        ]
        rows = rows[rows["other_dimension"].isna() if len(columns) == 1 else rows["other_dimension"] == columns[1]]
        found = rows.set_index(["key", "other_key"][: len(columns)])[["exposed", "failed"]]
        certain = expected if len(columns) == 1 else expected.query("sum >= 5")
        assert len(certain) > 0
        assert certain.index.isin(found.index).all()
        assert (
            found["exposed"].sort_index().to_numpy() == expected.loc[found.index]["size"].sort_index().to_numpy()
        ).all()
        assert (
            found["failed"].sort_index().to_numpy() == expected.loc[found.index]["sum"].sort_index().to_numpy()
        ).all()


def test_what_could_be_recovered_is_the_excess_at_its_mean_money_and_days(searched: RootCause) -> None:
    """Every planted exception is worth 100 and lasts a day."""
    rows = searched.found()
    rows = rows[rows["type_code"] == "pick_shortfall"]
    assert rows["amount_recoverable"].to_numpy() == pytest.approx(100 * rows["excess"].to_numpy())
    assert rows["days_recoverable"].to_numpy() == pytest.approx(rows["excess"].to_numpy())
    site = at(rows, {"site_id": "d:S7"}).iloc[0]
    assert site["excess"] == pytest.approx(site["failed"] * 0.75, rel=0.15), "planted at four times the rate"


def test_where_no_exposure_is_known_it_says_so(planted: Build, searched: RootCause) -> None:
    assert searched.exposure.without == ("it_incident",)
    said = searched.as_json()["no_exposure_known"]
    assert [one["type_code"] for one in said] == ["it_incident"]
    assert not (searched.looked["type_code"] == "it_incident").any()


def test_a_reader_of_some_sites_sees_nothing_of_the_others(planted: Build) -> None:
    found = search(planted, sites=("d:S7", "d:S1", "d:S3"))
    by_site = found.looked[found.looked["dimension"] == "site_id"]
    assert set(by_site["key"]) == {"d:S7", "d:S1", "d:S3"}
    whole = search(planted).looked.query(
        "dimension == 'site_id' and other_key.isna() and type_code == 'pick_shortfall'"
    )
    part = by_site.query("other_key.isna() and type_code == 'pick_shortfall'")
    assert part.set_index("key")["exposed"].to_dict() == {
        key: value for key, value in whole.set_index("key")["exposed"].items() if key in set(by_site["key"])
    }
    assert at(found.found(), {"site_id": "d:S7"})["verdict"].isin(["strong", "watch"]).any()


def test_the_answer_is_ready_for_json(searched: RootCause) -> None:
    answer = json.loads(json.dumps(searched.as_json("site_id", limit=1000), allow_nan=False))
    assert answer["looked_at"] == searched.looked_at
    assert {row["dimension"] for row in answer["rows"] if row["other_key"] is None} == {"site_id"}
    assert answer["false_alarm_level"] == 0.05


def test_few_are_never_judged() -> None:
    row = {"exposed": 29.0, "failed": 20.0, "q": 1e-9, "low": 0.5, "ratio": 9.0, "replicated": True}
    rows = pd.DataFrame([row, row | {"exposed": 30.0}, row | {"exposed": 30.0, "failed": 4.0}])
    assert list(judge(rows, stated_limits())) == ["too few", "strong", "too few"]


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [({}, "strong"), ({"replicated": False}, "watch"), ({"replicated": None}, "watch"), ({"ratio": 1.3}, "watch"),
     ({"ratio": 1.1}, "noise"), ({"q": 0.06}, "noise"), ({"low": -0.01}, "noise")],
)  # fmt: skip
def test_strong_is_large_certain_and_seen_before(changed: dict[str, object], verdict: str) -> None:
    row = {"exposed": 900.0, "failed": 90.0, "q": 0.01, "low": 0.02, "ratio": 2.0, "replicated": True}
    assert list(judge(pd.DataFrame([row | changed]).astype({"replicated": object}), stated_limits())) == [verdict]
