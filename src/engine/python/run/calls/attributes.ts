// setattr: what a script sets on parameters, configurations, arguments and models after it made them.
import type { ProgramCall } from '../../program/program.ts';
import { textOf, truthOf } from '../../program/values.ts';
import type { Acted, Acting } from '../acting.ts';
import type { ConfigObject } from '../objects.ts';
import { focus } from '../objects.ts';
import { setParameter } from './torch.ts';

/** `refresh`: told of a configuration that changed. */
export function setAttribute(
  call: Acting,
  { args }: ProgramCall,
  refresh: (config: ConfigObject) => void,
): Acted {
  const [named, value = null] = args;
  const name = textOf(named) ?? '';
  const target = call.self;
  if (target?.kind === 'config') {
    target.values.set(name, value);
    refresh(target);
  }
  if (target?.kind === 'model') {
    focus(target);
    if (call.path === 'config' && name === 'model_type') target.script.modelType = textOf(value) ?? '';
    else if (/(^|\.)config$/.test(call.path)) target.script.config.set(name, value);
    else if (name === 'training') target.root.at(call.path)?.train(truthOf(value) ?? true);
    else setParameter(call, target, name, value);
  }
  return { value: null };
}
