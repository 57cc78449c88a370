"""When is stock bought again, and what does the supplier really send? Purchase orders; never who works on them."""

import numpy as np
import pandas as pd

from etl.sources.network_simulator import causes
from etl.sources.network_simulator.network import SITES, Network
from etl.sources.network_simulator.run import DAY, HOUR, Ints, Run, draws

SAFETY = 2.8
COVER_DAYS = 40
WRONG = 0.024
"""Share of notices that name another quantity than is sent."""


class Buyer:
    """Reorder point and order quantity per site and item (`key`), and everything on order."""

    def __init__(self, run: Run, network: Network, key: Ints, qty: Ints) -> None:
        """Levels follow the demand that the run will bring: a buyer who knows the business."""
        self.run, self.network, size = run, network, len(SITES) * len(network.items.code)
        self.supplier = np.tile(network.items.supplier, len(SITES))
        self.lead = network.suppliers.lead_days[self.supplier]
        self.daily = np.bincount(key, qty, size) / run.days * 1.06 + 0.02
        spread = np.sqrt(np.bincount(key, qty.astype(float) ** 2, size) / run.days) + 0.1
        self.safety = np.ceil(SAFETY * spread * np.sqrt(self.lead + 3)).astype(np.int64)
        self.point = np.ceil(self.daily * (self.lead + 5)).astype(np.int64) + self.safety
        self.cycle = np.ceil(self.daily * COVER_DAYS + 1).astype(np.int64)
        self.on_order = np.zeros(size, dtype=np.int64)
        self.arrivals: dict[int, list[tuple[Ints, Ints]]] = {}
        self.parts: list[pd.DataFrame] = []

    def opening(self) -> Ints:
        """Stock on the first morning."""
        share = draws(self.run, "opening", np.arange(len(self.point)))[:, 0]
        return self.point + (self.cycle * share).astype(np.int64)

    def receive(self, day: int) -> Ints:
        """Quantities that become usable today."""
        received = np.zeros(len(self.point), dtype=np.int64)
        for key, qty in self.arrivals.pop(day, []):
            np.add.at(received, key, qty)
        self.on_order -= received
        return received

    def buy(self, day: int, free: Ints) -> None:
        """Order whatever fell below its reorder point."""
        key = np.flatnonzero(free + self.on_order < self.point)
        if not len(key):
            return
        qty = self.cycle[key] + np.maximum(0, self.point[key] - free[key] - self.on_order[key])
        dice = draws(self.run, "purchase", key * 10_000 + day, 8)
        promised = day + self.lead[key]
        slips = dice[:, 0] < 0.01
        late = np.where(slips, 2 + 6 * dice[:, 1], 2.4 * dice[:, 1] - 1.4).astype(np.int64)
        arrival = np.maximum(promised + late, day + 1)
        stop = causes.until_day(self.run, "supplier_stop")
        stopped = (self.supplier[key] == causes.STOPPED_SUPPLIER) & causes.holds(
            self.run, "supplier_stop", arrival * DAY
        )
        arrival = np.where(stopped, stop + 2 + (6 * dice[:, 1]).astype(np.int64), arrival)
        slips |= stopped
        told = np.maximum(day + 1, promised - (1 + 3 * dice[:, 2]).astype(np.int64))
        inspected = dice[:, 3] < 0.005
        usable = arrival + np.where(inspected, 2 + (5 * dice[:, 4]).astype(np.int64), 0)
        self.on_order[key] += qty
        for moment in np.unique(usable):
            self.arrivals.setdefault(int(moment), []).append((key[usable == moment], qty[usable == moment]))
        if day < self.run.days:
            asn = self._announced(key, qty, arrival, dice[:, 5:8])
            columns = {"day": day, "key": key, "qty": qty, "promised": promised, "arrival": arrival, "usable": usable}
            notes = {"told": np.where(slips, told, -1), "is_inspected": inspected, "is_stopped": stopped, **asn}
            self.parts.append(pd.DataFrame({**columns, **notes}))

    def _announced(self, key: Ints, qty: Ints, arrival: Ints, dice: np.ndarray) -> dict[str, np.ndarray]:
        """What the advance ship notice says, when the supplier sends one (-1 = none), and why it is wrong."""
        supplier = self.supplier[key]
        hit = (supplier == causes.BAD_SUPPLIER) & causes.holds(self.run, "supplier_asn", arrival * DAY)
        rate = np.where(hit, WRONG * causes.size("supplier_asn"), WRONG)
        sends = self.network.suppliers.sends_asn[supplier] | (supplier == causes.BAD_SUPPLIER)
        wrong = sends & (dice[:, 0] < rate)
        factor = np.where(dice[:, 1] < 0.6, 1.05 + 0.3 * dice[:, 2], 0.95 - 0.4 * dice[:, 2])
        said = np.maximum(1, np.round(qty * np.where(wrong, factor, 1.0))).astype(np.int64)
        said = np.where(wrong & (said == qty), qty + 1, said)
        is_planted = wrong & hit & (dice[:, 0] >= WRONG)
        return {"asn": np.where(sends, said, -1), "asn_is_planted": is_planted}

    def purchases(self) -> pd.DataFrame:
        """One row per purchase order line; numbered in order of day and key. Days count from the start."""
        table = pd.concat(self.parts, ignore_index=True)
        table["supplier"] = self.supplier[table["key"]]
        table["site"] = table["key"] // len(self.network.items.code)
        table["item"] = table["key"] % len(self.network.items.code)
        table["received_at"] = table["arrival"] * DAY + 7 * HOUR + (table["key"] * 977 % (6 * HOUR))
        return table
