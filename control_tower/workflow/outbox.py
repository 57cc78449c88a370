"""What does a receiver's answer mean for a message, and when is it tried again? Pure decisions of the outbox.

Never sends, never waits, never opens the store: `receivers` sends, `services.sending` writes down what came of it.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random

LEASE = timedelta(seconds=60)
"""How long a claimed message belongs to its sender; longer than any receiver may take to answer."""
TRIES = 8
"""Tries of one round; then the message is a dead letter until somebody replays it, which begins another round."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
_LONGEST_WORDS = 500
_WORTH_ANOTHER_TRY = frozenset({401, 403, 408, 425, 429})
"""Refusals that are about the moment or our credentials, not about the message: nothing in it would be mended."""


class Verdict(StrEnum):
    """What an answer means."""

    DONE = "done"
    RETRY = "retry"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one try: the HTTP status (None = nothing came back), and the receiver's words."""

    status: int | None
    words: str = ""
    wait: timedelta | None = None
    """How long the receiver asks us to wait (`Retry-After`)."""

    @property
    def said(self) -> str:
        """Status and words as one line of bounded length."""
        first = f"HTTP {self.status}" if self.status is not None else "no answer"
        words = " ".join(self.words.split())
        return f"{first}: {words}"[:_LONGEST_WORDS] if words else first


def judge(reply: Reply) -> Verdict:
    """What an answer means: 2xx is done and 409 says it was done before; what may pass is retried, the rest is poison.

    >>> [judge(Reply(status)).value for status in (200, 409, 503, 429, None, 400)]
    ['done', 'done', 'retry', 'retry', 'retry', 'poison']
    """
    status = reply.status
    if status is not None and (200 <= status < 300 or status == 409):
        return Verdict.DONE
    if status is None or not 400 <= status < 500 or status in _WORTH_ANOTHER_TRY:
        return Verdict.RETRY
    return Verdict.POISON


def error_class(reply: Reply) -> str | None:
    """The class of a failure in the words of `core_integration_message.error_class`; None for none.

    >>> error_class(Reply(503)), error_class(Reply(None)), error_class(Reply(200))
    ('5xx', 'timeout', None)
    """
    if judge(reply) is Verdict.DONE:
        return None
    if reply.status is None:
        return "timeout"
    named = {401: "auth", 403: "auth", 429: "rate_limit", 422: "schema"}
    return named.get(reply.status, f"{reply.status // 100}xx")


def is_last(tries: int) -> bool:
    """Whether the try with this number ends a round.

    >>> [n for n in range(1, 20) if is_last(n)]
    [8, 16]
    """
    return tries % TRIES == 0


def wait(tries: int, reply: Reply, chance: Random) -> timedelta:
    """How long to wait after the try with this number: doubling, at most an hour, half of it by chance; never less than
    the receiver asked for (but at most an hour).

    Half by chance ("equal jitter"), so that senders that failed together do not come back together.
    """
    doubled: timedelta = min(FIRST_WAIT * 2 ** ((tries - 1) % TRIES), LONGEST_WAIT)
    drawn = doubled / 2 + doubled / 2 * chance.random()
    return max(drawn, min(reply.wait or timedelta(0), LONGEST_WAIT))
