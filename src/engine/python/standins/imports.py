"""What `import` finds: Python's own modules where they are harmless, files that came with the script, and for every other name in the
world a module whose names are the libraries' stand-ins or placeholders. Leaves out what those are."""

import importlib.machinery
import sys
import types

from . import library, signature
from .library import Missing
from .placeholder import Placeholder

LIBRARIES = ("torch", "transformers", "peft", "trl", "bitsandbytes", "accelerate", "datasets", "unsloth")

BLOCKED = {
    "asyncio", "concurrent", "ctypes", "multiprocessing", "subprocess", "socket", "socketserver", "ssl", "select", "selectors", "signal",
    "http", "ftplib", "smtplib", "poplib", "imaplib", "telnetlib", "nntplib", "xmlrpc", "webbrowser", "tkinter", "turtle",
    "turtledemo", "idlelib", "sqlite3", "dbm", "curses", "readline", "rlcompleter", "venv", "ensurepip", "pip", "lib2to3", "pdb", "bdb",
    "cProfile", "profile", "pstats", "trace", "tracemalloc", "faulthandler", "gc", "mmap", "fcntl", "resource", "pty", "tty", "termios",
    "syslog", "crypt", "nis", "imp", "zipimport", "runpy", "pkgutil", "code", "codeop", "site", "sysconfig", "_ctypes", "_socket", "_ssl",
    "_posixsubprocess", "_testcapi", "_testinternalcapi", "_interpreters", "_pyodide_core", "_remote_debugging", "_imp", "_testbuffer",
    "_testclinic", "_testlimitedcapi", "_testclinic_limited", "_xxtestfuzz", "xxsubtype", "_sqlite3", "_tracemalloc", "_lsprof",
    "test", "standins", "lockin",
}  # fmt: skip
"""Of Python's own: what reaches out of a process, into its memory, or stops it. A script that imports one gets a placeholder."""

files: set = set()
"""Top names of the modules that came with the script."""

imported: list = []
"""Top names that were imported, in order."""


BLOCKED_BELOW = {"urllib.request", "urllib.response", "urllib.robotparser", "logging.handlers", "logging.config", "importlib.resources"}


def is_own(name: str) -> bool:
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names and top not in BLOCKED and name not in BLOCKED_BELOW


class StandInModule(types.ModuleType):
    """A module of a library, or of nothing that is known."""

    def __init__(self, name: str):
        super().__init__(name)
        self.__path__ = []
        self.__file__ = f"<site-packages>/{name.replace('.', '/')}/__init__.py"

    def __getattr__(self, name: str):
        if name == "__version__":
            return version_of(self.__name__)
        if name == "__all__" or name.startswith("__") and name.endswith("__"):
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        full = f"{self.__name__}.{name}"
        try:
            value = library.resolve(full)
        except Missing as missing:
            if missing.kind == "ModuleNotFoundError":
                raise ModuleNotFoundError(missing.text) from None
            raise AttributeError(f"module {self.__name__} has no attribute {name}") from None
        if value is None:
            value = self._lab_submodule(full) or Placeholder(full)
        self.__dict__[name] = value
        return value

    def _lab_submodule(self, full: str):
        """`torch.nn` without an import of its own."""
        return submodule(full) if full in known_modules() else None


def version_of(name: str) -> str:
    found = signature.chosen.versions.get(name.partition(".")[0], "1.0.0")
    return f"{found}+cu124" if name == "torch" and "+" not in found else found


def known_modules() -> set:
    """Every module that a full name of a table or of a stand-in lies in."""
    calls = signature.chosen.calls
    if _modules["of"] is not calls:
        names = {"torch.cuda", "torch.backends", "torch.distributed", "torch.utils", "torch.optim.lr_scheduler", "accelerate.utils"}
        for full in (*calls, *library.hand):
            parts = full.split(".")
            for many in range(1, len(parts)):
                if parts[many - 1][0].isupper():
                    break
                names.add(".".join(parts[:many]))
        _modules.update(of=calls, names=names)
    return _modules["names"]


_modules: dict = {"of": None, "names": set()}


def submodule(full: str):
    if full not in sys.modules:
        sys.modules[full] = StandInModule(full)
    return sys.modules[full]


class Finder:
    """First in sys.meta_path: everything that Python's own finders must not answer."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        top = name.partition(".")[0]
        if is_own(name) or top in files:
            return None
        if missing_module(name):
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)
        if "." not in name:
            imported.append(name)
        elif lacks(name):
            # Python tries a name that a module lacks as a module of its own.
            return None
        return importlib.machinery.ModuleSpec(name, Loader, is_package=True)


def lacks(name: str) -> bool:
    try:
        library.resolve(name)
    except Missing:
        return True
    return False


def missing_module(name: str) -> bool:
    """`trl.experimental` of a version that has none."""
    if "missing" in signature.chosen.exports.get(name, ()):
        return True
    start = f"{name}."
    about = [entry for full, entry in signature.chosen.calls.items() if full.startswith(start)] if "." in name else []
    return bool(about) and all(entry.get("missing", "").startswith("ModuleNotFoundError") for entry in about)


class Loader:
    @staticmethod
    def create_module(spec):
        return StandInModule(spec.name)

    @staticmethod
    def exec_module(module):
        pass


def star_names(name: str) -> list:
    """What `from library import *` brings: the names of its table."""
    start = f"{name}."
    return [full[len(start) :] for full in (*signature.chosen.calls, *library.hand) if full.startswith(start) and "." not in full[len(start) :]]
