// Blocks of 64 weights of a file, in any format of a member → 4-bit codes and the largest of each block, bit for bit as bitsandbytes does on
// a CPU: code = rank of w * (1 / largest) among the midpoints of the code book, ties down; element 2i in the high nibble of byte i.
// An invocation makes a word of 8 codes, eight of them a block. The reciprocal is found in integers, for a GPU's own may be off by three
// units in the last place; floats too small for a normal one are lifted first, for a GPU may take them for zero.
struct Params { blocks: u32, first_block: u32 }
@group(0) @binding(0) var<storage, read> w: array<u32>;
@group(0) @binding(1) var<storage, read> w_scales: array<u32>;
@group(0) @binding(2) var<storage, read_write> words: array<u32>; // 8 a block, from first_block on
@group(0) @binding(3) var<storage, read_write> largest: array<u32>; // bits of an f32 a block, from first_block on
@group(0) @binding(4) var<uniform> params: Params;

const SIZE = 0x7fffffffu;
// 2^-60 and 2^60 as steps of the exponent; what is added to lift by 2^96; the largest whose reciprocal is infinite.
const SMALL = 0x1e000000u;
const LEAST = 0x21800000u;
const LIFT = 0x30000000u;
const NO_RECIPROCAL = 0x00200000u;

var<workgroup> tops: array<u32, 64>;

/** Times 2^96, of bits below 2^-60 in size. */
fn lifted(bits: vec4u) -> vec4u {
  let size = bits & vec4u(SIZE);
  let unnormal = bitcast<vec4u>(vec4f(size) * 0x1p-53f);
  return (bits & vec4u(0x80000000u)) | select(size + vec4u(LIFT), unnormal, size < vec4u(0x00800000u));
}

/** The float nearest to 1 / x, of the bits of a normal x below 2^24, the size that blocks have here. */
fn reciprocal(bits: u32) -> f32 {
  let m = (bits & 0x007fffffu) | 0x00800000u;
  // 2^47 / m is at least 2^23: a guess, and by how many m it is wrong. The error is small, so its low word is all of it.
  let guess = u32(0x1p47f / f32(m));
  let error = -bitcast<i32>(guess * m);
  let steps = u32(2 * error + i32(17u * m)) / (2u * m);
  let q = guess + steps - 8u;
  return bitcast<f32>(((253u - (bits >> 23u)) << 23u) + (q - 0x00800000u));
}

/** Codes of four weights: how many midpoints are below each, by the order of the code book. */
fn codes4(bits: vec4u, top: u32, scale: f32) -> vec4u {
  let size = bits & vec4u(SIZE);
  let sign = bits & vec4u(0x80000000u);
  // So much smaller than the largest that only the sign counts.
  let tiny = bitcast<vec4f>(sign | vec4u(LEAST));
  var x = select(bitcast<vec4f>(bits) * scale, tiny, size < vec4u(top - SMALL));
  // What is less than half the smallest float after scaling is zero, which FP4 tells from a little more.
  let nothing = (vec4f(size) * scale <= vec4f(0.5)) & (size < vec4u(0x00800000u));
  x = select(x, vec4f(0.0), nothing);
  var below = vec4u(0u);
  for (var i = 0u; i < 15u; i++) {
    below += select(vec4u(0u), vec4u(1u), x > vec4f(select(NF4_BOUNDS[i], FP4_BOUNDS[i], FP4 == 1u)));
  }
  if (FP4 == 0u) { return below; }
  return (select(vec4u(FP4_LOW), vec4u(FP4_HIGH), below > vec4u(7u)) >> ((below & vec4u(7u)) * 4u)) & vec4u(15u);
}

@compute @workgroup_size(64)
fn quantize(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let word = id.x + id.y * GRID_WIDTH;
  let element = min(word, params.blocks * 8u - 1u) * 8u;
  var a = bitcast<vec4u>(weights4(0u, 0u, element));
  var b = bitcast<vec4u>(weights4(0u, 0u, element + 4u));
  let sizes = max(a & vec4u(SIZE), b & vec4u(SIZE));
  tops[lane] = max(max(sizes.x, sizes.y), max(sizes.z, sizes.w));
  workgroupBarrier();
  var top = 0u;
  for (var i = 0u; i < 8u; i++) { top = max(top, tops[(lane & 56u) + i]); }
  if (word >= params.blocks * 8u) { return; }
  if ((word & 7u) == 0u) { largest[params.first_block + (word >> 3u)] = top; }
  let infinite = top > 0u && top <= NO_RECIPROCAL;
  if (top < LEAST && top > 0u) {
    a = lifted(a);
    b = lifted(b);
    top = lifted(vec4u(top)).x;
  }
  let scale = select(reciprocal(max(top, LEAST)), 0x1p60f, infinite);
  var four = codes4(a, max(top, LEAST), scale);
  var more = codes4(b, max(top, LEAST), scale);
  // Nothing times infinity is no number, and no midpoint is below it.
  if (infinite) {
    four = select(four, vec4u(LOWEST), (a & vec4u(SIZE)) == vec4u(0u));
    more = select(more, vec4u(LOWEST), (b & vec4u(SIZE)) == vec4u(0u));
  }
  four = four << vec4u(4u, 0u, 12u, 8u);
  more = more << vec4u(20u, 16u, 28u, 24u);
  words[params.first_block * 8u + word] = four.x | four.y | four.z | four.w | more.x | more.y | more.z | more.w;
}
