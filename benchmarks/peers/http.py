"""Submits over HTTP: one server process, loaded by wrk, or by a generator of our own where wrk is not installed."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers.environments import ROOT
from benchmarks.peers.programs import Failed, Site, last_words
from benchmarks.processes import free_port, wait_for_port

CONNECTIONS = 32
SECONDS = 3
BATCH = 100

#: By measure: the path of Ferryman's endpoint, the body, and how many jobs a request submits.
REQUESTS = {
    "http": ("/submit-job", {"task": "ping"}, 1),
    "http_batch": ("/v1/jobs/batch", {"jobs": [{"task": "ping"}] * BATCH}, BATCH),
}


@contextmanager
def server(site: Site, bare: bool) -> Iterator[int]:
    """Run one server process and give its port."""
    port = free_port()
    if bare:
        words = ["uvicorn", "benchmarks.peers.systems.bare_http:app", "--no-access-log", "--log-level", "warning"]
    else:
        words = ["ferryman", "serve", "benchmarks.peers.systems.ferryman:ferry"]
    with site.log().open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words, "--port", str(port)], cwd=ROOT, env=site.environ(), stdout=log, stderr=log
        )
    try:
        wait_for_port(port)
        yield port
    except TimeoutError as failure:
        raise Failed(f"the server does not start: {last_words(site.log())}") from failure
    finally:
        process.terminate()
        process.wait(20)


def install() -> None:
    """Install wrk where that takes no more than asking for it: on Debian, as root."""
    if shutil.which("wrk") is None and os.getuid() == 0 and (manager := shutil.which("apt-get")):
        for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", "wrk"]):
            subprocess.run(
                [manager, *words], env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, capture_output=True
            )


def tool() -> str:
    """Name what makes the requests."""
    return (
        "HTTP requests by wrk"
        if shutil.which("wrk")
        else "HTTP requests by a generator in Python, which is part of the limit"
    )


def stored(port: int) -> int:
    """Return how many jobs the server says are waiting."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/stats", timeout=30) as answer:
        return int(json.load(answer)["jobs"].get("pending", 0))


def load(port: int, measure: str, folder: Path) -> tuple[float, int]:
    """Post over kept-alive connections; return jobs per second and how many jobs were answered for."""
    path, body, jobs = REQUESTS[measure]
    text = json.dumps(body)
    if shutil.which("wrk"):
        rate, done = _wrk(f"http://127.0.0.1:{port}{path}", text, folder)
    else:
        command = [sys.executable, "-m", "benchmarks.peers.loader", str(port), path, str(CONNECTIONS), str(SECONDS)]
        answer = json.loads(
            subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=True).stdout
        )
        rate, done = answer["rate"], answer["done"]
    return rate * jobs, done * jobs


def _wrk(url: str, body: str, folder: Path) -> tuple[float, int]:
    script = folder / "post.lua"
    head = 'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
    script.write_text(f"{head}wrk.body = [==[{body}]==]\n")
    command = ["wrk", "-t1", "--timeout", "10s", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script), url]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"}).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise Failed(f"requests failed: {' '.join(told.split())[-200:]}")
    requests, rate = re.search(r"(\d+) requests in", told), re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert requests is not None, told
    assert rate is not None, told
    return float(rate[1]), int(requests[1])
