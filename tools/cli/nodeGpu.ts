// navigator.gpu for Node, from the Dawn bindings; null where they don't load.

/** Timestamps as the device tells them: rounded to a tenth of a millisecond, as pages get them, most kernels take none. */
const options = ['disable-dawn-features=timestamp_quantization'];

// Dawn frees everything below an instance that nobody holds.
let instance: GPU | null = null;

export async function nodeGpu(): Promise<GPU | null> {
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    instance ??= create(options);
    return instance;
  } catch {
    // No binding for this platform: the CPU backend runs, and says why.
    return null;
  }
}
