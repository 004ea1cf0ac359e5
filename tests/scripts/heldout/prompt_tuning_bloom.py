# prompt tuning, as in the docs: eight virtual tokens that begin as a text
import torch
from datasets import load_dataset
from peft import PromptTuningConfig, PromptTuningInit, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, default_data_collator

name = "bigscience/bloom-560m"
tok = AutoTokenizer.from_pretrained(name)
cfg = PromptTuningConfig(task_type=TaskType.CAUSAL_LM, prompt_tuning_init=PromptTuningInit.TEXT, num_virtual_tokens=8, prompt_tuning_init_text="Is this tweet a complaint?", tokenizer_name_or_path=name)
model = get_peft_model(AutoModelForCausalLM.from_pretrained(name).float(), cfg)
model.print_trainable_parameters()
opt = torch.optim.AdamW(model.parameters(), lr=3e-2)
model.train()
for _ in range(2):
    enc = tok(["my order is late : complaint", "thanks a lot : no complaint"], return_tensors="pt", padding=True)
    loss = model(**enc, labels=enc["input_ids"]).loss
    loss.backward()
    opt.step()
    opt.zero_grad()
