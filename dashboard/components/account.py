"""Who am I here? The account of the tab, the switch of the demo, signing in and out."""

import streamlit as st

from control_tower.model import User
from control_tower.services import users
from dashboard import identity
from dashboard.components import plain

_SWITCH = "account_switch"


def show(user: User) -> None:
    """In the sidebar: who acts on this tab, in which role, for which sites."""
    with st.sidebar:
        if identity.is_demo():
            names = list(users.DEMO_USERS)
            label = "Demo mode: act as"
            st.selectbox(label, names, names.index(user.user_id), format_func=_words, key=_SWITCH, on_change=_switch)
        else:
            st.markdown(f"**{plain.as_text(user.name)}** · {_words(user.role)}")
            st.button("Sign out", on_click=st.logout, type="tertiary")
        if user.site_ids is not None:
            st.caption("Sites: " + plain.as_text(", ".join(sorted(user.site_ids)) or "none"))


def sign_in() -> None:
    """The only thing that somebody finds who has not signed in."""
    st.title("Order exception control tower", anchor=False)
    st.button("Sign in", on_click=st.login, type="primary")


def _switch() -> None:
    identity.choose(st.session_state[_SWITCH])


def _words(name: str) -> str:
    return str(name).replace("_", " ").capitalize()
