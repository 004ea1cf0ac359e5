// Buffer usages as the numbers of the WebGPU specification: the constants of GPUBufferUsage are missing in Node.

/** STORAGE | COPY_DST | COPY_SRC */
export const STORAGE = 0x80 | 0x08 | 0x04;
/** UNIFORM | COPY_DST */
export const UNIFORM = 0x40 | 0x08;
/** MAP_READ | COPY_DST */
export const MAP_READ = 0x01 | 0x08;
