// The numbers that change from submission to submission; the only uniform written while a plan is replayed.
struct Step {
  seed: u32,             // dropout stream of this micro-batch
  position: u32,         // absolute position of the first token (key/value cache); 0 when training
  optimizer_step: u32,   // from 1
  micro_batch: u32,      // index inside the accumulation window
  learning_rate: f32,
  bias_correction1: f32, // 1 - beta1^t
  bias_correction2: f32, // 1 - beta2^t
  loss_scale: f32,       // 1 / number of items in the whole accumulation window
  noise: f32,            // NEFTune: largest noise on an element of the embeddings
}
