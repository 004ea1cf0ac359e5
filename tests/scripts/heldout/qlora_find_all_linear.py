# QLoRA in the manner of the paper's script: collect the names of all 4-bit linears, casts per module afterwards
import bitsandbytes as bnb
import torch
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training
from peft.tuners.lora import LoraLayer
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, DataCollatorForLanguageModeling, Trainer, TrainingArguments

args = type("Args", (), dict(bits=4, bf16=True, lora_r=64, lora_alpha=16, lora_dropout=0.1, base="huggyllama/llama-7b", gradient_checkpointing=True))()


def find_all_linear_names(args, model):
    cls = bnb.nn.Linear4bit if args.bits == 4 else (bnb.nn.Linear8bitLt if args.bits == 8 else torch.nn.Linear)
    names = set()
    for name, module in model.named_modules():
        if isinstance(module, cls):
            parts = name.split(".")
            names.add(parts[0] if len(parts) == 1 else parts[-1])
    if "lm_head" in names:
        names.remove("lm_head")
    return list(names)


def get_model(args):
    model = AutoModelForCausalLM.from_pretrained(
        args.base,
        quantization_config=BitsAndBytesConfig(load_in_4bit=args.bits == 4, load_in_8bit=args.bits == 8, bnb_4bit_compute_dtype=torch.bfloat16, bnb_4bit_quant_type="nf4"),
        torch_dtype=torch.bfloat16 if args.bf16 else torch.float32,
        device_map="auto",
    )
    setattr(model, "model_parallel", True)
    setattr(model, "is_parallelizable", True)
    model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=args.gradient_checkpointing)
    modules = find_all_linear_names(args, model)
    print("adapting", sorted(modules))
    model = get_peft_model(model, LoraConfig(r=args.lora_r, lora_alpha=args.lora_alpha, target_modules=modules, lora_dropout=args.lora_dropout, bias="none", task_type="CAUSAL_LM"))
    for name, module in model.named_modules():
        if isinstance(module, LoraLayer):
            if args.bf16:
                module = module.to(torch.bfloat16)
        if "norm" in name:
            module = module.to(torch.float32)
        if "lm_head" in name or "embed_tokens" in name:
            if hasattr(module, "weight"):
                if args.bf16 and module.weight.dtype == torch.float32:
                    module = module.to(torch.bfloat16)
    return model


model = get_model(args)
tokenizer = AutoTokenizer.from_pretrained(args.base, padding_side="right")
tokenizer.add_special_tokens({"pad_token": "[PAD]"})
data = load_dataset("tatsu-lab/alpaca", split="train").map(lambda r: tokenizer(r["text"], truncation=True, max_length=256), remove_columns=["instruction", "input", "output", "text"])
trainer = Trainer(
    model=model,
    tokenizer=tokenizer,
    args=TrainingArguments(output_dir="qlora", max_steps=1875, per_device_train_batch_size=1, gradient_accumulation_steps=16, bf16=args.bf16, gradient_checkpointing=args.gradient_checkpointing, optim="paged_adamw_32bit", max_grad_norm=0.3, group_by_length=True, lr_scheduler_type="constant"),
    train_dataset=data,
    data_collator=DataCollatorForLanguageModeling(tokenizer, mlm=False),
)
for n, p in model.named_parameters():
    if p.requires_grad:
        print(n, p.dtype)
        break
trainer.train()
