// The names of what a run hands out, for commands and folders.

export const exportFormats = [
  'peft',
  'gguf',
  'mlx',
  'merged',
  'merged-gguf',
  'web-f32',
  'web-f16',
  'web-q4',
  'log',
  'repository',
] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Name of the folder, or archive, that the files of a format belong into. */
export const exportFolders: Readonly<Record<ExportFormat, string>> = {
  peft: 'adapter',
  gguf: 'adapter',
  mlx: 'adapter-mlx',
  merged: 'merged',
  'merged-gguf': 'merged',
  'web-f32': 'web',
  'web-f16': 'web',
  'web-q4': 'web',
  log: 'log',
  repository: 'repository',
};
