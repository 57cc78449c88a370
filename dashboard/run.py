"""What happens around every page, whichever it is? The account, the build, the filter state, header and footer.

Never holds what a page shows, and not the list of pages (app.py).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from control_tower.errors import BuildError, ControlTowerError, NotAllowed
from control_tower.model import User
from dashboard import access, actions, data, filters, identity, shortcuts
from dashboard.components import account, answer_place, empty, figure, header, plain, quiet


def run(pages: Mapping[str, Sequence[Any]]) -> None:
    """One run of the script: one account, one build, one filter state, one page."""
    st.set_page_config("Order exception control tower", Path(__file__).with_name("icon.png"), layout="wide")
    st.logo(Path(__file__).with_name(f"logo_{figure.mode()}.svg"), size="large")
    user = _account()
    if user is None:
        return
    try:
        page = st.navigation(access.found(pages, user.role), expanded=True)
        account.show(user)
        refused = filters.adopt(page.title)
        head = data.begin(identity.scope(user)).header()
    except BuildError as error:
        empty.no_build(str(error))
        return
    except ControlTowerError as error:
        empty.stopped(str(error))
        return
    header.show(head)
    actions.show()
    for sentence in refused:
        quiet.line(f":orange[{plain.as_text(sentence)}]")
    _show(page, user)
    header.footer(head)
    shortcuts.listen()


def _account() -> User | None:
    """The account behind this tab; None when there is none, which is then all that is said."""
    if identity.needs_sign_in():
        account.sign_in()
        return None
    try:
        return identity.current()
    except NotAllowed as error:
        empty.nobody(str(error), identity.is_signed_in())
    except ControlTowerError as error:
        empty.stopped(str(error))
    return None


def _show(page: Any, user: User) -> None:
    """The page itself; what it refuses is said, and noted where it is somebody else's."""
    try:
        with answer_place.settled():
            page.run()
    except NotAllowed as error:
        access.note(user, page.title, str(error))
        empty.refused(str(error))
    except ControlTowerError as error:
        empty.stopped(str(error))
