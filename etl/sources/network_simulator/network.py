"""What does the distributor consist of? Sites, suppliers, items, customers, carriers, lanes; never what happens there."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from etl.sources.network_simulator.run import Flags, Floats, Ints, Run, Texts, codes, share_of

SITES = (
    ("AMS1", "Rotterdam DC", "Europe/Amsterdam", "NL", "North", 0.24, "six_day"),
    ("LEJ1", "Leipzig DC", "Europe/Berlin", "DE", "Central", 0.21, "six_day"),
    ("LYS1", "Lyon DC", "Europe/Paris", "FR", "South", 0.14, "five_day"),
    ("BHX1", "Birmingham DC", "Europe/London", "GB", "North", 0.12, "five_day"),
    ("MXP1", "Milano DC", "Europe/Rome", "IT", "South", 0.09, "five_day"),
    ("ZAZ1", "Zaragoza DC", "Europe/Madrid", "ES", "South", 0.08, "five_day"),
    ("GDN1", "Gdansk DC", "Europe/Warsaw", "PL", "Central", 0.07, "five_day"),
    ("MMA1", "Malmo DC", "Europe/Stockholm", "SE", "North", 0.05, "five_day"),
)
FAMILIES = ("Fasteners", "Bearings", "Hand tools", "Power tools", "Safety wear", "Electrical", "Hydraulics",
            "Adhesives", "Packaging", "Cleaning")  # fmt: skip
SEGMENTS = ("Manufacturing", "Construction", "Healthcare", "Retail", "Public sector")
UNITS = ("Industrial", "Industrial", "Care", "Consumer", "Care")
TIERS = ("strategic", "key", "standard", "small")
CHANNELS = ("edi", "web", "inside_sales", "portal")
CARRIERS = (
    ("NORDEX", "Nordex Parcel", "parcel", 1.0),
    ("RHENA", "Rhena Freight", "ltl", 1.4),
    ("ALPTRA", "Alptrans", "ltl", 1.2),
    ("IBERIA", "Ibercargo", "ltl", 1.6),
    ("SWIFT", "Swiftline Air", "air", 0.5),
    ("OWN", "Own fleet", "own_fleet", 0.9),
)
_STEMS = ("Falk", "Berg", "Lind", "Marin", "Costa", "Novak", "Weber", "Duval", "Hart", "Olsen", "Rossi", "Vega",
          "Kroon", "Zielin", "Brandt", "Moreau")  # fmt: skip
_TRADES = ("Technik", "Works", "Supplies", "Industries", "Group", "Trading", "Systems", "Components")


@dataclass(frozen=True, slots=True)
class Sites:
    """One row per distribution centre; `offset[site, day]` = seconds its local time is ahead of UTC."""

    code: Texts
    share: Floats
    offset: Ints
    is_open: Flags
    """[site, day]: whether the warehouse works that day."""
    next_open: Ints
    """[site, day]: the first working day at or after."""


@dataclass(frozen=True, slots=True)
class Suppliers:
    """One row per supplier."""

    code: Texts
    name: Texts
    country: Texts
    lead_days: Ints
    sends_asn: Flags


@dataclass(frozen=True, slots=True)
class Items:
    """One row per item, most wanted first."""

    code: Texts
    name: Texts
    family: Ints
    supplier: Ints
    cost: Floats
    price: Floats
    weight: Floats
    demand: Floats
    pack: Ints
    is_regulated: Flags
    substitute: Ints
    """Preferred approved substitute, -1 = none."""


@dataclass(frozen=True, slots=True)
class Customers:
    """One row per customer; amounts in its currency."""

    code: Texts
    name: Texts
    tier: Ints
    segment: Ints
    channel: Ints
    site: Ints
    weight: Floats
    carrier: Ints
    is_split_allowed: Flags
    is_ship_complete: Flags
    is_protected: Flags
    has_routing_guide: Flags
    term_days: Ints
    pay_late_days: Floats
    is_gbp: Flags


@dataclass(frozen=True, slots=True)
class Network:
    """The whole standing world of a run."""

    sites: Sites
    suppliers: Suppliers
    items: Items
    customers: Customers


def build(run: Run) -> Network:
    """The network that fits the run's size: about one customer per five weekly orders, one item per four."""
    suppliers = _suppliers(run)
    items = _items(run, len(suppliers.code))
    return Network(_sites(run), suppliers, items, _customers(run))


def _sites(run: Run) -> Sites:
    from etl.sources.network_simulator import calendars

    days = run.days + calendars.MARGIN
    offset = np.array([calendars.offsets(run, ZoneInfo(site[2]), days) for site in SITES])
    is_open = np.array([calendars.working_days(run, site[6], days) for site in SITES])
    return Sites(
        code=np.array([site[0] for site in SITES]),
        share=np.array([site[5] for site in SITES]),
        offset=offset,
        is_open=is_open,
        next_open=np.array([calendars.next_working_day(flags) for flags in is_open]),
    )


def _suppliers(run: Run) -> Suppliers:
    rng = run.stream("suppliers")
    count = 24 + run.orders_per_week // 1000
    country = np.array(["DE", "IT", "CN", "PL", "NL", "US", "TR"])[share_of(rng, [5, 3, 3, 2, 2, 1, 1], count)]
    lead = np.where(np.isin(country, ["CN", "US"]), rng.integers(24, 38, count), rng.integers(4, 15, count))
    names = [f"{_STEMS[(i * 5) % 16]} {_TRADES[i % 8]} {['BV', 'AG', 'SpA', 'GmbH'][i % 4]}" for i in range(count)]
    return Suppliers(codes("V", count, 4), np.array(names), country, lead.astype(np.int64), rng.random(count) < 0.75)


def _items(run: Run, suppliers: int) -> Items:
    rng = run.stream("items")
    count = max(240, run.orders_per_week // 8)
    family = rng.integers(0, len(FAMILIES), count)
    cost = np.asarray(np.round(np.exp(rng.normal(2.6, 1.1, count)), 2) + 0.5, dtype=np.float64)
    demand = 1.0 / np.arange(1, count + 1) ** 0.85
    supplier = (family * 3 + rng.integers(0, 5, count)) % suppliers
    spare = np.array([_same_family(rng, family, i) for i in range(count)])
    names = [f"{FAMILIES[f]} {chr(65 + i % 26)}{100 + i}" for i, f in enumerate(family)]
    return Items(
        code=codes("SKU", count, 5), name=np.array(names), family=family, supplier=supplier, cost=cost,
        price=np.round(cost * rng.uniform(1.22, 1.75, count), 2), weight=np.round(rng.uniform(0.05, 12, count), 3),
        demand=demand / demand.sum(), pack=np.where(cost < 8, 10, np.where(cost < 40, 5, 1)).astype(np.int64),
        is_regulated=rng.random(count) < 0.02, substitute=np.where(rng.random(count) < 0.45, spare, -1),
    )  # fmt: skip


def _same_family(rng: np.random.Generator, family: Ints, item: int) -> int:
    others = np.flatnonzero(family == family[item])
    choice = int(others[rng.integers(0, len(others))])
    return choice if choice != item else -1


def _customers(run: Run) -> Customers:
    rng = run.stream("customers")
    count = max(120, run.orders_per_week // 5)
    tier = share_of(rng, [3, 12, 45, 40], count)
    weight = np.exp(rng.normal(0, 0.6, count)) * np.array([9.0, 4.0, 1.2, 0.5])[tier]
    edi = np.array([[8, 1, 0.5, 0.5], [6, 2, 1, 1], [3, 3, 2, 2], [1, 5, 2.5, 1.5]])
    channel = np.array([int(share_of(rng, edi[t], 1)[0]) for t in tier])
    site = share_of(rng, [s[5] for s in SITES], count)
    names = [f"{_STEMS[i % 16]} {_TRADES[(i // 16) % 8]} {i + 1}" for i in range(count)]
    late = np.where(rng.random(count) < 0.045, rng.uniform(4, 24, count), np.minimum(rng.normal(-7, 3, count), -3))
    return Customers(
        code=codes("C", count, 5), name=np.array(names), tier=tier, segment=share_of(rng, [30, 22, 14, 22, 12], count),
        channel=channel, site=site, weight=weight / weight.sum(), carrier=share_of(rng, [30, 24, 16, 12, 6, 12], count),
        is_split_allowed=rng.random(count) < 0.6, is_ship_complete=rng.random(count) < 0.2,
        is_protected=tier == 0, has_routing_guide=(tier <= 1) & (rng.random(count) < 0.6),
        term_days=np.array([60, 45, 30, 14])[tier], pay_late_days=late, is_gbp=site == 3,
    )  # fmt: skip
