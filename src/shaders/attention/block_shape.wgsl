// Which four tokens of a row of the batch, and which head, an invocation has. Heads stand side by side, so that neighbours walk as far.
struct Block { row: u32, count: u32, head: u32, b: u32 }

// `first` of all tokens is `row`; `count` of them are of its row of the batch. b beyond the batch: no work.
fn block_of(group: u32, lane: u32, tokens: u32, heads: u32) -> Block {
  let i = group * LANES + lane;
  let blocks = (tokens + 3u) / 4u;
  let head = i % heads;
  let place = i / heads;
  let b = place / blocks;
  let t = (place - b * blocks) * 4u;
  return Block(b * tokens + t, min(4u, tokens - t), head, b);
}

// The `i`-th token of a block; behind its last one that again.
fn row_of(own: Block, i: u32) -> u32 { return own.row + min(i, own.count - 1u); }
