"""What do systems say they sent? Control totals by file, some of them wrong as real ones are; never a row of the files.

A total is wrong when a file is cut off on its way, when rows are entered after it was drawn, and when a file is stated
and never comes. truth.json names each of these breaks.
"""

import numpy as np

from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.texts import Table
from etl.sources.network_simulator.run import HOUR
from etl.sources.network_simulator.world import World

CUT_OFF, ENTERED_LATER, NEVER_CAME = 40, -3, 12
"""Rows by which a total differs from what came."""


def table(world: World, ledger: Ledger, system: str, breaks: dict[str, int], written_at: dict[str, int]) -> Table:
    """One row per file that the system has written so far, and per file that it states and does not send.

    `breaks` = by file the rows that it states beside those that came; `written_at` = by file when it was written, the
    others at the end of the run. Writes the breaks down in the ledger.
    """
    came: dict[str, int] = dict.fromkeys(breaks, 0)
    for place, rows in ledger.files.items():
        folder, _, file = place.partition("#")[0].partition("/")
        if folder == system:
            came[file] = came.get(file, 0) + rows["true"] + rows["doubled"] + rows["bad"]
    stated = {file: rows + breaks.get(file, 0) for file, rows in came.items()}
    ledger.breaks += [{"system": system, "file": file, "stated": stated[file], "came": came[file]} for file in breaks]
    moments = [written_at.get(file, world.run.end) - HOUR for file in came]
    return {"file": np.array(list(came)), "stated_rows": np.array(list(stated.values()), dtype=np.int64),
            "stated_at": np.array(moments, dtype=np.int64)}  # fmt: skip
