"""Which pages does a role find in its navigation? A convenience, not a boundary: services and scope are the boundary.

A page that a role does not find is not routed for it either, so its address leads to the start page (fault 69).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from streamlit.runtime.scriptrunner import get_script_run_ctx

from control_tower import log, settings
from control_tower.model import User
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


def hidden(pages: Mapping[str, Sequence[Any]], role: str) -> str:
    """The title of the page that this run was asked for and the role does not find; empty when there is none.

    The browser names a page by its address or by its hash; both can be forged (fault 69).
    """
    context = get_script_run_ctx()
    if context is None:
        return ""
    asked = {context.pages_manager.intended_page_script_hash, context.pages_manager.intended_page_name} - {None, ""}
    listed = (page for group in pages.values() for page in group if not may_open(page.title, role))
    return next((str(page.title) for page in listed if {page.url_path, page._script_hash} & asked), "")


def note(user: User, title: str, why: str) -> None:
    """Write into the machine's log that somebody asked for a page, or for something on it, that is not theirs."""
    with log.opened(settings.current().home) as stream:
        log.writing(stream, by=user.user_id, role=user.role).warning("page refused", page=title, why=why)
