"""Which logs do property tests mine? Small ones with repeats, loops and many equal timestamps."""

from hypothesis import strategies as st

from tests.process_mining.small_log import Step

ACTIVITIES = ("Detect", "Assign", "Work", "Resolve")


@st.composite
def logs(draw: st.DrawFn, activities: tuple[str, ...] = ACTIVITIES, cases: int = 8, events: int = 40) -> list[Step]:
    """Events in the order of the source; times are drawn from few instants, so that ties are common."""
    one = st.tuples(st.integers(0, cases - 1), st.sampled_from(activities), st.integers(0, 12))
    drawn = draw(st.lists(one, min_size=1, max_size=events))
    return [Step(f"c{case}", activity, at * 1800) for case, activity, at in drawn]


def traces(steps: list[Step]) -> dict[str, list[Step]]:
    """Case → its events in trace order: by time, ties by the order of the source."""
    found: dict[str, list[Step]] = {}
    for step in steps:
        found.setdefault(step.case, []).append(step)
    return {case: sorted(given, key=lambda step: step.at) for case, given in found.items()}
