// Playwright's reporter for the check: a line for every test that starts or ends (progress.ts). Results are in the JSON report.
import type { Reporter, TestCase } from '@playwright/test/reporter';
import { tell } from './progress.ts';

const nameOf = (test: TestCase): string => test.titlePath().filter(Boolean).join(' > ');

export default class PlaywrightProgress implements Reporter {
  onTestBegin(test: TestCase): void {
    tell('started', nameOf(test));
  }

  onTestEnd(test: TestCase): void {
    tell('finished', nameOf(test));
  }

  printsToStdio(): boolean {
    return true;
  }
}
