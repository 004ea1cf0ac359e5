"""Writes tests/golden/wiring/cases-<stack>.json: the rows of the truth table that are not in the product of wiring.py.

Usage: python wiring_cases.py STACK [PART]. With PART only the cases whose name holds it are run again. Each case is a few lines
of ordinary script; README.md lists them.
"""

import contextlib
import importlib.util
import io
import json
import os
import sys

import torch
from transformers import Trainer, TrainingArguments

import bench_model as bench
from observe import Case, observe
from script_watch import watching
from signature_source import plain

torch.set_num_threads(1)
HERE = os.path.dirname(os.path.abspath(__file__))
CASES = {}
KWARGS_KNOWN = bench.TF >= bench.Version("4.35")
GC = {"off": None, "reentrant": True} | ({"non-reentrant": False} if KWARGS_KNOWN else {})


def named(name, *values, **keywords):
    """Registers a case; extra arguments are bound, so one function serves several names."""

    def register(function):
        CASES[name] = lambda case: function(case, *values, **keywords)
        return function

    return register


def wrap(case: Case, model, adapter_name="default", **config):
    from peft import get_peft_model

    case.stage = "get_peft_model"
    model = get_peft_model(model, bench.lora_config(**config), **({} if adapter_name == "default" else {"adapter_name": adapter_name}))
    case.count_trainable(model)
    return model


def checkpoint(case: Case, model, gc: str) -> None:
    if GC[gc] is not None:
        case.stage = "model.gradient_checkpointing_enable"
        model.gradient_checkpointing_enable(**({"gradient_checkpointing_kwargs": {"use_reentrant": GC[gc]}} if KWARGS_KNOWN else {}))


def step(case: Case, model, gc="off", hook=False, train=True, masked=False) -> None:
    """The plain step of wiring.py: checkpointing, hook, train mode, forward, backward."""
    checkpoint(case, model, gc)
    if hook:
        model.enable_input_require_grads()
    if train:
        model.train()
    case.count_trainable(model)
    case.stage = "model(**batch)"
    case.backward(model, model(**bench.batch(masked)).loss)


def train(case: Case, model, gc="off", masked=False, sft=False, **more) -> None:
    cls, args_class = (Trainer, TrainingArguments) if not sft else bench.sft_classes()
    args = bench.arguments(args_class, GC[gc] is not None, GC[gc] if KWARGS_KNOWN else None)
    keywords = bench.trainer_keywords(cls, masked)
    case.stage = f"{cls.__name__}(...)"
    instance = watching(cls, case)(model=model, args=args, **keywords, **more)
    case.stage = "trainer.train()"
    instance.train()


def loss_of(case: Case, model):
    model.train()
    case.count_trainable(model)
    case.stage = "model(**batch)"
    return model(**bench.batch()).loss


# 5, 6: checkpointing enabled before the wrapping
@named("5 bf16 checkpointing before get_peft_model", "bf16")
@named("6 4-bit checkpointing before get_peft_model", "4-bit")
def _(case, base):
    model = bench.load_base(base)
    checkpoint(case, model, "reentrant")
    step(case, wrap(case, model))


@named("18 eval mode bf16", "bf16")
@named("18 eval mode 4-bit", "4-bit")
def _(case, base):
    step(case, wrap(case, bench.load_base(base)).eval(), "reentrant", train=False)


@named("20 checkpointing before add_adapter")
def _(case):
    model = bench.load_base("bf16")
    checkpoint(case, model, "reentrant")
    case.stage = "model.add_adapter"
    model.add_adapter(bench.lora_config())
    step(case, model)


for _gc in ("off", "reentrant"):
    for _trainable in (False, True):

        @named(f"35 from_pretrained is_trainable={_trainable} + peft_config, {_gc}", _gc, _trainable)
        def _(case, gc, trainable):
            from peft import PeftModel

            model = PeftModel.from_pretrained(bench.load_base("bf16"), bench.ADAPTER, is_trainable=trainable)
            train(case, model, gc, sft=True, peft_config=bench.lora_config())


@named("36 peft_config, all labels -100")
def _(case):
    train(case, bench.load_base("bf16"), masked=True, sft=True, peft_config=bench.lora_config())


# 37-43: target_modules
TARGETS = {
    "37 all-linear": "all-linear",
    "37 two names": ["q_proj", "v_proj"],
    "37 None": None,
    "38 all names wrong": ["c_attn", "query"],
    "39 some names wrong": ["q_proj", "query"],
    "40 empty list": [],
    "40 empty string": "",
    "41 bare string": "q_proj",
    "41 regex": r".*\.q_proj",
    "41 list with all-linear": ["all-linear"],
    "43 activation": ["act_fn"],
    "43 norm": ["input_layernorm"],
    "43 container": ["self_attn"],
}
for _name, _target in TARGETS.items():

    @named(_name, _target)
    def _(case, target):
        step(case, wrap(case, bench.load_base("bf16"), target_modules=target))


@named("38 all names wrong, layers_to_transform")
def _(case):
    wrap(case, bench.load_base("bf16"), target_modules=["c_attn"], layers_to_transform=[9])


@named("38 all names wrong, SFTTrainer")
def _(case):
    train(case, bench.load_base("bf16"), sft=True, peft_config=bench.lora_config(target_modules=["c_attn", "query"]))


@named("42 None on unknown model_type")
def _(case):
    model = bench.load_base("bf16")
    model.config.__class__ = type("BrindleConfig", (type(model.config),), {"model_type": "brindle"})
    wrap(case, model, target_modules=None)


@named("43 everything excluded")
def _(case):
    wrap(case, bench.load_base("bf16"), target_modules=["q_proj"], exclude_modules=["q_proj"])


@named("44 inference_mode")
@named("44 inference_mode, hook", hook=True)
def _(case, hook=False):
    step(case, wrap(case, bench.load_base("bf16"), inference_mode=True), hook=hook)


@named("44 LoraConfig.from_pretrained + get_peft_model")
def _(case):
    from peft import LoraConfig, get_peft_model

    case.stage = "get_peft_model"
    step(case, get_peft_model(bench.load_base("bf16"), LoraConfig.from_pretrained(bench.ADAPTER)))


@named("45 no_grad", "no_grad")
@named("45 inference_mode context", "inference_mode")
def _(case, context):
    model = wrap(case, bench.load_base("bf16"))
    with getattr(torch, context)():
        loss = loss_of(case, model)
    case.backward(model, loss)


@named("46 all labels -100, plain step")
def _(case):
    step(case, wrap(case, bench.load_base("bf16")), masked=True)


# 47-53: embeddings, head, positions, tying
SHAPES = {
    "47 embed_tokens only": {"target_modules": ["embed_tokens"]},
    "48 lm_head only": {"target_modules": ["lm_head"]},
    "49 first layer only": {"layers_to_transform": [0]},
    "49 last layer only": {"layers_to_transform": [1]},
    "50 q v lm_head": {"target_modules": ["q_proj", "v_proj", "lm_head"]},
    "51 q v, modules_to_save lm_head": {"target_modules": ["q_proj", "v_proj"], "modules_to_save": ["lm_head"]},
    "52 q v, modules_to_save embed_tokens": {"target_modules": ["q_proj", "v_proj"], "modules_to_save": ["embed_tokens"]},
    "52 q v embed_tokens": {"target_modules": ["q_proj", "v_proj", "embed_tokens"]},
    "52 q v, trainable tokens": {"target_modules": ["q_proj", "v_proj"], "trainable_token_indices": [4, 7]},
    "bias all": {"target_modules": ["q_proj"], "bias": "all"},
    "bias lora_only": {"target_modules": ["q_proj"], "bias": "lora_only"},
}
for _name, _config in SHAPES.items():
    if "bias" in _config and not bench.HAS_BIAS:
        continue
    for _gc in GC:
        for _base in ("bf16", "4-bit") + (() if "bias" in _config else ("tied",)):

            @named(f"{_name}, {_base}, {_gc}", _config, _gc, _base)
            def _(case, config, gc, base):
                variant = "-bias" if "bias" in config else "-tied" if base == "tied" else ""
                model = bench.load_base("bf16" if base == "tied" else base, variant)
                step(case, wrap(case, model, **config), gc)


@named("51 Trainer, q v, modules_to_save lm_head, reentrant")
def _(case):
    model = wrap(case, bench.load_base("bf16"), target_modules=["q_proj", "v_proj"], modules_to_save=["lm_head"])
    train(case, model, "reentrant")


# 53: copies of modules whose weights are packed in 4 bits
for _saved in (["down_proj"], ["lm_head", "o_proj"], ["mlp"]):
    for _base in ("bf16", "4-bit"):

        @named(f"53 modules_to_save {' '.join(_saved)}, {_base}", _saved, _base)
        def _(case, saved, base):
            step(case, wrap(case, bench.load_base(base), target_modules=["q_proj"], modules_to_save=saved))


@named("53 SFTTrainer, modules_to_save down_proj, 4-bit")
def _(case):
    config = bench.lora_config(target_modules=["q_proj"], modules_to_save=["down_proj"])
    train(case, bench.load_base("4-bit"), sft=True, peft_config=config)


# 64: what becomes of the copies of modules_to_save: is_trainable=False, inference_mode, disabling, merging
def with_saved(case: Case, how: str, saved: str):
    from peft import PeftModel, get_peft_model

    config = {"target_modules": ["q_proj", "v_proj"], "modules_to_save": [saved]}
    if how == "inference_mode":
        return wrap(case, bench.load_base("bf16"), inference_mode=True, **config)
    path = f"{bench.ADAPTER}-{saved}"  # untrained, as the bench's own adapter
    get_peft_model(bench.load_base("bf16"), bench.lora_config(**config)).save_pretrained(path)
    case.warnings.clear()  # of the saving, which is no part of the script
    case.stage = "PeftModel.from_pretrained"
    return PeftModel.from_pretrained(bench.load_base("bf16"), path, is_trainable=how == "trainable")


for _how in ("frozen", "inference_mode", "trainable"):
    for _saved in ("lm_head", "embed_tokens", "norm"):
        for _gc in ("off",) if _how == "trainable" else ("off", "reentrant"):

            @named(f"64 {_how}, modules_to_save {_saved}, {_gc}", _how, _saved, _gc)
            def _(case, how, saved, gc):
                model = with_saved(case, how, saved)
                case.lines["trainable"] = [n for n, p in model.named_parameters() if p.requires_grad]
                step(case, model, gc)


for _how in ("frozen", "trainable"):
    for _call in ("disable_adapter_layers", "merge_and_unload", "unload"):

        @named(f"64 {_how}, modules_to_save lm_head, {_call}()", _how, _call)
        def _(case, how, call):
            model = with_saved(case, how, "lm_head")
            case.stage = f"model.{call}()"
            model = getattr(model, call)() or model
            case.lines["trainable"] = [n for n, p in model.named_parameters() if p.requires_grad]
            step(case, model)


@named("54 get_peft_model twice", ["q_proj", "v_proj"])
@named("54 get_peft_model twice, all-linear", "all-linear")
def _(case, target):
    model = wrap(case, wrap(case, bench.load_base("bf16"), target_modules=target), target_modules=target, r=8)
    case.lines["names"] = [n for n, p in model.named_parameters() if p.requires_grad]
    step(case, model)


@named("55 second adapter, not active", False)
@named("55 second adapter, set_adapter", True)
def _(case, switch):
    model = wrap(case, bench.load_base("bf16"), target_modules=["q_proj"])
    model.add_adapter("b", bench.lora_config(target_modules=["q_proj"]))
    if switch:
        model.set_adapter("b")
    step(case, model)
    case.lines["trainable"] = [n for n, p in model.named_parameters() if p.requires_grad]


@named("55 load_adapter b, frozen", False)
@named("55 load_adapter b, trainable", True)
def _(case, trainable):
    model = wrap(case, bench.load_base("bf16"))
    case.stage = "model.load_adapter"
    model.load_adapter(bench.ADAPTER, "b", is_trainable=trainable)
    step(case, model)
    case.lines["trainable"] = [n for n, p in model.named_parameters() if p.requires_grad]


@named("55 frozen adapter, load_adapter b, frozen", False)
@named("55 frozen adapter, load_adapter b, trainable", True)
def _(case, trainable):
    from peft import PeftModel

    case.stage = "PeftModel.from_pretrained"
    model = PeftModel.from_pretrained(bench.load_base("bf16"), bench.ADAPTER)
    case.stage = "model.load_adapter"
    model.load_adapter(bench.ADAPTER, "b", is_trainable=trainable)
    case.lines["trainable"] = [n for n, p in model.named_parameters() if p.requires_grad]
    step(case, model)


@named("56 fp16 adapters and GradScaler", False)
@named("56 fp32 adapters and GradScaler", True)
def _(case, upcast):
    from peft import get_peft_model

    model = bench.load_base("bf16", **{bench.DTYPE: torch.float16})
    case.stage = "get_peft_model"
    model = get_peft_model(model, bench.lora_config(), autocast_adapter_dtype=upcast)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad])
    scaler = torch.amp.GradScaler("cpu")
    loss = loss_of(case, model)
    case.saw_loss(loss)
    case.stage = "scaler.scale(loss).backward()"
    scaler.scale(loss).backward()
    case.count_gradients(model)
    case.stage = "scaler.unscale_(optimizer)"
    scaler.unscale_(optimizer)


@named("57 weight.requires_grad = True on 4-bit", False)
@named("57 weight.requires_grad_(True) on 4-bit", True)
def _(case, method):
    weight = bench.load_base("4-bit").model.layers[0].self_attn.q_proj.weight
    case.stage = "weight.requires_grad"
    if method:
        weight.requires_grad_(True)
    else:
        weight.requires_grad = True


@named("58 loss.detach()", lambda loss: loss.detach())
@named("58 torch.tensor(loss.item())", lambda loss: torch.tensor(loss.item()))
def _(case, cut):
    model = wrap(case, bench.load_base("bf16"))
    case.backward(model, cut(loss_of(case, model)))


@named("59 loss.requires_grad_(True)")
def _(case):
    model = wrap(case, bench.load_base("bf16"))
    checkpoint(case, model, "reentrant")
    loss = loss_of(case, model)
    case.backward(model, loss.requires_grad_(True))


@named("60 requires_grad on every parameter, bf16", "bf16")
@named("60 requires_grad on every parameter, 4-bit", "4-bit")
def _(case, base):
    model = wrap(case, bench.load_base(base))
    case.stage = "param.requires_grad"
    for p in model.parameters():
        p.requires_grad = True
    step(case, model)


@named("61 backward twice")
def _(case):
    model = wrap(case, bench.load_base("bf16"))
    loss = loss_of(case, model)
    case.backward(model, loss)
    loss.backward()


# 63: gradient_checkpointing_kwargs, which the oldest versions do not know
@named("63 kwargs of gradient_checkpointing_enable")
def _(case):
    model = wrap(case, bench.load_base("bf16"))
    case.stage = "model.gradient_checkpointing_enable"
    model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    step(case, model)


@named("63 kwargs of prepare_model_for_kbit_training")
def _(case):
    case.stage = "prepare_model_for_kbit_training"
    model = bench.prepare(bench.load_base("bf16"), gradient_checkpointing_kwargs={"use_reentrant": False})
    step(case, wrap(case, model))


@named("63 kwargs of TrainingArguments", False)
@named("63 kwargs of the arguments of SFTTrainer", True)
def _(case, sft):
    cls, args_class = bench.sft_classes() if sft else (Trainer, TrainingArguments)
    model = wrap(case, bench.load_base("bf16"))
    case.stage = f"{args_class.__name__}(...)"
    args = bench.arguments(args_class, True, False)
    case.stage = f"{cls.__name__}(...)"
    instance = watching(cls, case)(model=model, args=args, **bench.trainer_keywords(cls))
    case.stage = "trainer.train()"
    instance.train()


@named("disable_adapter()")
def _(case):
    model = wrap(case, bench.load_base("bf16"))
    with model.disable_adapter():
        loss = loss_of(case, model)
    case.backward(model, loss)


for _call in ("disable_adapter_layers", "merge_and_unload", "unload"):

    @named(f"{_call}()", _call)
    def _(case, call):
        model = wrap(case, bench.load_base("bf16"))
        case.stage = f"model.{call}()"
        step(case, getattr(model, call)() or model)


@named("AdamW of nothing")
def _(case):
    model = wrap(case, bench.load_base("bf16"), inference_mode=True)
    case.stage = "torch.optim.AdamW"
    torch.optim.AdamW([p for p in model.parameters() if p.requires_grad])


@named("custom adapter_name")
def _(case):
    step(case, wrap(case, bench.load_base("bf16"), adapter_name="mine"))


for _base in ("bf16", "4-bit", "tied"):
    for _target in (["q_proj", "v_proj"], "seven"):

        @named(f"printed: {_base}, {'q v' if _target != 'seven' else 'seven names'}", _base, _target)
        def _(case, base, target):
            base_model = bench.load_base("bf16" if base == "tied" else base, "-tied" if base == "tied" else "")
            model = wrap(case, base_model, **({} if target == "seven" else {"target_modules": target}))
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                model.print_trainable_parameters()
            case.lines["printed"] = out.getvalue().strip()
            if target == "seven":
                case.lines["parameters"] = [[n, str(p.dtype), list(p.shape), p.requires_grad] for n, p in model.named_parameters()]
                case.lines["modules"] = [[n, str(m).split("(")[0]] for n, m in model.named_modules()]
            step(case, model)


# 66: bases quantised otherwise than the product's, where the release loads one on a CPU: what stands there, what preparing does to it, what
# trains, what merging says
def stands(case: Case, model) -> None:
    case.lines["parameters"] = [[n, str(p.dtype), list(p.shape), p.requires_grad] for n, p in model.named_parameters()]
    case.lines["modules"] = [[n, type(m).__name__] for n, m in model.named_modules() if next(m.parameters(), None) is not None]


def quantised(case: Case, base: str, how: str) -> None:
    case.stage = "from_pretrained"
    model = bench.load_base(base)
    if "prepared" in how:
        case.stage = "prepare_model_for_kbit_training"
        model = bench.prepare(model)
    if "adapter" in how:
        model = wrap(case, model)
    if "merged" in how:
        case.stage = "model.merge_and_unload()"
        model = model.merge_and_unload()
    stands(case, model)
    if "Trainer" in how:
        train(case, model)
    elif "merged" not in how:
        step(case, model)


for _base in (("8-bit",) if bench.TF >= bench.Version("4.57") else ()) + (("hqq",) if importlib.util.find_spec("hqq") else ()):
    for _how in ("base", "prepared base", "adapter", "prepared, adapter", "base, Trainer", "adapter, Trainer", "adapter, merged"):

        @named(f"66 {_base} {_how}", _base, _how)
        def _(case, base, how):
            quantised(case, base, how)


# 65: how each release binds the arguments of trainers and their settings, also of those whose training is not modelled
TRAINERS = "SFT DPO ORPO KTO Reward GRPO PPO CPO RLOO"
for _class in [f"{name}{kind}" for name in TRAINERS.split() for kind in ("Trainer", "Config")]:
    for _argument in ("unknown", "tokenizer") if _class.endswith("Trainer") else ("unknown", "max_seq_length"):

        @named(f"65 {_class}({_argument}=1)", _class, _argument)
        def _(case, name, argument):
            case.stage = "import"
            try:
                exec(f"from trl import {name}", found := {})
            except ImportError as error:
                raise ImportError(plain(str(error))) from None
            case.stage = f"{name}(...)"
            try:
                found[name](**{argument: 1})
            except Exception as error:  # noqa: BLE001 - what comes after binding is not asked
                if isinstance(error, TypeError) and "__init__() " in str(error):
                    raise
            finally:
                case.warnings.clear()


def main() -> None:
    stack, part = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    with open(os.path.join(HERE, "stacks.json"), encoding="utf-8") as file:
        quantised = "4-bit" in json.load(file)[stack]["bases"]
    bench.scratch()
    if not bench.sft_takes_rows():  # TRL < 0.13: its collator makes the labels
        del CASES["36 peft_config, all labels -100"]
    path = os.environ.get("GOLDEN_DIR", os.path.join(HERE, "..", "..", "tests", "golden"))
    path = os.path.join(path, "wiring", f"cases-{stack}.json")
    kept = {}
    if part:
        with open(path, encoding="utf-8") as file:
            kept = json.load(file)["cases"]
    names = [name for name in CASES if quantised or "4-bit" not in name]
    rows = {name: observe(CASES[name]) if part in name or name not in kept else kept[name] for name in names}
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        head = bench.as_json({"stack": stack, "versions": bench.environment()})[:-1]
        for row in rows.values():
            row.pop("loss", None)
        body = ",\n".join(f"{bench.as_json(name)}:{bench.as_json(row)}" for name, row in rows.items())
        file.write(head + ',"cases":{\n' + body + "\n}}\n")
    print(f"{stack}: {len(rows)} cases, {os.path.getsize(path)} bytes")


main()
