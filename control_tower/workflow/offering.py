"""May this be done to a case now, and if not, why not? What a page says beside a verb; the services decide anew.

Pure: from role, status and verb, by the tables of rights and casework.
"""

from control_tower.vocabulary import ExceptionStatus, Role
from control_tower.workflow.casework import ENDED, next_status
from control_tower.workflow.rights import RIGHTS, Action, may

PRIMARY: dict[ExceptionStatus, Action] = {
    ExceptionStatus.NEW: Action.CASE_ACKNOWLEDGE,
    ExceptionStatus.ACKNOWLEDGED: Action.CASE_START,
    ExceptionStatus.ESCALATED: Action.CASE_START,
    ExceptionStatus.IN_PROGRESS: Action.CASE_RESOLVE,
    ExceptionStatus.WAITING: Action.CASE_RESUME,
    ExceptionStatus.RESOLVED: Action.CASE_CLOSE,
}
"""The step that usually comes next."""


def refusal(role: str, status: ExceptionStatus, action: Action) -> str:
    """Why a verb cannot be done now, in words; empty when it can.

    >>> refusal("analyst", ExceptionStatus.NEW, Action.CASE_RESOLVE)
    'not for the role analyst; operations leader may'
    >>> refusal("operations_leader", ExceptionStatus.CLOSED, Action.CASE_PAUSE)
    'it is closed; reopen it first'
    """
    if not may(role, action):
        others = [word for word in RIGHTS[action] if word in list(Role)]
        return f"not for the role {_words(role)}; {' or '.join(sorted(_words(word) for word in others))} may"
    if next_status(status, action) is None:
        return f"it is {_words(status)}" + ("; reopen it first" if status in ENDED else " already")
    return ""


def _words(code: str) -> str:
    return str(code).replace("_", " ")
