// The class name under which PEFT keeps a module beside its trainable copy; adapters/saved builds it, the operations look for it.

export const SAVED_WRAPPER = 'ModulesToSaveWrapper';
