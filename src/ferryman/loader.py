"""Finds a Ferryman app by its name, `module:attribute`, and says plainly what is in the way when it cannot."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from ferryman.app import Ferryman
from ferryman.domain.errors import InvalidOption, did_you_mean

#: Code between `load_app` and the user's line: ours and the import system's.
_MACHINERY = (str(Path(__file__).parent), str(Path(importlib.__file__).parent), "<frozen ")


class AppNotLoaded(InvalidOption):
    """The app could not be loaded: `what` happened, `why`, and what to do (`fix`)."""

    def __init__(self, what: str, why: str, fix: str) -> None:
        super().__init__("app", f"{what}: {why}. {fix}")
        self.what = what
        self.why = why
        self.fix = fix


def load_app(name: str) -> Ferryman:
    """Import `module:attribute` with the working directory on the path and return the Ferryman object it names.

    `module` alone takes the only Ferryman object in it; an attribute may be dotted. Raises `AppNotLoaded`, from the
    module's own error when importing it failed.
    """
    module_name, _, attribute = name.partition(":")
    _check_spelling(name, module_name)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    module = _import(name, module_name)
    return _pick(module, attribute) if attribute else _only(module)


def _check_spelling(name: str, module: str) -> None:
    if all(part.isidentifier() for part in module.split(".")) and not module.endswith(".py"):
        return
    path = module.removesuffix(".py").strip("./").replace("/", ".").replace("\\", ".")
    guess = f"{path or 'tasks'}:ferry"
    raise AppNotLoaded(
        f"{name!r} names no app",
        "an app is named as Python imports it, module:attribute, not as a file",
        f"Try {guess} from the folder that holds {path.partition('.')[0] or 'tasks'}.",
    )


def _import(name: str, module: str) -> ModuleType:
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(f"{error.name}.")):
            raise _not_found(name, module, error.name) from error
        raise _broken(name, module, error) from error
    except (Exception, SystemExit) as error:
        raise _broken(name, module, error) from error


def _not_found(name: str, module: str, missing: str) -> AppNotLoaded:
    folder = Path.cwd()
    known = [path.stem for path in folder.glob("*.py")] + [path.parent.name for path in folder.glob("*/__init__.py")]
    hint = did_you_mean(module, known).strip() or "Change to the folder that holds it, or install its package."
    return AppNotLoaded(
        f"the app {name!r} cannot be loaded",
        f"there is no module {missing!r} in {folder} or among the installed packages",
        hint,
    )


def _broken(name: str, module: str, error: BaseException) -> AppNotLoaded:
    """Make the error for a module that exists and failed by itself: show whose line it was."""
    what = f"the app {name!r} cannot be loaded"
    place = _last_own_line(error)
    # The text of a syntax error names its place once more.
    words = error.msg if isinstance(error, SyntaxError) else error
    said = f"{type(error).__name__}: {words}".rstrip(": ")
    return AppNotLoaded(
        what, f"{module} failed at its own import: {said}{place}", "Mend that line; --debug shows the traceback."
    )


def _last_own_line(error: BaseException) -> str:
    """Return where the user's code stood when it failed: the innermost line of theirs, not of a package they use."""
    if isinstance(error, SyntaxError) and error.filename:
        return f" ({_short(error.filename)}, line {error.lineno})"
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_MACHINERY)]
    theirs = [frame for frame in frames if not Path(_short(frame.filename)).is_absolute()]
    for frame in (theirs or frames)[-1:]:
        return f" ({_short(frame.filename)}, line {frame.lineno}: {frame.line})"
    return ""


def _short(path: str) -> str:
    """Return a path as seen from the working directory; one outside of it or of an installed package stays whole."""
    whole = Path(path)
    here = Path.cwd()
    if whole.is_relative_to(here) and "site-packages" not in whole.parts:
        return str(whole.relative_to(here))
    return path


def _apps(module: ModuleType) -> dict[str, Ferryman]:
    """Return the Ferryman objects of a module by name, each once."""
    found: dict[str, Ferryman] = {}
    for name, value in vars(module).items():
        if isinstance(value, Ferryman) and not any(value is known for known in found.values()):
            found[name] = value
    return found


def _only(module: ModuleType) -> Ferryman:
    apps = _apps(module)
    if len(apps) == 1:
        return next(iter(apps.values()))
    what = f"{module.__name__!r} does not name one app"
    if apps:
        choices = " or ".join(f"{module.__name__}:{name}" for name in apps)
        raise AppNotLoaded(what, f"the module has {len(apps)} Ferryman objects", f"Say which: {choices}.")
    raise AppNotLoaded(
        what, "the module has no Ferryman object", "Make one in it, ferry = Ferryman(), or name the right module."
    )


def _pick(module: ModuleType, attribute: str) -> Ferryman:
    value: Any = module
    name = f"{module.__name__}:{attribute}"
    for part in attribute.split("."):
        if not hasattr(value, part):
            raise AppNotLoaded(
                f"there is no app {name!r}",
                f"the module {module.__name__} has no {attribute!r}",
                _suggest(module, attribute),
            )
        value = getattr(value, part)
    if not isinstance(value, Ferryman):
        kind = type(value).__qualname__
        raise AppNotLoaded(f"{name!r} is no app", f"it is a {kind}, not a Ferryman", _suggest(module, attribute))
    return value


def _suggest(module: ModuleType, attribute: str) -> str:
    apps = _apps(module)
    if apps:
        return f"Did you mean {' or '.join(f'{module.__name__}:{name}' for name in apps)}?"
    return did_you_mean(attribute, vars(module)).strip() or "Make one in it: ferry = Ferryman()."
