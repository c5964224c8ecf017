"""Failed jobs by their cause, from the command line."""

from __future__ import annotations

from tests.integration.cli.terminal import Terminal


def test_failures_are_listed_and_retried_by_group(terminal: Terminal) -> None:
    job_id = terminal.submit("fail")
    assert terminal.run("failures", "-o", "table").out == "No failed job is kept.\n"
    terminal.work()
    [group] = terminal.run("failures").json
    assert (group["task"], group["jobs"], sum(group["hours"])) == ("fail", 1, 1)
    assert group["frame"].endswith("fail")
    table = terminal.run("failures", "-o", "table").out
    assert all(part in table for part in (group["id"], group["type"], group["frame"], "fail"))
    assert terminal.run("failures", "-o", "ids").ids == [group["id"]]
    assert terminal.run("failures", "--task", "send_email").json == []
    assert terminal.run("jobs", "show", job_id).json["failure"] == group["id"]
    assert terminal.run("jobs", "ls", f"failure:{group['id']}", "-o", "ids").ids == [job_id]
    assert terminal.run("jobs", "retry", f"failure:{group['id']}", "-y").out == "1 job to be run again\n"
    assert terminal.run("failures").json == []


def test_what_is_no_group_is_refused(terminal: Terminal) -> None:
    answer = terminal.run("jobs", "ls", "failure:12")
    assert answer.code == 2
    assert "16 hexadecimal digits" in answer.err
