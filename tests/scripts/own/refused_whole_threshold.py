from transformers import AutoModelForCausalLM, BitsAndBytesConfig

bnb = BitsAndBytesConfig(load_in_8bit=True, llm_int8_threshold=6)
model = AutoModelForCausalLM.from_pretrained("facebook/opt-350m", quantization_config=bnb, device_map="auto")
