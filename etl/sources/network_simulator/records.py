"""What do the systems say about each exception at the end of the run? Records and states; never the hidden truth."""

import numpy as np
import pandas as pd

from etl.sources.network_simulator.queues import ACTIVITIES, NO
from etl.sources.network_simulator.run import NEVER

STATUS = {
    "Detect": "new", "Assign": "new", "Acknowledge": "acknowledged", "Investigate": "in_progress", "Ask": "waiting",
    "Receive answer": "in_progress", "Hand over": "in_progress", "Request approval": "waiting",
    "Approve": "in_progress", "Reject": "in_progress", "Act": "in_progress", "Rework": "in_progress",
    "Resolve": "resolved", "Close": "closed", "Escalate": "escalated", "Reopen": "in_progress",
    "Resolve automatically": "resolved", "Cancel": "cancelled", "Dismiss": "false_positive",
    "Begin decision": "waiting", "Resume after answer": "in_progress", "Resume after decision": "in_progress",
    "Send back": "in_progress",
}  # fmt: skip
_STATUS = np.array([STATUS[name] for name in ACTIVITIES])
_FIXES = [NO["Resolve"], NO["Resolve automatically"]]


def records(cases: pd.DataFrame, trail: pd.DataFrame, end: int) -> pd.DataFrame:
    """The cases seen by `end` with everything their trail said until then. Grain: one row per case, same index."""
    seen = trail[trail["moment"] <= end]
    activity = seen["activity"]
    result = cases.copy()

    def of(names: list[int], how: str) -> "pd.Series[int]":
        found = seen[activity.isin(names)].groupby("case")["moment"].agg(how)
        return found.reindex(cases.index).fillna(NEVER).astype("int64")

    result["acknowledged_at"] = of([NO["Acknowledge"]], "min")
    result["escalated_at"] = of([NO["Escalate"]], "min")
    result["reopened_at"] = of([NO["Reopen"]], "max")
    fixed = of(_FIXES, "max")
    result["resolved_at"] = fixed.where(fixed > result["reopened_at"], NEVER)
    result["closed_at"] = of([NO["Close"], NO["Dismiss"]], "max")
    result["cancelled_at"] = of([NO["Cancel"]], "max")
    result["reopen_count"] = (result["reopened_at"] > NEVER).astype("int64")
    moves = seen[activity == NO["Hand over"]].groupby("case").size()
    result["reassignment_count"] = moves.reindex(cases.index).fillna(0).astype("int64")
    last = seen.groupby("case").tail(1).set_index("case")
    result["status"] = pd.Series(_STATUS[last["activity"]], index=last.index).reindex(cases.index)
    result["team"] = last["team"].reindex(cases.index)
    result["person"] = seen[seen["person"] >= 0].groupby("case")["person"].last().reindex(cases.index).fillna(-1)
    result["paused_seconds"] = _paused(seen, cases.index, end)
    return result.astype({"person": "int64"})


def _paused(seen: pd.DataFrame, index: pd.Index, end: int) -> "pd.Series[int]":
    asked = seen[seen["activity"] == NO["Ask"]].groupby("case")["moment"].first()
    answered = seen[seen["activity"] == NO["Receive answer"]].groupby("case")["moment"].first()
    answered = answered.reindex(asked.index).fillna(end)
    return (answered - asked).reindex(index).fillna(0).astype("int64")
