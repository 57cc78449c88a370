"""Is the loaded demo a world in which one can decide? Messages, work, history and what a reallocation needs."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from etl.sources.network_simulator import world
from etl.sources.network_simulator.queues import BEGINS
from etl.sources.network_simulator.run import NEVER
from etl.sources.network_simulator.world import World
from tests.etl.sources.network_simulator.conftest import Loaded

pytestmark = pytest.mark.xdist_group("small_world")  # loaded once, by one worker

OUTGOING = ("CARRIER.IFTMIN.OUT", "EDI.DESADV.OUT", "EDI.INVOIC.OUT", "EDI.ORDRSP.OUT", "SUPPLIER.DESADV.IN",
            "SUPPLIER.ORDERS.OUT")  # fmt: skip


def test_messages_pass_in_both_directions_and_fail(loaded: Loaded) -> None:
    """INT-01, INT-03: every interface has attempts, retries that recover, and correlation with its order."""
    rows = loaded.rows(
        "SELECT interface_id, count(DISTINCT message_id), count(*) FILTER (status = 'failed'), count(*) FILTER (attempt > 1) "
        "FROM core_integration_message GROUP BY interface_id"
    )
    found = {name: (messages, failed, again) for name, messages, failed, again in rows}
    assert set(OUTGOING) < set(found)
    for name in OUTGOING:
        messages, failed, again = found[name]
        assert messages > 100
        assert 0 < failed < 0.2 * messages
        assert again > 0
    lost = "SELECT count(*) FROM core_integration_message AS m ANTI JOIN core_order AS o ON m.order_id = o.order_id WHERE m.order_id IS NOT NULL"
    assert loaded.rows(lost) == [(0,)]
    kinds = "SELECT DISTINCT i.type_code FROM core_integration_message AS m JOIN core_exception AS i ON m.exception_id = i.exception_id"
    assert {"asn_mismatch", "carrier_failure"} <= {row[0] for row in loaded.rows(kinds)}


def test_dead_letters_are_replayed_and_recover_after_their_death(loaded: Loaded) -> None:
    """INT-04: the order of things, for every dead letter."""
    rows = loaded.rows(
        "SELECT sent_at, dlq_at, replayed_at, recovered_at FROM core_integration_message WHERE status = 'dead_letter'"
    )
    assert len(rows) > 20
    assert sum(replayed is not None for *_, replayed, _ in rows) > 10
    assert all(sent < dead and (again is None or dead < again < back) for sent, dead, again, back in rows)


def test_an_absent_acknowledgement_is_a_case_and_only_that(loaded: Loaded) -> None:
    """INT-07: an order that came by EDI, is not withdrawn and has no acknowledgement is a missing message."""
    silent = {
        row[0]
        for row in loaded.rows("""
        SELECT o.order_id FROM core_order AS o JOIN core_integration_message AS m
            ON m.order_id = o.order_id AND m.interface_id = 'EDI.ORDERS.IN'
        WHERE o.cancelled_at IS NULL AND m.expected_at < (SELECT max(as_of) FROM source_clock) AND NOT EXISTS (
            SELECT 1 FROM core_integration_message AS a
            WHERE a.correlation_id = m.correlation_id AND a.interface_id = 'EDI.ORDRSP.OUT')""")
    }
    missed = {row[0] for row in loaded.rows("SELECT order_id FROM core_exception WHERE type_code = 'missing_message'")}
    assert silent
    assert silent <= missed


def test_work_can_be_told_from_waiting(loaded: Loaded) -> None:
    """PM-01: every visit of a person begins with an event `start`; what follows by the same person is `complete`."""
    words = dict(
        loaded.rows(
            "SELECT activity, list(DISTINCT lifecycle) FROM core_event WHERE resource_type = 'human' GROUP BY 1"
        )
    )
    assert all(words[name] == ["start"] for name in set(BEGINS.values()))
    assert all(found == ["complete"] for name, found in words.items() if name not in BEGINS.values())
    assert loaded.rows("SELECT count(*) FROM core_event WHERE lifecycle IS NULL") == [(0,)]


def test_cases_go_to_and_fro_and_back(loaded: Loaded) -> None:
    """Teams hand a case over and get it back; a fix that does not hold sends it back to investigation."""
    cases = pd.DataFrame(loaded.rows("""
        SELECT l.object_id, e.team_id, e.activity FROM core_event AS e JOIN core_event_object AS l ON e.event_id = l.event_id
        WHERE l.object_type = 'exception' AND e.resource_type = 'human' ORDER BY l.object_id, e.timestamp, e.event_no"""),
        columns=["case", "team", "activity"])  # fmt: skip
    changed = cases[cases["team"] != cases.groupby("case")["team"].shift()]
    assert (changed.groupby("case")["team"].agg(lambda teams: len(teams) > teams.nunique())).sum() >= 3
    assert {"Send back", "Reopen", "Rework proposal"} <= {
        row[0] for row in loaded.rows("SELECT DISTINCT activity FROM core_event")
    }


def test_stock_says_what_is_reserved(loaded: Loaded) -> None:
    """Invariant 5: the last count holds what open lines have reserved, to the piece, and reserves no more than is there."""
    last = "SELECT max(snapshot_at) FROM core_inventory"
    stock = f"SELECT sum(reserved_qty), count(*) FILTER (reserved_qty > on_hand_qty) FROM core_inventory WHERE snapshot_at = ({last})"
    ((reserved, above),) = loaded.rows(stock)
    ((allocated,),) = loaded.rows(
        "SELECT sum(allocated_qty) FROM core_order_line WHERE shipped_at IS NULL AND cancelled_at IS NULL"
    )
    assert reserved == allocated > 0
    assert above == 0


def test_lines_compete_for_what_is_short_at_the_end(world_without: Callable[..., World]) -> None:
    """The default demo ends with open shortages: several lines of customers of different tiers want one item."""
    made = world_without()
    lines, end = made.lines, made.run.end
    gone = (made.cancelled_at > NEVER) & (made.cancelled_at <= end)
    short = np.flatnonzero((made.ready_at > end) & ~gone[lines.order])
    assert 40 <= len(short) <= 120
    tier = made.network.customers.tier[made.orders.customer[lines.order[short]]]
    wants = pd.DataFrame({"site": made.orders.site[lines.order[short]], "item": lines.item[short], "tier": tier})
    crowds = wants.groupby(["site", "item"])["tier"].agg(["size", "nunique"])
    assert ((crowds["size"] >= 3) & (crowds["nunique"] >= 2)).sum() >= 4
    open_cases = made.cases[world.ended(made.cases, made.trail) > end]
    assert np.isin(short, open_cases["line"]).mean() > 0.7


def test_there_is_something_to_reallocate_with(loaded: Loaded) -> None:
    """Lines that hold stock for later days, frozen ones, ways with carriers and costs, guides and transfers."""
    later = "allocated_qty > 0 AND released_at IS NULL AND promise_date >= CAST(as_of AS DATE) + 7"
    assert loaded.rows(f"SELECT count(*) > 10 FROM mart_order_line WHERE {later}") == [(True,)]
    assert loaded.rows(
        "SELECT count(*) > 0 FROM core_order_line WHERE released_at IS NOT NULL AND shipped_at IS NULL"
    ) == [(True,)]
    ways = loaded.rows(
        "SELECT min(n), bool_and(priced) FROM (SELECT count(*) AS n, bool_and(cost_amount > 0) AS priced FROM core_lane GROUP BY from_site_id, supplier_id, site_id)"
    )
    assert ways == [(2, True)]
    guides = "SELECT count(DISTINCT c.routing_guide_code), count(DISTINCT g.routing_guide_code), count(g.carrier_id) FROM core_customer AS c LEFT JOIN core_routing_guide AS g ON c.routing_guide_code = g.routing_guide_code WHERE c.routing_guide_code IS NOT NULL"
    ((customers, guided, carriers),) = loaded.rows(guides)
    assert customers == guided > 0
    assert carriers == 3 * guided
    assert loaded.rows(
        "SELECT count(*) > 0, bool_and(from_site_id <> site_id) FROM core_supply WHERE supply_type = 'transfer'"
    ) == [(True, True)]


def test_the_slow_approver_shows_in_the_history(loaded: Loaded) -> None:
    """Ruling 12: latency per approver's unit from core_approval alone; the planted one is the slowest."""
    rows = loaded.rows("""
        SELECT u.team_id, median(epoch(a.decided_at) - epoch(a.submitted_at)), count(*) FROM core_approval AS a
        JOIN core_user AS u ON u.user_id = 'demo:' || a.approver WHERE a.decided_at IS NOT NULL GROUP BY 1 HAVING count(*) >= 5 ORDER BY 2 DESC""")
    assert len(rows) >= 2
    assert rows[0][0] == "demo:APPROVER_1"
