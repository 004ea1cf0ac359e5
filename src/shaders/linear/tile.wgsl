// What both directions of the tiled linear layer share: parameters, the two tiles in workgroup memory, one tile step's worth of loading
// places. STEP columns of the sum stand in a tile at a time, four of them to a vector on the left.
// The array comes first: a uniform block wants it at a multiple of 16 bytes. `part`: elements of the sum that one workgroup takes.
// `fours`: vectors of a step, STEP / 4, told at run time so that a loop over them stays one. `adds`: 1 where a residual is added.
struct Params { segments: array<Segment, 4>, n: u32, k: u32, out: u32, ru: u32, count: u32, part: u32, fours: u32, adds: u32 }
// Vectors of four columns an invocation makes, and vectors of four of the sum it loads of either side a step.
const BLOCKS = TILE / 64u;
const QUADS = STEP / 8u;
const ROUNDS = HELD_QUADS / QUADS;
// Of the sum, that each invocation's held weights are enough for.
const UNIT = 8u * HELD_QUADS;
var<workgroup> left: array<array<array<vec4f, 8>, TILE / 8u>, STEP / 4u>; // [p/4][row/8][row%8], four of p
var<workgroup> right: array<array<vec4f, 16>, STEP * BLOCKS>;

// The member that column o of OUT belongs to, and where it begins, without a branch.
struct Member { index: u32, start: u32, first_block: u32 }
fn member_of(o: u32) -> Member {
  var found = Member(0u, params.segments[0].start, params.segments[0].first_block);
  for (var i = 1u; i < 4u; i++) {
    let s = params.segments[i];
    let later = (i < params.count) && (o >= s.start);
    found.index = select(found.index, i, later);
    found.start = select(found.start, s.start, later);
    found.first_block = select(found.first_block, s.first_block, later);
  }
  return found;
}

const FOUR = vec4u(0u, 1u, 2u, 3u);
fn adapter_at(at: vec4u) -> vec4f { return vec4f(adapter[at.x], adapter[at.y], adapter[at.z], adapter[at.w]); }
