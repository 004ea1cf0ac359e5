# %% [markdown]
# QLoRA on Mistral with TRL
# %%
# !pip install -q -U transformers==4.36.2 trl==0.7.10 peft==0.7.1 bitsandbytes accelerate
# %%
import torch
from datasets import load_dataset
from peft import LoraConfig, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, TrainingArguments
from trl import SFTTrainer
# %%
model_id = "mistralai/Mistral-7B-v0.1"
tokenizer = AutoTokenizer.from_pretrained(model_id)
tokenizer.pad_token = tokenizer.unk_token
tokenizer.padding_side = "right"
quant = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_compute_dtype=torch.bfloat16, bnb_4bit_quant_type="nf4")
model = AutoModelForCausalLM.from_pretrained(model_id, quantization_config=quant, device_map="auto")
model = prepare_model_for_kbit_training(model)
# %%
dataset = load_dataset("timdettmers/openassistant-guanaco", split="train")
peft_config = LoraConfig(lora_alpha=16, lora_dropout=0.1, r=64, bias="none", task_type="CAUSAL_LM",
                         target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj"])
args = TrainingArguments(output_dir="./mistral", num_train_epochs=1, per_device_train_batch_size=4, optim="paged_adamw_8bit",
                         save_steps=25, logging_steps=25, learning_rate=2e-4, weight_decay=0.001, bf16=True, max_grad_norm=0.3,
                         warmup_ratio=0.3, group_by_length=True, lr_scheduler_type="constant")
trainer = SFTTrainer(model=model, train_dataset=dataset, peft_config=peft_config, max_seq_length=None,
                     dataset_text_field="text", tokenizer=tokenizer, args=args, packing=False)
# %%
trainer.train()
trainer.model.save_pretrained("mistral-guanaco")
