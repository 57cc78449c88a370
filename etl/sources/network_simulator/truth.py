"""What is true about a run? Causes, reasons, uncensored times and rows by file; written beside, never loaded."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from etl.sources.network_simulator import breach, causes, reserving
from etl.sources.network_simulator.exports.blemishes import Ledger
from etl.sources.network_simulator.exports.caselog import CaseFile
from etl.sources.network_simulator.exports.names import order_codes
from etl.sources.network_simulator.run import HOUR
from etl.sources.network_simulator.world import World, ended


def enrich(world: World, found: pd.DataFrame) -> pd.DataFrame:
    """Add to each case its true end, hours and whether it truly breaches, uncensored, and the breach probability.

    The probability is `breach.probabilities`: what somebody who knew the whole world could say at detection.
    """
    end = ended(world.cases, world.trail).reindex(found.index)
    hours = (end - found["seen_at"]) / HOUR
    breaches = end > found["due_at"]
    probability = breach.probabilities(world.run, world.staff, world.cases, world.trail, world.slow)[found.index]
    return found.assign(true_hours=hours, breaches=breaches, breach_probability=probability)


def write(folder: Path, world: World, file: CaseFile, ledger: Ledger) -> dict[str, Any]:
    """Write truth.json and truth_cases.csv. Returns what truth.json holds."""
    found, run = file.found, world.run
    content = {
        "run": {"weeks": run.weeks, "orders_per_week": run.orders_per_week, "seed": run.seed,
                "as_of": run.stamps(np.array([run.end]))[0].astype(str)},
        "orders": len(world.orders), "order_lines": len(world.lines), "exceptions": len(found),
        "orders_with_exception": int(found.loc[found["order"] >= 0, "order"].nunique()),
        "causes": [_cause(world, found, cause) for cause in causes.CAUSES], "decoys": list(causes.DECOYS),
        "exceptions_by_type": _counts(found["type_code"]), "exceptions_by_system": _counts(found["system"]),
        "exceptions_by_reason": {code: _counts(part["reason"]) for code, part in found.groupby("type_code")},
        "open_at_end": int(found["resolved_at"].lt(0).mul(found["closed_at"].lt(0)).mul(found["cancelled_at"].lt(0)).sum()),
        "times": {code: _times(part) for code, part in found.groupby("type_code")},
        "copies": _copies(world), "breaches": _breaches(world), "files": ledger.files,
        "control_total_breaks": ledger.breaks,
    }  # fmt: skip
    (folder / "truth.json").write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    columns = ["no", "system", "type_code", "reason", "parent_no", "true_hours", "breaches", "breach_probability"]
    found[columns].round(4).to_csv(folder / "truth_cases.csv", index=False, lineterminator="\n")
    return content


def _copies(world: World) -> list[dict[str, str]]:
    """Orders that came a second time, with the order they repeat and why."""
    number = np.flatnonzero(world.copy_of >= 0)
    replayed = world.messages.has_duplicate[number]
    return [{"order": one, "of": of, "how": "message replayed" if again else "sent twice by a person"}
            for one, of, again in zip(order_codes(number).tolist(), order_codes(world.copy_of[number]).tolist(), replayed, strict=True)]  # fmt: skip


def _breaches(world: World) -> list[dict[str, Any]]:
    """Where more was reserved or promised than was there, from which count on, how much and why."""
    found, net = reserving.breaches(world), world.network
    key = found["key"].to_numpy(dtype=np.int64)
    columns = {
        "site": net.sites.code[key // len(net.items.code)], "item": net.items.code[key % len(net.items.code)],
        "since": world.run.stamps(found["since"].to_numpy(dtype=np.int64)).astype(str),
        "missing": found["missing"].to_numpy(dtype=np.int64),
        "why": np.where(found["is_tender"], "tender_reservation", "promised on stale stock"),
    }  # fmt: skip
    return [dict(zip(columns, row, strict=True)) for row in zip(*(c.tolist() for c in columns.values()), strict=True)]


def _counts(values: "pd.Series[str]") -> dict[str, int]:
    return {str(key): int(count) for key, count in values.value_counts().items()}


def _cause(world: World, found: pd.DataFrame, cause: causes.Cause) -> dict[str, Any]:
    first, last = cause.window(world.run)
    since, until = (moment.astype(str) for moment in world.run.stamps(np.array([first, last])))
    return {
        "name": cause.name, "title": cause.title, "place": cause.place, "since": since, "until": until,
        "size": cause.size, "unit": cause.unit, "types": list(cause.types), "effect": cause.effect,
        "is_on": cause.name in world.run.causes, "cases": int((found["reason"] == cause.name)[found["type_code"].isin(cause.types)].sum()),
    }  # fmt: skip


def _times(part: pd.DataFrame) -> dict[str, float]:
    hours = part["true_hours"]
    return {"n": len(part), "median_hours": round(float(hours.median()), 3), "p90_hours": round(float(hours.quantile(0.9)), 3),
            "breach_rate": round(float(part["breaches"].mean()), 4)}  # fmt: skip
