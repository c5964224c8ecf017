"""Whatever is sent, the answer is a problem that names the fault; never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.api.site import Site, pointers, problem

JOB = "01a20ceb-3809-7aa0-953a-b66e510c32dc"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ('{"task": "send_email", "\\ud800": 1}', "unknown_member", "/\ud800"),
        ('{"task": "send_email", "a/b~c": 1}', "unknown_member", "/a~1b~0c"),
        ('{"task": "send_email", "": 1}', "unknown_member", "/"),
        ('{"task": "send_email", "__proto__": {}}', "unknown_member", "/__proto__"),
        ('{"task": "send_email", "tags": {"a": 1}}', "invalid_option", "/tags"),
        ('{"task": "send_email", "timeout": 1e400}', "invalid_option", "/timeout"),
        ('{"task": "power", "args": {"base": 1e400}}', "invalid_arguments", "/args"),
        ('{"task": "power", "args": {"\\ud800": 1}}', "invalid_arguments", "/args"),
    ],
)
async def test_odd_names_and_values_are_pointed_at(site: Site, body: str, code: str, pointer: str) -> None:
    assert pointers(problem(await site.client.post("/submit-job", content=body), 422, code)) == [pointer]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('{"task": "send_email", "task": "power"}', "'task' stands there 2 times"),
        ('{"task": "power", "args": {"base": 1, "base": 2}}', "'base' stands there 2 times"),
        ('{"task": "power", "args": {"base": ' + "9" * 5_000 + "}}", "more than 4300 digits"),
        ('\ufeff{"task": "send_email"}', "BOM"),
    ],
)
async def test_what_readers_would_differ_on_is_a_400(site: Site, body: str, says: str) -> None:
    assert says in problem(await site.client.post("/submit-job", content=body), 400, "malformed_json")["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"task": "send_email", "x" * 900_000: 1},
        {"task": "x" * 900_000},
        {"task": "send_email", "queue": "x" * 900_000},
        {"task": "power", "args": {"x" * 900_000: 1}},
        {"task": "power", "args": {str(number): 1 for number in range(80_000)}},
    ],
    ids=["member", "task", "option", "argument", "arguments"],
)
async def test_an_answer_is_short_whatever_was_sent(site: Site, body: Any) -> None:
    # Seen red without a bound: 80,000 wrong arguments of 700 KB were answered with 6 MB.
    assert len((await site.client.post("/submit-job", json=body)).content) < 150_000


@pytest.mark.parametrize("announced", ["9" * 5_000, "2000000"])
async def test_an_announced_length_is_refused_before_anything_is_read(site: Site, announced: str) -> None:
    answer = await site.client.post("/submit-job", content=b"{}", headers={"Content-Length": announced})
    problem(answer, 413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/v1/jobs?stat=failed", "unknown_parameter"),
        ("GET", "/v1/jobs?limit=1&limit=2", "invalid_parameter"),
        ("GET", f"/v1/jobs/{JOB}?includes=args", "unknown_parameter"),
        ("GET", f"/job-status/{JOB}?x", "unknown_parameter"),
        ("POST", "/submit-job?priority=9", "unknown_parameter"),
        ("POST", "/v1/tasks/send_email/jobs?priorty=9", "unknown_parameter"),
        ("POST", "/v1/tasks/send_email/jobs?priority=1&priority=2", "invalid_parameter"),
        ("POST", "/v1/tasks/send_email/jobs?priority=1_0", "invalid_option"),
        ("POST", f"/v1/tasks/send_email/jobs?priority={'1' * 5_000}", "invalid_option"),
    ],
)
async def test_a_parameter_that_would_be_dropped_is_refused(site: Site, method: str, path: str, code: str) -> None:
    problem(await site.client.request(method, path, content=b'{"task": "send_email"}'), 422, code)


async def test_a_probe_takes_any_query(site: Site) -> None:
    assert (await site.client.get("/livez?monitor=1")).status_code == 200


@pytest.mark.parametrize("path", ["/submit-job/", "/v1/jobs/", "/v1/tasks/a%2Fb", "/%ff%00", "/" + "x" * 60_000])
async def test_a_path_that_is_none_is_a_404_and_no_redirect(site: Site, path: str) -> None:
    problem(await site.client.get(path), 404, "not_found")


async def test_a_refused_method_is_told_with_all_that_are_allowed(site: Site) -> None:
    for method in ("PUT", "OPTIONS", "HEAD", "TRACE"):
        answer = await site.client.request(method, f"/v1/jobs/{JOB}")
        assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
MEMBERS = ("queue", "priority", "delay", "run_at", "timeout", "retries", "crashes", "key", "tags", "args")
BODY = st.fixed_dictionaries(
    {"task": st.sampled_from(["send_email", "power", "fail"]) | JSON},
    optional=dict.fromkeys(MEMBERS, JSON),
)
FUZZ = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@FUZZ
@given(body=BODY | JSON, ascii_only=st.booleans())
async def test_any_json_gets_a_job_or_a_problem(site: Site, body: Any, ascii_only: bool) -> None:
    content = json.dumps(body, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    answer = await site.client.post("/submit-job", content=content)
    if answer.status_code != 200:
        assert answer.status_code in (400, 422)
        problem(answer, answer.status_code, answer.json()["code"])
