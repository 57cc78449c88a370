"""Who answers for a change of what everybody sees? Asks the store before a load, and writes it down after (ruling 17).

Only where `--as` names a user of the tower; never decides who may.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from control_tower import builds
from control_tower.settings import current


@contextmanager
def answering(user_id: str | None, verb: str, what: str) -> Iterator[None]:
    """Do the block in a user's name. Raises NotAllowed before it when their role may not; audited either way."""
    if user_id is None:
        yield
        return
    from control_tower.services import builds as answers
    from control_tower.services import opening
    from control_tower.services.request import Request
    from control_tower.workflow.rights import Action

    settings, action, request = current(), Action(f"data.{verb}"), Request(user_id)
    store = opening.current_store(settings)
    answers.ask(store, request, action, what)
    before = builds.pointer(settings.builds)
    yield
    answers.done(store, request, (action, what), (before, builds.pointer(settings.builds) or ""))
