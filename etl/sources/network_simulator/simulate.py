"""How is a whole run made? The parts of the simulated world in order, and its files; never the rules of one part."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from etl.sources.network_simulator import world
from etl.sources.network_simulator.exports import plain
from etl.sources.network_simulator.run import Run


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


def simulate(
    folder: Path, weeks: int = 26, orders_per_week: int = 1500, seed: int = 1, causes: Iterable[str] | None = None
) -> SimulationReport:
    """Simulate a distributor and write its systems' files below `folder`. Same arguments, same bytes.

    `causes` = names of the planted causes, None = all. Raises ValueError for a name that is no cause.
    """
    made = world.make(Run(weeks, orders_per_week, seed, world.planned(causes)))
    rows = plain.write(folder, made)
    return SimulationReport(folder, rows, len(made.orders), rows["exceptions"])
