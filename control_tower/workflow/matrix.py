"""Does a proposal need approval, by whom, and how many? The approval matrix of the policy, applied (GOV-03). Pure.

The rules are the business's, in policy.toml; who may never approve is `segregation`.
"""

from collections.abc import Sequence

from control_tower.model import Approval, RequiredApproval
from control_tower.policy_approval import ApprovalRule, Boundary, Decisions
from control_tower.vocabulary import Role
from control_tower.workflow.payload import Payload


def required(payload: Payload, decisions: Decisions) -> tuple[RequiredApproval, ...]:
    """The rows of the matrix that a proposal hits, in the policy's order; empty = nobody needs to say yes (REA-05).

    An action whose boundary is not `execute` and a waived limit always need a person, also when no rule of the matrix
    asks for one (AI-03).
    """
    hit = [
        RequiredApproval(rule.id, tuple(rule.roles), rule.count, rule.why)
        for rule in decisions.rule
        if _hits(rule, payload)
    ]
    if hit:
        return tuple(hit)
    bound = sorted({str(a) for a in payload.actions if decisions.bounds(a) is not Boundary.EXECUTE})
    bound += ["a waived limit"] if payload.waivers else []
    if bound:
        why = f"{', '.join(bound)}: the policy lets no machine decide this"
        return (RequiredApproval("boundary", (Role.APPROVER,), 1, why),)
    return ()


def _hits(rule: ApprovalRule, payload: Payload) -> bool:
    """Whether every condition that the rule states holds; an unknown margin counts as too low."""
    return all(
        (
            rule.from_amount is None or payload.amount >= rule.from_amount,
            rule.below_margin_rate is None
            or payload.margin_rate is None
            or payload.margin_rate < rule.below_margin_rate,
            not rule.tiers or payload.tier in rule.tiers,
            not rule.actions or not payload.actions.isdisjoint(rule.actions),
            not rule.site_ids or not payload.sites.isdisjoint(rule.site_ids),
        )
    )


def missing(rules: Sequence[RequiredApproval], approvals: Sequence[Approval]) -> tuple[RequiredApproval, ...]:
    """The rows that are not yet fulfilled by valid approvals of different persons."""
    valid = [a for a in approvals if not a.is_void and a.decision == "approved"]
    return tuple(
        rule
        for rule in rules
        if len({a.approver_person_id for a in valid if a.approver_role in rule.roles}) < rule.count
    )
