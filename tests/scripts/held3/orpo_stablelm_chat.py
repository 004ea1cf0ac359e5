# ORPO, one file, fire-style. Packages: trl 0.11.4 | transformers 4.44.2 | peft 0.12.0
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import ORPOConfig, ORPOTrainer, setup_chat_format


def run(model_name="stabilityai/stablelm-2-1_6b", n=100, **overrides):
    model = AutoModelForCausalLM.from_pretrained(model_name, torch_dtype=torch.bfloat16, device_map={"": 0}, trust_remote_code=True)
    tokenizer = AutoTokenizer.from_pretrained(model_name)
    model, tokenizer = setup_chat_format(model, tokenizer)
    ds = load_dataset("mlabonne/orpo-dpo-mix-40k", split="all").shuffle(seed=42).select(range(n))
    ds = ds.map(lambda r: dict(chosen=tokenizer.apply_chat_template(r["chosen"], tokenize=False) if isinstance(r["chosen"], list) else r["chosen"],
                               rejected=tokenizer.apply_chat_template(r["rejected"], tokenize=False) if isinstance(r["rejected"], list) else r["rejected"]))
    ds = ds.train_test_split(0.05)
    defaults = dict(learning_rate=8e-6, beta=0.1, lr_scheduler_type="linear", max_length=512, max_prompt_length=256, per_device_train_batch_size=2,
                    per_device_eval_batch_size=2, gradient_accumulation_steps=4, optim="adamw_torch", num_train_epochs=1, eval_strategy="steps",
                    eval_steps=0.2, logging_steps=1, warmup_steps=10, report_to="none", output_dir="./results/", gradient_checkpointing=True,
                    gradient_checkpointing_kwargs={"use_reentrant": True})
    trainer = ORPOTrainer(model=model, args=ORPOConfig(**{**defaults, **overrides}), train_dataset=ds["train"], eval_dataset=ds["test"], tokenizer=tokenizer,
                          peft_config=LoraConfig(r=16, lora_alpha=32, lora_dropout=0.05, bias="none", task_type="CAUSAL_LM", target_modules="all-linear"))
    trainer.train()
    return trainer


if __name__ == "__main__":
    run(n=40, beta=0.2)
