// Every family's step on the CPU agrees with transformers and PEFT, in float32 as in float64.
import { describe } from 'vitest';
import { familyCases } from '../testing/familyCases.ts';
import { CpuBackend } from './backends/cpuBackend.ts';

describe('families in float32', () => familyCases(() => new CpuBackend({ precision: 'float32' })));
