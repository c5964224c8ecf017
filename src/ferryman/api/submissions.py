"""From a request to jobs: the seed's flat body, `/v1`'s nested one, and what `Idempotency-Key` adds to them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import Request

from ferryman.api.bodies import check_object
from ferryman.api.problems import FLAT, Places, Problem, problem_of
from ferryman.app import Ferryman
from ferryman.domain.errors import FerrymanError, InvalidOption
from ferryman.domain.job import NewJob
from ferryman.domain.options import Options, OptionValues
from ferryman.store.messages import Submitted

OPTION_NAMES = tuple(OptionValues.__annotations__)
LONGEST_IDEMPOTENCY_KEY = 255


def flat_job(ferry: Ferryman, body: Any) -> NewJob:
    """Read the seed's body: task, args, and the options beside them."""
    values = dict(check_object(body, ("task", "args", *OPTION_NAMES), ""))
    task, args = values.pop("task", None), values.pop("args", None)
    return _job(ferry, task, {} if args is None else args, values, FLAT)


def nested_job(ferry: Ferryman, body: Any, pointer: str = "") -> NewJob:
    """Read a body of `/v1`: task, args, options."""
    values = check_object(body, ("task", "args", "options"), pointer)
    args, options = values.get("args"), values.get("options")
    places = Places(pointer, f"{pointer}/args", f"{pointer}/options")
    options = {} if options is None else check_object(options, OPTION_NAMES, places.options)
    return _job(ferry, values.get("task"), {} if args is None else args, options, places)


def typed_job(ferry: Ferryman, task: str, args: Any, options: dict[str, Any]) -> NewJob:
    """Make a job of a typed route: the body is the arguments, the options come from the query."""
    return _job(ferry, task, args, options, Places(args=""))


def _job(ferry: Ferryman, task: Any, args: Any, options: dict[str, Any], places: Places) -> NewJob:
    if not isinstance(task, str):
        detail = "task is missing" if task is None else f"task must be text, got {type(task).__name__}"
        wrong = [(f"{places.job}/task", detail)]
        raise Problem(422, "invalid_task", f'{detail}: send {{"task": "<name>"}}', errors=wrong)
    try:
        said = Options.named({name: value for name, value in options.items() if value is not None})
        return ferry.describe(task, json.dumps(args), said)
    except FerrymanError as error:
        raise problem_of(error, places) from None


def query_options(request: Request) -> dict[str, Any]:
    """Read submit options from the query, where everything is text: numbers are read as such, tags may repeat."""
    values: dict[str, Any] = {}
    for name in request.query_params:
        texts = request.query_params.getlist(name)
        if name == "tags":
            values[name] = texts
        elif name in ("priority", "retries", "crashes", "replicas"):
            values[name] = _number(name, texts[-1])
        else:
            values[name] = texts[-1]
    return values


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,18}", text):
        raise InvalidOption(name, f"{name} must be a whole number, got {text[:80]!r}")
    return int(text)


def idempotent(
    request: Request, jobs: Sequence[NewJob], said: Any, numbers: Sequence[int] | None = None
) -> list[NewJob]:
    """Mark jobs with the request that asks for them, if it has an `Idempotency-Key`.

    The key is unique per route. The mark travels with the job into the store, so that the same request sent again meets
    its jobs there; the fingerprint, of what the request `said`, tells another request with the same key. `numbers` are
    the jobs' places in the request, where that holds wrong ones too: sent again, it may hold less of them.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return list(jobs)
    if not (1 <= len(key) <= LONGEST_IDEMPOTENCY_KEY and key.isprintable()):
        detail = f"Idempotency-Key must be 1 to {LONGEST_IDEMPOTENCY_KEY} printable characters"
        raise Problem(422, "invalid_idempotency_key", detail)
    asked = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    mark = hashlib.sha256(f"{request.scope['path']}\n{key}".encode()).hexdigest()
    places = range(len(jobs)) if numbers is None else numbers
    return [job._replace(request=f"{mark}#{n}", fingerprint=asked) for n, job in zip(places, jobs, strict=True)]


def place_of(request: Request, own: str, job_id: str) -> str:
    """Return the path of a job, for `Location`; `own` is the path of this request where the routes are not mounted."""
    path, root = request.scope["path"], request.scope.get("root_path", "")
    if not path.startswith(f"{root}/"):  # a proxy took it away
        path = root + path
    return f"{quote(path.removesuffix(own))}/v1/jobs/{job_id}"


def replay_headers(answers: Sequence[Submitted]) -> dict[str, str]:
    """Return the header that tells a replayed answer; raises the problem 422 when the key asked for something else."""
    if any(answer.conflict for answer in answers):
        detail = "this Idempotency-Key was used with another body: use a new key for a new request"
        raise Problem(422, "idempotency_conflict", detail)
    repeated = any(answer.replayed for answer in answers) and not any(answer.created for answer in answers)
    return {"Idempotency-Replayed": "true"} if repeated else {}


def said_of(answer: Submitted) -> dict[str, Any]:
    """Return what is said of a submitted job; to a request that is sent again, what was said the first time."""
    return {"id": answer.id, "created": answer.created or answer.replayed}
