// The CPU backend against PyTorch and PEFT on a two-layer llama, in float32 and as the float64 oracle.
import { describe } from 'vitest';
import { parityCases } from '../testing/parityCases.ts';
import { CpuBackend } from './backends/cpuBackend.ts';

describe('float32 on the CPU against PEFT', () =>
  parityCases(() => new CpuBackend({ precision: 'float32' })));
describe('float64 on the CPU against PEFT', () =>
  parityCases(() => new CpuBackend({ precision: 'float64' })));
