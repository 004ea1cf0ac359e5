# trl 0.12.2
from dataclasses import asdict, dataclass, field

import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer


@dataclass
class Cfg:
    model: str = "HuggingFaceTB/SmolLM2-360M-Instruct"
    data: str = "yahma/alpaca-cleaned"
    max_len: int = 512
    gc: bool = True
    lora: dict = field(default_factory=lambda: dict(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"]))
    train: dict = field(default_factory=lambda: {"per_device_train_batch_size": 2, "learning_rate": 2e-4, "bf16": True})


cfg = Cfg()
print(asdict(cfg))
tokenizer = AutoTokenizer.from_pretrained(cfg.model)
model = AutoModelForCausalLM.from_pretrained(cfg.model, torch_dtype=torch.bfloat16)
model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **cfg.lora))


def fmt(ex):
    return [f"### Question: {q}\n### Answer: {a}" for q, a in zip(ex["instruction"], ex["output"])]


trainer = SFTTrainer(
    model=model,
    args=SFTConfig(output_dir="o", max_seq_length=cfg.max_len, gradient_checkpointing=cfg.gc, **cfg.train),
    train_dataset=load_dataset(cfg.data, split="train"),
    formatting_func=fmt,
    tokenizer=tokenizer,
)
trainer.train()
