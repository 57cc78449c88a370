"""Can this team or this person own a case? What the pages offer is not believed: the service asks again (fault 73).

Holds no routing: which owner a rule names is triage's business.
"""

from control_tower.errors import NotAllowed
from control_tower.services.acting import Desk


def require(desk: Desk, exception_id: str, team_id: str | None, user_id: str | None) -> None:
    """Refuse a team or a person that nobody knows.

    A team is one of the policy's, or one of the source (in the exception's namespace); a person has an active account
    or is named by the policy. Raises NotAllowed with what to name instead.
    """
    teams = desk.policy.rules.routing.team
    namespace = exception_id.partition(":")[0] + ":"
    if team_id and team_id not in {team.id for team in teams} and not team_id.startswith(namespace):
        raise NotAllowed(
            f"exception {exception_id}: no team {team_id[:80]!r}; name one of {', '.join(team.id for team in teams)}, or "
            f"one of the source ({namespace}…)"
        )
    if user_id and user_id not in {one for team in teams for one in team.members}:
        account = desk.unit.users.find(user_id)
        if account is None or not account.is_active:
            raise NotAllowed(f"exception {exception_id}: {user_id[:80]!r} is no active user; name one who can work it")
