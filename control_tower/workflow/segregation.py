"""Who may not approve, though the role would allow it? Segregation of duties, by person and not by account (GOV-02). Pure."""

from collections.abc import Iterable

from control_tower.model import Approval, User


def objection(
    people: Iterable[User], contributors: Iterable[User], beneficiaries: Iterable[User], approvals: Iterable[Approval]
) -> str | None:
    """Why these people (the one acting, and the one they stand in for) may not approve; None when they may.

    `contributors` proposed or edited, `beneficiaries` gain a waiver of one of their limits, `approvals` are the valid ones.
    """
    proposing = {user.person_id: user.user_id for user in contributors}
    gaining = {user.person_id for user in beneficiaries}
    decided = {a.approver_person_id for a in approvals} | {a.on_behalf_of_person_id for a in approvals}
    for user in people:
        if user.person_id in proposing:
            account = proposing[user.person_id]
            same = "" if account == user.user_id else f" (account {account} is the same person)"
            return f"{user.user_id} proposed or edited it{same}; somebody else must decide"
        if user.person_id in gaining:
            return f"{user.user_id} gains a waiver of a limit from it; somebody else must decide"
        if user.person_id in decided:
            return f"{user.user_id} has already decided on it; a second person must"
    return None
