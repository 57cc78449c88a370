"""Which change of an exception's status exists? The table of ruling 5's states by verb, pure (ROU-04).

Never asks who does it.
"""

from control_tower.vocabulary import ExceptionStatus
from control_tower.workflow.rights import Action

S = ExceptionStatus
OPEN = frozenset({S.NEW, S.ACKNOWLEDGED, S.IN_PROGRESS, S.WAITING, S.ESCALATED})
ENDED = frozenset(S) - OPEN

MOVES: dict[Action, tuple[frozenset[ExceptionStatus], ExceptionStatus]] = {
    Action.CASE_ACKNOWLEDGE: (frozenset({S.NEW}), S.ACKNOWLEDGED),
    Action.CASE_START: (OPEN - {S.IN_PROGRESS}, S.IN_PROGRESS),
    Action.CASE_PAUSE: (OPEN - {S.WAITING}, S.WAITING),
    Action.CASE_RESUME: (frozenset({S.WAITING}), S.IN_PROGRESS),
    Action.CASE_ESCALATE: (OPEN, S.ESCALATED),
    Action.CASE_DUPLICATE: (OPEN, S.DUPLICATE),
    Action.CASE_FALSE_POSITIVE: (OPEN, S.FALSE_POSITIVE),
    Action.CASE_RESOLVE: (OPEN, S.RESOLVED),
    Action.CASE_CLOSE: (frozenset({S.RESOLVED}), S.CLOSED),
    Action.CASE_REOPEN: (ENDED, S.IN_PROGRESS),
}
"""Verb → the states it starts from, and the one it leads to. Verbs that are not here change no status."""
ONLY_WHILE_OPEN = frozenset({Action.CASE_ASSIGN, Action.CASE_HOLD, Action.CASE_TASK_ADD})


def next_status(status: ExceptionStatus, action: Action) -> ExceptionStatus | None:
    """Where a verb leads from a status; None when it does not exist there.

    >>> next_status(ExceptionStatus.NEW, Action.CASE_ACKNOWLEDGE)
    <ExceptionStatus.ACKNOWLEDGED: 'acknowledged'>
    >>> next_status(ExceptionStatus.CLOSED, Action.CASE_ACKNOWLEDGE) is None
    True
    """
    if action in MOVES:
        sources, target = MOVES[action]
        return target if status in sources else None
    return None if action in ONLY_WHILE_OPEN and status in ENDED else status
