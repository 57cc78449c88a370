"""What is an exception in the simulated world, before anybody works it? The list of cases; never their handling.

One row per exception: identity, type, when it is seen, what it is about, what it is worth and, for the truth
file only, the real reason it exists.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from control_tower.settings import PROJECT_ROOT
from etl.sources.network_simulator.run import HOUR, Ints, Run, draws

_TYPES = pd.read_csv(PROJECT_ROOT / "data" / "reference" / "exception_types.csv", keep_default_na=False)
TYPE_NO: dict[str, int] = {code: number for number, code in enumerate(_TYPES["type_code"])}
CATEGORY: dict[str, str] = dict(zip(_TYPES["type_code"], _TYPES["category"], strict=True))
SEVERITIES = ("informational", "standard", "critical")
_SUBJECTS = 10**11
_LINKS = ("order", "line", "site", "customer", "item", "supplier", "carrier", "shipment", "parent", "purchase")
_NUMBERS = ("magnitude", "amount", "answer_at")
_WORDS = ("reason", "rule", "step", "detected_by")


@dataclass(slots=True)
class CaseBook:
    """Cases as the parts of the world report them."""

    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(self, type_code: str, subject: Ints, seen_at: Ints, **columns: Any) -> Ints:
        """Report cases of one type, one per subject (an order, line, purchase order … number). Returns identities."""
        identity = TYPE_NO[type_code] * _SUBJECTS + np.asarray(subject, dtype=np.int64)
        defaults: dict[str, Any] = {**dict.fromkeys(_LINKS, -1), **dict.fromkeys(_NUMBERS, 0.0)}
        words = {"reason": "chance", "rule": "", "step": "", "detected_by": "system"}
        part = pd.DataFrame({"identity": identity, "seen_at": np.asarray(seen_at, dtype=np.int64)})
        part["type_code"] = type_code
        for name, value in {**defaults, **words, **columns}.items():
            part[name] = value.to_numpy() if isinstance(value, pd.Series) else value
        self.parts.append(part)
        return identity

    def frame(self) -> pd.DataFrame:
        """All cases reported so far in order of time; a subject has at most one case of a type (the first)."""
        cases = pd.concat(self.parts, ignore_index=True).sort_values(["seen_at", "identity"], kind="stable")
        return cases.drop_duplicates("identity").reset_index(drop=True)


def with_deadlines(run: Run, cases: pd.DataFrame, tier: Ints) -> pd.DataFrame:
    """Add severity, acknowledge-by, decide-by and resolve-by. `tier` of the customer of each case, -1 = no customer."""
    number = cases["type_code"].map(TYPE_NO).to_numpy(dtype=np.int64)
    severity = _TYPES["default_severity"].map(SEVERITIES.index).to_numpy()[number]
    lift = (tier == 0) | (cases["amount"].to_numpy() > 20_000)
    mild = (tier == 3) & (draws(run, "mild", cases["identity"].to_numpy())[:, 0] < 0.3)
    severity = np.clip(severity + lift - mild, 0, 2)
    hours = pd.to_numeric(_TYPES["sla_hours"]).fillna(48).to_numpy()[number] * np.array([1.6, 1.25, 1.0])[severity]
    seen = cases["seen_at"].to_numpy()
    return cases.assign(
        decide_due_at=seen + (hours * HOUR / 2).astype(np.int64),
        severity=severity,
        due_at=seen + (hours * HOUR).astype(np.int64),
        ack_due_at=seen + (hours * 900).astype(np.int64),
    )
