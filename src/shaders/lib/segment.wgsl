// One member of a linear group with its adapter; segments.ts says what each number is.
struct Segment {
  start: u32, end: u32, rank: u32, u_column: u32,
  a_offset: u32, b_offset: u32, first_block: u32, scale: f32,
}
