// dx = [dy | du] [W ; A] (+ residual), W decoded inside the tile: a workgroup of 16 by 16 makes 64 rows by 64 columns of K,
// each invocation 4 by 4. Sixteen rows of W at a time stand in workgroup memory; every packed weight of the tile is decoded
// once, neighbours reading neighbouring words. Sums in f32.
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, OUT]
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<storage, read> du: array<f32>; // [N, RU]
@group(0) @binding(4) var<storage, read> adapter: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>; // [N, K]
@group(0) @binding(6) var<storage, read_write> dx: array<f32>; // [N, K]
@group(0) @binding(7) var<uniform> params: Params;

fn left_at(row: u32, p: u32) -> f32 {
  if (row >= params.n || p >= params.out + params.ru) { return 0.0; }
  if (p < params.out) { return dy[row * params.out + p]; }
  return du[row * params.ru + p - params.out];
}

fn right_at(k: u32, p: u32) -> f32 {
  if (k >= params.k || p >= params.out + params.ru) { return 0.0; }
  if (p < params.out) {
    let j = segment_of(p);
    let s = params.segments[j];
    return weight(j, s.first_block, (p - s.start) * params.k + k);
  }
  let c = p - params.out;
  var j = 0u;
  for (; j + 1u < params.count; j++) {
    if (c < params.segments[j].u_column + params.segments[j].rank) { break; }
  }
  let s = params.segments[j];
  return adapter[s.a_offset + (c - s.u_column) * params.k + k];
}

@compute @workgroup_size(16, 16)
fn linear_backward_tiled(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let row0 = group.y * 64u;
  let column0 = group.x * 64u;
  // The left side runs along p, the right side along k: each is read along its rows.
  let load_at = index / 4u;
  let load_p = (index % 4u) * 4u;
  let right_p = index / 16u;
  let right_k = (index % 16u) * 4u;
  var sums: array<vec4f, 4>;
  for (var i = 0u; i < 4u; i++) { sums[i] = vec4f(0.0); }
  let total = params.out + params.ru;
  for (var p0 = 0u; p0 < total; p0 += STEP) {
    for (var i = 0u; i < 4u; i++) {
      let p = load_p + i;
      left[p][load_at] = left_at(row0 + load_at, p0 + p);
      right[right_p][right_k + i] = right_at(column0 + right_k + i, p0 + right_p);
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
      if (row < params.n && column < params.k) {
        let at = row * params.k + column;
        if (HAS_RESIDUAL == 1u) { dx[at] = values[c] + residual[at]; } else { dx[at] = values[c]; }
      }
    }
  }
}
