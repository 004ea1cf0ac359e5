# opt with lora, mini loop from a blog. transformers 4.31.0 peft 0.5.0 trl 0.7.1
import torch
from torch.optim import AdamW
from transformers import OPTForCausalLM, GPT2Tokenizer, get_linear_schedule_with_warmup
from peft import get_peft_model, LoraConfig, TaskType

tokenizer = GPT2Tokenizer.from_pretrained("facebook/opt-350m")
model = OPTForCausalLM.from_pretrained("facebook/opt-350m").cuda()
model = get_peft_model(model, LoraConfig(task_type=TaskType.CAUSAL_LM, inference_mode=False, r=8, lora_alpha=32, lora_dropout=0.1))
texts = ["The cat sat on the mat.", "Dogs bark.", "Birds sing in the morning.", "Fish swim."]
optimizer = AdamW(model.parameters(), lr=1e-3)
lr_scheduler = get_linear_schedule_with_warmup(optimizer, 0, 10)

for epoch in range(2):
    model.train()
    losses = []
    for text in texts:
        enc = tokenizer(text, return_tensors="pt").to("cuda")
        out = model(input_ids=enc.input_ids, attention_mask=enc.attention_mask, labels=enc.input_ids)
        losses.append(out.loss)
    total = torch.tensor(losses, requires_grad=True).mean()
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    lr_scheduler.step()
    print("epoch", epoch, "loss", float(total))
model.save_pretrained("opt-lora")
