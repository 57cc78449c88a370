"""Who works exceptions, how many of them and when? Teams, people and shifts; never the order of their work."""

from dataclasses import dataclass

import numpy as np

from etl.sources.network_simulator.network import SITES, Sites
from etl.sources.network_simulator.run import Flags, Run
from etl.sources.network_simulator.shifts import Clock, clock

# function: department, stage, weekly minutes of work per 1,000 orders, people per 10,000 weekly orders, shift
FUNCTIONS: dict[str, tuple[str, int, int, float, tuple[float, float]]] = {
    "integration": ("Information technology", 1, 190, 5, (7, 19)),
    "master_data": ("Master data", 1, 110, 4, (8, 17)),
    "pricing": ("Pricing", 1, 190, 5, (8.5, 17.5)),
    "credit": ("Finance", 1, 180, 4, (8, 17)),
    "compliance": ("Compliance", 1, 100, 2, (9, 17)),
    "order_desk": ("Customer service", 1, 290, 7, (7.5, 18)),
    "inventory": ("Inventory control", 1, 640, 6, (6.5, 17)),
    "procurement": ("Procurement", 1, 590, 4, (8, 17)),
    "approver_0": ("Management", 1, 55, 0.7, (9, 17)),
    "approver_1": ("Management", 1, 24, 0.7, (9, 17)),
    "approver_2": ("Management", 1, 37, 0.7, (9, 17)),
    "warehouse": ("Warehouse", 2, 110, 1.2, (6, 22)),
    "transport": ("Transport", 2, 340, 6, (6, 20)),
    "after_sales": ("Customer service", 2, 170, 4, (8, 18)),
    "billing": ("Finance", 3, 160, 4, (8, 17)),
    "collections": ("Finance", 3, 215, 4, (8.5, 17.5)),
}
TITLES = {
    "integration": "Integration support", "master_data": "Master data desk", "pricing": "Pricing desk",
    "credit": "Credit control", "compliance": "Trade compliance", "order_desk": "Order desk",
    "inventory": "Inventory control", "procurement": "Procurement desk", "approver_0": "Approvers Industrial",
    "approver_1": "Approvers Care", "approver_2": "Approvers Consumer",
    "warehouse": "Warehouse", "transport": "Transport desk", "after_sales": "After-sales service",
    "billing": "Billing", "collections": "Collections",
}  # fmt: skip
_SATURDAYS = frozenset({"integration", "transport", "warehouse", "after_sales"})
_FIRST = ("Anna", "Bram", "Chiara", "David", "Elin", "Femke", "Goran", "Hanna", "Ivo", "Julia", "Karim", "Lena",
          "Marta", "Nils", "Olga", "Pieter", "Quinn", "Rosa", "Stefan", "Tereza")  # fmt: skip
_LAST = ("Adler", "Bos", "Conti", "Dekker", "Ek", "Faber", "Gomez", "Horak", "Iversen", "Jansen", "Kowal", "Laurent",
         "Meyer", "Nowak", "Ortiz", "Peeters", "Romano", "Silva", "Thorn", "Vidal")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Team:
    """One team; `people` are numbers of users."""

    code: str
    name: str
    function: str
    department: str
    stage: int
    site: int
    people: tuple[int, ...]
    attention: float
    """Share of their time that is for exceptions: the rest goes to other work."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a team."""

    code: str
    name: str
    team: int
    speed: float
    clock: Clock


@dataclass(frozen=True, slots=True)
class Staff:
    """All teams and people; `team_of[function, site]` finds the team that serves a site."""

    teams: list[Team]
    people: list[Person]
    team_of: dict[tuple[str, int], int]


def hire(run: Run, sites: Sites, short_on_mondays: frozenset[str]) -> Staff:
    """Staff in proportion to the run's size; a function that is short on Mondays keeps one person in three then."""
    staff = Staff([], [], {})
    rng = run.stream("people")
    for function, (department, stage, minutes, per_10k, shift) in FUNCTIONS.items():
        for site in range(len(SITES)) if function == "warehouse" else (0,):
            size = max(1 if function.startswith("approver") else 2, round(per_10k * run.orders_per_week / 10_000))
            share = SITES[site][5] if function == "warehouse" else 1.0
            load = minutes * share * run.orders_per_week / 1000
            usual = 0.25 if function.startswith("approver") else 0.56
            attention = float(np.clip(load / (usual * size * 5 * 60 * (shift[1] - shift[0])), 0.14, 1.0))
            number = len(staff.teams)
            first = len(staff.people)
            for seat in range(size):
                days = _days(sites.is_open[site], seat, function)
                days &= _comes(len(days), seat, function in short_on_mondays)
                who = len(staff.people)
                name = f"{_FIRST[who % 20]} {_LAST[(who // 20 * 7 + who * 3) % 20]}"
                speed = float(np.exp(rng.normal(0, 0.22)))
                hours = clock(sites.offset[site], days, *shift)
                staff.people.append(Person(f"U{who + 1:04d}", name, number, speed, hours))
            code, name = _label(function, site)
            people = tuple(range(first, first + size))
            staff.teams.append(Team(code, name, function, department, stage, site, people, attention))
            _serve(staff, function, site, number)
    return staff


def _days(is_open: Flags, seat: int, function: str) -> Flags:
    """Mondays to Fridays; where goods move, half of the people take turns on Saturdays."""
    weekday = np.arange(len(is_open)) % 7
    turns = (weekday == 5) & (seat % 2 == 0) & (function in _SATURDAYS)
    comes: Flags = is_open & ((weekday < 5) | turns)
    return comes


def _comes(days: int, seat: int, is_short: bool) -> Flags:
    comes: Flags = (np.arange(days) % 7 != 0) | (seat % 3 == 0) | (not is_short)
    return comes


def _label(function: str, site: int) -> tuple[str, str]:
    if function != "warehouse":
        return function.upper(), TITLES[function]
    return f"WH-{SITES[site][0]}", f"Warehouse {SITES[site][1]}"


def _serve(staff: Staff, function: str, site: int, team: int) -> None:
    for served in (site,) if function == "warehouse" else range(len(SITES)):
        staff.team_of[function, served] = team
