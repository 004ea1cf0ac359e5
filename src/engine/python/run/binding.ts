// The arguments of a program's call by the signature of its version, and what stands where none was given.
import type { ProgramCall, ProgramValue } from '../program/program.ts';
import type { Signatures } from '../program/signatures.ts';
import type { Arguments } from './bound.ts';
import { bindArguments } from './bound.ts';
import { calleeNamed } from './callees.ts';

/** Calls whose arguments tell what was seen of them, beside those that the library takes: Python has bound these already. */
const TOLD =
  /^(torch\.(Tensor|autograd)\.backward|torch\.autocast|transformers\.Trainer\.(compute_loss|training_step)|torch\.nn\.Module\.register_\w+hook|torch\.nn\.Parameter\.requires_grad|peft\.PeftModel\.disable_adapter)$/;

/** Throws PythonError as Python's call does. */
export function boundTo(call: ProgramCall, signatures: Signatures | null): Arguments {
  const found = calleeNamed(call.callee);
  const signature = TOLD.test(call.callee)
    ? null
    : (signatures?.of(call.callee) ?? (found && signatures?.of(found.name)) ?? null);
  const bound = call.receiver !== null || /(^|\.)[A-Z]\w*$/.test(call.callee);
  return bindArguments(call, signature, found?.callee.positions ?? [], bound);
}

/** The default of a callee's parameter in this version. */
export const fallbackIn = (
  signatures: Signatures | null,
  callee: string,
  name: string,
): ProgramValue | undefined =>
  signatures?.of(callee)?.parameters?.find((parameter) => parameter.name === name)?.fallback;
