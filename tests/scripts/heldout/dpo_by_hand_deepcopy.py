# DPO written out: the reference is the same model with its adapter switched off
import torch
import torch.nn.functional as F
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

tok = AutoTokenizer.from_pretrained("HuggingFaceTB/SmolLM2-135M-Instruct")
model = AutoModelForCausalLM.from_pretrained("HuggingFaceTB/SmolLM2-135M-Instruct", torch_dtype=torch.float32)
model.gradient_checkpointing_enable()
model.enable_input_require_grads()
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM"))


def logp(model, ids, mask):
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1]
    picked = torch.gather(logits.log_softmax(-1), 2, ids[:, 1:].unsqueeze(-1)).squeeze(-1)
    return (picked * mask[:, 1:]).sum(-1)


def step(chosen, rejected, beta=0.1):
    both = tok(chosen + rejected, return_tensors="pt", padding=True)
    policy = logp(model, both["input_ids"], both["attention_mask"])
    with torch.no_grad(), model.disable_adapter():
        reference = logp(model, both["input_ids"], both["attention_mask"])
    c, r = (policy - reference).chunk(2)
    return -F.logsigmoid(beta * (c - r)).mean()


opt = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-5)
model.train()
for chosen, rejected in [(["Sure, here it is."], ["No."]), (["Of course."], ["Go away."])]:
    loss = step(chosen, rejected)
    loss.backward()
    opt.step()
    opt.zero_grad()
