"""What is a difference worth: strong, watch, noise, or too few to say?

How evidence is judged by the thresholds of the policy. Never computes the evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from control_tower import policy
from control_tower.analysis.contrast import tail
from control_tower.policy import Rules


class Verdict(StrEnum):
    """What we say of a value that was looked at, most first."""

    STRONG = "strong"
    """Much worse than the rest, beyond chance among all looked at, and so in the previous period too."""
    WATCH = "watch"
    """Worse beyond chance, but little, or not seen before: new, short, or not yet knowable."""
    NOISE = "noise"
    """Not worse than the rest beyond chance among all looked at."""
    TOO_FEW = "too few"
    """Too little exposure or too few failures to say."""


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on we say what: `[verdicts]` of the policy.

    `level` is the stated false-alarm level: the chance of any strong verdict when nothing is there;
    `replication_level` that of the previous period alone.
    """

    level: float
    small_sample: int
    min_failed: int
    watch_ratio: float
    strong_ratio: float
    replication_level: float


def limits(small_sample: int | None = None, rules: Rules | None = None) -> Limits:
    """The limits that a policy states: a build's (`Build.rules`), or the shipped one; `small_sample` where it differs."""
    held = rules or policy.load().rules
    stated = held.verdicts
    return Limits(
        stated.false_alarm_level, small_sample or held.small_sample, stated.min_failed, stated.watch_ratio,
        stated.strong_ratio, stated.replication_level,
    )  # fmt: skip


def judge(evidence: pd.DataFrame, held: Limits) -> "pd.Series[str]":
    """The verdict of each row of `exposed, failed, q, low, ratio, replicated` (replicated: True, False or None)."""
    is_few = (evidence["exposed"] < held.small_sample) | (evidence["failed"] < held.min_failed)
    is_worse = (evidence["q"] <= held.level) & (evidence["low"] > 0) & (evidence["ratio"] >= held.watch_ratio)
    is_strong = is_worse & (evidence["ratio"] >= held.strong_ratio) & (evidence["replicated"] == True)  # noqa: E712
    words = np.select(
        [is_few, is_strong, is_worse], [Verdict.TOO_FEW, Verdict.STRONG, Verdict.WATCH], default=Verdict.NOISE
    )
    return pd.Series(words, index=evidence.index, dtype="object")


def explain(found: pd.DataFrame) -> "pd.Series[str]":
    """For each row found (strong or watch): the finding that already says it, or None.

    A pair is explained by one of its halves when it is not clearly worse than that half alone; a half by a pair
    that is clearly worse and holds most of its excess (or by the other half, if that explains the pair); any
    type (`*`) by the one type that holds most of its excess at the same place; and a place by the one customer
    that has most of its failures.
    """
    records = {
        index: _Finding(*row)
        for index, row in zip(found.index, found[list(_Finding._fields)].itertuples(False), strict=True)
    }
    by_place = {one.place: (index, one) for index, one in records.items()}
    said: dict[object, str] = {}
    for index, one in records.items():
        if one.other_dimension is not None:
            said |= _explain_pair(index, one, by_place)
    for one in records.values():
        star = by_place.get(one._replace(type_code="*").place)
        if one.type_code != "*" and star is not None and one.excess >= MOST * star[1].excess:
            said.setdefault(star[0], one.type_code)
    for index, leader, most in zip(found.index, found["leader"], found["leader_failed"], strict=True):
        if leader is not None and most >= MOST * records[index].failed:
            said.setdefault(index, f"customer_id = {leader}")
    return pd.Series({index: said.get(index) for index in found.index}, dtype="object", index=found.index)


class _Finding(NamedTuple):
    """What explaining needs of a row."""

    exposure: str
    type_code: str
    dimension: str
    key: str
    other_dimension: str | None
    other_key: str | None
    exposed: float
    failed: float
    rate: float
    ratio: float
    excess: float

    @property
    def place(self) -> tuple[str | None, ...]:
        """Where it is."""
        return self[:6]


def _explain_pair(
    index: object, pair: _Finding, by_place: dict[tuple[str | None, ...], tuple[object, _Finding]]
) -> dict[object, str]:
    """What a pair and its halves explain of each other."""
    halves = [(pair.dimension, pair.key), (str(pair.other_dimension), str(pair.other_key))]
    found = [by_place.get((pair.exposure, pair.type_code, *half, None, None)) for half in halves]
    words = [f"{name} = {key}" for name, key in halves]
    adds = [half is None or _is_clearly_worse(pair, half[1]) for half in found]
    if all(adds):
        return {
            half[0]: ", ".join(words) for half in found if half is not None and pair.excess >= MOST * half[1].excess
        }
    by = adds.index(False) if adds.count(False) == 1 else _stronger(found)
    said = {index: words[by]}
    other = found[1 - by]
    if other is not None and adds[1 - by] and pair.excess >= MOST * other[1].excess:
        said[other[0]] = words[by]
    return said


def _stronger(halves: Sequence[tuple[object, _Finding] | None]) -> int:
    return int(np.argmax([half[1].ratio if half else -np.inf for half in halves]))


def _is_clearly_worse(pair: _Finding, half: _Finding) -> bool:
    """Whether the pair fails beyond chance and by far more often than its half as a whole."""
    expected = pair.exposed * half.rate
    chance = tail(np.array([pair.failed]), np.array([expected]), np.array([max(pair.exposed, pair.failed)]))[0]
    return bool(pair.ratio >= CLEARLY * half.ratio and chance <= BEYOND_CHANCE)


CLEARLY = 1.25
"""From this many times its half's ratio on a pair is clearly worse …"""
BEYOND_CHANCE = 0.001
"""… when chance would do that so rarely."""
MOST = 0.7
"""Share of an excess that explains it."""
