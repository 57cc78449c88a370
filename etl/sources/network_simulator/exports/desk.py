"""What did a tower that had run for years leave behind? Teams, proposals, approvals, audit, samples; never its cases."""

from pathlib import Path

import numpy as np
import pandas as pd

from etl.sources.network_simulator.exports import decisions
from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile
from etl.sources.network_simulator.exports.names import order_codes
from etl.sources.network_simulator.exports.texts import Dialect, Table, written
from etl.sources.network_simulator.network import SITES
from etl.sources.network_simulator.run import DAY, HOUR, draws
from etl.sources.network_simulator.world import World

DIALECT = Dialect("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> None:
    """Write all files of the desk."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = decisions.decided(world, file)
    tables = {
        "teams": _teams(world), "users": _users(world), "proposals": decisions.proposals(world, file, steps),
        "approvals": decisions.approvals(world, file, steps), "audit": decisions.audit(world, file, steps),
        "recommendations": _recommendations(world, file), "audit_samples": _samples(world, file),
    }  # fmt: skip
    for name, table in tables.items():
        texts = {column: written(world.run, DIALECT, column, values).to_pandas() for column, values in table.items()}
        pd.DataFrame(texts).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
        ledger.note(f"desk/{name}.csv", name, true=len(next(iter(table.values()))), doubled=0, bad=0, late=0)


def _teams(world: World) -> Table:
    teams = world.staff.teams
    return {
        "team_id": np.array([t.code for t in teams]), "name": np.array([t.name for t in teams]),
        "department": np.array([t.department for t in teams]),
        "site_id": np.array([SITES[t.site][0] if t.function == "warehouse" else "" for t in teams]),
    }  # fmt: skip


def _users(world: World) -> Table:
    people, teams = world.staff.people, world.staff.teams
    role = ["approver" if teams[p.team].function.startswith("approver") else "agent" for p in people]
    return {"user_id": np.array([p.code for p in people]), "name": np.array([p.name for p in people]),
            "team_id": np.array([teams[p.team].code for p in people]), "role": np.array(role)}  # fmt: skip


def _recommendations(world: World, file: CaseFile) -> Table:
    """What the assist said about breach: calibrated but for the highest answers, which are too sure."""
    found = file.found[file.found["system"] != ""]
    dice = draws(world.run, "assist", found["identity"].to_numpy(), 4)
    said = found[dice[:, 0] < 0.6]
    dice = dice[dice[:, 0] < 0.6]
    usual = said.groupby("type_code")["breaches"].transform("mean").to_numpy()
    probability = np.clip(usual + 0.25 * (dice[:, 1] - 0.5) + 0.3 * said["breaches"].to_numpy(), 0.02, 0.98)
    known = (said["due_at"].to_numpy() <= world.run.end) | (said["resolved_at"].to_numpy() > 0)
    truth = np.where(said["breaches"].to_numpy(), "breach", "in time")
    response = np.select([np.abs(probability - 0.5) < 0.08, dice[:, 2] < 0.72], ["abstained", "accepted"], "overridden")
    return {
        "recommendation_id": np.char.add("R", (np.arange(len(said)) + 1).astype(str)),
        "exception_id": said["no"].to_numpy(dtype=str), "kind": np.full(len(said), "breach"),
        "model_version": np.where(said["seen_at"].to_numpy() < world.run.end // 2, "breach-1", "breach-2"),
        "suggested": np.where(probability > 0.5, "breach", "in time"), "probability": np.round(probability, 2),
        "outcome": np.where(known, truth, ""), "response": response, "made_at": said["seen_at"].to_numpy() + 90,
    }  # fmt: skip


def _samples(world: World, file: CaseFile) -> Table:
    """One order in a hundred without an exception, looked at again: what everybody missed."""
    touched = np.zeros(len(world.orders), dtype=bool)
    touched[file.found.loc[file.found["order"] >= 0, "order"].to_numpy()] = True
    dice = draws(world.run, "sample", np.arange(len(world.orders)), 3)
    moment = world.orders.booked_at + 5 * DAY + (8 * HOUR * dice[:, 1]).astype(np.int64)
    order = np.flatnonzero((dice[:, 0] < 0.01) & ~touched & (moment <= world.run.end))
    kinds = np.array(["pricing_discrepancy", "shipment_delay", "invoice_discrepancy", "incomplete_customer_data"])
    missed = dice[order, 2]
    return {
        "audit_sample_id": np.char.add("AS", (np.arange(len(order)) + 1).astype(str)), "order_id": order_codes(order),
        "sampled_at": moment[order],
        "found_type_code": np.where(missed < 0.04, kinds[(missed * 100).astype(int) % 4], ""),
    }  # fmt: skip
