"""How are simulated things called in files? Local ids and written times; never any table."""

from typing import Literal

import numpy as np

from etl.sources.network_simulator.run import Ints, Run, Texts


def order_codes(count: int) -> Texts:
    """Order numbers in order of booking."""
    return np.char.add("SO", (np.arange(count) + 1_000_001).astype(str))


def text(run: Run, seconds: Ints, unit: Literal["s", "D"] = "s") -> Texts:
    """Moments as ISO text in UTC (or days as dates); what never came is empty."""
    written = np.datetime_as_string(run.stamps(np.asarray(seconds)), unit=unit)
    marked = written if unit == "D" else np.char.add(written, "Z")
    return np.where(np.asarray(seconds) <= -(10**9), "", marked)
