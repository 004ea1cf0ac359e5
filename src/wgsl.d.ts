// WGSL files are imported as text.
declare module '*.wgsl?raw' {
  const source: string;
  export default source;
}

// The package points CommonJS readers at a file that is none; the module below is the same library.
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export * from 'wgsl_reflect';
}
