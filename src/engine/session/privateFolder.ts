// The page's folder in the browser's private file system (OPFS), and what stands in it by name. What the files hold is others'.

const FOLDER = 'lora-playground';

/** What was measured of kernels. */
export const TUNING = 'tuning.json';

/** Throws what the browser throws where it offers none. */
export async function privateFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: true });
}

export const isNamed = (error: unknown, ...names: readonly string[]): boolean =>
  error instanceof Error && names.includes(error.name);
