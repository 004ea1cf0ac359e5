// How the PEFT version of a script finds targets and speaks of them, from its rules.
import type { LoraDialect } from '../../adapters/targets.ts';
import { printedTarget } from '../../adapters/targets.ts';
import type { ScriptModel } from './scriptModel.ts';

export function dialectOf(script: ScriptModel): LoraDialect {
  return {
    call: script.call,
    modelType: script.modelType,
    unspecifiedTargets: script.behaves('unspecifiedTargets'),
    allLinear: script.behaves('allLinear'),
    targetsPrinted: script.behaves('targetsPrinted'),
    emptyTargets: script.behaves('emptyTargets'),
    noMatchError: script.behaves('noMatchError'),
    unsupportedTarget: script.behaves('unsupportedTarget'),
    unusedExclusion: (exclude) => {
      const printed = printedTarget(exclude, { targetsPrinted: 'set' });
      script.warn(
        `UserWarning: You have passed exclude_modules=${printed} but no modules were excluded. Please check that exclude_modules was set correctly.`,
      );
    },
    unusedPatterns: (argument, keys) => {
      if (!script.behaves('unusedPatternWarning')) return;
      script.warn(
        `RuntimeWarning: The following ${argument} keys did not match any targeted module and were ignored: [${keys.map((key) => `'${key}'`).join(', ')}].`,
      );
    },
  };
}
