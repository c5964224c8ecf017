"""What a soak came to, as a block to read and as JSON."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from typing import Any

from tests.soak.soak import Soak
from tests.soak.vitals import Life


def figures(soak: Soak) -> dict[str, Any]:
    """Return everything that was counted and measured."""
    plan, ledger, vitals = soak.plan, soak.ledger, soak.vitals
    return {
        "store": plan.store,
        "seed": plan.seed,
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}",
        "seconds": round(soak.took, 1),
        "rate asked": plan.rate,
        "rate reached": round(ledger.counts["acknowledged"] / soak.took, 1) if soak.took else 0.0,
        "latest submit, s": round(soak.client.late, 2),
        "counts": dict(sorted(ledger.counts.items())),
        "faults": dict(sorted(soak.mishaps.counts.items())),
        "submit answered, ms": soak.client.answered.in_ms(),
        "submit to start, ms": ledger.to_start.in_ms(),
        "warm-up, s": plan.warm_up,
        "processes": [_process(life, plan.warm_up) for life in vitals.lives.values() if life.after(plan.warm_up)],
        "files, MiB": {
            name: {"most": round(max(y for _, y in series.points()), 2), "last": round(series.last[1], 2)}
            for name, series in vitals.sizes.items()
        },
        "memory by minute": {f"{life.name}/{life.number}": life.by_minute() for life in vitals.lives.values()},
        "completed by minute": [(round(x), round(y)) for x, y in vitals.completed.points()[::12]],
        "left after all jobs were pruned": soak.remains,
        "violations": dict(soak.complaints.counts),
        "in words": soak.complaints.words,
    }


def _process(life: Life, warm_up: float) -> dict[str, Any]:
    points, line, later = life.after(warm_up), life.slope(warm_up), life.later_slope(warm_up)
    return {
        "name": life.name,
        "life": life.number,
        "seconds after warm-up": round(points[-1][0] - points[0][0]),
        "first MiB": round(points[0][1], 2),
        "last MiB": round(points[-1][1], 2),
        "most MiB": round(max(y for _, y in points), 2),
        "MiB an hour": line and round(line.value, 2),
        "give or take": line and round(line.bound, 2),
        "later half, MiB an hour": later and round(later.value, 2),
        "later half, give or take": later and round(later.bound, 2),
        "files": int(life.files.last[1]),
        "threads": int(life.threads.last[1]),
    }


def block(said: dict[str, Any]) -> str:
    """Return the figures as a block of lines."""
    lines = [
        f"soak on {said['store']}, seed {said['seed']}, {said['date']}, {said['machine']}",
        f"{said['seconds']:.0f} s at {said['rate asked']:g} jobs/s asked, {said['rate reached']:g} acknowledged; "
        f"the latest submit left {said['latest submit, s']:g} s late",
        _listed("counts", said["counts"]),
        _listed(f"{sum(said['faults'].values())} faults", said["faults"]),
        _listed("submit answered, ms", said["submit answered, ms"]),
        _listed("submit to start, ms", said["submit to start, ms"]),
        f"after a warm-up of {said['warm-up, s']:.0f} s:",
    ]
    lines += [_line(one) for one in said["processes"]]
    lines += [
        f"  {name}: at most {size['most']:g} MiB, {size['last']:g} at the end"
        for name, size in said["files, MiB"].items()
    ]
    if said["left after all jobs were pruned"]:
        lines.append(_listed("left after all jobs were pruned", said["left after all jobs were pruned"]))
    lines += [f"VIOLATION {words}" for words in said["in words"]]
    lines.append(_listed(f"{sum(said['violations'].values())} violations", said["violations"]))
    return "\n".join(lines)


def _line(one: dict[str, Any]) -> str:
    slope = "too short for a slope"
    if one["MiB an hour"] is not None:
        slope = f"{one['MiB an hour']:+.2f} ± {one['give or take']:.2f} MiB/h"
    if one["later half, MiB an hour"] is not None:
        slope += f", in its later half {one['later half, MiB an hour']:+.2f} ± {one['later half, give or take']:.2f}"
    return (
        f"  {one['name']:<12} life {one['life']:>2}, {one['seconds after warm-up']:>5} s: "
        f"{one['first MiB']:.1f} to {one['last MiB']:.1f} MiB, most {one['most MiB']:.1f}, {slope}; "
        f"{one['files']} files, {one['threads']} threads"
    )


def _listed(title: str, counts: dict[str, Any]) -> str:
    return f"{title}: " + ", ".join(f"{name} {number}" for name, number in counts.items())
