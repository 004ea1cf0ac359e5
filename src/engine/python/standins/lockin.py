"""Shuts what leads out of Python: pyodide's modules and whatever they hold of JavaScript, modules that reach memory or processes, and the
ways to load them again. Runs once, before the first script. Leaves out what a script finds in their place (imports.py, world.py)."""

import gc
import importlib
import importlib.machinery
import sys

import _imp
import posix

from .imports import BLOCKED, Finder

KEPT_BLOCKED = {"_imp"}
"""Python's own import system holds it; what is dangerous in it is taken out."""

LEADS_OUT = (
    "system fork fork1 forkpty execv execve posix_spawn posix_spawnp kill killpg popen wait waitpid wait3 wait4 waitid openpty "
    "_exit abort pipe pipe2 memfd_create dlopen setns unshare register_at_fork mkfifo"
).split()


def of_javascript(name: str) -> bool:
    return name.partition(".")[0] in ("js", "pyodide", "pyodide_js", "_pyodide", "_pyodide_core", "asyncio", "_asyncio", "concurrent")


def close_builtins() -> None:
    """Built-in modules that are allowed are loaded now; the loader of others is gone, not hidden."""
    loaded = {}
    for name in sys.builtin_module_names:
        if name not in BLOCKED and not of_javascript(name):
            loaded[name] = importlib.import_module(name)

    def create_builtin(spec):
        if spec.name in loaded:
            return loaded[spec.name]
        raise ImportError(f"no built-in module named {spec.name}", name=spec.name)

    _imp.create_builtin = create_builtin
    _imp.exec_builtin = lambda module: 0
    for name in ("create_dynamic", "exec_dynamic", "init_frozen", "override_multi_interp_extensions_check"):
        if hasattr(_imp, name):
            delattr(_imp, name)


def close_javascript() -> None:
    """Empties pyodide's modules: their classes stay reachable over object.__subclasses__(), but lead nowhere."""
    for name in [name for name in sys.modules if of_javascript(name)]:
        module = sys.modules.pop(name)
        namespace = getattr(module, "__dict__", None)
        if isinstance(namespace, dict):
            for value in list(namespace.values()):
                if isinstance(value, type) and getattr(value, "__module__", "").startswith(("pyodide", "_pyodide", "asyncio")):
                    empty_class(value)
            namespace.clear()
    for finder in sys.meta_path:
        for held in list(getattr(finder, "__dict__", {}).values()):
            if isinstance(held, dict):
                held.clear()


def empty_class(cls) -> None:
    for name, value in list(vars(cls).items()):
        if callable(value) or isinstance(value, (staticmethod, classmethod, property)):
            try:
                delattr(cls, name)
            except (AttributeError, TypeError):
                continue


def lock_in(main: dict) -> None:
    close_builtins()
    sys.meta_path[:] = [Finder, importlib.machinery.BuiltinImporter, importlib.machinery.FrozenImporter, importlib.machinery.PathFinder]
    close_javascript()
    for name in [name for name in sys.modules if name.partition(".")[0] in BLOCKED - KEPT_BLOCKED]:
        del sys.modules[name]
    for name in LEADS_OUT:
        for module in (posix, sys.modules["os"]):
            if hasattr(module, name):
                delattr(module, name)
    for name in ("get_objects", "get_referrers", "get_referents"):
        delattr(gc, name)
    for name in ("setrecursionlimit", "_current_frames", "_current_exceptions", "addaudithook", "remote_exec", "_clear_internal_caches"):
        if hasattr(sys, name):
            delattr(sys, name)
    sys.setrecursionlimit = lambda limit: None
    sys.path[:] = [one for one in sys.path if one and not one.startswith("/lab") and "site-packages" not in one]
    sys.path.insert(0, "")
    kept = {"__name__": "__main__", "__builtins__": main["__builtins__"]}
    main.clear()
    main.update(kept)
