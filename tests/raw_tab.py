"""How does somebody speak to the dashboard who writes the frames by hand? A WebSocket with any origin, cookie, page and widgets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value, generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME, XSRF_COOKIE_NAME
from websockets.sync.client import connect

SECRET = "a-secret-of-the-tests-that-signs-cookies"
ISSUER = "https://id.example"
SECRETS_FILE = f"""[auth]
redirect_uri = "http://127.0.0.1/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "tower"
client_secret = "unused"
server_metadata_url = "{ISSUER}/.well-known/openid-configuration"
"""


def subject(name: str) -> str:
    """What the identity provider calls the holder of an account, as `users.add` wants it."""
    return f"{ISSUER}#{name}"


def cookie(address: str, name: str, secret: str = SECRET) -> str:
    """The cookie that the server sets when somebody comes back signed in from the provider."""
    payload = {"origin": address, "is_logged_in": True, "iss": ISSUER, "sub": name}
    return create_signed_value(secret, USER_COOKIE_NAME, json.dumps(payload)).decode("latin-1")


@dataclass
class Shown:
    """What one run sent: its elements by kind, and all of it as bytes."""

    elements: list[Any] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""

    def of(self, kind: str) -> list[Any]:
        """The elements of one kind."""
        return [getattr(one, kind) for one in self.elements if one.WhichOneof("type") == kind]

    @property
    def buttons(self) -> dict[str, Any]:
        """The buttons by their id."""
        return {one.id: one for one in self.of("button")}

    @property
    def words(self) -> str:
        """All markdown, headings and warnings as one text."""
        said = [one.body for kind in ("markdown", "heading", "alert") for one in self.of(kind)]
        return "\n".join(said).replace("\\", "")


class RawTab:
    """One connection. `name` signs in as that holder; `headers` are sent as they are."""

    def __init__(
        self, address: str, name: str = "", origin: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        token = generate_xsrf_token_string()
        cookies = f"{XSRF_COOKIE_NAME}={token}" + (f"; {USER_COOKIE_NAME}={cookie(address, name)}" if name else "")
        self.link = connect(
            address.replace("http", "ws", 1) + "/_stcore/stream",
            origin=address if origin is None else origin,  # type: ignore[arg-type]
            subprotocols=["streamlit", token],  # type: ignore[list-item]
            additional_headers={"Cookie": cookies, **(headers or {})},
            max_size=None, proxy=None,
        )  # fmt: skip
        self.page = ClientState()
        self.known: dict[str, ForwardMsg] = {}

    def __enter__(self) -> Self:
        """The open tab. Raises InvalidStatus when the server wants no connection."""
        self.socket = self.link.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
        self.link.__exit__(kind, error, at)

    def open(self, page: str = "", query: str = "", page_hash: str = "") -> Shown:
        """Go to a page by its address or by a hash."""
        self.page = ClientState(page_name=page, page_script_hash=page_hash, query_string=query)
        self.page.context_info.url = f"http://127.0.0.1/{page}"
        return self.send()

    def press(self, *ids: str, texts: Mapping[str, str] | None = None) -> Shown:
        """Send one frame in which all these buttons are pressed and these fields hold these texts."""
        state = ClientState()
        state.CopyFrom(self.page)
        for one in ids:
            state.widget_states.widgets.add(id=one, trigger_value=True)
        for one, text in (texts or {}).items():
            state.widget_states.widgets.add(id=one, string_value=text)
        return self.send(state)

    def send(self, state: ClientState | None = None) -> Shown:
        """Ask for a run and read until it is over."""
        self.post(state or self.page)
        return self.read()

    def burst(self, states: Sequence[ClientState]) -> Shown:
        """Ask for one run after the other without waiting, and read until one of them came to its end.

        The server takes every frame in, breaks off the run that it overtakes, and hands what was pressed on to the next.
        """
        for state in states:
            self.post(state)
        return self.read()

    def post(self, state: ClientState) -> None:
        """Send a frame and read nothing."""
        self.socket.send(BackMsg(rerun_script=state).SerializeToString())

    def read(self) -> Shown:
        """Everything until a run came to its end; one that was broken off for the next is only the beginning of it."""
        shown = Shown()
        while True:
            data = self.socket.recv(timeout=60)
            assert isinstance(data, bytes)
            told = ForwardMsg.FromString(data)
            if told.WhichOneof("type") == "ref_hash":
                told = self.known[told.ref_hash]
            self.known[told.hash] = told
            shown.raw += told.SerializeToString()
            if told.WhichOneof("type") == "delta" and told.delta.WhichOneof("type") == "new_element":
                shown.elements.append(told.delta.new_element)
            elif told.WhichOneof("type") == "navigation":
                listed = (one for one in told.navigation.app_pages if not one.is_hidden)
                shown.pages = {one.url_pathname: one.page_script_hash for one in listed}
                self.page.page_script_hash = told.navigation.page_script_hash
            elif told.WhichOneof("type") == "script_finished" and (
                told.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
            ):
                return shown
