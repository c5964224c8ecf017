"""A page with two hundred rows that change ten times a second stays smooth, and keeps nothing of what it has shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, Route, expect

from tests.browser.looking import Looker
from tests.browser.site import Site

Seeing = Callable[[Site], Looker]

#: Updates a second, for so many seconds; and rows.
RATE, SECONDS, ROWS = 10, 5, 200
#: What is kept of an update has nothing to do with the number of rows.
FEW_ROWS = 5
#: What an update may cost the page in milliseconds of its processor: it has to fit into a frame of 50 ms.
WORK = 45
#: The longest time between two frames, in milliseconds: 50 on a quiet machine, but here others may work as well.
FRAME = 500
#: Bytes that the page may hold more of after a thousand updates.
GROWTH = 1024 * 1024

#: In place of the browser's streams: those that tests speak on.
_STREAMS = """
window.streams = [];
window.EventSource = class {
  constructor(url) { this.url = String(url); this.readyState = 1; this.runs = []; window.streams.push(this); }
  addEventListener(kind, run) { this.runs.push([kind, run]); }
  close() { this.readyState = 2; }
};
window.say = (kind, body) => {
  for (const stream of window.streams) {
    if (stream.readyState === 1 && stream.url.endsWith('v1/events')) {
      for (const [name, run] of stream.runs) if (name === kind) run({ data: JSON.stringify(body), lastEventId: '' });
    }
  }
};
window.update = (number, rows, kind = 'patch') => {
  const queues = {};
  for (let row = 0; row < rows; row++) {
    const name = `queue-${String(row).padStart(3, '0')}`;
    const value = number * 7 + row;
    queues[name] = {
      name, paused: value % 11 === 0, paused_at: null, paused_by: null, oldest_pending_at: new Date().toISOString(),
      jobs: { pending: value, scheduled: value % 5, processing: value % 3, completed: value * 2 },
      rates: { in: value / 10, out: value / 9, failed: 0 }, wait: { p50: 0.1, p95: value / 7, p99: 3 },
      failure_rate: (value % 100) / 100, workers: value % 4, drain_seconds: value / 2,
    };
  }
  const totals = { jobs: { pending: number, completed: number * 3 }, slots: 20, busy: number % 20, alive: 2 };
  const at = new Date().toISOString();
  window.say(kind, { at, version: number + 1, queues, tasks: {}, workers: {}, totals, trouble: null });
};
"""
#: Speaks so often, and returns the milliseconds between frames.
_FOLLOW = """async ([rate, seconds, rows]) => {
  const frames = [];
  let last = performance.now();
  let going = true;
  const frame = (now) => { frames.push(now - last); last = now; if (going) requestAnimationFrame(frame); };
  requestAnimationFrame((now) => { last = now; requestAnimationFrame(frame); });
  for (let number = 1; number <= rate * seconds; number++) {
    window.update(number, rows);
    await new Promise((resolve) => setTimeout(resolve, 1000 / rate));
  }
  going = false;
  return frames;
}"""
_FLOOD = """async ([from, to, rows]) => {
  const { port1, port2 } = new MessageChannel();
  for (let number = from; number < to; number++) {
    window.update(number, rows);
    // A turn for the page, which setTimeout would give late.
    await new Promise((resolve) => { port1.onmessage = resolve; port2.postMessage(0); });
  }
  await new Promise((resolve) => requestAnimationFrame(resolve));
}"""


def opened(look: Looker, path: str, rows: int = ROWS) -> tuple[Page, CDPSession]:
    """Open a page whose streams the test speaks on, and the debugger's view of it."""
    page = look.open(path, scripts=[_STREAMS])
    page.wait_for_function("window.streams.some((stream) => stream.runs.length > 0)")
    page.evaluate("rows => window.update(0, rows, 'snapshot')", rows)
    return page, page.context.new_cdp_session(page)


def worked(debugger: CDPSession) -> float:
    """Return the milliseconds that the page's main thread has worked."""
    metrics = debugger.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")) * 1_000


def heap(debugger: CDPSession) -> int:
    """Return the bytes that the page holds."""
    debugger.send("HeapProfiler.collectGarbage")
    return int(debugger.send("Runtime.getHeapUsage")["usedSize"])


class Changing:
    """Answers of the list of jobs, in which every row is another each time."""

    def __init__(self, page: Page) -> None:
        self.asked = 0
        page.route("**/v1/jobs?*", self._answer)

    def _answer(self, route: Route) -> None:
        self.asked += 1
        jobs = [self._job(row) for row in range(50)]
        route.fulfill(json={"jobs": jobs, "cursor": "more", "scan": None})

    def _job(self, row: int) -> dict[str, Any]:
        done = (self.asked * 3 + row) % 100
        times = dict.fromkeys(("submitted_at", "run_at", "started_at"), "2030-01-31T09:00:00Z")
        numbers = dict.fromkeys(("retries", "crashes"), 0) | {"attempt": 1, "max_retries": 3, "max_crashes": 3}
        return {
            **times,
            **numbers,
            **{"id": f"019a2b3c-0000-7000-8000-{row:012x}", "task": "countdown", "queue": "default"},
            **{"state": "processing", "status": "processing", "priority": 5, "timeout": None, "key": None, "tags": []},
            **{"worker": "somebody", "finished_at": None, "lease_until": None, "error": None},
            "progress": {"current": done, "total": 100, "message": f"{100 - done} to go"},
        }


@pytest.mark.parametrize("path", ["queues", "jobs"])
def test_a_page_stays_smooth(waiting: Site, seeing: Seeing, path: str, record_property: Any) -> None:
    page, debugger = opened(seeing(waiting), path)
    if path == "jobs":
        Changing(page)
    else:
        expect(page.get_by_role("link", name=f"queue-{ROWS - 1}", exact=True)).to_be_visible()
    debugger.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = worked(debugger)
    frames = page.evaluate(_FOLLOW, [RATE, SECONDS, ROWS])
    work = (worked(debugger) - before) / (RATE * SECONDS)
    figures = json.dumps({"worst frame": max(frames), "frames": len(frames), "work per update": work})
    record_property("figures", figures)
    assert work < WORK, figures
    assert max(frames) < FRAME, figures


def test_a_page_keeps_nothing_of_what_it_has_shown(waiting: Site, seeing: Seeing, record_property: Any) -> None:
    page, debugger = opened(seeing(waiting), "queues", FEW_ROWS)
    page.evaluate(_FLOOD, [1, 100, FEW_ROWS])
    before = heap(debugger)
    page.evaluate(_FLOOD, [100, 1_100, FEW_ROWS])
    growth = heap(debugger) - before
    record_property("growth", growth)
    assert growth < GROWTH
