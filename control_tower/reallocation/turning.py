"""What would change the answer? Per line, the least change of one weight, or the rule, that lets another option win.

For the line by itself, everything else standing still: a first answer in words, from the terms a payload holds. What
really happens with other weights is what the what-if panel solves. Never solves, never reads a build.
"""

from collections.abc import Mapping
from typing import Any

from control_tower.reallocation.explain import TERM_WORDS

_MOST = 3


def sentences(line: Mapping[str, Any], weights: Mapping[str, float]) -> list[str]:
    """At most three sentences about one line of a payload, the nearest change first; empty = nothing near would."""
    options = list(line["options"])
    chosen = next((o for o in options if o["option"] == line["chosen"]), None)
    if chosen is None:
        return []
    allowed = [o for o in options if not o["refused_by"] and o is not chosen and o["score"] < chosen["score"]]
    found = [turn for o in allowed if (turn := _turn(chosen, o, weights))]
    said, seen = [], set()
    for _, term, factor, option in sorted(found, key=lambda turn: (turn[0], turn[3])):
        if term not in seen:
            seen.add(term)
            said.append(_weight_words(term, factor, option))
    return (_rule_words(chosen, options) + said)[:_MOST]


def _turn(
    chosen: Mapping[str, Any], other: Mapping[str, Any], weights: Mapping[str, float]
) -> tuple[float, str, float, str] | None:
    """How far one weight must move until the other option is as good: distance, term, factor, option."""
    gap, turns = chosen["score"] - other["score"], []
    for name, weight in weights.items():
        lead = weight * (chosen["terms"][name] - other["terms"][name])
        factor = 1 - gap / lead if abs(lead) > 0.005 else -1.0
        if 0 <= factor <= 10:
            turns.append((abs(factor - 1), name, factor, str(other["option"])))
    return min(turns, default=None)


def _weight_words(term: str, factor: float, option: str) -> str:
    words = (
        "did not count"
        if factor < 0.05
        else f"counted {'less' if factor < 1 else 'more'} than {factor:.1f} times what it does"
    )
    return f"If {TERM_WORDS[term]} {words}, {option} would win"


def _rule_words(chosen: Mapping[str, Any], options: list[Any]) -> list[str]:
    refused = [o for o in options if o["refused_by"] and o["qty"] > 0 and o["score"] > chosen["score"]]
    best = max(refused, key=lambda o: (o["score"], o["option"]), default=None)
    if best is None:
        return []
    rule = str(best["refused_by"]).replace("_", " ")
    return [f"Were it not for the rule “{rule}”, {best['option']} would win by {best['score'] - chosen['score']:,.2f}"]
