# fp16 weights and GradScaler in an own loop with a generator of batches
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

ID = "EleutherAI/gpt-neo-125m"
tokenizer = AutoTokenizer.from_pretrained(ID)
tokenizer.pad_token = tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(ID, torch_dtype=torch.float16).to("cuda")
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"), autocast_adapter_dtype=False)


def batches(texts, size=2):
    for i in range(0, len(texts), size):
        yield tokenizer(texts[i : i + size], return_tensors="pt", padding=True).to("cuda")


scaler = torch.cuda.amp.GradScaler()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
corpus = ["once upon a time", "there was a king", "he had a daughter", "and a dragon"]
for batch in batches(corpus):
    with torch.cuda.amp.autocast():
        loss = model(**batch, labels=batch["input_ids"]).loss
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
