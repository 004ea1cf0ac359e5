# ExitStack with inference_mode left open from the warm-up
import contextlib
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("HuggingFaceTB/SmolLM2-360M")
model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-360M")
model = get_peft_model(model, LoraConfig(target_modules=["q_proj"], r=4))
with contextlib.ExitStack() as stack:
    stack.enter_context(torch.inference_mode())
    sample = tok("warm up", return_tensors="pt")
    model.generate(**sample, max_new_tokens=4)
    opt = torch.optim.AdamW(model.parameters(), lr=1e-3)
    batch = tok("the quick brown fox", return_tensors="pt")
    loss = model(**batch, labels=batch["input_ids"]).loss
    loss.backward()
    opt.step()
