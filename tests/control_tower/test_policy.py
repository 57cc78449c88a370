"""Is policy.toml read as the business wrote it, and refused with words when it is not?"""

import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from control_tower import policy
from control_tower.errors import PolicyError


def _changed(tmp_path: Path, old: str, new: str) -> Path:
    text = policy.SHIPPED.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "policy.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_shipped_policy_is_valid_and_carries_the_hash_of_its_text() -> None:
    shipped = policy.load()
    assert shipped.version == "1"
    assert shipped.small_sample == 30
    assert shipped.loading.refusal_rate_limit == Decimal("0.05")
    assert shipped.hash == hashlib.sha256(policy.SHIPPED.read_bytes()).hexdigest()


def test_an_unknown_key_is_refused_with_file_key_and_allowed_keys(tmp_path: Path) -> None:
    path = _changed(tmp_path, "keep_builds = 10", "keep_builds = 10\nkeep_bilds = 9")
    with pytest.raises(PolicyError) as refusal:
        policy.load(path)
    message = str(refusal.value)
    assert str(path) in message
    assert "loading.keep_bilds" in message
    assert "keep_builds" in message.split("allowed here:")[1]


def test_an_unknown_key_of_a_target_names_target_and_baseline(tmp_path: Path) -> None:
    path = _changed(tmp_path, "target = 0.05", "goal = 0.05")
    with pytest.raises(PolicyError, match=r"targets\.sla_breach_rate\.goal.*baseline, target"):
        policy.load(path)


def test_a_missing_key_is_refused_because_policy_has_no_defaults(tmp_path: Path) -> None:
    path = _changed(tmp_path, "small_sample = 30", "# gone: 30")
    with pytest.raises(PolicyError, match="small_sample is missing"):
        policy.load(path)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("refusal_rate_limit = 0.05", "refusal_rate_limit = 1.5", "loading.refusal_rate_limit"),
        ('reporting_currency = "EUR"', 'reporting_currency = "euro"', "reporting_currency"),
        ("recurrence_days = 30", "recurrence_days = nan", "measures.recurrence_days"),
        ("payment_grace_days = 0", "payment_grace_days = -1", "detection.payment_grace_days"),
    ],
)
def test_a_value_outside_its_bounds_is_refused(tmp_path: Path, old: str, new: str, key: str) -> None:
    with pytest.raises(PolicyError, match=key):
        policy.load(_changed(tmp_path, old, new))


def test_text_that_is_no_toml_and_a_file_that_is_not_there_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "policy.toml"
    broken.write_text("version = ", encoding="utf-8")
    with pytest.raises(PolicyError, match="is not TOML"):
        policy.load(broken)
    with pytest.raises(PolicyError, match="cannot be read"):
        policy.load(tmp_path / "absent.toml")


def test_changing_a_comment_changes_the_hash(tmp_path: Path) -> None:
    path = _changed(tmp_path, "# What the business decided.", "# What the business has decided.")
    assert policy.load(path).hash != policy.load().hash
    assert policy.load(path).rules == policy.load().rules


def test_parameters_of_both_sections_have_distinct_names() -> None:
    rules = policy.load().rules
    names = [*rules.detection.model_dump(), *rules.measures.model_dump(exclude_none=True)]
    assert len(names) == len(set(names))
    assert set(policy.load().parameters) == set(names)


def test_a_cost_nobody_stated_is_no_parameter_and_a_stated_one_is(tmp_path: Path) -> None:
    text = policy.SHIPPED.read_text(encoding="utf-8")
    assert "running_cost_per_day_amount" not in policy.load().parameters
    stated = tmp_path / "policy.toml"
    stated.write_text(text.replace("[measures]", "[measures]\nrunning_cost_per_day_amount = 40"), encoding="utf-8")
    assert policy.load(stated).parameters["running_cost_per_day_amount"] == 40
