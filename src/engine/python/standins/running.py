"""Runs one script: reads the job, binds what the text lacks, executes it as __main__, and tells how it ended. Between scripts everything is
put back: modules, files, classes. Leaves out every library."""

import ast
import builtins
import importlib
import json
import linecache
import os
import sys
import traceback
import types

from . import batches, bridge, choices, clock, configs, datasets, grafts, imports, layers, library, lightning, lines, lockin, models, modules, names, outputs
from . import parameters, parsers, placeholder, progress, recorded, refusals, shortcuts, signature, sizes, tensors, torch_names, trainers, tuner_layers
from . import world, yaml_files
from .editing import edit
from .lines import SCRIPT
from .rewriting import rewritten

PRELOADED = (
    "argparse ast collections contextlib copy csv dataclasses datetime decimal enum functools glob hashlib importlib inspect io itertools "
    "json logging math operator os pathlib pickle platform pprint random re shutil statistics string struct sys tempfile textwrap threading "
    "time traceback types typing uuid warnings weakref abc numbers bisect heapq"
).split()
OURS = (
    batches, choices, configs, datasets, grafts, layers, library, lightning, models, modules, outputs, parameters, parsers, placeholder, progress, recorded,
    refusals, shortcuts, sizes, tensors, torch_names, trainers, tuner_layers, world, yaml_files,
)  # fmt: skip

_loads, _dumps = json.JSONDecoder().decode, json.JSONEncoder().encode

_args = BaseException.args.__get__
"""What an exception was made with, whatever a class of the script's calls so."""

_baseline: dict = {}
"""Module -> its names, as they were before any script."""
_classes: dict = {}
_names: list = []
"""What the script that runs calls its own."""


def open_world(device: str) -> None:
    bridge.open_device(device)
    clock.install()
    os.unlink(device)
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:
            continue


def shut(_: str) -> str:
    """No script runs before this. Called without a frame of pyodide's: they are emptied."""
    lockin.lock_in(vars(sys.modules["__main__"]))
    remember()
    return ""


def remember() -> None:
    """Once, when the world is shut and no script has run."""
    world.enter()
    for name, module in list(sys.modules.items()):
        if isinstance(module, types.ModuleType):
            _baseline[name] = (module, dict(vars(module)))
    for module in OURS:
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == module.__name__:
                _classes[value] = dict(vars(value))


def restore() -> None:
    """The state before any script: modules, their names, and the classes that stand in."""
    for name in [name for name in sys.modules if name not in _baseline]:
        del sys.modules[name]
    for name, (module, values) in _baseline.items():
        sys.modules[name] = module
        put_back(vars(module), values)
    for cls, values in _classes.items():
        now = vars(cls)
        for name in [name for name in now if name not in values and not name.startswith("__")]:
            delattr(cls, name)
        for name, value in values.items():
            if now.get(name) is not value and not name.startswith("__"):
                setattr(cls, name, value)
    for one in (batches, bridge, configs, datasets, library, models, modules, parameters, placeholder, shortcuts):
        one.forget()
    torch_names.Modes.grad, torch_names.Modes.inference = True, False
    lines.by_name[0] = 0
    bridge.state.pending, bridge.state.making, bridge.state.probing = None, 0, False
    imports.imported.clear()
    linecache.cache.pop(SCRIPT, None)


def put_back(now: dict, values: dict) -> None:
    """By identity: a script's objects may answer == with anything."""
    for name, value in values.items():
        if now.get(name, now) is not value:
            now[name] = value
    if len(now) != len(values):
        for name in [name for name in now if name not in values]:
            del now[name]


def run(message: str) -> str:
    """JSON in, JSON out; raises nothing."""
    job = _loads(message)
    ended, screen = None, None
    try:
        restore()
        signature.choose(job["signatures"])
        screen = world.enter()
        place_files(job.get("files") or {})
        parsers.argv_known[0] = len(job["argv"]) > 1
        sys.argv = list(job["argv"]) or [SCRIPT]
        ended = execute(job["source"])
    except BaseException as raised:
        ended = raised
    told = None
    while True:
        try:
            # A script may have taken away what telling its end needs.
            put_back(vars(builtins), _baseline["builtins"][1])
            # Still on the clock: an exception's words and the ends of objects are the script's own code.
            told = outcome(ended) if told is None else told
            ended = None
            while _names:
                _names.pop().clear()
            bridge.script_ended()
            break
        except KeyboardInterrupt as late:
            told = (limit_met(ended or late), "") if told is None else told
            ended = None
    error, last_words = told
    return finish(error, ("" if screen is None else screen.text()) + last_words)


def limit_met(raised: BaseException) -> dict:
    """The clock of the host: an endless loop, most often."""
    frames = script_frames(raised)
    return failure("TimeoutError", "", "limit", frames[-1][0] if frames else None, frames)


def failure(kind_of_error: str, message: str, kind: str, line=None, frames=(), column=None, text=None) -> dict:
    """host.ts: PythonFailure"""
    told = [{"line": at, "name": name} for at, name in frames[:50]]
    return {"type": kind_of_error, "message": message, "line": line, "column": column, "text": text, "kind": kind, "traceback": told}


def finish(error, output: str) -> str:
    clock.reset()
    restore()
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    sys.settrace(None)
    sys.setprofile(None)
    return _dumps({"error": error, "output": output})


def outcome(ended) -> tuple:
    """(the failure or None, what Python prints at the end)"""
    if isinstance(ended, KeyboardInterrupt):
        return limit_met(ended), ""
    if isinstance(ended, SystemExit):
        if ended.code in (None, 0):
            return None, ""
        return described(ended), "" if isinstance(ended.code, int) else f"{words_of(ended)}\n"
    if isinstance(ended, Unread):
        return ended.failure, ""
    return (None if ended is None or isinstance(ended, bridge.Fault) else described(ended)), ""


class Unread(Exception):
    """The text is no Python."""

    def __init__(self, failure: dict):
        self.failure = failure


def place_files(files: dict) -> None:
    imports.files.clear()
    for path, text in files.items():
        if path.startswith("/") or ".." in path.split("/"):
            continue
        folder = os.path.dirname(path)
        if folder:
            os.makedirs(folder, exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        if path.endswith(".py"):
            imports.files.add(path.partition("/")[0].removesuffix(".py"))
    if imports.files:
        # importlib.invalidate_caches() would import what reads packages' metadata, every time.
        for finder in sys.path_importer_cache.values():
            getattr(finder, "invalidate_caches", int)()


def execute(source: str) -> None:
    linecache.cache[SCRIPT] = (len(source), None, source.splitlines(True), SCRIPT)
    try:
        tree = ast.parse(source, SCRIPT)
        lines.learn_loops(tree)
        lacking = names.undefined(tree)
        code = compile(rewritten(tree), SCRIPT, "exec", dont_inherit=True)
    except SyntaxError as error:
        text = error.text.rstrip("\n") if error.text else error.text
        raise Unread(failure(type(error).__name__, error.msg, "syntax", error.lineno, (), error.offset, text)) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise Unread(failure(type(error).__name__, str(error), "syntax")) from None
    main = types.ModuleType("__main__")
    _names.append(vars(main))
    main.__file__, main.__builtins__ = SCRIPT, builtins
    world.own_text[0] = source
    sys.modules["__main__"] = main
    names.bind_undefined(lacking, vars(main))
    bridge.script_started()
    exec(code, vars(main))
    bridge.flush()


def script_frames(error) -> list:
    found = []
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename == SCRIPT:
            found.append((line, frame.f_code.co_name))
    return found


def words_of(error: BaseException) -> str:
    """str() of it, which may be the script's own; then what Python prints where that fails."""
    try:
        return str(error)
    except Exception:
        return "<exception str() failed>"


def described(error: BaseException) -> dict:
    frames = script_frames(error)
    message = without_suggestion(words_of(error))
    kind = "limit" if isinstance(error, MemoryError) else "placeholder" if of_unknown(error, message) else "raised"
    return failure(type(error).__name__, message, kind, frames[-1][0] if frames else None, frames)


def of_unknown(error, message: str) -> bool:
    """Whether it is for want of a value that nobody here has."""
    return "Placeholder" in message or any(isinstance(one, placeholder.Placeholder) for one in _args(error))


def without_suggestion(text: str) -> str:
    """Python 3.14 suggests names; the libraries' own Pythons don't."""
    start, found, _ = text.partition(". Did you mean '")
    return start if found and text.endswith("'?") else text


assert lockin and tensors and trainers and shortcuts and configs and datasets and batches
