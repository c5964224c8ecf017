"""For each rule a history that breaks it, and one that nearly does: what might have happened otherwise is no proof."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import tests.history.stories_of_leases
import tests.history.stories_of_order  # noqa: F401  # each story enters itself in one of the lists
from tests.history.judge import RULES, judge
from tests.history.told import BROKEN, SOUND, Story, Told


def names(found: Sequence[str]) -> set[str]:
    """Return the rules that were broken."""
    return {text.partition(":")[0] for text in found}


@pytest.mark.parametrize(("rule", "story"), BROKEN, ids=[story.__name__.strip("_") for _, story in BROKEN])
def test_what_is_broken_is_found(rule: str, story: Story) -> None:
    told = Told()
    story(told)
    assert rule in names(judge(told))


@pytest.mark.parametrize("story", SOUND, ids=[story.__name__.strip("_") for story in SOUND])
def test_what_may_be_right_is_let_be(story: Story) -> None:
    told = Told()
    story(told)
    assert judge(told) == []


def test_each_rule_has_a_history_that_breaks_it() -> None:
    assert {rule for rule, _ in BROKEN} == {rule.__name__ for rule in RULES}
