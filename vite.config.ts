// Build of the page (any sub-path of any static host) and the two test projects: node (pure) and gpu (WebGPU through Dawn).
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  build: { target: 'es2023', sourcemap: false },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'tools/**/*.test.ts'], exclude: ['**/*.gpu.test.ts', 'node_modules/**'] },
      },
      {
        extends: true,
        test: { name: 'gpu', include: ['src/**/*.gpu.test.ts'], fileParallelism: false, testTimeout: 60_000 },
      },
    ],
  },
});
