"""Who is looking at this tab, and what may they see? The account, read anew from the decision store at every run.

With an identity provider (`[auth]` in Streamlit's secrets) the account is the one mapped to the person who signed in.
Without one the pages are in demo mode: clearly marked, on the loopback address only, with a switch between the demo's
users. Role and scope never come from the URL, a widget's value or a header (faults 70, 74): only from the store.
Rights are not decided here; the services ask again for every action.
"""

from pathlib import Path

import streamlit as st

from control_tower import settings
from control_tower.errors import NotAllowed
from control_tower.model import User
from control_tower.services import opening, users
from control_tower.workflow.store.store import Store

DEFAULT = "planner"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_CHOSEN = "demo_user"


def is_demo() -> bool:
    """Whether nobody signs in here: no identity provider is configured and the settings allow the demo's users."""
    return settings.current().is_demo and not _has_provider()


def current() -> User:
    """The account behind this tab, as the store says now (fault 80).

    Raises NotAllowed when nobody is signed in, when the account is closed or unknown, when the server takes identities
    from headers (which anybody can write who reaches it), or when the pages would offer the demo's users beyond this
    machine.
    """
    if st.get_option("server.trustedUserHeaders"):
        raise NotAllowed(
            "the server is set to believe identity headers (server.trustedUserHeaders), and whoever reaches it can write "
            "them; take that setting away and configure an identity provider (docs/signing_in.md)"
        )
    if not is_demo():
        return users.find_by_subject(store(), _subject())
    address = st.get_option("server.address")
    if address not in LOOPBACK:
        raise NotAllowed(
            f"demo mode is for this machine only, and the pages are served on {address or 'every address'}; serve them "
            "on 127.0.0.1, or configure an identity provider (docs/signing_in.md)"
        )
    return users.find(store(), st.session_state.get(_CHOSEN, DEFAULT))


def choose(user_id: str) -> None:
    """Be another of the demo's users from now on. Raises NotAllowed outside demo mode and for anybody else."""
    if not is_demo() or user_id not in users.DEMO_USERS:
        raise NotAllowed("only the demo's users can be switched, and only in demo mode")
    st.session_state[_CHOSEN] = user_id


def scope(user: User) -> tuple[str, ...] | None:
    """The sites a user may see, in order; None = all (ruling 17)."""
    return None if user.site_ids is None else tuple(sorted(user.site_ids))


def store() -> Store:
    """The decision store of this process."""
    return opening.current_store(settings.current())


def needs_sign_in() -> bool:
    """Whether an identity provider is configured and nobody has signed in on this tab yet."""
    return not is_demo() and _has_provider() and not st.user.is_logged_in


def is_signed_in() -> bool:
    """Whether an identity provider has named whoever is at this tab, known to the tower or not."""
    return not is_demo() and _has_provider() and bool(st.user.is_logged_in)


def _has_provider() -> bool:
    places = (Path.cwd() / ".streamlit" / "secrets.toml", Path.home() / ".streamlit" / "secrets.toml")
    return any(place.is_file() for place in places) and "auth" in st.secrets


def _subject() -> str:
    """Issuer and subject: what the provider never gives to another person, unlike a name or a mail address."""
    if not _has_provider() or not st.user.is_logged_in:
        raise NotAllowed("nobody is signed in")
    return f"{st.user['iss']}#{st.user['sub']}"
