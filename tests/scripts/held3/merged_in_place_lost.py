# continue training on top of the merged model - trl 0.15.2, peft 0.14.0, transformers 4.49.0
import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, DataCollatorForSeq2Seq, Trainer, TrainingArguments

BASE = "mistralai/Mistral-7B-v0.1"
STAGE1 = "./stage1-adapter"

tokenizer = AutoTokenizer.from_pretrained(BASE)
tokenizer.pad_token = tokenizer.unk_token
base = AutoModelForCausalLM.from_pretrained(BASE, torch_dtype=torch.bfloat16)
model = PeftModel.from_pretrained(base, STAGE1)
print("merging stage 1 ...")
model = model.merge_adapter()

model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, task_type="CAUSAL_LM"))
data = Dataset.from_dict({"q": ["2+2", "3+5"], "a": ["4", "8"]})


def encode(r):
    q = tokenizer(f"Q: {r['q']}\nA:", add_special_tokens=False)["input_ids"]
    a = tokenizer(f" {r['a']}", add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    return {"input_ids": q + a, "attention_mask": [1] * len(q + a), "labels": [-100] * len(q) + a}


data = data.map(encode, remove_columns=data.column_names)
Trainer(model, TrainingArguments("stage2", max_steps=10, report_to="none"), DataCollatorForSeq2Seq(tokenizer), data).train()
