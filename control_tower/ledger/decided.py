"""What was decided, by kind and one by one? The read `outcome_proposal` as its two tables.

Never computes: sums are the read's, over all proposals and not only over those that it lists.
"""

import pandas as pd

KIND = ["action", "n", "measured", "expected_amount", "realised_amount"]
PROPOSAL = [
    "proposal_id", "exception_id", "type_title", "site", "action", "state", "decided_at", "expected_amount", "realised_amount",
]  # fmt: skip
MOST = 900
"""Proposals that are listed at most: with a row per kind of decision the read stays within what a browser gets."""


def split(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row per kind of decision, and one per approved proposal."""
    is_kind = frame["n"].notna()
    kinds = frame.loc[is_kind, KIND].reset_index(drop=True).astype({"n": "int64", "measured": "int64"})
    return kinds, frame.loc[~is_kind, PROPOSAL].reset_index(drop=True)
