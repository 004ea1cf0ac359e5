# transformers 4.41.2, peft 0.10.0
import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForLanguageModeling, Trainer, TrainingArguments
from datasets import load_dataset

model_id = "EleutherAI/gpt-neo-125m"
model = AutoModelForCausalLM.from_pretrained(model_id, torch_dtype=torch.bfloat16)
model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=False)
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj", "c_fc"], task_type="CAUSAL_LM"))
tok = AutoTokenizer.from_pretrained(model_id)
tok.pad_token = tok.eos_token
ds = load_dataset("wikitext", "wikitext-2-raw-v1", split="train").map(lambda x: tok(x["text"], truncation=True, max_length=128), remove_columns=["text"])
Trainer(model=model, args=TrainingArguments("neo", gradient_checkpointing=True), train_dataset=ds, data_collator=DataCollatorForLanguageModeling(tok, mlm=False)).train()
