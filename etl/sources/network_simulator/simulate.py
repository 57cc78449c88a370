"""How is a run of the simulator started? World, exports and truth in their order; never the rules of one part."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from etl.sources.network_simulator import truth, world
from etl.sources.network_simulator.exports import desk, edi, erp, finance, tms, webshop, wms
from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.caselog import case_file
from etl.sources.network_simulator.run import Run


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """What was written: `rows[file#table]` = rows of the world in it, without doubled and unreadable ones."""

    folder: Path
    rows: dict[str, int]
    orders: int
    exceptions: int


def sources() -> list[tuple[str, str]]:
    """The source folders that `tower demo` loads, each with the subfolder of the export that it reads."""
    return [
        ("network_simulator", "desk"), ("sim_erp", "erp"), ("sim_wms", "wms"), ("sim_tms", "tms"), ("sim_edi", "edi"),
        ("sim_finance", "finance"), ("sim_webshop", "webshop"),
    ]  # fmt: skip


def simulate(
    folder: Path, weeks: int = 26, orders_per_week: int = 1500, seed: int = 1, causes: Iterable[str] | None = None
) -> SimulationReport:
    """Simulate a distributor and write its systems' files and the truth below `folder`. Same arguments, same bytes.

    `causes` = names of the planted causes, None = all. Raises ValueError for a name that is no cause.
    """
    made = world.make(Run(weeks, orders_per_week, seed, world.planned(causes)))
    file = case_file(made)
    file = dataclasses.replace(file, found=truth.enrich(made, file.found))
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger()
    for name, system in (("desk", desk), ("erp", erp), ("wms", wms), ("tms", tms), ("edi", edi), ("finance", finance),
                         ("webshop", webshop)):  # fmt: skip
        system.write(folder / name, made, file, ledger)
    truth.write(folder, made, file, ledger)
    rows = {name: counted["true"] for name, counted in ledger.files.items()}
    return SimulationReport(folder, rows, len(made.orders), len(file.found))
