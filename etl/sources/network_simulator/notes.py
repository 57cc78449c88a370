"""What might a person have written at a step? Short free texts; never a fact that the tables do not hold."""

import numpy as np

from etl.sources.network_simulator.run import Run, draws

_BY_STEP: dict[str, tuple[str, ...]] = {
    "Investigate": (
        "checked the order against the contract, something is off", "same thing as last week, see older case",
        "looked it up with the warehouse, they see it too", "nothing in the mailbox yet, will ask again",
        "cust called twice today, pls hurry", "system shows one thing, paper another",
        "could reproduce it, root of it is not on our side", "checked master data, field was empty",
    ),
    "Ask": (
        "mail sent, waiting for a reply", "left a message on the phone", "asked the customer for a written ok",
        "waiting for the other side, nothing we can do",
    ),
    "Hand over": (
        "not ours, passing on", "need you to have a look at the stock part", "please take over, we lack the rights",
        "sorry third time I forward this kind of thing",
    ),
    "Reject": ("not under these conditions", "margin too thin, find something else", "customer had this last month already"),
    "Approve": ("ok for me", "ok this once", "fine, but tell the customer"),
    "Act": ("done as agreed on the phone", "fixed in the system, please check tomorrow", "done, told the customer"),
    "Reopen": ("customer says it is not solved", "came back after the night run"),
}  # fmt: skip
_SHARE = 0.3


def write(run: Run, activity: np.ndarray, number: np.ndarray) -> np.ndarray:
    """A note for some of the steps, "" for the others. `number` identifies a step within the run."""
    dice = draws(run, "note", number, 2)
    result = np.full(len(activity), "", dtype=object)
    for step, texts in _BY_STEP.items():
        mine = np.flatnonzero((activity == step) & (dice[:, 0] < _SHARE))
        result[mine] = np.array(texts, dtype=object)[(dice[mine, 1] * len(texts)).astype(int)]
    return result.astype(str)
