"""Cases drawn by chance with a known effect of being decided on: what the comparison is held against.

Who is decided on depends on value and load, which also make a case slower: without matching decisions would look
harmful. `effect_hours` is what a decision takes off the time that is left.
"""

import numpy as np

from control_tower.ledger.matching import Cases, Floats

HORIZON = 336.0


def draw(seed: int, size: int, effect_hours: float, cells: int = 12) -> tuple[Cases, Floats]:
    """Cases, and the hour of each one's resolution after detection."""
    dice = np.random.default_rng(seed)
    cell = dice.integers(0, cells, size)
    value, load = dice.normal(0, 1, size), dice.normal(0, 1, size)
    resolved = dice.gamma(4.0, 12.0, size) + 14 * np.maximum(value, -1) + 9 * np.maximum(load, -1) + 3 * cell + 25
    wish = dice.random(size) < 0.06 + 0.08 * (value + load > 1)
    age = np.where(wish, dice.uniform(1, 60, size), np.inf)
    decided = np.where(age < resolved, age, np.inf)
    left = np.where(np.isfinite(decided), resolved - np.where(np.isfinite(decided), decided, 0), 0.0)
    resolved = np.where(np.isfinite(decided), resolved - np.minimum(effect_hours, left * 0.999), resolved)
    followed = np.full(size, 2_000.0)
    return Cases(cell.astype(np.int64), np.column_stack([value, load]), resolved, decided, followed), resolved
