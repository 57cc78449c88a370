"""How does a click become a decision? Every write of the pages goes through `act`: one service function, its answer in words.

The idempotency key belongs to the form as it stands, so a double click, a resent frame or a reload has one effect
(fault 59). Never decides whether somebody may: the services do, from the store, whatever the page showed (fault 72).
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from control_tower.errors import ControlTowerError
from control_tower.services.request import Receipt, Request
from dashboard import data, identity
from dashboard.components import plain

_SAID, _KEYS = "actions_said", "actions_keys"


def act(
    done: str, verb: Callable[..., Receipt], *arguments: Any, reason: str = "", version: int | None = None
) -> Receipt | None:
    """Do one thing as the user of this tab; says what happened at the top of the next run. None = refused, and said why.

    `done` is the sentence for success. `version` is what the user saw (`expected_version`): somebody else's change in
    between refuses the action and says so (fault 60).
    """
    form = _form(verb, (reason, *arguments), version)
    keys: dict[str, str] = st.session_state.setdefault(_KEYS, {})
    key = keys.setdefault(form, uuid.uuid4().hex)
    try:
        user = identity.current()
        request = Request(user.user_id, reason.strip(), version, data.reader().build_id, idempotency_key=key)
        receipt = verb(identity.store(), request, *arguments)
    except ControlTowerError as error:
        keys.pop(form, None)
        _say("refused", str(error))
        return None
    if done and not receipt.is_replay:
        _say("done", done)
    return receipt


def act_each(
    done: Callable[[int], str], verb: Callable[..., Receipt], seen: Mapping[str, int], *arguments: Any, reason: str = ""
) -> int:
    """Do the same thing to several subjects, each with the version that was seen; one sentence for all that succeeded.

    Each is an action of its own: what is refused is said one by one, and does not undo the others.
    """
    receipts = [act("", verb, key, *arguments, reason=reason, version=version) for key, version in seen.items()]
    n = sum(receipt is not None for receipt in receipts)
    if n:
        _say("done", done(n))
    return n


def show() -> None:
    """Say what the last actions did; called once per run, above the page."""
    for kind, text in st.session_state.pop(_SAID, []):
        if kind == "done":
            st.toast(plain.as_text(text), icon=":material/check_circle:", duration="long")
        else:
            st.warning(f"**Not done.** {plain.as_text(text)}", icon=":material/block:")


def _say(kind: str, text: str) -> None:
    st.session_state.setdefault(_SAID, []).append((kind, text))


def _form(verb: Callable[..., Receipt], arguments: tuple[Any, ...], version: int | None) -> str:
    """One text per thing that could be clicked: what would be done, to what, in which state of it."""
    stated = f"{verb.__module__}.{verb.__qualname__}|{version}|{arguments!r}"
    return hashlib.sha256(stated.encode()).hexdigest()
