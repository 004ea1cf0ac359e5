// What knip counts as needed. Without --production: everything that the page, a command, a script or a test leads to.
// With it: what the page and the commands lead to, so that code which only tests use is found.
import type { KnipConfig } from 'knip';

const commands =
  'tools/{cli/train,cli/lab,start/start,check/main,check/sizeLimit.config,bench/bench,bench/against/{inNode,inPage},bench/browser/page,bench/gpu/main,faults/faults,faults/soak,journeys/journeys,screenshots/take}.ts';

/** What only tests use, and why it may stand beside the product; every other such code is moved to testing/ or deleted. */
const onlyTested = {
  files: [
    // The list of kernels: their tests and the checks of their rooms walk it.
    'src/shaders/registry.ts',
  ],
  // The mask's snippet is the product's; the kernel around it lets a test read the mask.
  exports: ['src/shaders/dropout/dropout.ts'],
};

/** Called by knip with its own command line. */
export default function config({ production = false }: { readonly production?: boolean }): KnipConfig {
  return {
    // The page's own entry and the tests come from knip's plugins for Vite, Vitest and Playwright.
    entry: [
      `${commands}!`,
      // References are what WGSL is tested against; some of them the CPU backend runs.
      'src/shaders/**/*.ref.ts!',
      // The runners' configurations name them for the check.
      'tools/check/{tellTests,sameArrays,playwrightProgress}.ts!',
      '{vite,playwright}.config.ts!',
      // Built apart from the page, by tools/build/offlinePage.ts.
      'src/ui/offline/serviceWorker.ts!',
      'tools/build/{offlinePage,servedPackage}.ts!',
      'tools/parity/parity.ts',
      'tools/golden/{write*,webPage}.ts',
      'tools/fuzz/{fuzz,thread}.ts',
      'e2e/firefox/trains.ts',
      // Opened by a person under the development server.
      'src/ui/testing/page.tsx',
    ],
    project: [
      '{src,tools}/**/*.{ts,tsx,mjs,wgsl,css}!',
      'e2e/**/*.ts',
      '!{src,tools}/**/testing/**!',
      '!**/*.test.{ts,tsx}!',
      '!tools/{parity,golden,fuzz}/**!',
    ],
    // A file of these kinds imports nothing; registered, it is found when nothing imports it.
    compilers: { wgsl: () => '', css: () => '' },
    // Types document what a function takes. In production an export that its own file uses is not the tests' alone.
    ignoreExportsUsedInFile: production || { interface: true, type: true },
    ...(production && {
      ignore: onlyTested.files,
      ignoreIssues: Object.fromEntries(onlyTested.exports.map((path) => [path, ['exports']])),
    }),
  };
}
