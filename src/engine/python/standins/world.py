"""What a script finds of a machine: files that nobody has, an environment, a screen, a clock. Nothing leaves, nothing is waited for, and
what can't be known is assumed and told. Leaves out modules that are no more than placeholders."""

import argparse
import builtins
import io
import json
import os
import pathlib
import shutil
import sys
import threading
import time

from . import bridge, configs, lines, parsers
from .library import hand
from .placeholder import Placeholder

HOME = "/home/user"
MOST_OUTPUT = 20_000
MOST_GUESSES = 20
ENVIRONMENT = {
    "LOCAL_RANK": "0", "RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "localhost", "MASTER_PORT": "29500", "HOME": HOME, "USER": "user",
}  # fmt: skip
"""What a script may take without asking; a rank that is asked for with get() is absent, as in a plain run."""

_open, _exists, _isfile, _isdir, _listdir = io.open, os.path.exists, os.path.isfile, os.path.isdir, os.listdir
_makedirs, _remove = os.makedirs, os.remove
_parse_known, _loads, _load = argparse.ArgumentParser.parse_known_args, json.loads, json.load
_default = json.JSONEncoder.default
_guesses: dict = {}
own_text: list = [""]
"""The script's own text, which it finds at its __file__."""


class Screen(io.TextIOBase):
    """sys.stdout and sys.stderr: what is printed, up to a limit."""

    def __init__(self):
        self.parts, self.size, self.cut = [], 0, False

    def write(self, text):
        room = MOST_OUTPUT - self.size
        if room > 0:
            self.parts.append(text[:room])
            self.size += len(text[:room])
        if len(text) > room and not self.cut:
            self.cut = True
            self.parts.append("\n…\n")
        return len(text)

    def writable(self):
        return True

    def isatty(self):
        return False

    def fileno(self):
        raise io.UnsupportedOperation("fileno")

    @property
    def encoding(self):
        return "utf-8"

    def text(self) -> str:
        return "".join(self.parts)


class UnknownFile(Placeholder):
    """A file that the person has."""

    def close(self):
        pass

    def __iter__(self):
        return iter([Placeholder(f"{self._lab_origin} line {at}") for at in range(2)])


def name_of(path) -> str:
    return path._lab_origin if isinstance(path, Placeholder) else str(path)


def open_file(file, mode="r", *args, **kwargs):
    if isinstance(file, Placeholder):
        return UnknownFile(f"open({file._lab_origin})")
    reading = "r" in mode and "+" not in mode
    if reading and str(file) == lines.SCRIPT and lines.user_line() > 0:
        return io.BytesIO(own_text[0].encode()) if "b" in mode else io.StringIO(own_text[0])
    try:
        return _open(file, mode, *args, **kwargs)
    except OSError:
        # The script's own text, which tracebacks ask for, is no file of the person's.
        if reading and str(file) != lines.SCRIPT:
            bridge.assume(lines.user_line(), f"the file {name_of(file)} exists", f"文件 {name_of(file)} 存在", name_of(file))
            return UnknownFile(f"open({str(file)!r})")
    try:
        _makedirs(os.path.dirname(os.fspath(file)) or ".", exist_ok=True)
        return _open(file, mode, *args, **kwargs)
    except OSError:
        return io.BytesIO() if "b" in mode else io.StringIO()


def guess(real, what: str):
    """Whether a file is there: those that nobody has are."""

    def test(path):
        if not isinstance(path, Placeholder) and real(path):
            return True
        line = lines.user_line()
        if line == 0 or str(path) in configs.output_folders:
            return False
        _guesses[line] = _guesses.get(line, 0) + 1
        if _guesses[line] > MOST_GUESSES:
            return False
        name = name_of(path)
        bridge.assume(line, f"{name} {what}", f"{name} 存在", name)
        return True

    return test


def listdir(path="."):
    try:
        return _listdir(path)
    except OSError:
        if str(path) in configs.output_folders:
            return []
        return [Placeholder(f"{name_of(path)}/…").__fspath__()]


def remove(path, *, dir_fd=None):
    try:
        _remove(path, dir_fd=dir_fd)
    except OSError:
        return


class Variable(str):
    """A variable's text that nobody has; as a number it is one, as an unknown value's is."""

    def __int__(self):
        return 1

    def __float__(self):
        return 1.0


class Environment(dict):
    """os.environ: a variable that is taken without asking is there."""

    def __missing__(self, name):
        if name in ENVIRONMENT:
            return ENVIRONMENT[name]
        bridge.assume(lines.user_line(), f"the environment has {name}", f"环境变量 {name} 存在", name)
        return Variable(f"<{name}>")

    def copy(self):
        return Environment(self)


_typed: dict = {}


def read_line(prompt=""):
    """input(): words that end most loops, then the end."""
    line = lines.user_line()
    _typed[line] = _typed.get(line, 0) + 1
    if _typed[line] == 1:
        bridge.assume(line, "nothing is typed at input()", "input() 处没有输入任何内容", "input()")
    words = ["", "exit", "quit", "q", "n"]
    if _typed[line] > len(words):
        raise SystemExit(0)
    return words[_typed[line] - 1]


def parse_known_args(self, args=None, namespace=None):
    """Without a command line, required arguments are assumed."""
    if parsers.argv_known[0] or args is not None:
        return _parse_known(self, args, namespace)
    needed = [one for one in self._actions if one.required and one.default is not argparse.SUPPRESS]
    for one in needed:
        one.required = False
    groups = [one for one in self._mutually_exclusive_groups if one.required]
    for one in groups:
        one.required = False
    positional = [one for one in needed if not one.option_strings and one.nargs is None]
    for one in positional:
        one.nargs = "?"
    found, rest = _parse_known(self, args, namespace)
    for one in needed:
        if getattr(found, one.dest, None) is None:
            given = parsers.first_of(one.dest, list(one.choices)) if one.choices else parsers.assumed(one.dest)
            setattr(found, one.dest, given)
    return found, rest


def loads(text, *args, **kwargs):
    return Placeholder(f"json.loads({text._lab_origin})") if isinstance(text, Placeholder) else _loads(text, *args, **kwargs)


def load(file, *args, **kwargs):
    return Placeholder(f"json.load({file._lab_origin})") if isinstance(file, Placeholder) else _load(file, *args, **kwargs)


def as_json(self, value):
    if isinstance(value, Placeholder) or hasattr(value, "_lab_reference"):
        return str(value)
    return _default(self, value)


def drive(work, *args, **kwargs):
    """asyncio.run: nothing is waited for."""
    if isinstance(work, Placeholder):
        return work
    try:
        while True:
            work.send(None)
    except StopIteration as done:
        return done.value


async def gather(*works, **kwargs):
    return [await one for one in works]


hand["asyncio.run"] = drive
hand["asyncio.gather"] = gather


def enter() -> Screen:
    """Everything above in its place; a fresh folder and a fresh screen."""
    _guesses.clear()
    _typed.clear()
    screen = Screen()
    sys.stdout = sys.stderr = screen
    sys.stdin = io.StringIO("")
    builtins.open = io.open = open_file
    builtins.input = read_line
    os.path.exists, os.path.isfile, os.path.isdir = guess(_exists, "exists"), guess(_isfile, "exists"), guess(_isdir, "exists")
    pathlib.Path.exists = lambda self, **kwargs: os.path.exists(self)
    pathlib.Path.is_file = lambda self, **kwargs: os.path.isfile(self)
    pathlib.Path.is_dir = lambda self, **kwargs: os.path.isdir(self)
    os.listdir, os.system, os._exit = listdir, lambda command: 0, sys.exit
    os.environ = Environment({"HOME": HOME, "PATH": "/usr/bin"})
    os.getenv = lambda name, default=None: os.environ.get(name, default)
    os.remove = os.unlink = remove
    time.sleep = lambda seconds: None
    threading.Thread.start = threading.Thread.run
    threading.Thread.join = lambda self, timeout=None: None
    argparse.ArgumentParser.parse_known_args = parse_known_args
    json.loads, json.load, json.JSONEncoder.default = loads, load, as_json
    shutil.rmtree(HOME, ignore_errors=True)
    _makedirs(HOME, exist_ok=True)
    os.chdir(HOME)
    return screen
