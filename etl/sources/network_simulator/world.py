"""What does a finished run hold? Everything that exports and truth are written from; never how it came about."""

from dataclasses import dataclass

import pandas as pd

from etl.sources.network_simulator.demand import Lines, Orders
from etl.sources.network_simulator.fulfilment import Shipping
from etl.sources.network_simulator.network import Network
from etl.sources.network_simulator.run import Run
from etl.sources.network_simulator.teams import Staff


@dataclass(frozen=True, slots=True)
class World:
    """One finished run."""

    run: Run
    network: Network
    orders: Orders
    lines: Lines
    shipping: Shipping
    staff: Staff
    cases: pd.DataFrame
    trail: pd.DataFrame
