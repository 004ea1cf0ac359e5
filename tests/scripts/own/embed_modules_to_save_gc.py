# transformers==4.48.2 peft==0.14.0
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

tok = AutoTokenizer.from_pretrained("mistralai/Mistral-7B-v0.1")
n = tok.add_tokens(["<tool>", "</tool>"])
model = AutoModelForCausalLM.from_pretrained("mistralai/Mistral-7B-v0.1", torch_dtype=torch.bfloat16)
if n > 0:
    model.resize_token_embeddings(len(tok))
cfg = LoraConfig(r=8, target_modules=["q_proj", "v_proj"], modules_to_save=["embed_tokens", "lm_head"], task_type="CAUSAL_LM")
model = get_peft_model(model, cfg)
Trainer(model=model, args=TrainingArguments("tools", gradient_checkpointing=True, bf16=True), train_dataset=ds).train()
