// The names of what a run hands out, for commands and folders.

export const exportFormats = ['peft', 'gguf', 'mlx', 'merged', 'merged-gguf', 'log', 'repository'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Name of the folder, or archive, that the files of a format belong into. */
export const exportFolders: Readonly<Record<ExportFormat, string>> = {
  peft: 'adapter',
  gguf: 'adapter',
  mlx: 'adapter-mlx',
  merged: 'merged',
  'merged-gguf': 'merged',
  log: 'log',
  repository: 'repository',
};
