// Preference losses over pairs of rows (chosen p, rejected P + p): sums the tokens of each completion, then writes the loss, its
// derivative by every token's negative log-likelihood, and the rewards. OBJECTIVE 0 only stores the sums as the reference. One
// workgroup, one invocation a pair, in fixed order; where LANES are more than the portable 64, the sums are
// known and all of them share the tokens' weights.
struct Params { pairs: u32, t: u32, offset: u32, beta: f32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>; // [2P*T]: nll, correct, counted, entropy
@group(0) @binding(1) var<storage, read> starts: array<u32>; // [2P]: token that predicts the completion's first
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> references: array<f32>; // [2P]: log-likelihood under the reference
@group(0) @binding(4) var<storage, read_write> weights: array<f32>; // [2P*T]: dL/dnll
@group(0) @binding(5) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(6) var<storage, read> sums: array<vec4f>; // [2P, 2], of preference_sums
@group(0) @binding(7) var<uniform> params: Params;

const REFERENCE = 0u;
const SIGMOID = 1u;
const HINGE = 2u;
const IPO = 3u;
const ORPO = 4u;

var<workgroup> slopes: array<vec3f, 64>; // of each pair's tokens: by chosen, by rejected, by whole
struct Sums { logp: f32, count: f32, nll: f32, all: f32, correct: f32, entropy: f32 }
var<workgroup> parts: array<array<f32, 8>, 64>;
var<workgroup> everything: array<vec2f, 64>; // nll and count of the whole chosen row

fn sums_of(row: u32) -> Sums {
  var s = Sums(0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
  for (var t = 0u; t < params.t; t++) {
    let x = rows[row * params.t + t];
    s.nll += x.x;
    s.all += x.z;
    if (t >= starts[row]) { s.logp -= x.x; s.count += x.z; s.correct += x.y; s.entropy += x.w; }
  }
  return s;
}

fn known_sums(row: u32) -> Sums {
  let a = sums[2u * row];
  let b = sums[2u * row + 1u];
  return Sums(a.x, a.y, a.z, a.w, b.x, b.y);
}

fn weight_of(row: u32, t: u32, slope: vec3f) -> f32 {
  let inside = t >= starts[row];
  if (row >= params.pairs) { return select(0.0, -slope.y * step.loss_scale, inside); }
  var w = slope.z;
  if (inside) { w -= slope.x; }
  return w * step.loss_scale;
}

fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + exp(clamp(-x, -80.0, 80.0))); }
fn softplus(x: f32) -> f32 { return max(x, 0.0) + log(1.0 + exp(max(-abs(x), -80.0))); }
// log(1 - exp(x)) for x below 0, and its derivative's negative, exp(x) / (1 - exp(x)).
fn log1mexp(x: f32) -> f32 { return log(max(1.0 - exp(max(x, -80.0)), 1e-30)); }
fn odds(x: f32) -> f32 { let p = exp(max(x, -80.0)); return p / max(1.0 - p, 1e-30); }

@compute @workgroup_size(LANES)
fn preference(@builtin(local_invocation_id) local: vec3u) {
  let p = local.x;
  let there = p < params.pairs;
  let chosen_row = p;
  let rejected_row = params.pairs + p;
  var c = Sums(0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
  var r = c;
  if (there && LANES == 64u) { c = sums_of(chosen_row); r = sums_of(rejected_row); }
  if (there && LANES > 64u) { c = known_sums(chosen_row); r = known_sums(rejected_row); }
  if (OBJECTIVE == REFERENCE) {
    if (there) { references[chosen_row] = c.logp; references[rejected_row] = r.logp; }
    return;
  }
  if (p < 64u) { everything[p] = vec2f(c.nll, c.all); }
  workgroupBarrier();
  var whole = vec2f(0.0);
  for (var i = 0u; i < params.pairs; i++) { whole += everything[i]; }
  let share = 1.0 / f32(params.pairs);
  var loss = 0.0;
  var by_chosen = 0.0; // dL/d(sum of the completion's log-likelihood)
  var by_rejected = 0.0;
  var by_whole = 0.0; // dL/dnll of every token of the chosen row
  var rewards = vec2f(0.0);
  if (there) {
    let nc = max(c.count, 1.0);
    let nr = max(r.count, 1.0);
    if (OBJECTIVE == ORPO) {
      let a = c.logp / nc;
      let b = r.logp / nr;
      let log_odds = (a - b) - (log1mexp(a) - log1mexp(b));
      let slope = params.beta * sigmoid(-log_odds) * share;
      loss = params.beta * softplus(-log_odds) * share;
      by_chosen = -slope * (1.0 + odds(a)) / nc;
      by_rejected = slope * (1.0 + odds(b)) / nr;
      by_whole = 1.0 / max(whole.y, 1.0);
      rewards = params.beta * vec2f(a, b);
    } else {
      let ratios = vec2f(c.logp - references[chosen_row], r.logp - references[rejected_row]);
      rewards = params.beta * ratios;
      let delta = ratios.x - ratios.y;
      if (OBJECTIVE == IPO) {
        let rest = ratios.x / nc - ratios.y / nr - 0.5 / params.beta;
        loss = rest * rest * share;
        by_chosen = 2.0 * rest * share / nc;
        by_rejected = -2.0 * rest * share / nr;
      } else if (OBJECTIVE == HINGE) {
        let rest = 1.0 - params.beta * delta;
        loss = max(rest, 0.0) * share;
        by_chosen = select(0.0, -params.beta * share, rest > 0.0);
        by_rejected = -by_chosen;
      } else {
        loss = softplus(-params.beta * delta) * share;
        by_chosen = -params.beta * sigmoid(-params.beta * delta) * share;
        by_rejected = -by_chosen;
      }
    }
    let slope = vec3f(by_chosen, by_rejected, by_whole);
    if (LANES > 64u) { slopes[p] = slope; }
    for (var t = 0u; LANES == 64u && t < params.t; t++) {
      weights[chosen_row * params.t + t] = weight_of(chosen_row, t, slope);
      weights[rejected_row * params.t + t] = weight_of(rejected_row, t, slope);
    }
  }
  if (LANES > 64u) {
    workgroupBarrier();
    for (var i = p; i < 2u * params.pairs * params.t; i += LANES) {
      let row = i / params.t;
      weights[i] = weight_of(row, i % params.t, slopes[row % params.pairs]);
    }
  }
  if (there) {
    parts[p] = array<f32, 8>(
      loss, c.correct, c.count, c.entropy + r.entropy, r.count, rewards.x, rewards.y, select(0.0, 1.0, rewards.x > rewards.y),
    );
  }
  workgroupBarrier();
  if (p > 0u) { return; }
  var total = array<f32, 8>();
  for (var i = 0u; i < params.pairs; i++) {
    for (var k = 0u; k < 8u; k++) { total[k] += parts[i][k]; }
  }
  if (OBJECTIVE == ORPO) { total[0] += whole.x / max(whole.y, 1.0); }
  let at = params.offset + step.micro_batch * 8u;
  metrics[at] = total[0] * step.loss_scale;
  metrics[at + 1u] = total[1];
  metrics[at + 2u] = total[2];
  // The mean over both completions, as a sum over the counted tokens.
  metrics[at + 3u] = total[3] * total[2] / max(total[2] + total[4], 1.0);
  metrics[at + 4u] = total[5] * share;
  metrics[at + 5u] = total[6] * share;
  metrics[at + 6u] = total[7] * share;
  metrics[at + 7u] = 0.0;
}
