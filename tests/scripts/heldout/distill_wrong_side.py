# distillation, but student and teacher got mixed up in the loop
import torch
import torch.nn.functional as F
from transformers import AutoModelForCausalLM, AutoTokenizer
from peft import LoraConfig, get_peft_model

big = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-1b")
small = AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-160m")
for p in big.parameters():
    p.requires_grad = False
small = get_peft_model(small, LoraConfig(r=8, target_modules=["query_key_value", "dense"]))
tok = AutoTokenizer.from_pretrained("EleutherAI/pythia-160m")
tok.pad_token = tok.eos_token
opt = torch.optim.Adam([p for p in small.parameters() if p.requires_grad], 1e-4)
for text in ["one sentence", "another sentence", "a third"]:
    batch = tok([text], return_tensors="pt")
    with torch.no_grad():
        target = small(**batch).logits.softmax(-1)
    pred = big(**batch).logits
    loss = F.cross_entropy(pred.view(-1, pred.size(-1)), target.view(-1, target.size(-1)))
    opt.zero_grad()
    loss.backward()
    opt.step()
