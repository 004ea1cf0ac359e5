# Unsloth + ORPO, Colab. trl 0.15.2
from unsloth import FastLanguageModel, PatchDPOTrainer, is_bfloat16_supported
PatchDPOTrainer()
import torch
from datasets import load_dataset
from trl import ORPOConfig, ORPOTrainer

model, tokenizer = FastLanguageModel.from_pretrained(model_name="unsloth/llama-3-8b-bnb-4bit", max_seq_length=1024, dtype=None, load_in_4bit=True)
model = FastLanguageModel.get_peft_model(
    model, r=16, target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    lora_alpha=16, lora_dropout=0, bias="none", use_gradient_checkpointing="unsloth", random_state=3407,
)
EOS = tokenizer.eos_token


def fmt(s):
    return {"prompt": f"### Instruction:\n{s['prompt']}\n", "chosen": s["chosen"][-1]["content"] + EOS, "rejected": s["rejected"][-1]["content"] + EOS}


ds = load_dataset("reciperesearch/dolphin-sft-v0.1-preference")["train"].map(fmt)
ORPOTrainer(model=model, train_dataset=ds, processing_class=tokenizer, args=ORPOConfig(
    max_length=1024, max_prompt_length=512, max_completion_length=512, per_device_train_batch_size=2, gradient_accumulation_steps=4, beta=0.1, logging_steps=1,
    optim="adamw_8bit", lr_scheduler_type="linear", max_steps=30, fp16=not is_bfloat16_supported(), bf16=is_bfloat16_supported(), output_dir="outputs", report_to="none")).train()
