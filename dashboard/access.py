"""Which pages does a role find in its navigation? A convenience, not a boundary: services and scope are the boundary.

A page that a role does not find is not routed for it either, so its address leads to the start page (fault 69).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from control_tower.vocabulary import Role

_DECIDES = frozenset({Role.OPERATIONS_LEADER, Role.APPROVER, Role.EXECUTIVE})
_WATCHES_OVER = frozenset({Role.ADMINISTRATOR, Role.PROCESS_ENGINEER, Role.EXECUTIVE, Role.APPROVER})
#: title of a page → the roles that find it; a page that is not named is everybody's.
RESTRICTED: Mapping[str, frozenset[Role]] = {
    "Work queue": frozenset({Role.OPERATIONS_LEADER, Role.ANALYST, Role.PROCESS_ENGINEER}),
    "Reallocation workbench": frozenset({Role.OPERATIONS_LEADER}),
    "Approvals": _DECIDES,
    "Audit and policy": _WATCHES_OVER,
}


def may_open(title: str, role: str) -> bool:
    """Whether a role finds this page."""
    return title not in RESTRICTED or role in RESTRICTED[title]


def found(pages: Mapping[str, Sequence[Any]], role: str) -> dict[str, list[Any]]:
    """The groups of pages as this role finds them; a group without a page is left out."""
    shown = {group: [page for page in listed if may_open(page.title, role)] for group, listed in pages.items()}
    return {group: listed for group, listed in shown.items() if listed}
