"""By which ways can goods reach a site, how long do they take and what do they cost? Lanes; never a single shipment."""

from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator.network import SITES, Network
from etl.sources.network_simulator.run import Floats, Ints

_PLACES = {
    "AMS1": (51.9, 4.5), "LEJ1": (51.3, 12.4), "LYS1": (45.8, 4.8), "BHX1": (52.5, -1.9), "MXP1": (45.5, 9.2),
    "ZAZ1": (41.7, -0.9), "GDN1": (54.4, 18.6), "MMA1": (55.6, 13.0),
}  # fmt: skip
"""Latitude and longitude of the sites."""
PARCEL, ROAD, ROAD_SOUTH, ROAD_WEST, AIR, OWN = range(6)
_OWN_REACH = 800.0
"""Kilometres that the own fleet drives."""
_INBOUND = {"DE": 0.05, "IT": 0.07, "CN": 0.22, "PL": 0.06, "NL": 0.05, "US": 0.26, "TR": 0.11}
"""Cost per base unit of the usual way from a supplier's country."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """One row per lane; `origin` and `supplier` are -1 where the other one is the start. Costs per base unit, in euro."""

    origin: Ints
    supplier: Ints
    site: Ints
    carrier: Ints
    days: Ints
    cost: Floats
    min_qty: Ints
    priority: Ints


def build(network: Network) -> Lanes:
    """Between all pairs of sites by two or three carriers, and from every supplier to every site by road or air."""
    columns = [np.concatenate(pair) for pair in zip(_between_sites(), _from_suppliers(network), strict=True)]
    origin, supplier, site, carrier, days, min_qty, priority, cost = columns
    return Lanes(
        origin=origin.astype(np.int64), supplier=supplier.astype(np.int64), site=site.astype(np.int64),
        carrier=carrier.astype(np.int64), days=days.astype(np.int64), cost=np.round(cost, 3),
        min_qty=min_qty.astype(np.int64), priority=priority.astype(np.int64),
    )  # fmt: skip


def kilometres() -> Floats:
    """Great-circle distance between the sites, [site, site]."""
    place = np.radians(np.array([_PLACES[site[0]] for site in SITES]))
    latitude, longitude = place[:, :1], place[:, 1:]
    half = np.sin((latitude - latitude.T) / 2) ** 2
    half += np.cos(latitude) * np.cos(latitude.T) * np.sin((longitude - longitude.T) / 2) ** 2
    distance: Floats = 2 * 6371 * np.arcsin(np.sqrt(half))
    return distance


def transfer_days() -> Ints:
    """Planned days of the preferred way between the sites, [site, site]."""
    return np.ceil(kilometres() / 550).astype(np.int64)


def _between_sites() -> tuple[Floats, ...]:
    far = kilometres()
    start, end = np.nonzero(far > 0)
    far = far[start, end]
    south = np.array([site[4] == "South" for site in SITES])
    road = np.where(south[start], ROAD_SOUTH, np.where(south[end], ROAD_WEST, ROAD))
    second = np.where(far <= _OWN_REACH, OWN, np.where(road == ROAD, ROAD_SOUTH, ROAD))
    usual = 0.08 + 0.0004 * far
    ways: list[tuple[np.ndarray, ...]] = [
        (road, np.ceil(far / 550), usual, np.ones(len(far))),
        (second, np.ceil(far / 450), usual * np.where(second == OWN, 0.9, 1.25), np.where(second == OWN, 24, 1)),
        (np.full(len(far), AIR), np.ones(len(far)), 0.5 + 0.0014 * far, np.ones(len(far))),
    ]
    none = np.full(len(far), -1)
    rows = [(start, none, end, carrier, days, least, np.full(len(far), n), cost)
            for n, (carrier, days, cost, least) in enumerate(ways, start=1)]  # fmt: skip
    return tuple(np.concatenate(column).astype(float) for column in zip(*rows, strict=True))


def _from_suppliers(network: Network) -> tuple[Floats, ...]:
    suppliers, sites = network.suppliers, len(SITES)
    supplier = np.repeat(np.arange(len(suppliers.code)), sites)
    site = np.tile(np.arange(sites), len(suppliers.code))
    lead = suppliers.lead_days[supplier]
    usual = np.array([_INBOUND[str(country)] for country in suppliers.country])[supplier]
    none, one = np.full(len(supplier), -1), np.ones(len(supplier))
    by_road = (none, supplier, site, np.full(len(supplier), ROAD), lead, 10 * one, one, usual)
    by_air = (none, supplier, site, np.full(len(supplier), AIR), np.maximum(2, lead * 2 // 5), one, 2 * one, 5 * usual)
    return tuple(np.concatenate(column).astype(float) for column in zip(by_road, by_air, strict=True))
