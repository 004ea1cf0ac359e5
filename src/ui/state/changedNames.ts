// Which parameters an edit changed: another flag, another gradient, gone or new. Names as PyTorch has them.
import type { ModuleInfo, ParameterInfo } from '../../engine/index.ts';

function gather(module: ModuleInfo, found: Map<string, ParameterInfo>): Map<string, ParameterInfo> {
  for (const parameter of module.parameters) found.set(parameter.name, parameter);
  for (const child of module.children) gather(child, found);
  return found;
}

/** Names in `after` that `before` lacks or has otherwise. */
export function changedNames(before: ModuleInfo, after: ModuleInfo): ReadonlySet<string> {
  const old = gather(before, new Map());
  const changed = new Set<string>();
  for (const [name, now] of gather(after, new Map())) {
    const was = old.get(name);
    if (was?.requiresGrad !== now.requiresGrad || was.gradient !== now.gradient || was.dtype !== now.dtype)
      changed.add(name);
  }
  return changed;
}
