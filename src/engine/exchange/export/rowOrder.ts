// Orders of a matrix's numbers in files: turned, and rows of q and k as GGUF files of arch llama keep them. Source: numerics reference 1.5.

/** Rows in the order of two halves → the file's order of neighbouring pairs, head by head. */
export function permuteRows(values: Float32Array, rows: number, heads: number): Float32Array<ArrayBuffer> {
  const columns = values.length / rows;
  const headDim = rows / heads;
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    const head = Math.floor(row / headDim);
    const at = row - head * headDim;
    const half = at >= headDim / 2 ? 1 : 0;
    const to = head * headDim + 2 * (at - (half * headDim) / 2) + half;
    out.set(values.subarray(row * columns, (row + 1) * columns), to * columns);
  }
  return out;
}

/** [rows, columns] → [columns, rows]. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] ?? 0;
  return out;
}
