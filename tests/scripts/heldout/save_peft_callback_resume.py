# A callback that keeps only the adapter, and a model whose state_dict is replaced; transformers 4.36, peft 0.7.1
import os
import sys

import torch
import transformers
from datasets import load_dataset
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict, prepare_model_for_kbit_training, set_peft_model_state_dict
from transformers import LlamaForCausalLM, LlamaTokenizer, TrainerCallback
from transformers.trainer_utils import PREFIX_CHECKPOINT_DIR


class SavePeftModelCallback(TrainerCallback):
    def on_save(self, args, state, control, **kwargs):
        folder = os.path.join(args.output_dir, f"{PREFIX_CHECKPOINT_DIR}-{state.global_step}")
        kwargs["model"].save_pretrained(os.path.join(folder, "adapter_model"))
        full = os.path.join(folder, "pytorch_model.bin")
        if os.path.exists(full):
            os.remove(full)
        return control


base = "openlm-research/open_llama_3b"
resume_from_checkpoint = None
ddp = int(os.environ.get("WORLD_SIZE", 1)) != 1
device_map = {"": int(os.environ.get("LOCAL_RANK") or 0)} if ddp else "auto"
model = LlamaForCausalLM.from_pretrained(base, load_in_8bit=True, torch_dtype=torch.float16, device_map=device_map)
tokenizer = LlamaTokenizer.from_pretrained(base)
tokenizer.pad_token_id = 0
model = prepare_model_for_kbit_training(model)
model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_proj"], lora_dropout=0.05, bias="none", task_type="CAUSAL_LM"))

if resume_from_checkpoint:
    name = os.path.join(resume_from_checkpoint, "adapter_model.bin")
    if os.path.exists(name):
        set_peft_model_state_dict(model, torch.load(name))
    else:
        print(f"Checkpoint {name} not found")
model.print_trainable_parameters()


def tokenize(row):
    text = "### Instruction:\n" + row["instruction"] + "\n### Response:\n" + row["output"] + tokenizer.eos_token
    out = tokenizer(text, truncation=True, max_length=256, padding=False)
    out["labels"] = out["input_ids"].copy()
    return out


data = load_dataset("yahma/alpaca-cleaned")["train"].train_test_split(test_size=8, seed=0)
if not ddp and torch.cuda.device_count() > 1:
    model.is_parallelizable = True
    model.model_parallel = True
trainer = transformers.Trainer(
    model=model,
    train_dataset=data["train"].shuffle().map(tokenize),
    eval_dataset=data["test"].map(tokenize),
    args=transformers.TrainingArguments(
        per_device_train_batch_size=2, num_train_epochs=1, learning_rate=3e-4, fp16=True, logging_steps=5, optim="adamw_torch",
        evaluation_strategy="steps", save_strategy="steps", eval_steps=100, save_steps=100, output_dir="out", ddp_find_unused_parameters=False if ddp else None, report_to=None,
    ),
    data_collator=transformers.DataCollatorForSeq2Seq(tokenizer, pad_to_multiple_of=8, return_tensors="pt", padding=True),
    callbacks=[SavePeftModelCallback],
)
model.config.use_cache = False
old_state_dict = model.state_dict
model.state_dict = (lambda self, *_, **__: get_peft_model_state_dict(self, old_state_dict())).__get__(model, type(model))
if torch.__version__ >= "2" and sys.platform != "win32":
    model = torch.compile(model)
trainer.train(resume_from_checkpoint=resume_from_checkpoint)
model.save_pretrained("out")
