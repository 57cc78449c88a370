"""Are decided cases compared with cases that were like them when it was decided? Against hand-worked and brute matching."""

import numpy as np
import pandas as pd

from control_tower import policy
from control_tower.ledger import effect, matching
from control_tower.ledger.matching import Cases, Matches
from tests.control_tower.ledger.drawn import HORIZON, draw

RULES = policy.load().rules.outcomes
FOREVER = np.inf


def _cases(rows: list[tuple[int, float, float, float, float]]) -> Cases:
    """Rows of cell, covariate, ended, decided, followed."""
    cell, covariate, ended, decided, followed = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Cases(cell.astype(np.int64), covariate[:, None], ended, decided, followed)


def test_a_hand_worked_matching_takes_the_nearest_that_were_still_open_at_the_same_age() -> None:
    """REA-10. One covariate; deviation before matching: √((0 + var(0, 1, 2, 3, 10, 0)) / 2), the treated being one alone."""
    cases = _cases([
        (1, 1.0, 50, 10, 900),        # 0 decided at the age of 10 h
        (1, 0.0, 80, FOREVER, 900),   # 1 similar, distance 1
        (1, 2.0, 90, FOREVER, 900),   # 2 as far away: the tie goes to the earlier
        (1, 1.0, 9, FOREVER, 900),    # 3 alike, but over before the age of 10 h
        (1, 1.0, 70, 9, 900),         # 4 alike, but decided on at 9 h: a decided case itself
        (2, 1.0, 70, FOREVER, 900),   # 5 alike, but of another cell
        (1, 1.1, 70, FOREVER, 100),   # 6 near, but not followed for 10 + 100 h
        (1, 1.5, 60, 30, 900),        # 7 decided on later: similar until then
    ])  # fmt: skip
    known = np.ones(8, dtype=bool)
    found = matching.match(cases, known, 100, neighbours=2, caliper=99)
    pairs = [(int(found.treated[s]), int(c)) for s, c in zip(found.set_no, found.control, strict=True)]
    assert [pair for pair in pairs if pair[0] == 0] == [(0, 7), (0, 1)]
    assert [pair for pair in pairs if pair[0] == 4] == [(4, 0), (4, 7)]
    assert [pair for pair in pairs if pair[0] == 7] == [(7, 2), (7, 1)]  # 0.5 and 1.5 away; 0 is decided by then
    assert found.unmatched == 0


def test_a_caliper_leaves_a_case_without_a_similar_one_and_counts_it() -> None:
    cases = _cases([(1, 0.0, 50, 10, 900), (1, 9.0, 50, FOREVER, 900), (1, 8.0, 50, FOREVER, 900)])
    wide = float(matching.spread(cases)[0])
    found = matching.match(cases, np.ones(3, dtype=bool), 0, neighbours=5, caliper=7.9 / wide)
    assert found.treated.size == 0
    assert found.unmatched == 1
    inside = matching.match(cases, np.ones(3, dtype=bool), 0, neighbours=5, caliper=8.1 / wide)
    assert inside.control.tolist() == [2]


def test_a_decision_that_is_too_recent_is_neither_compared_nor_called_unmatched() -> None:
    cases = _cases([(1, 0.0, 500, 10, 50), (1, 0.0, 500, FOREVER, 900)])
    found = matching.match(cases, np.ones(2, dtype=bool), 100, 5, 9)
    assert (found.treated.size, found.unmatched, found.too_recent) == (0, 0, 1)


def test_matching_equals_a_brute_force_in_pandas() -> None:
    cases, _ = draw(5, 900, 10.0, cells=5)
    known = np.random.default_rng(1).random(900) < 0.9
    found = matching.match(cases, known, HORIZON, 5, 0.4)
    wide = matching.spread(cases)
    frame = pd.DataFrame(cases.covariates / wide, columns=["value", "load"]).assign(
        cell=cases.cell, ended=cases.ended, decided=cases.decided, followed=cases.followed, known=known
    )
    expected: set[tuple[int, int]] = set()
    for place, row in frame[frame["known"] & (frame["decided"] < frame["ended"])].iterrows():
        late = row["decided"] + HORIZON
        if row["followed"] < late:
            continue
        alike = frame[frame["known"] & (frame["cell"] == row["cell"]) & (frame["ended"] > row["decided"])]
        alike = alike[(alike["decided"] > row["decided"]) & (alike["followed"] >= late)]
        away = np.hypot(alike["value"] - row["value"], alike["load"] - row["load"])
        away = away[away <= 0.4].sort_index(kind="stable").sort_values(kind="stable").head(5)
        expected |= {(int(place), int(other)) for other in away.index}
    assert {(int(found.treated[s]), int(c)) for s, c in zip(found.set_no, found.control, strict=True)} == expected
    assert len(expected) > 200


def test_the_order_of_a_blockwise_search_changes_nothing(monkeypatch) -> None:
    cases, _ = draw(6, 1_500, 10.0)
    known = np.ones(1_500, dtype=bool)
    whole = matching.match(cases, known, HORIZON, 5, 0.5)
    monkeypatch.setattr(matching, "_MOST", 50)
    parts = matching.match(cases, known, HORIZON, 5, 0.5)
    assert np.array_equal(whole.control, parts.control)
    assert np.array_equal(whole.set_no, parts.set_no)


def test_a_hand_worked_effect_is_decided_less_the_mean_of_its_set() -> None:
    matches = Matches(np.array([0, 1]), np.array([0, 0, 1]), np.array([2, 3, 4]), np.zeros(3), 0, 0)
    outcomes = (np.array([10.0, 30.0]), np.array([20.0, 40.0, 50.0]))
    found = effect.measure(matches, outcomes, np.ones(3, dtype=np.int64), RULES)
    assert found.value == ((10 - 30) + (30 - 50)) / 2
    assert (found.treated_mean, found.control_mean) == (20.0, 40.0)
    assert found.verdict is effect.Verdict.CANNOT_TELL
    assert "only 2 decisions" in found.why


def test_balance_is_the_standardised_difference_of_means_before_and_after() -> None:
    cases, _ = draw(7, 4_000, 0.0)
    matches = matching.match(cases, np.ones(4_000, dtype=bool), HORIZON, 5, 0.5)
    found = effect.balance(cases, matches, ("value", "load"))
    frame = pd.DataFrame(cases.covariates, columns=["value", "load"])
    ours, never = frame[cases.treated], frame[np.isinf(cases.decided)]
    pooled = np.sqrt((ours.var() + never.var()) / 2)
    sets = pd.DataFrame({"set": matches.set_no, "value": frame["value"].to_numpy()[matches.control]})
    after = (frame["value"].to_numpy()[matches.treated].mean() - sets.groupby("set")["value"].mean().mean()) / pooled[
        "value"
    ]
    assert np.isclose(found[0].before, ((ours.mean() - never.mean()) / pooled)["value"])
    assert np.isclose(found[0].after, after)
    assert abs(found[0].before) > 0.2 > 0.1 > abs(found[0].after)
