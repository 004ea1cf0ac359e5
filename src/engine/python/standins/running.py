"""Runs one script: reads the job, binds what the text lacks, executes it as __main__, and tells how it ended. Between scripts everything is
put back: modules, files, classes. Leaves out every library."""

import ast
import builtins
import gc
import importlib
import json
import linecache
import os
import sys
import traceback
import types

from . import batches, bridge, configs, datasets, imports, library, lines, lockin, models, modules, names, parameters, parsers, placeholder
from . import shortcuts, signature, tensors, torch_names, trainers, world
from .editing import edit
from .lines import SCRIPT
from .rewriting import rewritten

PRELOADED = (
    "argparse ast collections contextlib copy csv dataclasses datetime decimal enum functools glob hashlib importlib inspect io itertools "
    "json logging math operator os pathlib pickle platform pprint random re shutil statistics string struct sys tempfile textwrap threading "
    "time traceback types typing uuid warnings weakref abc numbers bisect heapq"
).split()
OURS = (batches, configs, datasets, library, models, modules, parameters, parsers, placeholder, shortcuts, tensors, torch_names, trainers, world)

_baseline: dict = {}
"""Module -> its names, as they were before any script."""
_classes: dict = {}


def open_world(device: str) -> None:
    bridge.open_device(device)
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
    for one in (library, models, modules, parameters, placeholder):
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
    job = json.loads(message)
    result = {"ended": "error", "line": None, "error": None, "output": ""}
    screen = None
    try:
        restore()
        signature.choose(job["signatures"])
        screen = world.enter()
        place_files(job.get("files") or {})
        parsers.argv_known[0] = job["argv"] is not None
        sys.argv = [SCRIPT, *(job["argv"] or [])]
        result.update(execute(job["source"]))
    except KeyboardInterrupt as raised:
        result.update(ended="limit", line=script_line(raised))
    except bridge.Fault:
        result.update(ended="error")
    if screen is not None:
        result["output"] = screen.text()
    for _ in range(3):
        try:
            return finish(result)
        except KeyboardInterrupt:
            continue
    return '{"ended":"limit","line":null,"error":null,"output":""}'


def finish(result: dict) -> str:
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    gc.enable()
    sys.settrace(None)
    sys.setprofile(None)
    return json.dumps(result)


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
    importlib.invalidate_caches()


def execute(source: str) -> dict:
    linecache.cache[SCRIPT] = (len(source), None, source.splitlines(True), SCRIPT)
    try:
        tree = ast.parse(source, SCRIPT)
        lines.learn_loops(tree)
        code = compile(rewritten(ast.parse(source, SCRIPT)), SCRIPT, "exec", dont_inherit=True)
    except SyntaxError as error:
        return {"error": syntax_error(error)}
    except (ValueError, RecursionError, MemoryError) as error:
        return {"error": {"type": type(error).__name__, "message": str(error), "line": None, "offset": None, "text": None, "traceback": []}}
    main = types.ModuleType("__main__")
    main.__file__, main.__builtins__ = SCRIPT, builtins
    sys.modules["__main__"] = main
    try:
        names.bind_undefined(tree, vars(main))
        exec(code, vars(main))
        bridge.flush()
    except SystemExit as error:
        return ended(error)
    except (KeyboardInterrupt, bridge.Fault):
        raise
    except BaseException as error:
        return {"error": described(error)}
    return {"ended": "end"}


def ended(error: SystemExit) -> dict:
    bridge.flush()
    if error.code in (None, 0) or not isinstance(error.code, int):
        if isinstance(error.code, str):
            print(error.code)
        return {"ended": "end"} if error.code in (None, 0) else {"error": described(error)}
    return {"error": described(error)}


def script_frames(error) -> list:
    return [(frame.f_lineno if number is None else number, frame.f_code.co_name) for frame, number in traceback.walk_tb(error.__traceback__)
            if frame.f_code.co_filename == SCRIPT]  # fmt: skip


def script_line(error):
    frames = script_frames(error)
    return frames[-1][0] if frames else None


def syntax_error(error: SyntaxError) -> dict:
    text = error.text.rstrip("\n") if error.text else error.text
    return {"type": type(error).__name__, "message": error.msg, "line": error.lineno, "offset": error.offset, "text": text, "traceback": []}


def described(error: BaseException) -> dict:
    frames = script_frames(error)
    text = without_suggestion(str(error))
    return {
        "type": type(error).__name__,
        "message": text,
        "line": frames[-1][0] if frames else None,
        "offset": None,
        "text": None,
        "traceback": [{"line": line, "name": name} for line, name in frames],
    }


def without_suggestion(text: str) -> str:
    """Python 3.14 suggests names; the libraries' own Pythons don't."""
    start, found, _ = text.partition(". Did you mean '")
    return start if found and text.endswith("'?") else text


assert lockin and tensors and trainers and shortcuts and configs and datasets and batches
