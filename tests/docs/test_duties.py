"""What docs/duties.md says of defaults, held against the defaults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workflow.drafts.check import FaultRule
from workflow.policy import load_policy

ROOT = Path(__file__).parents[2]
DUTIES = (ROOT / "docs" / "duties.md").read_text(encoding="utf-8")
OFF = DUTIES.partition("## What is off by default, and why")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    "switch",
    ["HARDSTOP_RECORD_KEY", "HARDSTOP_CUSTOMER_KEY", "[reports] by_agent", "--model", "[signals]"],
)
def test_what_is_off_is_told_with_the_switch(switch: str) -> None:
    assert switch in OFF


def test_how_long_things_are_kept_is_told_as_it_is() -> None:
    policy = load_policy()
    kept, across = policy.retention, policy.across_calls.keep_days
    days = (kept.incidents.days, kept.callbacks.days, across, f"{kept.complaints.days:,}")
    told = "kept for {} days after .* callbacks for {}, .* others for {} .* complaints for {},"
    assert re.search(told.format(*days), DUTIES)


def test_policy_and_rules_speak_of_settings_that_there_are() -> None:
    policy = (ROOT / "workflow" / "policy.toml").read_text(encoding="utf-8")
    (where,) = re.findall(r"Where the defaults come from: (\S+)\.\n", policy)
    assert "calling_hours" in (ROOT / where).read_text(encoding="utf-8")
    faults = (ROOT / "workflow" / "drafts" / "faults.toml").read_text(encoding="utf-8")
    header = faults.partition("[words]")[0]
    named = {name.partition(" ")[0] for name in re.findall("`([^`]+)`", header)}
    assert named <= set(FaultRule.__struct_fields__)
