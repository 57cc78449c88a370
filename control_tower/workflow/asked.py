"""Which entries of the audit trail does somebody want to see? Their question, nothing else."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Asked:
    """Parts that are empty ask nothing. `subject` and `actor` are parts of an id; days are UTC, both included."""

    subject: str = ""
    actor: str = ""
    action: str = ""
    outcome: str = ""
    since: date | None = None
    until: date | None = None
