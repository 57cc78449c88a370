"""Which things can go wrong on purpose? The project's own errors, and nothing else.

A message says what happened, where (file, key, line) and what to do about it. Violations found
*in data* are rows (quarantine, audits, exceptions), never errors: these classes are for what stops
the work.
"""


class ControlTowerError(Exception):
    """The one base: `dashboard.actions` and the `tower` command turn it into words for the user."""


class SourceError(ControlTowerError):
    """A source folder or one of its files cannot be read as declared; nothing of it was loaded."""


class DefinitionError(ControlTowerError):
    """A definition file (KPI, exception type, model, audit) is malformed."""


class PolicyError(ControlTowerError):
    """policy.toml holds an unknown key or a value outside its bounds, or refuses what was asked."""


class LoadRefused(ControlTowerError):  # noqa: N818
    """A load was not published (refusal rate, failed audit, held file); the old build stays."""


class BuildError(ControlTowerError):
    """A build is missing, damaged or does not match its manifest."""


class NotAllowed(ControlTowerError):  # noqa: N818 - a sentence of the trade, as house.md names it
    """This person may not do this."""


class Conflict(ControlTowerError):  # noqa: N818
    """Somebody else holds or changed the thing; the message says who and when."""


class Stale(ControlTowerError):  # noqa: N818
    """What was decided on has changed since."""


class NotAvailable(ControlTowerError):  # noqa: N818
    """A figure cannot be computed in this build; the message names the missing table or column."""


class StoreError(ControlTowerError):
    """The decision store cannot be reached, read or written; nothing of the action happened."""


class ReadStopped(ControlTowerError):  # noqa: N818
    """A read ran longer or needs more memory than a reader may use."""
