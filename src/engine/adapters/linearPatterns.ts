// The engine of linear time for people's patterns. It stands where modules are searched, not where settings are: the page needs no engine.
import { RE2JS } from 're2js';
import { forRe2, matchWith } from './pythonPattern.ts';

matchWith((pattern) => {
  const linear = RE2JS.compile(forRe2(pattern));
  return (path) => linear.matches(path);
});
