# First round adapter -> merge -> second round on the merged model (trl 0.9.6)
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

BASE = "microsoft/phi-1_5"
tokenizer = AutoTokenizer.from_pretrained(BASE)
tokenizer.pad_token = tokenizer.eos_token


def load():
    return AutoModelForCausalLM.from_pretrained(BASE, torch_dtype=torch.float32)


def step(model, texts, lr=1e-4):
    model.train()
    opt = torch.optim.AdamW([p for p in model.parameters()], lr=lr)
    enc = tokenizer(texts, return_tensors="pt", padding=True)
    loss = model(**enc, labels=enc["input_ids"]).loss
    loss.backward()
    opt.step()
    return loss.item()


first = get_peft_model(load(), LoraConfig(r=8, target_modules=["q_proj", "v_proj", "dense"], task_type="CAUSAL_LM"))
print(step(first, ["def f(x):", "return x + 1"]))
first.save_pretrained("round1")

second = PeftModel.from_pretrained(load(), "round1")
second = second.merge_and_unload()
print(step(second, ["def g(y):", "return y * 2"]))
