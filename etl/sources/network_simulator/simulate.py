"""How is a whole run made? The parts of the simulated world in order, and its files; never the rules of one part."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from etl.sources.network_simulator import demand, early, fulfilment, network, path, queues, teams
from etl.sources.network_simulator.cases import CaseBook, with_deadlines
from etl.sources.network_simulator.exports import plain
from etl.sources.network_simulator.playbook import PLAYS
from etl.sources.network_simulator.run import Ints, Run
from etl.sources.network_simulator.world import World


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was written: rows by file, and the size of the truth."""

    folder: Path
    rows: dict[str, int]
    orders: int
    exceptions: int


def sources() -> list[tuple[str, str]]:
    """The source folders that `tower demo` loads, each with the subfolder of the export that it reads."""
    return [("network_simulator", ".")]


def simulate(folder: Path, weeks: int = 26, orders_per_week: int = 1500, seed: int = 1) -> SimulationReport:
    """Simulate a distributor and write its systems' files below `folder`. Same arguments, same bytes."""
    run = Run(weeks, orders_per_week, seed)
    net = network.build(run)
    orders, lines = demand.book(run, net)
    staff = teams.hire(run, net.sites, frozenset())
    before = CaseBook()
    early.draw(run, before, 1, (orders, lines, net.items.supplier), None)
    cases, trail = _work(run, net, staff, before)
    ready = _ready(orders.booked_at, cases, trail)
    shipping = fulfilment.ship(run, net, orders, ready, np.zeros(len(orders), dtype=np.int64))
    after = CaseBook()
    early.draw(run, after, 2, (orders, lines, net.items.supplier), shipping)
    early.draw(run, after, 3, (orders, lines, net.items.supplier), shipping)
    late_cases, late_trail = _work(run, net, staff, after)
    late_trail["case"] += len(cases)
    world = World(run, net, orders, lines, shipping, staff, pd.concat([cases, late_cases], ignore_index=True),
                  pd.concat([trail, late_trail], ignore_index=True))  # fmt: skip
    rows = plain.write(folder, world)
    return SimulationReport(folder, rows, len(orders), rows["exceptions"])


def _work(run: Run, net: network.Network, staff: teams.Staff, book: CaseBook) -> tuple[pd.DataFrame, pd.DataFrame]:
    cases = book.frame()
    customer = cases["customer"].to_numpy()
    tier = np.where(customer >= 0, net.customers.tier[customer], -1)
    segment = np.where(customer >= 0, net.customers.segment[customer], 0)
    cases = with_deadlines(run, cases, tier)
    unit = pd.Series(np.array([0, 0, 1, 2, 1])[segment])
    return cases, queues.Desk(staff, path.paths(run, staff, cases, unit, {})).run()


def _ready(booked_at: Ints, cases: pd.DataFrame, trail: pd.DataFrame) -> Ints:
    """When nothing holds an order any more: the last fix of a blocking case, else its booking."""
    blocks = cases["type_code"].map({code: play.blocks for code, play in PLAYS.items()})
    ends = [queues.NO[name] for name in ("Resolve", "Resolve automatically", "Cancel", "Dismiss")]
    ended = trail[trail["activity"].isin(ends)].groupby("case")["moment"].max()
    held = cases.assign(ended=ended)[blocks & (cases["order"] >= 0)].groupby("order")["ended"].max()
    ready = booked_at.copy()
    ready[held.index.to_numpy()] = np.maximum(ready[held.index.to_numpy()], held.to_numpy().astype(np.int64))
    return ready
