"""Which policy is in force at this instant? The newest effective version in the store, else the shipped file (ruling 9).

Never changes one.
"""

from functools import lru_cache
from pathlib import Path

from control_tower import policy
from control_tower.policy import Policy
from control_tower.workflow.store.unit import Unit


def in_force(unit: Unit) -> Policy:
    """The policy that counts at the unit's instant."""
    version = unit.policies.in_force(unit.now)
    return _shipped() if version is None else _parsed(version.content, version.version)


@lru_cache(maxsize=1)
def _shipped() -> Policy:
    return policy.load()


@lru_cache(maxsize=16)
def _parsed(content: str, version: str) -> Policy:
    return policy.parse(content.encode("utf-8"), Path(f"policy version {version}"))
