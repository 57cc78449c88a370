"""What if the weights were others, or the planner chose himself? Asks for both; the planner answers; shows what changes."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from control_tower.services.planning import Outlook, Wish
from dashboard import answers_plan, planned
from dashboard.components import plain, quiet, table


def weights(wished: Wish, policy_weights: Mapping[str, float]) -> None:
    """A slider per weight; the plan is solved again when they are sent off."""
    st.markdown("**What if the weights were others?**")
    quiet.line("1 is how the policy's weights count today. Nothing is kept until a plan is submitted.")
    with st.form("what_if", border=False):
        for name, words in answers_plan.TERMS.items():
            own = float(policy_weights[name])
            value = float(wished.weights.get(name, own))
            st.slider(words, 0.0, max(5.0, 2 * own), value, 0.1, key=f"weight_{name}")
        st.form_submit_button("Plan with these weights", on_click=_weigh, args=(dict(policy_weights),))


def _weigh(policy_weights: dict[str, float]) -> None:
    asked = {name: float(st.session_state[f"weight_{name}"]) for name in answers_plan.TERMS}
    planned.change(weights={name: value for name, value in asked.items() if abs(value - policy_weights[name]) > 1e-9})


def choose(wished: Wish, line: Mapping[str, Any], sites: Mapping[str, str]) -> None:
    """Another option for the picked line: an override, which needs a reason."""
    allowed = {
        o["option"]: o for o in line["options"] if (not o["refused_by"] and " " in o["option"]) or o["option"] == "wait"
    }
    key = f"choice_{line['order_line_id']}"
    st.markdown("**Choose yourself**")
    quiet.line(
        f"For order line {plain.as_text(answers_plan.local(line['order_line_id']))}; pick another line in the table above."
    )
    st.selectbox(
        "Option", list(allowed), list(allowed).index(line["chosen"]) if line["chosen"] in allowed else 0, key=key,
        format_func=lambda o: f"{answers_plan.option(o, allowed[o]['from_site_id'], sites)} · {allowed[o]['score']:,.2f}",
    )  # fmt: skip
    st.button(
        "Plan around this choice", key="choose_option", on_click=_choose, args=(wished, line["order_line_id"], key)
    )


def _choose(wished: Wish, line_id: str, key: str) -> None:
    planned.change(choice={**wished.choice, line_id: st.session_state[key]})


def back() -> None:
    """Wish the recommended plan again."""
    for name in answers_plan.TERMS:
        st.session_state.pop(f"weight_{name}", None)
    planned.change(weights={}, choice={})


def difference(wished: Wish, found: Outlook, currency: str) -> None:
    """What the wished plan does otherwise than the recommended one, term by term and line by line."""
    own, best = found.payload, found.recommended
    if not wished.weights and not wished.choice:
        return
    with st.container(border=True):
        asked = [f"{answers_plan.TERMS[name]} × {value:g}" for name, value in sorted(wished.weights.items())]
        asked += [f"order line {answers_plan.local(name)} chosen by you" for name in sorted(wished.choice)]
        st.markdown(f"**What if:** {plain.as_text('; '.join(asked))}")
        if own["moves"] == best["moves"]:
            quiet.line("The answer stays the same: every line gets what the recommended plan gives it.")
        else:
            _terms(own, best, currency)
            _moves(own, best)
        st.button("Back to the recommended plan", on_click=back, key="what_if_back")


def _terms(own: Mapping[str, Any], best: Mapping[str, Any], currency: str) -> None:
    rows = [
        {"term": words, "best": best["score_terms"][name], "own": own["score_terms"][name],
         "more": round(own["score_terms"][name] - best["score_terms"][name], 2)}
        for name, words in answers_plan.TERMS.items()
    ]  # fmt: skip
    rows.append({"term": "Sum, every term counted once", "best": sum(best["score_terms"].values()),
                 "own": sum(own["score_terms"].values()), "more": sum(r["more"] for r in rows)})  # fmt: skip
    heads = {"term": f"In {currency}, unweighted", "best": "Recommended", "own": "What if", "more": "Difference"}
    table.plain_rows(pd.DataFrame(rows).round(2), heads, "what_if_terms", 36 + 34 * 9)


def _moves(own: Mapping[str, Any], best: Mapping[str, Any]) -> None:
    def by_line(payload: Mapping[str, Any]) -> dict[str, list[tuple[Any, ...]]]:
        found: dict[str, list[tuple[Any, ...]]] = {}
        for move in payload["moves"]:
            said = (move["action"], move["from_site_id"], move["qty"], move["arrives_on"])
            found.setdefault(move["order_line_id"], []).append(said)
        return found

    here, there = by_line(own), by_line(best)
    changed = sorted(line for line in {*here, *there} if here.get(line) != there.get(line))
    names = ", ".join(answers_plan.local(line) for line in changed[:8]) + (" …" if len(changed) > 8 else "")
    quiet.line(f"{len(changed)} order lines are served otherwise: {plain.as_text(names)}.")
