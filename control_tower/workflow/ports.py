"""What must the workflow be told about the facts? The questions it asks of a build, as a protocol.

Answered by `services.facts` in the product and by hand-written facts in tests. Never imports the warehouse.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from control_tower.model import ExceptionFacts, Pool
from control_tower.policy import Policy

Clock = Callable[[], datetime]
"""Gives this instant, UTC and aware; tests pass their own."""


class Facts(Protocol):
    """The newest published build, as far as decisions need it."""

    @property
    def build_id(self) -> str:
        """Which build answers; empty in a home that has none."""
        ...

    def exception(self, exception_id: str) -> ExceptionFacts | None:
        """What the build says of one exception; None when it does not hold it."""
        ...

    def known(self, exception_ids: Iterable[str]) -> Mapping[str, ExceptionFacts]:
        """What the build says of many exceptions, asked once; what it does not hold is left out."""
        ...

    def available_qty(self, pool: Pool) -> Decimal:
        """What may be promised from a pool: on hand less reserved, blocked and safety stock; of a supply, what is still
        open; of a donor line, what is allocated to it. Base units. 0 for what the build does not know.
        """
        ...

    def changes(self, payload: Mapping[str, Any], policy: Policy) -> list[str]:
        """What has changed in stock, supply or orders since this payload was made, in words; empty = still as planned."""
        ...
