import { defineConfig } from 'vite'

/** The random logs as one script for a page, so that a browser comes to the same traces as Node. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    target: 'es2023', outDir: '../../.cache/properties', emptyOutDir: true,
    lib: { entry: 'trace-hashes.ts', formats: ['iife'], name: 'podflightTraces', fileName: () => 'trace-hashes.js' },
  },
})
