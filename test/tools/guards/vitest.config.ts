/** The unit tests with one guard taken out of its file as it is loaded. */

import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { guards } from '../../../src/server/kind/guard/registry.ts'
import { takeOut } from './take-out.ts'

const row = guards.find(({ name }) => name === process.env['GUARD_TAKEN_OUT'])

export default defineConfig({
  root: resolve(import.meta.dirname, '../../..'),
  plugins: [{
    name: 'take a guard out', enforce: 'pre',
    transform: (text, id) => (row !== undefined && id === resolve(import.meta.dirname, '../../..', row.file) ? takeOut(text, row.name, row.without ?? 'return undefined') : undefined),
  }],
  // What is kept between runs does not know of guards.
  test: { environment: 'node', include: ['src/**/*.test.ts'], fsModuleCache: false },
})
