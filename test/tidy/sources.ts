/** All tracked TypeScript files, read once. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** One source file. `room` is its folder of the house, such as `simulator/kernel` or `src/app`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  readonly lines: readonly string[]
  readonly isTest: boolean
  readonly room: string
}

/** One import of a file of ours. `isType` imports vanish at run time. */
export interface OwnImport { readonly from: string; readonly to: string; readonly line: number; readonly isType: boolean }

function roomOf(path: string): string {
  const parts = path.split('/')
  if (parts[0] === 'simulator') return parts.length === 2 ? `simulator/${parts[1].replace(/^bind-kubectl.*/, 'index.ts').replace(/^bind-.*|^cluster.*/, 'cluster')}` : `simulator/${parts[1]}`
  return parts[0] === 'src' ? `src/${parts[1]}` : parts[0]
}

/** Reads every tracked (or new, not ignored) source file. */
export function readSources(): SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'], { encoding: 'utf8' }).split('\n')
  return listed.filter((path) => path !== '' && existsSync(path) && !path.endsWith('.config.ts')).map((path) => {
    const text = readFileSync(path, 'utf8')
    return { path, text, lines: text.split('\n'), isTest: /\.(test|bench)\.tsx?$/.test(path) || path.startsWith('test/') || path.includes('/testing'), room: roomOf(path) }
  })
}

const importPattern = /^\s*(?:import|export)\s+(type\s+)?[^'"]*?from\s+['"](\.[^'"]+)['"]/gm

/** Imports between our files. */
export function ownImports(files: readonly SourceFile[]): OwnImport[] {
  const found: OwnImport[] = []
  for (const { path, text } of files) {
    for (const match of text.matchAll(importPattern)) {
      const to = normalize(join(dirname(path), match[2].split('?')[0]))
      found.push({ from: path, to, line: text.slice(0, match.index).split('\n').length, isType: match[1] !== undefined })
    }
  }
  return found
}
