# %%
# transformers 4.57.1 / peft 0.17.1 / trl 0.19.1
import torch
from peft import LoraConfig, TaskType, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("EleutherAI/pythia-160m")
tok.pad_token = tok.eos_token
model = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-160m", torch_dtype=torch.float32)

# %%
config = LoraConfig(r=8, lora_alpha=16, target_modules=["query_key_value"], lora_dropout=0.0, task_type=TaskType.CAUSAL_LM)
model = get_peft_model(model, config)
model.print_trainable_parameters()

# %% second try with a larger rank
config = LoraConfig(r=32, lora_alpha=64, target_modules=["query_key_value"], lora_dropout=0.0, task_type=TaskType.CAUSAL_LM)
model = get_peft_model(model, config)
model.print_trainable_parameters()

# %%
batch = tok(["one two three", "four five"], return_tensors="pt", padding=True)
batch["labels"] = batch["input_ids"].clone()
optim = torch.optim.AdamW(model.parameters(), lr=1e-4)
for _ in range(3):
    optim.zero_grad(set_to_none=True)
    loss = model(**batch).loss
    loss.backward()
    optim.step()
    print(float(loss))
