"""Runs scripts under the real libraries of one stack, offline, and writes what happened: tests/golden/scripts-truth/<name>.<stack>.json.

Usage: python ground_truth.py STACK SCRIPT..., inside the stack's environment (ground_truth.sh finds it). Each script runs in a
process of its own, in an empty folder, for at most LIMIT seconds. Beside a script may stand `<script>.given.py`: definitions of
what the script was cut from, put before it. README.md says what is recorded.
"""

import contextlib
import hashlib
import json
import os
import re
import shlex
import signal
import sys
import tempfile
import traceback

os.environ.update(HF_HUB_OFFLINE="1", TQDM_DISABLE="1", HF_DATASETS_DISABLE_PROGRESS_BARS="1", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="",
                  HF_TOKEN="stand-in", OMP_NUM_THREADS="1", TORCHINDUCTOR_COMPILE_THREADS="1",  # no pool of compilers for every child
                  TRANSFORMERS_NO_ADVISORY_WARNINGS="0", PYTHONHASHSEED="0")
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
ROOT = os.path.join(HERE, "..", "..")
LIMIT = int(os.environ.get("GROUND_TRUTH_LIMIT", "240"))
OWN_FRAMES = {}


def prepare_libraries() -> None:
    import importlib.util

    if importlib.util.find_spec("bitsandbytes") is None:
        sys.path.append(os.path.join(HERE, "ground_truth_bnb"))
    import warnings

    warnings.simplefilter("ignore")
    import torch

    torch.set_num_threads(1)
    import accelerate  # noqa: F401
    import bitsandbytes  # noqa: F401
    import datasets
    import peft  # noqa: F401
    import transformers
    import trl  # noqa: F401

    datasets.disable_caching()
    getattr(datasets, "disable_progress_bars", datasets.disable_progress_bar)()
    for name in ("Trainer", "LlamaForCausalLM", "PreTrainedTokenizerFast", "AutoModelForCausalLM", "AutoProcessor"):
        getattr(transformers, name)
    for name in ("SFTTrainer", "DPOTrainer"):
        getattr(trl, name, None)
    warnings.simplefilter("default")


def read_source(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    if path.endswith(".ipynb"):
        cells = [c for c in json.loads(text)["cells"] if c["cell_type"] == "code"]
        text = "\n\n".join("".join(c["source"]) for c in cells)
    return text


def without_magics(source: str) -> str:
    """Lines of the shell and of IPython, and their continuations, do nothing; the numbers of lines stay."""
    out, going, indent = [], False, ""
    for line in source.split("\n"):
        if going or re.match(r"^\s*([!%?]|[\w.]+\?{1,2}\s*$)", line):
            indent = indent if going else re.match(r"^\s*", line).group()
            going = line.rstrip().endswith("\\")
            out.append(indent + "pass")
        else:
            out.append(line)
    return "\n".join(out)


def argv_of(source: str) -> list[str]:
    found = re.search(r"^\s*#\s*argv:(.*)$", source, re.M)
    return shlex.split(found.group(1)) if found else []


def supply_required_arguments() -> None:
    import argparse

    original = argparse.ArgumentParser.parse_known_args

    def parse(self, args=None, namespace=None):
        args = list(sys.argv[1:] if args is None else args)
        for action in self._actions:
            names = action.option_strings
            if action.required and names and not any(a.split("=")[0] in names for a in args):
                args += [names[0], str(action.choices[0]) if isinstance(action.choices, (list, tuple)) else "1" if action.type in (int, float) else "out"]
        return original(self, args, namespace)

    argparse.ArgumentParser.parse_known_args = parse


def statement_at(source: str, line: int) -> list[int]:
    import ast

    best = [line, line]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno and not hasattr(node, "body"):
            best = [node.lineno, node.end_lineno]
    return best


def failure(error: BaseException, source: str, path: str) -> dict:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    line = frames[-1].lineno if frames else getattr(error, "lineno", None)
    code = source.split("\n")[line - 1].strip() if line else None
    statement = statement_at(source, line) if line and not isinstance(error, SyntaxError) else None
    return {"type": type(error).__name__, "message": str(error), "line": line, "statement": statement, "code": code, "lines": [f.lineno for f in frames]}


def run(stack: str, script: str, work: str) -> dict:
    """In the child: everything is patched here, so that the parent stays clean."""
    import ast
    import logging
    import warnings

    path = os.path.abspath(script)
    text = read_source(path)
    source = without_magics(text)
    os.chdir(work)
    result = {"script": os.path.relpath(path, os.path.join(ROOT, "tests", "scripts")), "stack": stack, "argv": argv_of(text)}
    sys.argv = [os.path.basename(path), *result["argv"]]
    given = path + ".given.py"
    try:
        tree = ast.parse(source)
        free = undefined_names(source)
    except SyntaxError as error:
        return {**result, "outcome": "raises", "error": failure(error, source, path), "trainings": []}
    import ground_truth_data as data
    import ground_truth_device as device
    import ground_truth_hub as hub
    import ground_truth_names as names
    import ground_truth_watch as watch
    from ground_truth_quant import NotRun
    from observe import forget_what_was_said_once

    import types

    # A module that pickle finds its classes in.
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    main.__file__, main.__builtins__ = path, __builtins__
    space = vars(main)
    seen: list[str] = []
    outcome, error = None, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        device.SCRIPT.append(path)
        device.patch_all()
        hub.patch_all()
        data.patch_all(tree)
        supply_required_arguments()
        encode = os.environ.encodevalue
        os.environ.encodevalue = lambda value: encode(str(value) if isinstance(value, names.Anything) else value)
        sys.meta_path.append(names.Missing({path, given}))
        watch.patch_all({path})
        if os.path.exists(given):
            with open(given, encoding="utf-8") as file:
                before = file.read()
            import symtable

            table = symtable.symtable(before, given, "exec")
            exec(compile(before, given, "exec"), space)
            free = [n for n in free if n not in {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}]
        try:
            for name in free:
                space[name] = names.stand_in(name, tree)
        except NotRun as why:
            return {**result, "outcome": "not run", "why": str(why), "error": None, "trainings": []}
        stand_ins = [n for n in free if names.library_name(n) is None]
    forget_what_was_said_once()

    class Catcher(logging.Handler):
        def emit(self, record):
            note(f"log: {record.getMessage()}")

    def note(message):
        if message not in seen and len(seen) < 40 and not re.search(r"Some weights of|LOAD REPORT|ResourceWarning|tracemalloc|newly initialized", message):
            seen.append(message[:600])

    handler = Catcher(logging.WARNING)
    for name in ("transformers", "trl", "peft", "accelerate"):
        logging.getLogger(name).addHandler(handler)
    mode = device.HalfOnCpu() if device.TORCH < device.Version("2.6") else contextlib.nullcontext()
    why = None
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda message, category, *_, **__: note(f"{category.__name__}: {message}")
        try:
            with mode:
                exec(compile(source, path, "exec"), space)
        except NotRun as reason:
            outcome, why = "not run", str(reason)
        except SystemExit as end:
            error = end if end.code not in (None, 0) else None
        except Exception as caught:  # noqa: BLE001 - the exception is the result
            error = caught
            if os.environ.get("GROUND_TRUTH_SHOW"):
                traceback.print_exc()
    trainings = watch.results()
    if outcome is None:
        kinds = [t["outcome"] for t in trainings]
        outcome = "raises" if error is not None else "silent" if "silent" in kinds else "trains" if kinds else "no step"
    return {**result, "outcome": outcome, **({"why": why} if why else {}), "error": None if error is None else failure(error, source, path),
            "trainings": trainings, "warnings": seen, "standIns": stand_ins, "changed": hub.CHANGED}


def undefined_names(source: str) -> list[str]:
    from ground_truth_names import undefined

    return undefined(source)


def in_child(stack: str, script: str) -> dict:
    reader, writer = os.pipe()
    work = tempfile.mkdtemp(prefix="truth-")
    child = os.fork()
    if child == 0:
        os.close(reader)
        os.setsid()
        show = os.environ.get("GROUND_TRUTH_SHOW")
        sink = os.open(os.devnull, os.O_RDWR)
        os.dup2(sink, 0)
        if not show:
            os.dup2(sink, 1)
            os.dup2(sink, 2)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        try:
            result = run(stack, script, work)
        except BaseException as error:  # noqa: BLE001 - our own fault, told as such
            result = {"script": script, "stack": stack, "outcome": "harness failed", "why": "".join(traceback.format_exception(error))[-1500:]}
        with os.fdopen(writer, "w") as out:
            json.dump(result, out, default=str)
        os._exit(0)
    os.close(writer)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
    signal.alarm(LIMIT)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    signal.alarm(0)
    os.waitpid(child, 0)
    import shutil

    shutil.rmtree(work, ignore_errors=True)
    if not text:
        return {"script": os.path.relpath(os.path.abspath(script), os.path.join(ROOT, "tests", "scripts")), "stack": stack, "outcome": "not run", "why": f"no end within {LIMIT} s, or the process died", "error": None, "trainings": []}
    return json.loads(text)


def digest(script: str) -> str:
    """Of the script and of what was given to it."""
    found = hashlib.sha256()
    for path in (script, script + ".given.py"):
        if os.path.exists(path):
            with open(path, "rb") as file:
                found.update(file.read())
    return found.hexdigest()[:16]


def golden_path(script: str, stack: str) -> str:
    out = os.environ.get("GROUND_TRUTH_OUT", os.path.join(ROOT, "tests", "golden", "scripts-truth"))
    os.makedirs(out, exist_ok=True)
    name = re.sub(r"[/\\]", "__", os.path.relpath(os.path.abspath(script), os.path.join(ROOT, "tests", "scripts")))
    return os.path.join(out, f"{name}.{stack}.json")


def is_done(script: str, stack: str) -> bool:
    path = golden_path(script, stack)
    if not os.path.exists(path):
        return False
    with open(path, encoding="utf-8") as file:
        return json.load(file).get("sha256") == digest(script)


def main() -> None:
    stack, scripts = sys.argv[1], sys.argv[2:]
    if not os.environ.get("GROUND_TRUTH_AGAIN"):
        scripts = [s for s in scripts if not is_done(s, stack)]
    if not scripts:
        return
    prepare_libraries()
    from bench_model import environment

    for script in scripts:
        result = {**in_child(stack, script), "sha256": digest(script), "versions": environment()}
        error = result.get("error")
        trained = "; ".join(f"{t['by']}@{t['line']} {t['trainable']}/{t['none']}/{t['zero']}/{t['nonzero']}" for t in result.get("trainings", []))
        told = f"{error['type']}: {error['message'][:160]} @{error['line']}" if error else ""
        print(f"{result['outcome']:8} {result['script']} [{stack}] {trained} {told} {result.get('why', '')}", flush=True)
        if result["outcome"] == "harness failed":
            continue
        with open(golden_path(script, stack), "w", encoding="utf-8", newline="\n") as file:
            text = json.dumps(result, ensure_ascii=False, indent=1)
            file.write(re.sub(r"/[^\s\"']*/(site-packages|tools/golden|tests/scripts|truth-\w+)", r"\1", text) + "\n")  # no folder of this machine


if __name__ == "__main__":
    main()
