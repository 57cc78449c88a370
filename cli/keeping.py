"""What if the machine kills the dashboard? It is started again, so that an operator need not be there (fault 53).

Only what the operating system or a crash ended is started again: a wish to stop is a wish to stop, an error is an error.
Nothing is at stake meanwhile: every decision is a transaction of the store, which the dashboard does not hold.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

_CRASHES = frozenset({signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
AT_MOST, WITHIN_SECONDS = 5, 300.0
"""So often in so short a time it is started again; then what kills it has to be looked for."""


def keep_running(
    command: Sequence[str], environment: Mapping[str, str], folder: str, say: Callable[[str], None]
) -> int:
    """Run a program until it ends by itself or is asked to; returns its exit code (negative: the signal)."""
    killed: list[float] = []
    while True:
        ended = subprocess.run(command, cwd=folder, env=dict(environment), check=False).returncode
        if -ended not in _CRASHES:
            return ended
        killed = [at for at in killed if time.monotonic() - at < WITHIN_SECONDS] + [time.monotonic()]
        by = signal.Signals(-ended).name
        if len(killed) > AT_MOST:
            say(f"the dashboard was ended by {by} {len(killed)} times in {WITHIN_SECONDS:.0f} s and stays down: "
                "look for what ends it (too little memory?), then start it again")  # fmt: skip
            return ended
        say(f"the dashboard was ended by {by} (too little memory?) and is started again; no decision is lost")
