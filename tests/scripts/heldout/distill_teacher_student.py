# Knowledge distillation into a LoRA student. Teacher is frozen and runs without grad.
import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer, get_cosine_schedule_with_warmup
from peft import LoraConfig, get_peft_model

teacher = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-1.5B-Instruct", torch_dtype=torch.bfloat16).eval()
student = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct", torch_dtype=torch.bfloat16)
teacher.requires_grad_(False)
student.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
student = get_peft_model(student, LoraConfig(r=32, lora_alpha=64, target_modules="all-linear", task_type="CAUSAL_LM"))
tokenizer = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")

optimizer = torch.optim.AdamW((p for p in student.parameters() if p.requires_grad), lr=5e-5)
scheduler = get_cosine_schedule_with_warmup(optimizer, 10, 100)
T, alpha = 2.0, 0.5
prompts = ["Explain photosynthesis.", "What is a monad?", "Name three rivers in Asia."]
student.train()
for step in range(3):
    enc = tokenizer(prompts, return_tensors="pt", padding=True)
    labels = enc["input_ids"].masked_fill(enc["attention_mask"] == 0, -100)
    with torch.no_grad():
        t_logits = teacher(**enc).logits
    out = student(**enc, labels=labels)
    kd = F.kl_div(F.log_softmax(out.logits.float() / T, dim=-1), F.softmax(t_logits.float() / T, dim=-1), reduction="batchmean") * T * T
    loss = alpha * kd + (1 - alpha) * out.loss
    loss.backward()
    torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    optimizer.zero_grad()
student.save_pretrained("distilled")
