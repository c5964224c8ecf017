"""Every error as RFC 9457 `application/problem+json`: our own, the framework's, and what nobody foresaw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from ferryman.api.render import JsonResponse, LastWords
from ferryman.domain.errors import (
    ActionRefused,
    FerrymanError,
    InvalidArguments,
    InvalidInput,
    InvalidOption,
    JobNotFound,
    StoreError,
    StoreUnavailable,
    UnknownTask,
)

MEDIA_TYPE = "application/problem+json"
#: Seconds after which a client may try again when the store gave no answer.
RETRY_AFTER = "1"
#: Most faults that are listed, and most characters of a text: an answer is not to be larger than what it answers.
MOST_ERRORS = 100
LONGEST_DETAIL = 1_000
LONGEST_POINTER = 200


class Problem(Exception):
    """An answer that says what went wrong: `code` is for programs, `detail` for people."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = _cut(detail, LONGEST_DETAIL)
        self.errors = [
            (_cut(pointer, LONGEST_POINTER), _cut(said, LONGEST_DETAIL)) for pointer, said in errors[:MOST_ERRORS]
        ]
        self.headers = dict(headers or {})

    def body(self, instance: str) -> dict[str, Any]:
        """Return the members of the answer; `instance` is the path that was asked."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
        }
        if self.errors:
            body["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return body

    def response(self, request: Request) -> Response:
        """Return the answer."""
        kind = LastWords if self.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else JsonResponse
        return kind(self.body(request.url.path), self.status, self.headers, MEDIA_TYPE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."


@dataclass(frozen=True, slots=True)
class Places:
    """Where in the body a job, its arguments and its options stand, as JSON pointers."""

    job: str = ""
    args: str = "/args"
    options: str = ""


FLAT = Places()


def problem_of(error: FerrymanError, places: Places = FLAT, *, reading: bool = False) -> Problem:
    """Translate an error of ours; the places tell where in the body the wrong value stood.

    `reading` says that the request changes nothing, so that its outcome does not matter.
    """
    if isinstance(error, InvalidInput):
        return _of_input(error, places)
    if isinstance(error, JobNotFound):
        return Problem(404, "job_not_found", str(error))
    if isinstance(error, ActionRefused):
        return Problem(409, "action_refused", str(error))
    if isinstance(error, StoreUnavailable):
        unknown = "Whether the request took effect is unknown: send it again with the same key or Idempotency-Key."
        detail = f"{error}. {'Nothing was changed: send it again.' if reading else unknown}"
        return Problem(503, "store_unavailable", detail, headers={"Retry-After": RETRY_AFTER})
    if isinstance(error, StoreError):
        return Problem(503, "store_error", str(error))
    return unforeseen()


def step(name: object) -> str:
    """Write one step of a JSON pointer (RFC 6901)."""
    return "/" + str(name).replace("~", "~0").replace("/", "~1")


def unforeseen() -> Problem:
    """Return the answer to what nobody foresaw: the log says more, the client must not."""
    return Problem(500, "internal_error", "something unforeseen happened; the server's log says what")


def _of_input(error: InvalidInput, places: Places) -> Problem:
    if isinstance(error, UnknownTask):
        return Problem(422, "unknown_task", str(error), errors=[(f"{places.job}/task", str(error))])
    if isinstance(error, InvalidArguments):
        errors = [(f"{places.args}{problem.pointer}", problem.detail) for problem in error.problems]
        return Problem(422, "invalid_arguments", str(error), errors=errors)
    if isinstance(error, InvalidOption):
        return Problem(422, "invalid_option", str(error), errors=[(f"{places.options}/{error.option}", str(error))])
    return Problem(422, "invalid_input", str(error))


def from_validation(error: RequestValidationError) -> Problem:
    """Translate the framework's complaint about a parameter."""
    errors = [(_pointer(item["loc"]), str(item["msg"])) for item in error.errors()]
    detail = "; ".join(f"{pointer}: {message}" for pointer, message in errors[:3])
    return Problem(422, "invalid_parameter", detail or "a parameter is wrong", errors=errors)


def _pointer(location: Sequence[str | int]) -> str:
    # The first part says where it stood (query, path, body); only the body's parts are a pointer into something.
    return "".join(map(step, location[1:]))


def from_http(error: HTTPException) -> Problem:
    """Translate an error of the framework, such as a path that does not exist."""
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    return Problem(error.status_code, code, str(error.detail), headers=error.headers)
