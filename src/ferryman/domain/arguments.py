"""A task's arguments: bound to its signature, validated, written as JSON, and read back."""

from __future__ import annotations

import inspect
import json
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, Required

from pydantic import ConfigDict, PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json
from typing_extensions import TypedDict

from ferryman.domain.errors import ArgumentProblem, InvalidArguments, InvalidResult, TaskDefinitionError
from ferryman.domain.json_text import DEEPEST, depth, flaw, holds_no_number, with_nulls

# Scalars are strict: `false` is no int and "1" is no int; datetimes, UUIDs and enums are still read from text.
_CONFIG = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, ser_json_inf_nan="constants")
#: Types whose values are valid and have one JSON form. A float may be no number.
_PLAIN = (int, str, bool)
#: What pydantic writes for a secret.
_STARS = '"**********"'
_UNFIT = {
    inspect.Parameter.VAR_POSITIONAL: "*",
    inspect.Parameter.VAR_KEYWORD: "**",
    inspect.Parameter.POSITIONAL_ONLY: "/, ",
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a task takes, made once from its function: names in order, the required ones, and the validator."""

    task: str
    names: tuple[str, ...]
    required: frozenset[str]
    positional: int
    adapter: TypeAdapter[Any]
    returns: TypeAdapter[Any]
    context: str | None
    #: By name: those that take a plain type and no more.
    plain: Mapping[str, type]
    #: By name: what the function takes where the argument is left out.
    defaults: Mapping[str, Any]

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments by name; raises `InvalidArguments` for one too many, unknown or given twice."""
        if len(args) > self.positional:
            detail = f"takes {self.positional} positional arguments, got {len(args)}"
            raise InvalidArguments(self.task, [ArgumentProblem("", detail)])
        bound = dict(zip(self.names, args, strict=False))
        for name in kwargs.keys() & bound.keys():
            raise InvalidArguments(self.task, [ArgumentProblem(f"/{name}", "given twice")])
        bound.update(kwargs)
        return bound

    def write(self, arguments: dict[str, Any]) -> str:
        """Validate arguments given as Python values and return them as JSON text."""
        try:
            if self._plainly_fit(arguments):
                text = to_json(arguments).decode()
            else:
                self.adapter.validate_python(arguments)
                text = self.adapter.dump_json(arguments, by_alias=True, warnings="error").decode()
        except ValidationError as error:
            raise InvalidArguments(self.task, _problems(error)) from None
        except (PydanticSerializationError, ValueError, RecursionError) as error:
            detail = f"cannot be written as JSON: {error}"
            raise InvalidArguments(self.task, [ArgumentProblem("", detail)]) from None
        _check_json(self.task, text)
        self._check_kept(arguments, text)
        return text

    def _plainly_fit(self, arguments: dict[str, Any]) -> bool:
        """Whether each is of the very type that it must have: to validate and watch that takes four times as long."""
        plain = self.plain
        for name, value in arguments.items():
            if plain.get(name) is not type(value):
                return False
        return self.required <= arguments.keys()

    def _check_kept(self, arguments: dict[str, Any], text: str) -> None:
        """Refuse what pydantic would put something else in place of: NaN (null) and secrets (stars)."""
        detail = ""
        if "null" in text and holds_no_number(self.adapter.dump_python(arguments, warnings=False)):
            detail = "NaN and Infinity have no JSON form; send null or a text"
        elif _STARS in text and '"format":"password"' in to_json(self.schema()).decode():
            detail = "a secret does not travel: pass where to find it instead"
        if detail:
            raise InvalidArguments(self.task, [ArgumentProblem("", detail)])

    def check(self, text: str) -> None:
        """Validate arguments given as JSON text; raises `InvalidArguments`."""
        _check_json(self.task, text)
        self.read(text)

    def read(self, text: str) -> dict[str, Any]:
        """Return the arguments of stored JSON text as Python values; raises `InvalidArguments`."""
        if text == "{}" and not self.required:
            return {}
        try:
            arguments: dict[str, Any] = self.adapter.validator.validate_json(text)
        except ValidationError as error:
            raise InvalidArguments(self.task, _problems(error)) from None
        return arguments

    def write_result(self, value: Any) -> str:
        """Return a task's return value as JSON text; raises `InvalidResult`."""
        if value is None:
            return "null"
        try:
            text = self.returns.dump_json(value, by_alias=True, warnings=False).decode()
        except (PydanticSerializationError, ValueError, RecursionError, AttributeError, TypeError) as error:
            raise InvalidResult(
                f"task {self.task!r} returned {type(value).__qualname__}, which JSON cannot carry: {error}"
            ) from None
        if flaw(text) is None:
            return text
        if depth(text) > DEEPEST:
            raise InvalidResult(f"task {self.task!r} returned a value nested deeper than {DEEPEST} levels")
        return with_nulls(text)

    def read_result(self, text: str) -> Any:
        """Return a stored result as the task's return type; raises `InvalidResult` when it does not fit."""
        try:
            return self.returns.validate_json(text)
        except ValidationError as error:
            raise InvalidResult(f"the result of task {self.task!r} does not fit its annotation: {error}") from None

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of the arguments, with their defaults as far as JSON can write them."""
        schema = self.adapter.json_schema()
        for name, value in self.defaults.items():
            text = _default_text(value)
            if text is not None and name in schema["properties"]:
                schema["properties"][name]["default"] = json.loads(text)
        return schema


def inspect_parameters(task: str, function: Callable[..., Any], context_type: type) -> Parameters:
    """Read a function's signature; raises `TaskDefinitionError` saying what makes it unfit as a task."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise TaskDefinitionError(f"task {task!r} yields: a task returns its result, it cannot be a generator")
    hints = _hints(task, function)
    returns = hints.pop("return", Any)
    fields: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    positional, context = 0, None
    for parameter in _signature(task, function).parameters.values():
        if parameter.kind in _UNFIT:
            written = _UNFIT[parameter.kind] + parameter.name
            raise TaskDefinitionError(
                f"task {task!r} takes {written!r}: arguments travel by name, so name each of them"
            )
        annotation = hints.get(parameter.name, Any)
        if annotation is context_type:
            if context is not None:
                raise TaskDefinitionError(
                    f"task {task!r} takes two contexts, {context!r} and {parameter.name!r}: name one"
                )
            context = parameter.name
            continue
        if parameter.default is not inspect.Parameter.empty:
            defaults[parameter.name] = parameter.default
        fields[parameter.name] = NotRequired[annotation] if parameter.name in defaults else Required[annotation]
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            positional += 1
    required = frozenset(name for name, kind in fields.items() if typing.get_origin(kind) is Required)
    arguments = _arguments_type(task, fields)
    return Parameters(
        task,
        tuple(fields),
        required,
        positional,
        _adapter(task, "its arguments", arguments),
        _adapter(task, "its return value", returns),
        context,
        {name: hints[name] for name in fields if hints.get(name) in _PLAIN},
        defaults,
    )


def _default_text(value: Any) -> str | None:
    """Return a default as JSON text; None for one that JSON cannot write, or that holds a secret."""
    try:
        text = to_json(value, by_alias=True, inf_nan_mode="constants").decode()
    except (PydanticSerializationError, ValueError, RecursionError):
        return None
    return None if flaw(text) or _STARS in text else text


def _signature(task: str, function: Callable[..., Any]) -> inspect.Signature:
    try:
        return inspect.signature(function)
    except ValueError:
        raise TaskDefinitionError(
            f"task {task!r} does not tell what it takes: wrap it in a function of yours"
        ) from None


def _hints(task: str, function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, AttributeError, TypeError, SyntaxError) as error:
        raise TaskDefinitionError(
            f"task {task!r} has an annotation that cannot be resolved ({error}): "
            "define the type at module level, above the task"
        ) from None


def _arguments_type(task: str, fields: dict[str, Any]) -> Any:
    make: Any = TypedDict  # at run time, which type checkers do not follow
    arguments = make(f"{task} arguments", fields)
    arguments.__pydantic_config__ = _CONFIG
    return arguments


def _adapter(task: str, what: str, kind: Any) -> TypeAdapter[Any]:
    try:
        adapter = TypeAdapter(kind)
        adapter.json_schema()  # fails for what validates but has no JSON form, such as a callable
        return adapter
    except (PydanticSchemaGenerationError, PydanticUserError, KeyError) as error:  # KeyError: a default named "$ref"
        reason = str(error).splitlines()[0]
        raise TaskDefinitionError(
            f"task {task!r}: {what} cannot travel as JSON ({reason}). Use JSON types, pydantic models, dataclasses, "
            "datetime, UUID, enums, or annotate as Any"
        ) from None


def _problems(error: ValidationError) -> list[ArgumentProblem]:
    return [
        ArgumentProblem("".join(map(_pointer, item["loc"])), item["msg"])
        for item in error.errors(include_url=False, include_context=False)
    ]


def _pointer(part: str | int) -> str:
    """Write one step of a JSON pointer (RFC 6901)."""
    return "/" + str(part).replace("~", "~0").replace("/", "~1")


def write_plain(task: str, arguments: dict[str, Any]) -> str:
    """Return arguments as JSON text without knowing the signature; raises `InvalidArguments`."""
    try:
        text = to_json(arguments, inf_nan_mode="constants").decode()
    except (PydanticSerializationError, ValueError, RecursionError) as error:
        raise InvalidArguments(task, [ArgumentProblem("", f"cannot be written as JSON: {error}")]) from None
    _check_json(task, text)
    return text


def _check_json(task: str, text: str) -> None:
    wrong = flaw(text)
    if wrong is not None:
        raise InvalidArguments(task, [ArgumentProblem("", wrong)])
