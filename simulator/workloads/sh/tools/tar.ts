/** tar of text files: c, x and t, with f, C and v. What is compressed is not read. */

import { readArchive, writeArchive } from '../archive.ts'
import type { ArchiveEntry } from '../archive.ts'
import type { Tool, ToolContext, ToolStep } from './tool.ts'
import { lastValue, parseOptions, ToolFailure } from './tool.ts'

const walkDepthMax = 64
const longNames = { create: 'c', extract: 'x', list: 't', file: 'f', directory: 'C', verbose: 'v', 'to-stdout': 'O', 'no-same-permissions': 'k', 'no-same-owner': 'o', touch: 'm' }

/** Adds a file, or all that is in a directory. */
function collect(context: ToolContext, path: string, name: string, entries: ArchiveEntry[], depth: number): void {
  if (!context.files.isDirectory(path)) { entries.push({ name, text: context.files.read(path) ?? '' }); return }
  entries.push({ name: name === '' ? '.' : name })
  if (depth < walkDepthMax) for (const child of context.files.list(path) ?? []) collect(context, `${path.replace(/\/$/, '')}/${child}`, name === '' ? child : `${name.replace(/\/$/, '')}/${child}`, entries, depth + 1)
}

function create(context: ToolContext, folder: string, names: readonly string[]): { readonly entries: readonly ArchiveEntry[]; readonly err: string; readonly isIncomplete: boolean } {
  const isBusybox = context.dialect === 'ash'
  const entries: ArchiveEntry[] = []
  let err = ''
  let isIncomplete = false
  for (const name of names) {
    const path = name.startsWith('/') ? name : `${folder}/${name}`
    if (!context.files.exists(path)) {
      err += isBusybox ? `tar: ${name}: No such file or directory\n` : `tar: ${name}: Cannot stat: No such file or directory\n`
      isIncomplete = true
      continue
    }
    if (name.startsWith('/')) err += isBusybox ? "tar: removing leading '/' from member names\n" : "tar: Removing leading `/' from member names\n"
    collect(context, path, name.replace(/^\/+/, ''), entries, 0)
  }
  if (isIncomplete) err += isBusybox ? 'tar: error exit delayed from previous errors\n' : 'tar: Exiting with failure status due to previous errors\n'
  return { entries, err, isIncomplete }
}

function writeEntry(context: ToolContext, folder: string, { name, text }: ArchiveEntry): string {
  const path = context.files.resolve(`${folder}/${name.replace(/^\/+/, '')}`)
  const missing: string[] = []
  const parent = text === undefined ? path : path.slice(0, path.lastIndexOf('/')) || '/'
  for (let at = parent; at !== '/' && at !== '' && !context.files.isDirectory(at); at = at.slice(0, at.lastIndexOf('/')) || '/') missing.unshift(at)
  for (const one of missing) { const problem = context.files.makeDirectory(one); if (problem !== undefined) return `tar: can't create directory '${one}': ${problem}\n` }
  const problem = text === undefined ? undefined : context.files.write(path, text)
  return problem === undefined ? '' : context.dialect === 'ash' ? `tar: can't open '${name}': ${problem}\n` : `tar: ${name}: Cannot open: ${problem}\n`
}

function readFrom(context: ToolContext, file: string): readonly ArchiveEntry[] {
  const content = file === '-' ? context.stdin() : context.files.read(file)
  if (content === undefined) throw new ToolFailure(context.dialect === 'ash' ? `tar: can't open '${file}': No such file or directory\n` : `tar: ${file}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`, context.dialect === 'ash' ? 1 : 2)
  const entries = readArchive(content)
  if (entries === undefined) throw new ToolFailure(context.dialect === 'ash' ? 'tar: invalid tar magic\n' : 'tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n', context.dialect === 'ash' ? 1 : 2)
  return entries
}

function isWanted({ name }: ArchiveEntry, names: readonly string[]): boolean {
  return names.length === 0 || names.some((wanted) => name === wanted || name.startsWith(`${wanted.replace(/\/$/, '')}/`))
}

export const tar: Tool = {
  run(context): ToolStep {
    const [name = 'tar', first = '', ...rest] = context.argv
    // The first word may be letters without a dash.
    const argv = /^[cxtvfCmpokO]+$/.test(first) ? [name, `-${first}`, ...rest] : context.argv
    const { flags, values, operands } = parseOptions({ ...context, argv, stdin: () => context.stdin() }, 'cxtvf:C:mpokO', longNames)
    const options = { values, flags, operands }
    const file = lastValue(options, 'f') ?? '-'
    const folder = context.files.resolve(lastValue(options, 'C') ?? '.')
    if (!context.files.isDirectory(folder)) throw new ToolFailure(context.dialect === 'ash' ? `tar: can't change directory to '${lastValue(options, 'C')}': No such file or directory\n` : `tar: ${lastValue(options, 'C')}: Cannot open: No such file or directory\ntar: Error is not recoverable: exiting now\n`, context.dialect === 'ash' ? 1 : 2)
    const list = (entries: readonly ArchiveEntry[]): string => entries.map((entry) => `${entry.name}${entry.text === undefined ? '/' : ''}\n`).join('')
    if (flags.has('c')) {
      const { entries, err, isIncomplete } = create(context, folder, operands)
      const archive = writeArchive(entries)
      const code = isIncomplete ? context.dialect === 'ash' ? 1 : 2 : 0
      if (file === '-') return { out: archive, err: err + (flags.has('v') ? list(entries) : ''), code }
      const problem = context.files.write(file, archive)
      return problem === undefined ? { out: flags.has('v') ? list(entries) : '', err, code } : { err: `${err}tar: can't open '${file}': ${problem}\n`, code: 1 }
    }
    if (!flags.has('x') && !flags.has('t')) throw new ToolFailure(context.dialect === 'ash' ? 'tar: must specify one of -c, -x or -t\n' : "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n", context.dialect === 'ash' ? 1 : 2)
    const entries = readFrom(context, file).filter((entry) => isWanted(entry, operands))
    if (flags.has('t')) return { out: list(entries), code: 0 }
    if (flags.has('O')) return { out: entries.map(({ text }) => text ?? '').join(''), code: 0 }
    const err = entries.map((entry) => writeEntry(context, folder, entry)).join('')
    return { out: flags.has('v') ? list(entries) : '', err, code: err === '' ? 0 : 1 }
  },
}
