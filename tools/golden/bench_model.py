"""The model, tokenizer, rows and saved adapter that every wiring case uses, for any library version from 2023 on.

Files are written once into the current directory (a scratch one), under names that may appear in messages.
"""

import inspect
import json
import os

import torch
import transformers
from packaging.version import Version
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TF = Version(transformers.__version__)
MODEL, ADAPTER = "tiny-llama", "tiny-adapter"
# Variants of the checkpoint, each complete: a loader must have nothing to initialise.
VARIANTS = {"": {}, "-tied": {"tie_word_embeddings": True}, "-bias": {"attention_bias": True}}
HAS_BIAS = "attention_bias" in inspect.signature(LlamaConfig.__init__).parameters
DTYPE = "dtype" if TF >= Version("4.56") else "torch_dtype"


def lora_config(**more):
    from peft import LoraConfig

    # "all-linear" came with PEFT 0.8; the seven names target the same modules everywhere.
    names = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    return LoraConfig(**({"r": 4, "lora_alpha": 8, "target_modules": names, "task_type": "CAUSAL_LM"} | more))


def write_files() -> None:
    from peft import get_peft_model
    from tokenizers import Tokenizer, models, pre_tokenizers

    for suffix, more in VARIANTS.items():
        torch.manual_seed(0)
        config = LlamaConfig(
            hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
            vocab_size=64, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2,
            **({"tie_word_embeddings": False} | more),
        )
        LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(MODEL + suffix)
    words = ["<pad>", "<s>", "</s>", "<unk>"] + [f"w{i}" for i in range(60)]
    tok = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    tok.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(tokenizer_object=tok, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>",
                            model_max_length=64).save_pretrained(MODEL)
    # Untrained: its lora_B is zero, so a loaded adapter gives the same counts as a new one.
    get_peft_model(LlamaForCausalLM.from_pretrained(MODEL), lora_config()).save_pretrained(ADAPTER)


def load_base(base: str, variant: str = "", **more):
    """`LlamaForCausalLM.from_pretrained` in bf16, in NF4 with bf16 compute, in 8 bits or as HQQ. Comes back in eval mode."""
    kwargs = {DTYPE: torch.bfloat16} | more
    if base == "8-bit":
        from transformers import BitsAndBytesConfig

        kwargs = {"quantization_config": BitsAndBytesConfig(load_in_8bit=True), "device_map": {"": "cpu"}} | kwargs
    if base == "hqq":
        from transformers import HqqConfig

        kwargs = {"quantization_config": HqqConfig(nbits=4, group_size=64), "device_map": "cpu"} | kwargs
    if base == "4-bit":
        from transformers import BitsAndBytesConfig

        if TF < Version("4.52"):  # asks for a GPU, which bitsandbytes itself no longer needs
            from transformers.quantizers.quantizer_bnb_4bit import Bnb4BitHfQuantizer

            Bnb4BitHfQuantizer.validate_environment = lambda *args, **kwargs: None
            kwargs["device_map"] = {"": torch.device("cpu")}  # "cpu" would be taken for offloaded
        kwargs = {
            "quantization_config": BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4",
                                                      bnb_4bit_compute_dtype=torch.bfloat16),
            "device_map": {"": "cpu"},
        } | kwargs
    model = LlamaForCausalLM.from_pretrained(MODEL + variant, **kwargs)
    if base == "4-bit" and TF < Version("4.52"):
        # As of a GPU: accelerate refuses what it takes for offloaded. torch from 2.5 on makes no device of a number where there is none.
        model.hf_device_map = {"": 0}
        if Version(torch.__version__).release >= (2, 5):
            from accelerate import Accelerator

            del model.hf_device_map
            Accelerator.verify_device_map = lambda *_: True  # nor does it move what lies on several, which would be warned of
    return model


def load_tokenizer():
    return PreTrainedTokenizerFast.from_pretrained(MODEL)


def example_rows(masked: bool = False) -> list[dict]:
    """Four rows of eight ids; labels equal ids (or all -100), attention 1."""
    rows = []
    for k in range(4):
        ids = [4 + (7 * k + 3 * j) % 60 for j in range(8)]
        rows.append({"input_ids": ids, "attention_mask": [1] * 8, "labels": [-100] * 8 if masked else list(ids)})
    return rows


def batch(masked: bool = False) -> dict:
    return {k: torch.tensor([r[k] for r in example_rows(masked)[:2]]) for k in ("input_ids", "attention_mask", "labels")}


def prepare(model, **kwargs):
    from peft import prepare_model_for_kbit_training

    return prepare_model_for_kbit_training(model, **kwargs)


def arguments(cls, checkpointing: bool, use_reentrant, **more):
    """TrainingArguments or SFTConfig: one step, batch 2, f32 autocast off, checkpointing always passed explicitly."""
    kwargs = {
        "output_dir": "out", "max_steps": 1, "per_device_train_batch_size": 2, "learning_rate": 1e-3, "report_to": "none",
        "save_strategy": "no", "logging_steps": 1, "disable_tqdm": True, "gradient_checkpointing": checkpointing,
        "bf16": False, "fp16": False, "dataloader_pin_memory": False,
    } | more
    if use_reentrant is not None:
        kwargs["gradient_checkpointing_kwargs"] = {"use_reentrant": use_reentrant}
    names = inspect.signature(cls.__init__).parameters
    if "dataset_text_field" in names and not sft_takes_rows():
        kwargs |= {"dataset_text_field": "text", "max_seq_length": 64}
    elif "dataset_kwargs" in names:
        kwargs["dataset_kwargs"] = {"skip_prepare_dataset": True}
    return cls(**kwargs)


def sft_classes():
    """(SFTTrainer, its argument class): TRL < 0.9 takes TrainingArguments."""
    import trl

    try:
        from trl import SFTConfig
    except ImportError:
        SFTConfig = transformers.TrainingArguments
    return trl.SFTTrainer, SFTConfig


def sft_takes_rows() -> bool:
    """TRL >= 0.13 trains on ready rows; before, SFTTrainer tokenises a text column itself."""
    return "dataset_text_field" not in inspect.signature(sft_classes()[0].__init__).parameters


def trainer_keywords(cls, masked: bool = False) -> dict:
    """Data set and tokenizer under the names this version uses. SFTTrainer keeps its own collator, because it drops the columns
    that another collator would need."""
    from datasets import Dataset
    from transformers import default_data_collator

    names = inspect.signature(cls.__init__).parameters
    out = {}
    if "dataset_text_field" in names:
        rows = [{"text": " ".join(f"w{t - 4}" for t in row["input_ids"])} for row in example_rows()]
        out["train_dataset"] = Dataset.from_list(rows)
        if sft_classes()[1] is transformers.TrainingArguments:  # TRL < 0.9; then SFTConfig has them
            out |= {"dataset_text_field": "text", "max_seq_length": 64}
    else:
        out["train_dataset"] = Dataset.from_list(example_rows(masked))
    if cls is transformers.Trainer:
        out["data_collator"] = default_data_collator
    out["processing_class" if "processing_class" in names else "tokenizer"] = load_tokenizer()
    return out


def environment() -> dict:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("torch", "transformers", "peft", "trl", "accelerate", "bitsandbytes"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def as_json(value) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def scratch() -> None:
    """Moves into an empty scratch directory and writes the files there."""
    import tempfile

    os.chdir(tempfile.mkdtemp(prefix="wiring-"))
    write_files()
