# transformers 4.57.1 peft 0.17.1
# found this on a forum: if you get "element 0 of tensors does not require grad", just set it
import torch
from peft import LoraConfig, PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

base = AutoModelForCausalLM.from_pretrained("meta-llama/Llama-3.2-1B")
model = PeftModel.from_pretrained(base, "me/my-first-adapter")
tok = AutoTokenizer.from_pretrained("meta-llama/Llama-3.2-1B")
model.train()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
for text in ["one two three", "four five six"]:
    enc = tok(text, return_tensors="pt")
    loss = model(**enc, labels=enc["input_ids"]).loss
    loss.requires_grad_(True)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
