"""Jobs from the command line: put in, listed, looked at, acted on."""

from __future__ import annotations

import pytest

from tests.integration.cli.terminal import Terminal

NOBODY = "019a2b3c-4d5e-7f60-8a9b-0c1d2e3f4a5b"


def test_a_submitted_job_is_listed_and_shown(terminal: Terminal) -> None:
    job_id = terminal.submit("send_email", "to=5", "n=5", "--tag", "two words", "--priority", "9", "--timeout", "1m")
    [listed] = terminal.run("jobs", "ls", 'tag:"two words"').json
    assert listed["id"] == job_id
    shown = terminal.run("jobs", "show", job_id).json
    assert shown["args"] == {"to": "5", "n": 5}
    assert (shown["queue"], shown["state"], shown["priority"], shown["timeout"]) == ("mail", "pending", 9, 60.0)


def test_the_forms_of_a_list(terminal: Terminal) -> None:
    first, second = terminal.submit("send_email"), terminal.submit("fail")
    assert terminal.run("jobs", "ls", "-o", "ids").ids == [second, first]
    assert terminal.run("jobs", "ls", "-o", "ids", "--oldest", "-n", "1").ids == [first]
    assert len(terminal.run("jobs", "ls", "-o", "jsonl").out.splitlines()) == 2
    table = terminal.run("jobs", "ls", "-o", "table").out
    assert first in table
    assert "\x1b[" not in table
    assert terminal.run("jobs", "ls", "state:failed", "-o", "table").out == "No jobs.\n"


def test_more_jobs_than_a_page(terminal: Terminal) -> None:
    for _ in range(3):
        terminal.submit("send_email")
    assert len(terminal.run("jobs", "ls", "-n", "1000").json) == 3


def test_arguments_come_from_stdin(terminal: Terminal) -> None:
    big = '{"n": 123456789012345678901234567890}'
    answer = terminal.run("submit", "send_email", "--json", "-", stdin=big)
    assert terminal.run("jobs", "show", answer.json["job_id"]).json["args"] == {"n": 123456789012345678901234567890}


def test_the_same_key_gives_the_same_job(terminal: Terminal) -> None:
    first = terminal.run("submit", "send_email", "--key", "k").json
    second = terminal.run("submit", "send_email", "--key", "k").json
    assert (first["created"], second["created"]) == (True, False)
    assert first["job_id"] == second["job_id"]


def test_without_the_app_a_job_is_taken_by_name(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FERRYMAN_APP")
    job_id = terminal.submit("anything", "n=5", "to=x")
    assert terminal.run("jobs", "show", job_id).json["args"] == {"n": 5, "to": "x"}


def test_actions_by_id(terminal: Terminal) -> None:
    job_id = terminal.submit("send_email", "--delay", "1h")
    assert terminal.run("jobs", "run-now", job_id).out == f"{job_id} to be run now\n"
    assert terminal.run("jobs", "cancel", job_id).out == f"{job_id} cancelled\n"
    refused = terminal.run("jobs", "cancel", job_id)
    assert refused.code == 4
    assert "it is cancelled" in refused.err
    assert terminal.run("jobs", "retry", job_id).code == 0
    assert terminal.run("jobs", "rm", job_id).code == 0
    assert terminal.run("jobs", "show", job_id).code == 3
    assert terminal.run("jobs", "cancel", job_id).code == 3


def test_actions_by_query_want_a_yes(terminal: Terminal) -> None:
    kept = terminal.submit("fail")
    for _ in range(3):
        terminal.submit("send_email")
    assert terminal.run("jobs", "cancel", "queue:mail", "--dry-run").out.startswith("Cancel 3 jobs (dry run")
    asked = terminal.run("jobs", "cancel", "queue:mail")
    assert asked.code == 4
    assert "Cancel 3 jobs (3 pending)? Nothing was done" in asked.err
    assert terminal.run("jobs", "cancel", "queue:mail", "-y").out == "3 jobs cancelled\n"
    assert len(terminal.run("jobs", "ls", "state:cancelled").json) == 3
    assert terminal.run("jobs", "rm", "state:cancelled", "-y").out == "3 jobs deleted\n"
    assert terminal.run("jobs", "ls", "-o", "ids").ids == [kept]


def test_a_query_by_tag_is_counted_by_walking(terminal: Terminal) -> None:
    for tag in ("a", "a", "b"):
        terminal.submit("send_email", "--tag", tag)
    assert terminal.run("jobs", "rm", "tag:a", "-y").out == "2 jobs deleted\n"


def test_retry_by_query_means_failed_jobs(terminal: Terminal) -> None:
    terminal.submit("send_email")
    terminal.submit("fail")
    terminal.work()
    assert terminal.run("jobs", "retry", "queue:mail", "-y").out == "Retry 0 jobs: none match\n"
    assert terminal.run("jobs", "retry", "queue:default", "-y").out == "1 job to be run again\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("jobs show nonsense", 2, "must be a UUID"),
        (f"jobs show {NOBODY}", 3, "ferryman jobs ls"),
        (f"jobs watch {NOBODY}", 3, "ferryman jobs ls"),
        ("jobs ls failed", 2, "Did you mean 'state:failed'?"),
        ("jobs ls state:faild", 2, "Did you mean 'failed'?"),
        ("jobs rm", 2, "Give ids, or a query"),
        ("jobs cancel failed", 2, "Did you mean 'state:failed'?"),
        ("jobs retry state:pending", 2, "completed, failed, cancelled"),
        ("jobs list", 2, "Did you mean 'ls'?"),
        ("job ls", 2, "Did you mean 'jobs'?"),
        ("submit sendemail", 3, "Did you mean 'send_email'?"),
        ("submit send_email nn=1", 2, "ferryman tasks schema send_email"),
        ("submit send_email n=five", 2, "n: Input should be a valid integer"),
        ("submit send_email --priority 12", 2, "from 0 to 9"),
        ("submit send_email --delay soon", 2, "write seconds"),
        ("queues show mial", 3, "Did you mean 'mail'?"),
        ("queues pause mial", 3, "Did you mean 'mail'?"),
        ("workers stop", 2, "ferryman workers ls"),
        ("workers stop nobody", 3, "ferryman workers ls"),
        ("tasks schema sendemail", 3, "Did you mean 'send_email'?"),
        ("serve --host 0.0.0.0", 4, "--insecure"),
        ("dev --host 0.0.0.0", 4, "--insecure"),
        ("worker --url sqlite://", 2, "memory of one process"),
        ("worker --reload --burst", 2, "not both"),
        ("stats --url sqlite:///gone.db", 5, "does not exist yet"),
        ("stats --url nothing://x", 5, "Known stores"),
    ],
)
def test_errors_and_their_exit_codes(terminal: Terminal, words: str, code: int, said: str) -> None:
    terminal.submit("send_email")
    answer = terminal.run(*words.split())
    assert (answer.code, answer.out) == (code, "")
    assert said.casefold() in answer.err.casefold()
    what, why, fix = answer.err.splitlines()
    assert (what[:7], why[:7], fix[:7]) == ("error: ", "  why: ", "  fix: ")


def test_an_empty_list_says_which_name_was_meant(terminal: Terminal) -> None:
    terminal.submit("send_email")
    answer = terminal.run("jobs", "ls", "queue:mial", "task:send_mail")
    assert (answer.code, answer.json) == (0, [])
    assert "Did you mean 'mail'?" in answer.err
    assert "Did you mean 'send_email'?" in answer.err


def test_debug_shows_the_traceback_wherever_it_stands(terminal: Terminal) -> None:
    assert "Traceback" in terminal.run("submit", "--debug", "nothing").err
    assert "Traceback" not in terminal.run("submit", "nothing").err


def test_why_a_job_waits_is_told_to_people_and_to_programs(terminal: Terminal) -> None:
    job_id = terminal.submit("send_email")
    terminal.run("queues", "pause", "mail")
    said = terminal.run("jobs", "why", job_id, "-o", "table").out.splitlines()
    assert said[0].startswith("Queue mail is paused by ")
    assert said[1] == "Resume it: ferryman queues resume mail"
    told = terminal.run("jobs", "why", job_id).json
    assert (told["reason"], told["state"], told["facts"]["ahead"]) == ("queue_paused", "pending", 0)
    assert terminal.run("jobs", "why", NOBODY).code == 3


def test_jobs_are_found_by_error_and_by_id(terminal: Terminal) -> None:
    failed, other = terminal.submit("fail"), terminal.submit("send_email", "--key", "k")
    terminal.work()
    assert terminal.run("jobs", "ls", "error:luck", "-o", "ids").ids == [failed]
    assert terminal.run("jobs", "ls", failed, "-o", "ids").ids == [failed]
    assert terminal.run("jobs", "ls", "task:send_email", "key:k", "after:1h", "-o", "ids").ids == [other]
    refused = terminal.run("jobs", "ls", "key:k")
    assert refused.code == 2
    assert "add task:NAME" in refused.err


def test_a_queue_is_purged_of_what_waits(terminal: Terminal) -> None:
    ended = terminal.submit("send_email")
    terminal.work()
    for options in ((), ("--delay", "1h")):
        terminal.submit("send_email", *options)
    assert terminal.run("queues", "purge", "mail", "--dry-run").out == "Delete 2 jobs (dry run: nothing was done)\n"
    asked = terminal.run("queues", "purge", "mail")
    assert asked.code == 4
    assert "Delete 2 jobs (1 scheduled, 1 pending)? Nothing was done" in asked.err
    assert terminal.run("queues", "purge", "mail", "-y").out == "2 jobs deleted\n"
    assert terminal.run("jobs", "ls", "-o", "ids").ids == [ended]
    assert terminal.run("queues", "purge", "mail", "-y").out == "Delete 0 jobs: none match\n"
    assert terminal.run("queues", "purge", "mial", "-y").code == 3
