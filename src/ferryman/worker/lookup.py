"""Finds a task's definition by the place of its function, as a child process must: closures cannot be found there."""

from __future__ import annotations

import importlib
import runpy
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from ferryman.domain.errors import TaskDefinitionError
from ferryman.domain.task import Task

MAIN = "__main__"
#: What a child calls the worker's main module: `if __name__ == "__main__"` must not run there.
CHILD_MAIN = "__mp_main__"


def check_findable(task: Task) -> None:
    """Raise `TaskDefinitionError` when a child process could not find this task by module and name."""
    name = task.function.__module__
    if "<locals>" in task.function.__qualname__:
        raise TaskDefinitionError(
            f"task {task.name!r} runs in a process of its own, which imports it by name, but {_place(task)} is defined "
            "inside a function: move it to module level"
        )
    module = sys.modules.get(name)
    if name == MAIN and getattr(module, "__file__", None) is None:
        raise TaskDefinitionError(
            f"task {task.name!r} runs in a process of its own, which imports its module, but it was typed at a prompt: "
            "put it into a file"
        )
    if module is None or _find(module, task.function.__qualname__, task.name) is None:
        raise TaskDefinitionError(
            f"task {task.name!r} runs in a process of its own, which imports it by name, but {_place(task)} does not "
            f"lead to it: assign what @ferry.task returns to a name in module {name}"
        )


def find_task(module_name: str, qualname: str, task_name: str) -> Task:
    """Import a module and return the task in it; raises what importing raises, and `TaskDefinitionError`."""
    module = sys.modules[CHILD_MAIN] if module_name == MAIN else importlib.import_module(module_name)
    task = _find(module, qualname, task_name)
    if task is None:
        raise TaskDefinitionError(f"there is no task {task_name!r} at {module_name}.{qualname}")
    return task


def _find(module: ModuleType, qualname: str, task_name: str) -> Task | None:
    """Look where the function says it is, then among the module's other values: a handle may have another name."""
    value: Any = module
    for part in qualname.split("."):
        value = getattr(value, part, None)
    for candidate in (value, *list(vars(module).values())):
        task = getattr(candidate, "task", None)
        if isinstance(task, Task) and task.name == task_name:
            return task
    return None


def _place(task: Task) -> str:
    return f"{task.function.__module__}.{task.function.__qualname__}"


def main_module(tasks: Iterable[Task]) -> dict[str, str] | None:
    """Say how a child can import the worker's main module; None when no task of a child lives there."""
    if all(task.function.__module__ != MAIN for task in tasks):
        return None
    main = sys.modules[MAIN]
    spec = getattr(main, "__spec__", None)
    if spec is not None and spec.name:
        return {"module": spec.name}
    return {"file": str(main.__file__)}


def import_main(place: dict[str, str]) -> None:
    """Import the worker's main module in a child, under another name, the way `multiprocessing` does."""
    if "module" in place:
        values = runpy.run_module(place["module"], run_name=CHILD_MAIN, alter_sys=True)
    else:
        values = runpy.run_path(place["file"], run_name=CHILD_MAIN)
    module = ModuleType(CHILD_MAIN)
    vars(module).update(values)
    sys.modules[CHILD_MAIN] = sys.modules[MAIN] = module
