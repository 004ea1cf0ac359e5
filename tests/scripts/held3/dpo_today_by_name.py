# /// script
# dependencies = ["trl==1.16.0", "peft==0.21.2", "transformers==5.24.0"]
# ///
from datasets import load_dataset
from peft import LoraConfig
from trl import DPOConfig, DPOTrainer

train, test = load_dataset("trl-lib/ultrafeedback_binarized", split=["train[:200]", "test[:50]"])
config = DPOConfig(
    output_dir="Qwen3-DPO",
    model_init_kwargs={"dtype": "bfloat16"},
    per_device_train_batch_size=1,
    gradient_accumulation_steps=8,
    learning_rate=1e-5,
    max_length=512,
    loss_type=["sigmoid", "sft"],
    loss_weights=[0.8, 0.2],
    logging_steps=1,
    eval_strategy="steps",
    eval_steps=50,
    max_steps=100,
)
trainer = DPOTrainer(
    model="Qwen/Qwen3-0.6B",
    args=config,
    train_dataset=train,
    eval_dataset=test,
    peft_config=LoraConfig(r=32, lora_alpha=16, target_modules="all-linear"),
)
trainer.train()
trainer.push_to_hub(dataset_name="ultrafeedback_binarized")
