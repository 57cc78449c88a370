"""Which proposals were made for exceptions, who decided and what is in the audit trail? Never the cases themselves."""

from typing import Any

import numpy as np
import pandas as pd

from etl.sources.network_simulator.exports.caselog import CaseFile
from etl.sources.network_simulator.exports.names import currency, line_codes
from etl.sources.network_simulator.exports.texts import Table
from etl.sources.network_simulator.playbook import PLAYS
from etl.sources.network_simulator.queues import NO
from etl.sources.network_simulator.run import NEVER, draws
from etl.sources.network_simulator.world import World

_ACTION = {"Reallocate stock": "reallocate", "Decide who is served": "reallocate", "Offer substitute": "substitute",
           "Release credit hold": "release_credit", "Reprice or accept margin": "accept_margin"}  # fmt: skip
_OVERRIDES = ("customer relationship", "local knowledge of the carrier", "freight too dear", "stock needed elsewhere")
_VERSIONS = ("policy-7", "policy-8")


def decided(world: World, file: CaseFile) -> pd.DataFrame:
    """One row per request for approval: case, who asked, when, who decided, when (NEVER = pending) and how."""
    steps = file.steps
    asked = steps[steps["activity"] == NO["Request approval"]].copy()
    asked["turn"] = asked.groupby("case").cumcount()
    said = steps[steps["activity"].isin([NO["Approve"], NO["Reject"]])].copy()
    said["turn"] = said.groupby("case").cumcount()
    both = asked.merge(said, on=["case", "turn"], how="left", suffixes=("", "_by"))
    both["decided_at"] = both["moment_by"].fillna(NEVER).astype("int64")
    both["is_rejected"] = both["activity_by"] == NO["Reject"]
    both = both.sort_values(["moment", "case"], kind="stable").reset_index(drop=True)
    both["fixed_at"] = both["case"].map(file.found["resolved_at"]).fillna(NEVER).astype("int64")
    return both


def _numbers(rows: pd.DataFrame) -> np.ndarray:
    return np.char.add("P", (np.arange(len(rows)) + 1).astype(str))


def _people(world: World, numbers: "pd.Series[float]") -> np.ndarray:
    codes = np.array([*(p.code for p in world.staff.people), ""])
    return np.asarray(codes[numbers.fillna(-1).to_numpy(dtype=int)])


def _states(rows: pd.DataFrame) -> np.ndarray:
    done = (rows["fixed_at"] > NEVER) & ~rows["is_rejected"]
    pending = rows["decided_at"] == NEVER
    return np.select([pending, rows["is_rejected"], done], ["submitted", "rejected", "confirmed"], "approved")


def proposals(world: World, file: CaseFile, rows: pd.DataFrame) -> Table:
    """One proposal per request: a rejected one is followed by another."""
    found = file.found.loc[rows["case"]]
    acts = found["type_code"].map({code: play.act for code, play in PLAYS.items()})
    dice = draws(world.run, "proposal", found["identity"].to_numpy() + rows["turn"].to_numpy() * 7, 3)
    amount, line = found["amount"].to_numpy(), found["line"].to_numpy()
    done = np.where(_states(rows) == "confirmed", rows["fixed_at"], NEVER)
    expected = np.round(amount * (0.05 + 0.2 * dice[:, 0]), 2)
    return {
        "proposal_id": _numbers(rows), "exception_id": found["no"].to_numpy(dtype=str),
        "order_line_id": np.where(line >= 0, line_codes(world, np.maximum(line, 0)), ""),
        "action": acts.map(_ACTION).fillna("correct").to_numpy(dtype=str), "state": _states(rows),
        "proposed_by": _people(world, rows["person"]), "created_at": rows["moment"].to_numpy() - 900,
        "submitted_at": rows["moment"].to_numpy(), "executed_at": done, "confirmed_at": np.where(done > NEVER, done + 3600, NEVER),
        "expected_benefit_amount": expected,
        "realised_benefit_amount": np.where(done > NEVER, np.round(expected * (0.5 + 0.8 * dice[:, 1]), 2), np.nan),
        "freight_amount": np.round(12 + 60 * dice[:, 2], 2), "currency_code": currency(world, found["customer"].to_numpy()),
    }  # fmt: skip


def approvals(world: World, file: CaseFile, rows: pd.DataFrame) -> Table:
    """One row per decision asked for; some choose another option than was recommended, some waive a limit."""
    found = file.found.loc[rows["case"]]
    dice = draws(world.run, "decision", found["identity"].to_numpy() + rows["turn"].to_numpy() * 7, 4)
    pending, rejected = (rows["decided_at"] == NEVER).to_numpy(), rows["is_rejected"].to_numpy()
    other = (dice[:, 0] < 0.14) & ~pending
    option = np.char.add("option ", (1 + (dice[:, 1] * 3).astype(int)).astype(str))
    reasons = np.array(_OVERRIDES)[(dice[:, 2] * len(_OVERRIDES)).astype(int)]
    old = rows["moment"].to_numpy() < world.run.end // 2
    waived = (dice[:, 3] < 0.08) & ~rejected & ~pending
    return {
        "approval_id": np.char.add("A", (np.arange(len(rows)) + 1).astype(str)), "proposal_id": _numbers(rows),
        "exception_id": found["no"].to_numpy(dtype=str), "approver": _people(world, rows["person_by"]),
        "approver_role": np.full(len(rows), "approver"),
        "policy_rule_id": np.where(found["amount"].to_numpy() > 5000, "AM-2", "AM-1"),
        "policy_version": np.where(old, *_VERSIONS), "submitted_at": rows["moment"].to_numpy(),
        "decided_at": rows["decided_at"].to_numpy(),
        "decision": np.select([pending, rejected], ["", "rejected"], "approved"),
        "recommended_option": np.full(len(rows), "option 1"),
        "chosen_option": np.select([pending, other], ["", np.where(option == "option 1", "option 2", option)], "option 1"),
        "override_reason": np.where(other, reasons, ""),
        "waiver": np.where(waived, "margin limit", ""),
    }  # fmt: skip


def audit(world: World, file: CaseFile, rows: pd.DataFrame) -> Table:
    """Every change of a proposal's state, gapless; one in fifty lacks its reason, as people are."""
    person, by = _people(world, rows["person"]), _people(world, rows["person_by"])
    state, number = _states(rows), _numbers(rows)
    after = np.where(rows["is_rejected"], "rejected", "approved")
    parts: list[tuple[Any, Any, Any, Any]] = [(rows["moment"] - 900, person, "none", "draft"), (rows["moment"], person, "draft", "submitted"),
             (rows["decided_at"], by, "submitted", after),
             (rows["fixed_at"].where(state == "confirmed", NEVER), np.full(len(rows), "tower"), "approved", "released")]  # fmt: skip
    moment = np.concatenate([part[0].to_numpy() for part in parts])
    actor = np.concatenate([part[1] for part in parts])
    before, then = (np.concatenate([np.broadcast_to(part[n], len(rows)) for part in parts]).astype(str) for n in (2, 3))
    subject = np.tile(number, len(parts))
    keep = np.flatnonzero(moment > NEVER)
    keep = keep[np.argsort(moment[keep], kind="stable")]
    words = {
        name: np.char.add(np.char.add('{"state": "', values[keep]), '"}')
        for name, values in (("b", before), ("a", then))
    }
    has_reason = draws(world.run, "audit", keep)[:, 0] > 0.02
    return {
        "audit_id": np.char.add("AU", (np.arange(len(keep)) + 1).astype(str)), "sequence_no": np.arange(1, len(keep) + 1),
        "subject_type": np.full(len(keep), "proposal"), "subject_id": subject[keep], "action": then[keep],
        "actor": actor[keep], "acted_at": moment[keep], "reason": np.where(has_reason, "as the case needs", ""),
        "before_state": words["b"], "after_state": words["a"],
        "policy_version": np.where(moment[keep] < world.run.end // 2, *_VERSIONS),
    }  # fmt: skip
