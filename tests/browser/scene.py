"""What the pictures show: the demo at work, with an hour behind it and some trouble."""

from __future__ import annotations

import asyncio
import time

from tests.browser.past import Past
from tests.browser.site import Site
from tests.integration.cli.processes import until

APP = "ferryman.demo:ferry"
#: Starts the command on a machine of another name: pictures tell nothing of the one that they were taken on.
ELSEWHERE = "import socket; socket.gethostname = lambda: 'harbour'; from ferryman.cli import main; main()"


def play(site: Site) -> dict[str, str]:
    """Serve a site with jobs in every state; return the ids of those that have a picture."""
    asyncio.run(Past(site.store, time.time()).happen())
    site.serve()
    site.post("v1/queues/reports/pause")
    site.start("worker", site.app, "-q", "default", "-q", "mail", "-q", "pictures", program=("-c", ELSEWHERE))
    ids = {
        "paused": site.submit("word_count", queue="reports"),
        "unserved": site.submit("send_email", queue="archive", to="grace@example.com"),
        "later": site.post("submit-job", {"task": "thumbnail", "delay": "2h"})["job_id"],
        "failed": site.fill("word_count", [{"source": "letters.txt"}], retries=0)[0],
        "told": site.submit("tell_story", words_a_second=1_000),
        "running": site.submit("countdown", seconds=90),
    }
    for name in ("ada", "grace", "barbara", "margaret"):
        site.submit("send_email", to=f"{name}@example.com")
    site.submit("tell_story", words_a_second=1)
    wanted = {"failed": "failed", "told": "completed", "running": "processing"}
    until(lambda: {name: site.get(f"v1/jobs/{ids[name]}")["state"] for name in wanted} == wanted, "the scene is set")
    return ids
