"""The hub and the disk that a script expects: whatever id it names becomes a folder with a tiny random model of that architecture and a
tokenizer, written the first time it is asked for (adapters: ground_truth_adapters.py). The libraries then read real files by real code.

Cuts: `generate` makes at most four tokens, nothing is uploaded, the 8-bit and paged optimisers run as AdamW.
"""

import functools
import json
import os
import re

import torch
import transformers
from packaging.version import Version

from ground_truth_families import NO_TEMPLATE, VOCAB, config_of, known, tokens_of

TF = Version(transformers.__version__)
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CHANGED: list[str] = []  # what was not run as written, told in the golden file
LOADED: list[str] = []  # ids in the order asked for
BYTES_OFF_DISK = ("use_fast", "trust_remote_code", "token", "use_auth_token", "cache_dir", "revision", "legacy", "force_download", "local_files_only", "code_revision", "resume_download", "subfolder")


def changed(text: str) -> None:
    if text not in CHANGED:
        CHANGED.append(text)


def local(name) -> str:
    """The folder of an id. Absolute and home paths are put below the scratch directory, which is the working directory."""
    name = os.fspath(name)
    if os.path.isdir(name):
        return name
    if name.startswith(("/", "~", "..")) or re.match(r"^[A-Za-z]:\\", name):
        return "outside/" + re.sub(r"^[/~.\\:]+", "", name).strip("/")
    return name.rstrip("/") or "unnamed"


def byte_tokenizer(name: str, kind: str):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bos, eos, pad, unk = tokens_of(name, kind)
    more = ["[CLS]", "[SEP]", "[MASK]"] if kind in ("bert", "distilbert", "deberta-v2", "electra", "albert") else ["<mask>"] if "roberta" in kind else []
    specials = list(dict.fromkeys([t for t in (pad, bos, eos, unk, *more, "<|im_start|>", "<|im_end|>") if t]))
    vocab = {token: i for i, token in enumerate(specials + alphabet)}
    tok = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    named = {"bos_token": bos, "eos_token": eos, "pad_token": pad, "unk_token": unk}
    if len(more) == 3:
        named |= {"cls_token": more[0], "sep_token": more[1], "mask_token": more[2]}
    elif more:
        named |= {"mask_token": more[0], "cls_token": bos, "sep_token": eos}
    if not more or "roberta" in kind:
        named["model_input_names"] = ["input_ids", "attention_mask"]
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tok, model_max_length=1024, additional_special_tokens=["<|im_start|>", "<|im_end|>"],
                                                **{k: v for k, v in named.items() if v})
    if not NO_TEMPLATE.search(name):
        fast.chat_template = CHATML
    return fast


def class_of(kind: str, config):
    """The class that a published checkpoint of this type was saved from."""
    if kind in ("t5", "mt5", "bart"):
        table = transformers.AutoModelForSeq2SeqLM
    elif kind in ("bert", "albert"):
        table = transformers.AutoModelForPreTraining  # with the pooler that the published ones have
    elif kind in ("roberta", "xlm-roberta", "distilbert", "deberta-v2", "electra"):
        table = transformers.AutoModelForMaskedLM
    elif kind in ("qwen2_vl", "qwen2_5_vl"):
        return {"qwen2_vl": "Qwen2VLForConditionalGeneration", "qwen2_5_vl": "Qwen2_5_VLForConditionalGeneration"}[kind]
    else:
        table = transformers.AutoModelForCausalLM
    return table._model_mapping[type(config)]


def write_remote_code(folder: str, config: dict) -> None:
    """Architectures whose code lives on the hub: a small decoder with their module names."""
    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "ground_truth_remote.py"), encoding="utf-8") as file:
        text = file.read()
    with open(os.path.join(folder, "modeling_remote.py"), "w", encoding="utf-8") as file:
        file.write(text.replace('"remote-kind"', json.dumps(config["model_type"])))
    config["auto_map"] = {"AutoConfig": "modeling_remote.RemoteConfig", "AutoModelForCausalLM": "modeling_remote.RemoteForCausalLM", "AutoModel": "modeling_remote.RemoteForCausalLM"}


def ensure_model(name, model_type: str | None = None) -> str:
    """Writes the folder of a model unless it is there; returns its path."""
    name = os.fspath(name)
    folder = local(name)
    if name not in LOADED:
        LOADED.append(name)
    if os.path.exists(os.path.join(folder, "config.json")) or os.path.exists(os.path.join(folder, "adapter_config.json")):
        return folder
    config, dtype = config_of(name, model_type)
    kind = config["model_type"]
    os.makedirs(folder, exist_ok=True)
    with quiet():
        tokenizer = byte_tokenizer(name, kind)
        tokenizer.save_pretrained(folder)
        for key in ("bos", "eos", "pad"):
            config[f"{key}_token_id"] = getattr(tokenizer, f"{key}_token_id")
        if kind in ("phi3",):
            config["pad_token_id"] = config["pad_token_id"] or 0
        remote = kind in ("baichuan", "chatglm", "internlm2")
        if remote:
            write_remote_code(folder, config)
        with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
            json.dump(config, file)
        if remote:
            torch.manual_seed(0)
            from transformers.dynamic_module_utils import get_class_from_dynamic_module

            cls = get_class_from_dynamic_module("modeling_remote.RemoteForCausalLM", folder)
            cls(cls.config_class(**config)).to(getattr(torch, dtype)).save_pretrained(folder)
            with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
                json.dump(config | {"architectures": ["RemoteForCausalLM"]}, file)
            return folder
        try:
            parsed = transformers.AutoConfig.for_model(**config)
        except (KeyError, ValueError):
            return folder  # this version has no such architecture: its own from_pretrained says so
        torch.manual_seed(0)
        state, flags = torch.get_rng_state(), torch.is_grad_enabled()
        cls = class_of(kind, parsed)
        cls = getattr(transformers, cls) if isinstance(cls, str) else cls
        with torch.inference_mode(False), torch.enable_grad():
            cls(parsed).to(getattr(torch, dtype)).save_pretrained(folder)
        torch.set_grad_enabled(flags)
        torch.set_rng_state(state)
    return folder


class quiet:
    """What writing the files says is not the script's."""

    def __enter__(self):
        from transformers.utils import logging as hf

        import logging
        import warnings

        self.level, self.catch = hf.get_verbosity(), warnings.catch_warnings()
        hf.set_verbosity(50)
        logging.disable(logging.CRITICAL)
        self.catch.__enter__()
        warnings.simplefilter("ignore")

    def __exit__(self, *exc):
        from transformers.utils import logging as hf

        import logging

        self.catch.__exit__(*exc)
        logging.disable(logging.NOTSET)
        hf.set_verbosity(self.level)


def first(args, kwargs, key):
    return args[0] if args else kwargs.get(key)


def replaced(args, kwargs, key, value):
    return ((value, *args[1:]), kwargs) if args else (args, {**kwargs, key: value})


def patch_models() -> None:
    import ground_truth_quant as quant

    def wrap(owner, typed):
        original = owner.__dict__["from_pretrained"].__func__

        @functools.wraps(original)
        def from_pretrained(cls, *args, **kwargs):
            name = first(args, kwargs, "pretrained_model_name_or_path")
            if not isinstance(name, (str, os.PathLike)):
                return original(cls, *args, **kwargs)
            kind = getattr(getattr(cls, "config_class", None), "model_type", None) if typed else None
            folder = ensure_model(name, kind or None)
            args, kwargs = replaced(args, kwargs, "pretrained_model_name_or_path", folder)
            return quant.load(original, cls, args, kwargs)

        owner.from_pretrained = classmethod(from_pretrained)

    wrap(transformers.PreTrainedModel, True)
    for cls in vars(transformers.models.auto.modeling_auto).values():  # each has a copy of its own
        if isinstance(cls, type) and cls.__name__.startswith("AutoModel") and "from_pretrained" in vars(cls) and cls.__module__.startswith("transformers"):
            wrap(cls, False)


def patch_configs_and_tokenizers() -> None:
    original_config = transformers.AutoConfig.from_pretrained.__func__

    def config(cls, name=None, **kwargs):
        name = kwargs.pop("pretrained_model_name_or_path", name)
        return original_config(cls, ensure_model(name), **kwargs)

    transformers.AutoConfig.from_pretrained = classmethod(config)
    fast = transformers.PreTrainedTokenizerFast
    original_tokenizer = transformers.PreTrainedTokenizerBase.__dict__["from_pretrained"].__func__

    def tokenizer(cls, name=None, *inputs, **kwargs):
        name = kwargs.pop("pretrained_model_name_or_path", name)
        folder = local(name)
        if not os.path.exists(os.path.join(folder, "tokenizer_config.json")):
            source = ensure_model(name)
            if not os.path.exists(os.path.join(source, "tokenizer_config.json")):
                with quiet():
                    byte_tokenizer(os.fspath(name), known(LOADED[0])[0]).save_pretrained(source)
            folder = source
        return original_tokenizer(fast, folder, **{k: v for k, v in kwargs.items() if k not in BYTES_OFF_DISK})

    transformers.PreTrainedTokenizerBase.from_pretrained = classmethod(tokenizer)
    transformers.AutoTokenizer.from_pretrained = classmethod(lambda cls, *a, **k: tokenizer(fast, *a, **k))
    for name in ("LlamaTokenizer", "T5Tokenizer", "GemmaTokenizer", "XLMRobertaTokenizer"):  # sentencepiece is in no stack
        if "Dummy" in type(getattr(transformers, name, None)).__name__:
            setattr(transformers, name, type(name, (fast,), {}))

    def processor(cls, name, *args, **kwargs):
        return tokenizer(fast, name, *args, **kwargs)

    transformers.AutoProcessor.from_pretrained = classmethod(processor)
    generation = transformers.GenerationConfig.from_pretrained.__func__

    def generation_config(cls, name, *args, **kwargs):
        folder = ensure_model(name)
        return generation(cls, folder, *args, **kwargs) if os.path.exists(os.path.join(folder, "generation_config.json")) else cls()

    transformers.GenerationConfig.from_pretrained = classmethod(generation_config)


def patch_uploads() -> None:
    import huggingface_hub

    silent = lambda *args, **kwargs: "stand-in"  # noqa: E731
    for name in ("login", "notebook_login", "interpreter_login", "logout", "create_repo", "upload_folder", "upload_file"):
        if hasattr(huggingface_hub, name):
            setattr(huggingface_hub, name, silent)
    snapshot = lambda repo_id=None, *args, **kwargs: ensure_model(repo_id)  # noqa: E731
    huggingface_hub.snapshot_download = snapshot
    from transformers.utils.hub import PushToHubMixin

    PushToHubMixin.push_to_hub = silent
    transformers.Trainer.push_to_hub = transformers.PreTrainedModel.push_to_hub = silent
    transformers.PreTrainedTokenizerBase.push_to_hub = silent
    for cls in ("GenerationMixin",):
        owner = getattr(transformers, cls, None) or transformers.generation.GenerationMixin
        generate = owner.generate

        @functools.wraps(generate)
        def short(self, *args, _generate=generate, **kwargs):
            kwargs.pop("max_length", None)
            kwargs["max_new_tokens"] = min(4, kwargs.get("max_new_tokens") or 4)
            if kwargs.get("generation_config") is not None:
                kwargs["generation_config"].max_new_tokens = 4
            kwargs.pop("min_new_tokens", None)
            return _generate(self, *args, **kwargs)

        owner.generate = short


def patch_reports() -> None:
    """wandb, TensorBoard and the like are not installed; a script that names one is not to fail for it."""
    import transformers.integrations as integrations
    import transformers.trainer as trainer

    for owner in (integrations, trainer):
        if hasattr(owner, "get_reporting_integration_callbacks"):
            owner.get_reporting_integration_callbacks = lambda report_to: []


def patch_all() -> None:
    patch_reports()
    patch_models()
    patch_configs_and_tokenizers()
    from ground_truth_adapters import patch_adapters

    patch_adapters()
    patch_uploads()
    assert VOCAB > 256
