// y = [x | u] [W | s B]^T (+ residual), W decoded inside the tile: a workgroup of 16 by 16 makes 64 rows by 64 columns, each
// invocation 4 by 4. Sixteen columns of K at a time stand in workgroup memory; every packed weight of the tile is decoded
// once, neighbours reading neighbouring words. Sums in f32.
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, K]
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(4) var<storage, read> adapter: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>; // [N, OUT]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [N, OUT]
@group(0) @binding(7) var<uniform> params: Params;

fn left_at(row: u32, p: u32) -> f32 {
  if (row >= params.n || p >= params.k + params.ru) { return 0.0; }
  if (p < params.k) { return x[row * params.k + p]; }
  return u[row * params.ru + p - params.k];
}

fn right_at(o: u32, p: u32) -> f32 {
  if (o >= params.out || p >= params.k + params.ru) { return 0.0; }
  let j = segment_of(o);
  let s = params.segments[j];
  if (p < params.k) { return weight(j, s.first_block, (o - s.start) * params.k + p); }
  let c = p - params.k;
  if (c < s.u_column || c >= s.u_column + s.rank) { return 0.0; }
  return s.scale * adapter[s.b_offset + (o - s.start) * s.rank + c - s.u_column];
}

@compute @workgroup_size(16, 16)
fn linear_tiled(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let row0 = group.y * 64u;
  let column0 = group.x * 64u;
  let load_at = index / 4u;
  let load_p = (index % 4u) * 4u;
  var sums: array<vec4f, 4>;
  for (var i = 0u; i < 4u; i++) { sums[i] = vec4f(0.0); }
  let total = params.k + params.ru;
  for (var p0 = 0u; p0 < total; p0 += STEP) {
    for (var i = 0u; i < 4u; i++) {
      let p = load_p + i;
      left[p][load_at] = left_at(row0 + load_at, p0 + p);
      right[p][load_at] = right_at(column0 + load_at, p0 + p);
    }
    workgroupBarrier();
    for (var p = 0u; p < STEP; p++) {
      let c = local.x * 4u;
      let b = vec4f(right[p][c], right[p][c + 1u], right[p][c + 2u], right[p][c + 3u]);
      for (var i = 0u; i < 4u; i++) { sums[i] = fma(vec4f(left[p][local.y * 4u + i]), b, sums[i]); }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4u; i++) {
    let row = row0 + local.y * 4u + i;
    let values = array<f32, 4>(sums[i].x, sums[i].y, sums[i].z, sums[i].w);
    for (var c = 0u; c < 4u; c++) {
      let column = column0 + local.x * 4u + c;
      if (row < params.n && column < params.out) {
        let at = row * params.out + column;
        if (HAS_RESIDUAL == 1u) { y[at] = values[c] + residual[at]; } else { y[at] = values[c]; }
      }
    }
  }
}
