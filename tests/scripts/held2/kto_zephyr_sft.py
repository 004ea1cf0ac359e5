# KTO as in the TRL example, written flat. trl==0.15.2
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import KTOConfig, KTOTrainer, setup_chat_format

MODEL = "alignment-handbook/zephyr-7b-sft-full"
model = AutoModelForCausalLM.from_pretrained(MODEL, torch_dtype=torch.bfloat16)
tokenizer = AutoTokenizer.from_pretrained(MODEL)
if tokenizer.pad_token is None:
    tokenizer.pad_token = tokenizer.eos_token
if tokenizer.chat_template is None:
    model, tokenizer = setup_chat_format(model, tokenizer)

dataset = load_dataset("trl-lib/kto-mix-14k")
training_args = KTOConfig(
    output_dir="kto-aligned-model-lora",
    per_device_train_batch_size=4,
    num_train_epochs=1,
    learning_rate=5e-7,
    lr_scheduler_type="cosine",
    gradient_accumulation_steps=1,
    logging_steps=10,
    warmup_ratio=0.1,
    bf16=True,
    desirable_weight=1.0,
    undesirable_weight=1.33,
    max_length=512,
    max_prompt_length=256,
    report_to="none",
)
peft_config = LoraConfig(r=16, lora_alpha=16, lora_dropout=0.05, bias="none", task_type="CAUSAL_LM", target_modules=["q_proj", "k_proj", "v_proj", "o_proj"])
trainer = KTOTrainer(model, ref_model=None, args=training_args, train_dataset=dataset["train"], processing_class=tokenizer, peft_config=peft_config)
trainer.train()
trainer.save_model(training_args.output_dir)
