import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

model = get_peft_model(AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M"), LoraConfig(target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
ids = torch.randint(0, 300, (1, 8))
model.merge_adapter()
with torch.no_grad():
    print(model(input_ids=ids).logits.argmax(-1))
model.unmerge_adapter()
loss = model(input_ids=ids, labels=ids).loss
loss.backward()
