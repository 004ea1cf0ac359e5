# trl 0.19.1: distil a teacher into a student with LoRA
import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

teacher = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-1.5B-Instruct", torch_dtype=torch.bfloat16).eval()
for p in teacher.parameters():
    p.requires_grad_(False)
student = AutoModelForCausalLM.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct", torch_dtype=torch.bfloat16)
student = get_peft_model(student, LoraConfig(r=16, target_modules="all-linear"))
tok = AutoTokenizer.from_pretrained("Qwen/Qwen2.5-0.5B-Instruct")
opt = torch.optim.AdamW([p for p in student.parameters() if p.requires_grad], lr=1e-4)

for text in ["distilling is fun", "so they say"]:
    enc = tok(text, return_tensors="pt")
    with torch.no_grad():
        t = teacher(**enc).logits
    s = student(**enc).logits
    loss = F.kl_div(F.log_softmax(s.float(), -1), F.softmax(t.float(), -1), reduction="batchmean")
    loss.backward()
    opt.step()
    opt.zero_grad()
