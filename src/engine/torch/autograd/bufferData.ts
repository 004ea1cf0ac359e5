// The words of a named buffer on the host side: 4-byte elements, whatever they mean.

export type BufferData = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
