"""Which truths are planted in a run? Causes with place, time window and size, and decoys; never what they lead to.

A cause can be switched off by name for the same seed; everything that does not follow from it stays as it was.
"""

from dataclasses import dataclass, field

import numpy as np

from etl.sources.network_simulator.network import CARRIERS, FAMILIES, SEGMENTS, SITES
from etl.sources.network_simulator.run import DAY, Flags, Ints, Run

MXP, LYS, GDN, BHX = 4, 2, 6, 3
BAD_SUPPLIER, STOPPED_SUPPLIER, SLOW_CARRIER, FAILED_CARRIER = 5, 1, 2, 3
RETAIL, CONSTRUCTION, PUBLIC = 3, 1, 4
PROMOTED, TENDERED = 3, 6


@dataclass(frozen=True, slots=True)
class Cause:
    """One planted truth. `since` and `until` are shares of the run; `days` replaces `until` when given."""

    name: str
    title: str
    place: dict[str, str]
    since: float
    until: float
    size: float
    unit: str
    """What `size` multiplies or adds."""
    types: tuple[str, ...] = ()
    """Types of reported exceptions whose number must rise; empty = `effect` says what it does instead."""
    days: float = 0.0
    effect: str = field(default="more exceptions")

    def window(self, run: Run) -> tuple[int, int]:
        """First and last second (exclusive) in the run; windows begin on whole days."""
        first = int(self.since * run.days) * DAY
        last = first + int(self.days * DAY) if self.days else int(self.until * run.days) * DAY
        return first, min(last, run.end)


CAUSES: tuple[Cause, ...] = (
    Cause("supplier_asn", "A supplier's advance ship notices stop matching", {"supplier": "V0006"}, 0.45, 1, 6,
          "times the rate of mismatches", ("asn_mismatch",)),
    Cause("count_drift", "Cycle counts of one site drift", {"site": SITES[MXP][0]}, 0.3, 1, 10,
          "times the rate of unrecorded losses", ("pick_shortfall", "unposted_cycle_count")),
    Cause("edi_map", "An EDI map change fails for three days", {"channel": "edi", "segment": SEGMENTS[RETAIL]}, 0.62, 1,
          1.0, "share of messages that fail", ("failed_transformation",), 3),
    Cause("promotion_price", "A promotion is priced differently in web shop and ERP",
          {"channel": "web", "family": FAMILIES[PROMOTED]}, 0.5, 1, 0.6, "share of lines in conflict",
          ("promotion_mismatch",), 14),
    Cause("monday_staff", "A team is short on Mondays", {"team": "PRICING"}, 0, 1, 1 / 3, "share of people who come",
          effect="longer waiting of the pricing types seen from Saturday to Monday"),
    Cause("slow_approver", "One approver is slow", {"team": "APPROVER_1"}, 0, 1, 3, "times the minutes per decision",
          effect="longer approval latency of one business unit"),
    Cause("retry_storm", "A retry storm duplicates orders", {"channel": "web"}, 0.35, 1, 0.5,
          "share of messages replayed", ("retry_duplicate",), 1),
    Cause("lane_lead_time", "The lead time of a lane grows", {"site": SITES[LYS][0], "carrier": CARRIERS[SLOW_CARRIER][0]},
          0.55, 1, 2, "more days on the road", ("shipment_delay",)),
    Cause("sync_lag", "Stock of one warehouse reaches the ERP days late", {"site": SITES[GDN][0]}, 0.4, 1, 6,
          "days of lag", ("stale_sync_backorder", "stock_mismatch")),
    Cause("segment_master_data", "New customers of one segment come with incomplete master data",
          {"segment": SEGMENTS[CONSTRUCTION]}, 0.25, 1, 0.4, "share of its customers",
          ("incomplete_customer_data",)),
    Cause("carrier_outage", "A carrier fails for four days", {"carrier": CARRIERS[FAILED_CARRIER][0]}, 0.7, 1, 0.85,
          "share of its departures that fail", ("carrier_failure",), 4),
    Cause("credit_limit_cut", "Credit limits of one segment are cut by mistake", {"segment": SEGMENTS[PUBLIC]}, 0.6, 0.75,
          0.3, "of the right limit", ("credit_hold",)),
    Cause("supplier_stop", "A supplier stops delivering", {"supplier": "V0002"}, 0.85, 1, 1.0,
          "share of its deliveries that wait until after the stop", ("inventory_shortfall",), 28),
    Cause("tender_reservation", "A tender reserves what orders already hold",
          {"site": SITES[BHX][0], "family": FAMILIES[TENDERED]}, 0.86, 0.95, 1.0, "of what is on hand, once more",
          effect="more reserved than is there at the counts of its window"),
)  # fmt: skip
NAMES = frozenset(cause.name for cause in CAUSES)
DECOYS = (
    {"site": SITES[0][0], "why": "the largest site: most exceptions, no higher rate"},
    {"site": SITES[1][0], "why": "the second largest site: many exceptions, no higher rate"},
    {"carrier": CARRIERS[0][0], "why": "the carrier with most shipments, no higher rate"},
)
_BY_NAME = {cause.name: cause for cause in CAUSES}


def holds(run: Run, name: str, moment: Ints) -> Flags:
    """For every moment whether the cause is at work (all False when it is switched off)."""
    if name not in run.causes:
        return np.zeros(len(moment), dtype=bool)
    first, last = _BY_NAME[name].window(run)
    return (moment >= first) & (moment < last)


def until_day(run: Run, name: str) -> int:
    """The first day on which a cause is over."""
    return _BY_NAME[name].window(run)[1] // DAY


def size(name: str) -> float:
    """The size of a cause."""
    return _BY_NAME[name].size
