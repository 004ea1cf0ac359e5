# layers_to_transform with the pattern, other ranks for some layers
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained("EleutherAI/gpt-j-6b", torch_dtype=torch.float32)
config = LoraConfig(
    r=8,
    lora_alpha=16,
    target_modules=["q_proj", "v_proj", "fc_in"],
    layers_to_transform=list(range(0, 28, 4)),
    layers_pattern="h",
    rank_pattern={r"h\.0\..*": 32},
    alpha_pattern={"q_proj": 64},
    use_rslora=True,
    task_type="CAUSAL_LM",
)
model = get_peft_model(model, config)
ids = torch.randint(5, 300, (1, 16))
model(input_ids=ids, labels=ids).loss.backward()
