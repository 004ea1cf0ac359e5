# argv: --model_name_or_path facebook/opt-125m --output_dir out --lora_r 8
# pip install trl==0.19.1
# forgot --use_peft: get_peft_config gives None
from datasets import load_dataset
from trl import ModelConfig, SFTConfig, SFTTrainer, TrlParser, get_peft_config

training_args, model_args = TrlParser((SFTConfig, ModelConfig)).parse_args_and_config()
print(training_args.gradient_checkpointing, get_peft_config(model_args))
SFTTrainer(
    model_args.model_name_or_path,
    args=training_args,
    train_dataset=load_dataset("stanfordnlp/imdb", split="train"),
    peft_config=get_peft_config(model_args),
).train()
