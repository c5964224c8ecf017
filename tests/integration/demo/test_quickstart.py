"""The quickstart, started word for word as its page says, on a port and a store of the test."""

from __future__ import annotations

import shutil
import signal
import sys
from pathlib import Path

import httpx2

from tests.architecture.repository import ROOT
from tests.integration.cli.listening import free_port
from tests.integration.cli.processes import Processes, answers, complete, until

QUICKSTART = ROOT / "examples" / "quickstart"


def test_uvicorn_and_python_worker_work_word_for_word(folder: Path, processes: Processes) -> None:
    page = (QUICKSTART / "README.md").read_text()
    assert "uvicorn api:app --reload\npython worker.py\n" in page
    for file in QUICKSTART.glob("*.py"):
        shutil.copy(file, folder)
    url = f"sqlite:///{folder}/quick.db"
    port = free_port()
    uvicorn = Path(sys.executable).with_name("uvicorn")
    server = processes.spawn([str(uvicorn), "api:app", "--reload", "--port", str(port)], FERRYMAN_URL=url)
    worker = processes.spawn([sys.executable, "worker.py"], FERRYMAN_URL=url)
    base = f"http://127.0.0.1:{port}"
    until(lambda: answers(f"{base}/v1/queues"), "the API answers", running=server)
    status = complete(base, {"task": "send_email"})
    assert (status["task"], status["status"], status["retries"]) == ("send_email", "completed", 0)
    [message] = (folder / "outbox").glob("*.eml")
    assert "To: ada@example.com" in message.read_text()
    signed_up = httpx2.post(f"{base}/sign-up", params={"email": "grace@example.com"}, timeout=10).json()
    result = f"{base}/v1/jobs/{signed_up['welcome_job']}/result"
    until(lambda: httpx2.get(result, timeout=10).json()["state"] == "completed", "the welcome was sent")
    sent = folder / httpx2.get(result, timeout=10).json()["result"]
    assert "Subject: Welcome" in sent.read_text()
    worker.tell(signal.SIGINT)
    assert worker.ends() == 0
    assert "Traceback" not in worker.text


def test_it_is_about_thirty_lines() -> None:
    lines = [line for file in QUICKSTART.glob("*.py") for line in file.read_text().splitlines() if line.strip()]
    assert len(lines) <= 32
