"""Which policy does a build follow? The version in force in the store when it is made, else the shipped file (ruling 9).

Never activates a version and never lets a store that cannot be read stop the facts: then the build before is followed.
"""

from datetime import datetime

from control_tower import builds, policy
from control_tower.errors import StoreError
from control_tower.settings import Settings
from control_tower.workflow.store import extracting


def text(settings: Settings, at: datetime) -> bytes:
    """The policy's text at an instant (UTC). Raises PolicyError for a version that this product cannot read."""
    if not extracting.is_there(settings.store_place):
        return policy.SHIPPED.read_bytes()
    try:
        found = extracting.policy_in_force(settings.store_place, at)
    except StoreError:
        before = builds.current_manifest(settings.builds)
        kept = settings.raw / before.policy_hash if before else policy.SHIPPED
        return (kept if kept.is_file() else policy.SHIPPED).read_bytes()
    return policy.SHIPPED.read_bytes() if found is None else found
