// What both directions of the tiled linear layer share: parameters and the two tiles in workgroup memory. STEP columns of the inner dimension stand in a tile at a time.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params { segments: array<Segment, 4>, n: u32, k: u32, out: u32, ru: u32, count: u32 }
const STEP = 16u;
var<workgroup> left: array<array<f32, 64>, 16>; // [p][row]
var<workgroup> right: array<array<f32, 64>, 16>; // [p][column]
