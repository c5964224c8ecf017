"""At each failpoint a real process is killed or frozen past its lease, with jobs in flight, and nothing is lost.

A sample of `python -m tests.faults`, which draws thousands of such faults.
"""

from __future__ import annotations

import pytest

from ferryman.failpoints import FAILPOINTS
from tests.faults.campaign import Campaign
from tests.faults.plans import ANY_MOMENT, PLANS, Fault, points


def test_the_campaign_knows_each_failpoint() -> None:
    assert PLANS.keys() - {ANY_MOMENT} == FAILPOINTS.keys()


@pytest.mark.timeout(150)
@pytest.mark.parametrize(("store", "actions"), [("sqlite", ("kill", "stop")), ("redis", ("stop", "kill"))])
async def test_nothing_is_lost(store: str, actions: tuple[str, str]) -> None:
    faults = [Fault(point, actions[place % 2], 1, PLANS[point]) for place, point in enumerate(points(store))]
    campaign = Campaign(store, 1, range(len(faults)), fault=lambda store, number, dice: faults[number])
    await campaign.run()
    assert campaign.wrong == []
    assert [str(report.fault) for report in campaign.reports if not report.reached] == []
    assert len(campaign.reports) == len(faults)
    assert campaign.total("redelivered") > 0, "nothing was interrupted"
