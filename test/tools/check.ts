/** `npm run check`: types of each layer, dead code and lint; `npm test` adds the tidiness tests. Prints one line per step. */

import { spawnSync } from 'node:child_process'

/** One step of the checks. */
export interface CheckStep { readonly name: string; readonly command: readonly string[] }

const layers = ['simulator', 'src/grading', 'src/content', 'src/session', 'src/app', 'src/server', 'src/cli', 'test']

export const checkSteps: readonly CheckStep[] = [
  ...layers.map((layer) => ({ name: `types of ${layer}`, command: ['node_modules/.bin/tsc', '-p', layer] })),
  { name: 'dead code', command: ['node_modules/.bin/knip', '--no-config-hints', '--include', 'files,exports,dependencies,unlisted,unresolved'] },
  { name: 'lint', command: ['node_modules/.bin/oxlint', '--deny-warnings', 'simulator', 'src', 'test'] },
]

/** Runs one step. @returns whether it passed; its output is printed only when it failed */
export function runStep(step: CheckStep): boolean {
  const [command, ...args] = step.command
  const result = spawnSync(command, args, { encoding: 'utf8' })
  const passed = result.status === 0
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${step.name}`)
  if (!passed) console.log(`${result.stdout ?? ''}${result.stderr ?? ''}`)
  return passed
}

if (import.meta.main) {
  const failed = checkSteps.filter((step) => !runStep(step)).length
  const tidy = spawnSync('node_modules/.bin/vitest', ['run', '--project', 'unit', 'test/tidy'], { stdio: 'inherit' })
  process.exit(failed === 0 && tidy.status === 0 ? 0 : 1)
}
