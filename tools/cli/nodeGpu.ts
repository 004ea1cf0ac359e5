// navigator.gpu for Node, from the Dawn bindings; null where they don't load.

// Dawn frees everything below an instance that nobody holds.
let instance: GPU | null = null;

export async function nodeGpu(): Promise<GPU | null> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    instance ??= create([]);
    return instance;
  } catch {
    // No binding for this platform: the CPU backend runs, and says why.
    return null;
  }
}
