// navigator.gpu for Node, from the Dawn bindings; null where they don't load.

export async function nodeGpu(): Promise<GPU | null> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    return create([]);
  } catch {
    // No binding for this platform: the CPU backend runs, and says why.
    return null;
  }
}
