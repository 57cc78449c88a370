"""Does any frame at all gain somebody a right? Thousands of torn, random and half-true frames against the served dashboard."""

import random
from contextlib import suppress

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from websockets.exceptions import ConnectionClosed

from control_tower.vocabulary import Role
from control_tower.workflow.rights import Action, may
from tests.dashboard.test_identity import APPROVALS, BENCH, CASE, QUEUE, Served, harvest, served
from tests.raw_tab import RawTab, Shown

__all__ = ["harvest", "served"]
PER_TAB, TOGETHER = 48, 16
"""Frames of one tab, and how many of them are sent before an answer is awaited: a page takes a fifth of a second."""
WORDS = ("administrator", "$$ID-0-demo_user", "a\x00b", "../../x", "' OR 1=1 --", "<img src=x>", "9" * 400, "é\u202e")


def place(chance: random.Random, tab: RawTab) -> ClientState:
    """The page of the tab, or one that is somebody else's or is none."""
    state = ClientState()
    state.CopyFrom(tab.page)
    if chance.random() < 0.3:
        state.page_name = chance.choice([CASE, APPROVALS, QUEUE, BENCH, "audit_and_policy", *WORDS])
        state.page_script_hash = chance.choice(["", "0" * 32, state.page_script_hash])
        state.query_string = f"{chance.choice(['role', 'proposal', 'exception', 'scope'])}={chance.choice(WORDS)}"
    return state


def frame(chance: random.Random, at: ClientState, ids: list[str]) -> ClientState:
    """A rerun that names buttons and fields of anybody, with values of any kind."""
    state = ClientState()
    state.CopyFrom(at)
    for one in chance.sample(ids, min(len(ids), chance.randrange(1, 6))):
        widget = state.widget_states.widgets.add(id=one if chance.random() < 0.9 else one[: chance.randrange(1, 20)])
        match chance.randrange(7):
            case 0 | 1:
                widget.trigger_value = True
            case 2:
                widget.string_value = chance.choice(WORDS)
            case 3:
                widget.int_value = chance.choice([0, -1, 2**62])
            case 4:
                widget.bool_value = True
            case 5:
                widget.json_value = chance.choice(["{", "[]", '{"a": 1e999}', "null"])
            case _:
                widget.string_array_value.data.extend(chance.sample(WORDS, 3))
    return state


def garbage(chance: random.Random, tab: RawTab, ids: list[str]) -> bytes:
    """Bytes that are no frame, or one that is torn or has a byte turned over."""
    true = BackMsg(rerun_script=frame(chance, tab.page, ids)).SerializeToString()
    cut = true[: chance.randrange(len(true))]
    turned = bytearray(true)
    turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
    return chance.choice([cut, bytes(turned), chance.randbytes(64), b""])


def fuzzed(served: Served, ids: list[str], count: int, seed: int) -> int:
    """Send so many frames as one role after the other; how many were taken in. A closed connection is an answer too."""
    chance, roles, taken, tabs = random.Random(seed), list(Role), 0, 0
    while tabs * PER_TAB < count:
        role, tabs = roles[tabs % len(roles)], tabs + 1
        with suppress(ConnectionClosed, EOFError), served.tab(role) as tab:
            page = chance.choice([CASE, APPROVALS, QUEUE, BENCH])
            tab.open(page, served.query(page))
            for _ in range(PER_TAB // TOGETHER):
                at = place(chance, tab)
                shown = tab.burst([frame(chance, at, ids) for _ in range(TOGETHER)])
                taken += TOGETHER
                assert b"Traceback" not in shown.raw
            for _ in range(4):  # at the end, since the server may hang up on it
                tab.socket.send(garbage(chance, tab, ids))
    return taken


@pytest.mark.slow
@pytest.mark.parametrize("count", [300, 50_000])
def test_no_fuzzed_frame_does_what_its_role_may_not(served: Served, harvest: dict[str, Shown], count: int) -> None:
    # fault 71, # fault 72, # fault 73
    ids = sorted({key for shown in harvest.values() for key in shown.buttons})
    ids += sorted(
        {one.id for shown in harvest.values() for kind in ("text_input", "selectbox") for one in shown.of(kind)}
    )
    before = len(served.trail())
    assert fuzzed(served, ids, count, seed=count) > count * 0.9
    roles = {f"s_{role}": role for role in Role}
    after = served.trail()[before:]
    assert {actor for actor, _, _ in after} <= set(roles)
    wrong = [entry for entry in after if entry[2] == "done" and not may(roles[entry[0]], Action(entry[1]))]
    assert wrong == []
    assert served.store.verify().is_whole
    with served.tab(Role.ADMINISTRATOR) as tab:
        assert "audit_and_policy" in tab.open().pages, "the server still serves"
