/** The build of the app: made when its sources are newer. */

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
const sources = ['simulator', 'src', 'labs', 'scenarios', 'public', 'docs', 'package.json', 'vite.config.ts']

/** Folder of the build. */
export const buildFolder = join(root, 'dist')

function newestMs(path: string): number {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))))
}

function isFresh(): boolean {
  const page = join(buildFolder, 'index.html')
  if (!existsSync(page)) return false
  const builtMs = statSync(page).mtimeMs
  return sources.every((source) => !existsSync(join(root, source)) || newestMs(join(root, source)) <= builtMs)
}

/** Makes the build when it is missing or old. @returns whether there is one now; the lines of a failure are printed */
export function ensureBuild(): boolean {
  if (isFresh()) return true
  console.log('building the app ...')
  const result = spawnSync(process.execPath, [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (result.status !== 0) console.error('the build failed; the lines above say why')
  return result.status === 0
}
