"""Ferryman carries work from a request to a worker and never drops it.

from ferryman import Ferryman

ferry = Ferryman()

@ferry.task
async def send_email(to: str) -> str: ...

job = await send_email.submit("ada@example.com")
"""

from ferryman.app import Ferryman
from ferryman.domain.errors import (
    ActionRefused,
    FerrymanError,
    InvalidArguments,
    InvalidInput,
    InvalidOption,
    InvalidResult,
    JobCancelled,
    JobFailed,
    JobNotFound,
    LeaseLost,
    ResultTimeout,
    StoreError,
    StoreIncompatible,
    StoreMisconfigured,
    StoreUnavailable,
    TaskDefinitionError,
    UnknownTask,
)
from ferryman.domain.job import Attempt, Job
from ferryman.domain.options import Options
from ferryman.domain.outcome import Cancel, Snooze
from ferryman.domain.retry import Retry
from ferryman.domain.state import State
from ferryman.handles import JobHandle, TaskHandle
from ferryman.store.events import JobEvent
from ferryman.store.why import Why
from ferryman.version import __version__
from ferryman.worker.context import Context

__all__ = [
    "ActionRefused",
    "Attempt",
    "Cancel",
    "Context",
    "Ferryman",
    "FerrymanError",
    "InvalidArguments",
    "InvalidInput",
    "InvalidOption",
    "InvalidResult",
    "Job",
    "JobCancelled",
    "JobEvent",
    "JobFailed",
    "JobHandle",
    "JobNotFound",
    "LeaseLost",
    "Options",
    "ResultTimeout",
    "Retry",
    "Snooze",
    "State",
    "StoreError",
    "StoreIncompatible",
    "StoreMisconfigured",
    "StoreUnavailable",
    "TaskDefinitionError",
    "TaskHandle",
    "UnknownTask",
    "Why",
    "__version__",
]
