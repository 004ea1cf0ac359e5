# transformers 5.24 / trl 1.16 / peft 0.21.2 / bitsandbytes 0.50
import torch
from datasets import load_dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig
from trl import SFTConfig, SFTTrainer

MODEL_ID = "meta-llama/Llama-3.2-3B-Instruct"


def build():
    quant = BitsAndBytesConfig(load_in_8bit=True, llm_int8_threshold=6.0, llm_int8_skip_modules=["lm_head"])
    model = AutoModelForCausalLM.from_pretrained(MODEL_ID, quantization_config=quant, device_map={"": 0})
    tok = AutoTokenizer.from_pretrained(MODEL_ID)
    tok.pad_token = tok.pad_token or tok.eos_token
    return model, tok


if __name__ == "__main__":
    model, tok = build()
    peft_config = LoraConfig(r=32, lora_alpha=32, target_modules=["q_proj", "k_proj", "v_proj", "o_proj"], lora_dropout=0.05, task_type="CAUSAL_LM")
    data = load_dataset("HuggingFaceTB/smoltalk", "all", split="train")
    args = SFTConfig(output_dir="8bit", max_length=256, per_device_train_batch_size=1, gradient_accumulation_steps=8, learning_rate=1e-4, max_steps=100, logging_steps=5, bf16=True, report_to="none")
    trainer = SFTTrainer(model=model, args=args, train_dataset=data, processing_class=tok, peft_config=peft_config)
    trainer.train()
    trainer.model.save_pretrained("8bit/adapter")
