"""A site in full swing: jobs of every state, failures in groups, a paused queue, a queue that nobody serves."""

from __future__ import annotations

from tests.browser.site import Site


def seed(site: Site) -> dict[str, str]:
    """Start a worker and submit jobs; return the ids of those that tests name, once all are in their states."""
    # Not that of archive and not that of a task that it does not know.
    site.worker("-q", "default", "-q", "mail", "-q", "reports")
    site.fill("greet", [{"name": f"guest {n}", "times": n % 3 + 1} for n in range(12)])
    site.fill("charge", [{"amount": n} for n in range(5)], tags=["billing"])
    site.fill("charge", [{"amount": n, "reason": "account closed"} for n in range(3)])
    ids = {
        "told": site.submit("echo", text="all that a task can say"),
        "failed": site.submit("echo", text="it went wrong", fail=True),
        "running": site.submit("countdown", seconds=600),
    }
    site.post("v1/queues/reports/pause")
    ids["paused"] = site.submit("greet", queue="reports", name="somebody")
    ids["unserved"] = site.submit("greet", queue="archive", name="nobody")
    ids["later"] = site.post("submit-job", {"task": "greet", "delay": "2h"})["job_id"]
    site.settled(completed=13, failed=9, processing=1, pending=2, scheduled=1)
    return ids
