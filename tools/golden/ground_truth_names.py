"""What a script leaves out: modules that are not installed here, and names that it never defines.

A missing module and an unknown name are placeholders that take any attribute, call, item or operator, unless the name says what
it is (a tokenizer, rows, a batch, a model, a class of the libraries).
"""

import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import re
import symtable
import sys

NEVER = {"deepspeed": "DeepSpeed", "unsloth": "unsloth", "megatron": "Megatron", "axolotl": "axolotl", "llamafactory": "LLaMA-Factory", "vllm": "vLLM", "optimum": "optimum", "auto_gptq": "auto-gptq", "awq": "autoawq"}
ASKED_BY_LIBRARIES = ("transformers", "peft", "trl", "accelerate", "torch", "datasets")


class Anything:
    """Takes everything; as a number 0.5, as a sequence empty, true."""

    def __init__(self, name="anything"):
        object.__setattr__(self, "_name", name)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Anything(f"{self._name}.{name}")

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)

    def __call__(self, *args, **kwargs):
        if len(args) == 1 and not kwargs and callable(args[0]) and not isinstance(args[0], (Anything, type)):
            return args[0]  # used as a decorator
        return Anything(f"{self._name}()")

    def __getitem__(self, key):
        return Anything(f"{self._name}[{key!r}]")

    def __setitem__(self, key, value):
        return None

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def __bool__(self):
        return True

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        return False

    def __float__(self):
        return 0.5

    def __int__(self):
        return 1

    __index__ = __int__

    def __str__(self):
        return self._name.replace(".", "_")

    __repr__ = __fspath__ = __str__

    def __format__(self, spec):
        return str(self)

    def __hash__(self):
        return 0

    def __mro_entries__(self, bases):
        return (object,)

    def __eq__(self, other):
        return self is other

    def _operate(self, *others):
        return Anything(self._name)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __mod__ = __pow__ = __neg__ = __floordiv__ = _operate

    def _compare(self, other):
        return False

    __lt__ = __gt__ = __le__ = __ge__ = _compare


def fire(function=None, *args, **kwargs):
    """fire.Fire: the function with what stands in argv as `--name value`, parsed as Python literals."""
    found, rest = {}, list(sys.argv[1:])
    while rest:
        word = rest.pop(0).lstrip("-")
        name, _, text = word.partition("=")
        if not text:
            text = rest.pop(0) if rest and not rest[0].startswith("--") else "True"
        try:
            found[name.replace("-", "_")] = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            found[name.replace("-", "_")] = text
    return function(**found)


class Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Last on the path: what nobody found, when the script (and not a library) asks for it."""

    def __init__(self, scripts):
        self.scripts, self.made = scripts, []

    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        if root in ASKED_BY_LIBRARIES or root == "bitsandbytes":
            return None
        frame, caller = sys._getframe(1), None
        while frame is not None:
            file = frame.f_code.co_filename
            if not file.startswith("<frozen") and file != __file__:
                caller = file
                break
            frame = frame.f_back
        if root not in self.made and caller not in self.scripts:
            return None
        if root in NEVER:
            from ground_truth_quant import NotRun

            raise NotRun(f"{NEVER[root]} is not in any stack")
        self.made.append(root)
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = type("Placeholder", (type(sys),), {"__getattr__": lambda _, name: self.attribute(name)})(spec.name)
        module.__path__ = []
        return module

    @staticmethod
    def attribute(name):
        if name == "Fire":
            return fire
        if name.startswith("__"):
            raise AttributeError(name)
        return {"accuracy_score": number, "f1_score": number, "mean_squared_error": number, "matthews_corrcoef": number, "roc_auc_score": number, "load": loaded}.get(name, Anything(name))

    def exec_module(self, module):
        return None


def number(*args, **kwargs):
    return 0.5


def loaded(*args, **kwargs):
    """evaluate.load(...)"""
    return type("Metric", (), {"compute": staticmethod(lambda *a, **k: {"accuracy": 0.5}), "add_batch": staticmethod(number)})()


def undefined(source: str) -> list[str]:
    """Names that some scope reads as global and that neither the module nor Python defines."""
    top = symtable.symtable(source, "script", "exec")
    bound = {s.get_name() for s in top.get_symbols() if s.is_assigned() or s.is_imported() or s.is_namespace()}
    read: set[str] = set()

    def visit(table):
        for s in table.get_symbols():
            if table.get_type() != "module" and s.is_declared_global() and s.is_assigned():
                bound.add(s.get_name())
            if s.is_referenced() and (s.is_global() if table.get_type() != "module" else True):
                read.add(s.get_name())
        for child in table.get_children():
            visit(child)

    visit(top)
    if any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in ast.walk(ast.parse(source))):
        return []
    return sorted(n for n in read - bound if not hasattr(builtins, n) and not n.startswith("__"))


def library_name(name: str):
    import accelerate
    import datasets
    import peft
    import torch
    import transformers
    import trl

    for module in (transformers, peft, trl, datasets, accelerate):
        if name == module.__name__:
            return module
    if name in ("torch", "os", "sys", "json", "re", "math", "random", "copy", "argparse", "logging", "time", "gc", "functools"):
        return importlib.import_module(name)
    if name == "np":
        return importlib.import_module("numpy")
    if name in ("nn", "F", "optim"):
        return {"nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim}[name]
    if name == "tqdm":
        return lambda rows=(), *a, **k: rows
    if name in ("DataLoader", "AdamW"):
        return {"DataLoader": torch.utils.data.DataLoader, "AdamW": torch.optim.AdamW}[name]
    if name == "FastLanguageModel":
        from ground_truth_quant import NotRun

        raise NotRun("unsloth is not in any stack")
    for module in (trl, peft, transformers, datasets, accelerate):
        try:
            found = getattr(module, name)
        except (AttributeError, ImportError, RuntimeError):
            continue
        if not isinstance(found, type(sys)):
            return found
    return None


def stand_in(name: str, tree: ast.AST):
    import transformers

    import ground_truth_data as data

    known = library_name(name)
    if known is not None:
        return known
    ids = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and re.fullmatch(r"[\w.-]+/[\w.-]+|gpt2[\w-]*|[\w-]*bert[\w-]*|t5-\w+", n.value)]
    called = any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name for n in ast.walk(tree))
    low = name.lower()
    if re.search(r"collat", low):
        return transformers.default_data_collator
    if re.search(r"compute_metrics|^score$|reward|^metric", low):
        return (lambda completions=None, **k: [float(len(str(c))) for c in completions]) if "metric" not in low else (lambda p: {"accuracy": 0.5})
    if re.search(r"tokenizer|^tok$", low) and not called:
        tokenizer = transformers.AutoTokenizer.from_pretrained((ids or ["some/llama"])[0])
        tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
        return tokenizer
    if re.search(r"load(er)?s?$", low) and not called:
        return data.loader(tree)
    if re.fullmatch(r"batch|inputs|encoded|enc", low):
        return transformers.BatchEncoding(next(iter(data.loader(tree))))
    if re.search(r"^(texts?|sentences|prompts|corpus|lines)$", low):
        return [data.words(i) for i in range(data.COUNT)]
    if re.search(r"pairs|prefs|rows|data|tokeni[sz]ed|(^|_)train$|(^|_)ds($|_)|dataset|train_set|eval_set|splits?$|examples", low):
        return (lambda *a, **k: data.dataset(tree)) if called else data.dataset(tree)
    if low == "device":
        return "cpu"
    if low in ("model", "base_model", "base"):
        return transformers.AutoModelForCausalLM.from_pretrained((ids or ["some/llama"])[0])
    return Anything(name)
