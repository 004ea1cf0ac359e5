// Lets people's patterns of module paths be matched by RE2's automata, in time that grows with the path alone. Workers and tools call it
// once, before anything is matched; the page's own thread matches none and does without its weight.
import { RE2JS } from 're2js';
import { matchWith } from './pythonPattern.ts';

export function matchLinearly(): void {
  matchWith((pattern) => {
    const compiled = RE2JS.compile(pattern);
    return (path) => compiled.matches(path);
  });
}
