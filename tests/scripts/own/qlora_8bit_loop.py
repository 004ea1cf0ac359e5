# transformers==4.57.1 peft==0.18.0 bitsandbytes==0.48.2 trl==0.26.2
import torch
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

tok = AutoTokenizer.from_pretrained("facebook/opt-125m")
model = AutoModelForCausalLM.from_pretrained("facebook/opt-125m", quantization_config=BitsAndBytesConfig(load_in_8bit=True), device_map="auto")
model = prepare_model_for_kbit_training(model)
model = get_peft_model(model, LoraConfig(r=8, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))
optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-4)
model.train()
for epoch in range(2):
    for s in ["eight bits are enough", "or are they"]:
        b = tok(s, return_tensors="pt").to(model.device)
        out = model(**b, labels=b["input_ids"])
        out.loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        print(epoch, out.loss.item())
