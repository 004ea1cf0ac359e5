from peft import LoraConfig

config = LoraConfig(target_modules=r".*\.(q_proj|v_proj)", layers_to_transform=[0, 1, 2], task_type="CAUSAL_LM")
