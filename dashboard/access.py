"""Which pages does a role find in its navigation? A convenience, not a boundary: services and scope are the boundary.

A page that a role does not find is not routed for it either: its address leads to a refusal (fault 69).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from control_tower import log, settings
from control_tower.errors import NotAllowed
from control_tower.model import User
from control_tower.vocabulary import Role
from dashboard import theme

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
    """The groups of pages as this role finds them; behind the address of any other there is only its refusal."""
    return {group: [_for(page, role) for page in listed] for group, listed in pages.items()}


def _for(page: Any, role: str) -> Any:
    """Address and hash can be forged: both lead to the refusal (fault 69)."""
    if may_open(page.title, role):
        return page

    def refuse() -> None:
        raise NotAllowed(
            f"The page {page.title} is not for the role {theme.words(role)}: "
            "choose another page in the navigation, or ask an administrator for the role."
        )

    return st.Page(refuse, title=page.title, url_path=page.url_path, visibility="hidden")


def note(user: User, title: str, why: str) -> None:
    """Write into the machine's log that somebody asked for a page, or for something on it, that is not theirs."""
    with log.opened(settings.current().home) as stream:
        log.writing(stream, by=user.user_id, role=user.role).warning("page refused", page=title, why=why)
