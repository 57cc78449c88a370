"""What does the database itself refuse, whoever speaks to it? Reads the statements of guards_<dialect>.sql.

The first migration runs them. Their rules: history is never changed (fault 99), audit entries follow one another, and
nobody approves what they proposed or edited (fault 76).
"""

from pathlib import Path

APPEND_ONLY = ("audit", "anchor", "proposal_version", "case_state")
"""Tables whose rows are never changed and never go."""


def statements(dialect: str) -> list[str]:
    """The statements that set up every guard, one text each."""
    text = Path(__file__).with_name(f"guards_{dialect}.sql").read_text(encoding="utf-8")
    return [part.strip() for part in text.split("\n-- next\n") if part.strip()]
