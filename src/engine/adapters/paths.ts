// Dotted paths of modules, as lists of names and files hold them.

/** `model.layers.0.self_attn.q_proj` → `q_proj` */
export const lastName = (path: string): string => path.split('.').at(-1) ?? path;

/** Path in the causal LM, whatever PEFT has put around it. */
export const inCausalLm = (path: string): string => path.replace(/^(base_model\.model\.)+/, '');
