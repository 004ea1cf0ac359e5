// Files that are imported as text, and a package whose own types point astray.
// WGSL: the kernels.
declare module '*.wgsl?raw' {
  const source: string;
  export default source;
}

// The package points CommonJS readers at a file that is none; the module below is the same library.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}

// Python files are imported as text: pyodide reads them from its own file system.
declare module '*.py?raw' {
  const source: string;
  export default source;
}

declare module '*.json?raw' {
  const text: string;
  export default text;
}

// Made by vite.config.ts: what the page fetches by itself.
declare module 'virtual:page-files' {
  /** Path beside the page → bytes and SHA-256. */
  export const pageFiles: Readonly<Record<string, readonly [sizeBytes: number, sha256: string]>>;
}
