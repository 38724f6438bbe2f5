/** Tools over files: ls, mkdir, rm, rmdir, cp, mv, touch, find, diff, stat, du, df, chmod, ln, test files. */

import { matchPattern } from '../pattern.ts'
import { formatDate } from './dates.ts'
import { diffTool } from './diff.ts'
import type { Tool, ToolContext } from './tool.ts'
import { fromLines, lastValue, parseOptions, ToolFailure } from './tool.ts'

/** Directories deeper than this are not walked. */
const walkDepthMax = 64

function quoteName(context: ToolContext, name: string): string {
  return context.dialect === 'ash' ? name : `'${name}'`
}

function join(path: string, name: string): string {
  return path.endsWith('/') ? path + name : `${path}/${name}`
}

function longLine(context: ToolContext, path: string, name: string): string {
  const isFolder = context.files.isDirectory(path)
  const size = isFolder ? 4096 : (context.files.read(path) ?? '').length
  const mode = isFolder ? 'drwxr-xr-x' : '-rw-r--r--'
  const when = formatDate('%b %e %H:%M', context.timestamp(0), 0)
  const owner = context.userName
  if (context.dialect === 'ash') return `${mode}    ${isFolder ? 2 : 1} ${owner.padEnd(8)} ${owner.padEnd(8)} ${String(size).padStart(9)} ${when} ${name}`
  return `${mode} ${isFolder ? 2 : 1} ${owner} ${owner} ${String(size).padStart(5)} ${when} ${name}`
}

const ls: Tool = {
  run(context) {
    const { flags, operands } = parseOptions(context, 'aAl1hRdtrSFpLinsk', { all: 'a', 'almost-all': 'A', recursive: 'R', 'human-readable': 'h', directory: 'd' })
    const names = operands.length === 0 ? ['.'] : operands
    let err = ''
    const files: string[] = []
    const folders: string[] = []
    for (const name of names) {
      if (!context.files.exists(name)) err += context.dialect === 'ash' ? `ls: ${name}: No such file or directory\n` : `ls: cannot access '${name}': No such file or directory\n`
      else if (context.files.isDirectory(name) && !flags.has('d')) folders.push(name)
      else files.push(name)
    }
    const blocks: string[] = []
    if (files.length > 0) blocks.push(showNames(context, flags, files.map((name) => ({ path: name, name }))))
    const withTitles = names.length > 1 || flags.has('R')
    for (const folder of folders) listFolder(context, flags, folder, withTitles, blocks, 0)
    return { out: blocks.join('\n'), err, code: err === '' ? 0 : context.dialect === 'ash' ? 1 : 2 }
  },
}

function listFolder(context: ToolContext, flags: ReadonlySet<string>, folder: string, withTitle: boolean, blocks: string[], depth: number): void {
  const all = context.files.list(folder) ?? []
  const visible = all.filter((name) => flags.has('a') || flags.has('A') || !name.startsWith('.'))
  const entries = [...(flags.has('a') ? ['.', '..'] : []), ...visible].map((name) => ({ path: join(folder, name), name }))
  if (flags.has('r')) entries.reverse()
  const total = flags.has('l') ? `total ${entries.length * 4}\n` : ''
  blocks.push((withTitle ? `${folder}:\n` : '') + total + showNames(context, flags, entries))
  if (!flags.has('R') || depth > walkDepthMax) return
  for (const name of visible) if (context.files.isDirectory(join(folder, name))) listFolder(context, flags, join(folder, name), true, blocks, depth + 1)
}

function showNames(context: ToolContext, flags: ReadonlySet<string>, entries: readonly { readonly path: string; readonly name: string }[]): string {
  const marked = entries.map(({ path, name }) => ({ path, name: flags.has('F') || flags.has('p') ? name + (context.files.isDirectory(path) ? '/' : '') : name }))
  if (flags.has('l')) return fromLines(marked.map(({ path, name }) => longLine(context, path, name)))
  if (!context.isTerminal || flags.has('1')) return fromLines(marked.map(({ name }) => name))
  return columns(marked.map(({ name }) => name), context.columns ?? 80)
}

/** Names in columns, filled downwards. */
function columns(names: readonly string[], width: number): string {
  if (names.length === 0) return ''
  const gap = 2
  for (let rowCount = 1; rowCount <= names.length; rowCount++) {
    const columnCount = Math.ceil(names.length / rowCount)
    const widths = Array.from({ length: columnCount }, (_, c) => Math.max(...names.slice(c * rowCount, (c + 1) * rowCount).map((name) => name.length)))
    if (widths.reduce((sum, one) => sum + one + gap, -gap) > width && rowCount < names.length) continue
    const rows = Array.from({ length: rowCount }, (_, r) => widths.map((one, c) => (names[c * rowCount + r] ?? '').padEnd(one)).join('  ').trimEnd())
    return fromLines(rows)
  }
  return fromLines(names)
}

const mkdir: Tool = {
  run(context) {
    const { flags, operands } = parseOptions(context, 'pvm:', { parents: 'p', verbose: 'v', mode: 'm' })
    if (operands.length === 0) throw new ToolFailure("mkdir: missing operand\nTry 'mkdir --help' for more information.\n")
    let err = ''
    for (const path of operands) {
      const parent = context.files.resolve(path).replace(/\/[^/]*$/, '') || '/'
      const refuse = (reason: string): void => {
        err += context.dialect === 'ash' ? `mkdir: can't create directory '${path}': ${reason}\n` : `mkdir: cannot create directory '${path}': ${reason}\n`
      }
      if (context.files.exists(path)) {
        if (!flags.has('p') || !context.files.isDirectory(path)) refuse('File exists')
      } else if (!flags.has('p') && !context.files.isDirectory(parent)) refuse('No such file or directory')
      else {
        const error = context.files.makeDirectory(path)
        if (error !== undefined) refuse(error)
      }
    }
    return { err, code: err === '' ? 0 : 1 }
  },
}

function removeTree(context: ToolContext, path: string, depth = 0): string | undefined {
  if (context.files.isDirectory(path) && depth < walkDepthMax) {
    for (const name of context.files.list(path) ?? []) {
      const error = removeTree(context, join(path, name), depth + 1)
      if (error !== undefined) return error
    }
  }
  return context.files.remove(path)
}

const rm: Tool = {
  run(context) {
    const { flags, operands } = parseOptions(context, 'rfRvid', { recursive: 'r', force: 'f' })
    if (operands.length === 0 && !flags.has('f')) throw new ToolFailure(context.dialect === 'ash' ? 'rm: missing operand\n' : "rm: missing operand\nTry 'rm --help' for more information.\n")
    let err = ''
    for (const path of operands) {
      const isRecursive = flags.has('r') || flags.has('R')
      const refuse = (reason: string): void => {
        err += context.dialect === 'ash' ? `rm: can't remove '${path}': ${reason}\n` : `rm: cannot remove '${path}': ${reason}\n`
      }
      if (context.files.resolve(path) === '/') err += "rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe\n"
      else if (!context.files.exists(path)) {
        if (!flags.has('f')) refuse('No such file or directory')
      } else if (context.files.isDirectory(path) && !isRecursive) {
        if (context.dialect === 'ash') err += `rm: '${path}' is a directory\n`
        else refuse('Is a directory')
      } else {
        const error = removeTree(context, path)
        if (error !== undefined) refuse(error)
      }
    }
    return { err, code: err === '' ? 0 : 1 }
  },
}

const rmdir: Tool = {
  run(context) {
    const { operands } = parseOptions(context, 'pv')
    let err = ''
    for (const path of operands) {
      const names = context.files.list(path)
      const reason = names === undefined ? (context.files.exists(path) ? 'Not a directory' : 'No such file or directory') : names.length > 0 ? 'Directory not empty' : context.files.remove(path)
      if (reason !== undefined) err += context.dialect === 'ash' ? `rmdir: '${path}': ${reason}\n` : `rmdir: failed to remove '${path}': ${reason}\n`
    }
    return { err, code: err === '' ? 0 : 1 }
  },
}

function copyTree(context: ToolContext, from: string, to: string, depth = 0): string | undefined {
  if (!context.files.isDirectory(from)) return context.files.write(to, context.files.read(from) ?? '')
  if (depth > walkDepthMax) return 'File name too long'
  if (!context.files.isDirectory(to)) {
    const error = context.files.makeDirectory(to)
    if (error !== undefined) return error
  }
  for (const name of context.files.list(from) ?? []) {
    const error = copyTree(context, join(from, name), join(to, name), depth + 1)
    if (error !== undefined) return error
  }
  return undefined
}

function copyOrMove(isMove: boolean): Tool {
  return {
    run(context) {
      const name = context.argv[0]
      const { flags, operands } = parseOptions(context, 'rRapfivnuTL', { recursive: 'r', archive: 'a', force: 'f', verbose: 'v' })
      if (operands.length < 2) throw new ToolFailure(operands.length === 0 ? `${name}: missing file operand\nTry '${name} --help' for more information.\n` : `${name}: missing destination file operand after '${operands[0]}'\nTry '${name} --help' for more information.\n`)
      const target = operands[operands.length - 1]
      const isInto = context.files.isDirectory(target)
      if (operands.length > 2 && !isInto) throw new ToolFailure(context.dialect === 'ash' ? `${name}: can't stat '${target}': No such file or directory\n` : `${name}: target '${target}' is not a directory\n`)
      let err = ''
      for (const source of operands.slice(0, -1)) {
        const to = isInto ? join(target, source.replace(/\/+$/, '').replace(/^.*\//, '')) : target
        err += moveOne(context, name, source, to, isMove || flags.has('r') || flags.has('R') || flags.has('a'), isMove)
      }
      return { err, code: err === '' ? 0 : 1 }
    },
  }
}

function moveOne(context: ToolContext, name: string, source: string, to: string, isRecursive: boolean, isMove: boolean): string {
  const { files } = context
  const isAsh = context.dialect === 'ash'
  if (!files.exists(source)) return isAsh ? `${name}: can't ${isMove ? 'rename' : 'stat'} '${source}': No such file or directory\n` : `${name}: cannot stat '${source}': No such file or directory\n`
  if (files.isDirectory(source) && !isRecursive) return isAsh ? `cp: omitting directory '${source}'\n` : `cp: -r not specified; omitting directory '${source}'\n`
  if (files.resolve(source) === files.resolve(to)) return `${name}: '${source}' and '${to}' are the same file\n`
  if (`${files.resolve(to)}/`.startsWith(`${files.resolve(source)}/`)) return `${name}: cannot ${isMove ? 'move' : 'copy'} '${source}' to a subdirectory of itself, '${to}'\n`
  if (!files.isDirectory(files.resolve(to).replace(/\/[^/]*$/, '') || '/')) return isAsh ? `${name}: can't create '${to}': No such file or directory\n` : `${name}: cannot create regular file '${to}': No such file or directory\n`
  const error = copyTree(context, source, to) ?? (isMove ? removeTree(context, source) : undefined)
  if (error === undefined) return ''
  return isAsh ? `${name}: can't create '${to}': ${error}\n` : `${name}: cannot create regular file '${to}': ${error}\n`
}

const touch: Tool = {
  run(context) {
    const { flags, operands } = parseOptions(context, 'camr:t:d:', { 'no-create': 'c' })
    if (operands.length === 0) throw new ToolFailure("touch: missing file operand\nTry 'touch --help' for more information.\n")
    let err = ''
    for (const path of operands) {
      if (context.files.exists(path) || flags.has('c')) continue
      const parent = context.files.resolve(path).replace(/\/[^/]*$/, '') || '/'
      const reason = context.files.isDirectory(parent) ? context.files.write(path, '') : 'No such file or directory'
      if (reason !== undefined) err += context.dialect === 'ash' ? `touch: ${path}: ${reason}\n` : `touch: cannot touch '${path}': ${reason}\n`
    }
    return { err, code: err === '' ? 0 : 1 }
  },
}

const find: Tool = {
  run(context) {
    if (context.memory !== undefined) return findNext(context, context.memory as unknown as { readonly commands: readonly (readonly string[])[] })
    let i = 1
    const roots: string[] = []
    for (; i < context.argv.length && !/^[-!(]/.test(context.argv[i]); i++) roots.push(context.argv[i])
    const tests: ((path: string, name: string) => boolean)[] = []
    let depthMax = walkDepthMax
    let depthMin = 0
    let action = 'print'
    let command: string[] = []
    let isNegated = false
    const add = (test: (path: string, name: string) => boolean): void => {
      const isInverse = isNegated
      tests.push((path, name) => test(path, name) !== isInverse)
      isNegated = false
    }
    for (; i < context.argv.length; i++) {
      const arg = context.argv[i]
      const value = context.argv[i + 1]
      const needsValue = ['-name', '-iname', '-path', '-type', '-maxdepth', '-mindepth'].includes(arg)
      if (needsValue && value === undefined) throw new ToolFailure(context.dialect === 'ash' ? `find: ${arg} requires an argument\n` : `find: missing argument to \`${arg}'\n`)
      if (needsValue) i++
      if (arg === '-name') add((_path, name) => matchPattern(value, name))
      else if (arg === '-iname') add((_path, name) => matchPattern(value.toLowerCase(), name.toLowerCase()))
      else if (arg === '-path') add((path) => matchPattern(value, path))
      else if (arg === '-type') add((path) => context.files.isDirectory(path) === (value === 'd'))
      else if (arg === '-empty') add((path) => (context.files.isDirectory(path) ? context.files.list(path)?.length === 0 : context.files.read(path) === ''))
      else if (arg === '-maxdepth') depthMax = Number(value)
      else if (arg === '-mindepth') depthMin = Number(value)
      else if (arg === '!' || arg === '-not') isNegated = true
      else if (arg === '-delete') action = 'delete'
      else if (arg === '-print0') action = 'print0'
      else if (arg === '-exec') {
        const end = context.argv.findIndex((one, at) => at > i && (one === ';' || one === '+'))
        if (end < 0) throw new ToolFailure("find: missing argument to `-exec'\n")
        command = context.argv.slice(i + 1, end)
        action = context.argv[end] === '+' ? 'exec+' : 'exec'
        i = end
      } else if (arg !== '-print' && arg !== '-a') throw new ToolFailure(context.dialect === 'ash' ? `find: unrecognized: ${arg}\n` : `find: unknown predicate \`${arg}'\n`)
    }
    const found: string[] = []
    let err = ''
    for (const root of roots.length === 0 ? ['.'] : roots) {
      if (!context.files.exists(root)) err += context.dialect === 'ash' ? `find: ${root}: No such file or directory\n` : `find: '${root}': No such file or directory\n`
      else walk(context, root, 0, depthMin, depthMax, tests, found)
    }
    if (action === 'delete') for (const path of [...found].reverse()) context.files.remove(path)
    if (action.startsWith('exec') && found.length > 0) {
      const commands = action === 'exec+' ? [command.flatMap((word) => (word === '{}' ? found : [word]))] : found.map((path) => command.map((word) => word.replaceAll('{}', path)))
      return { ...findNext(context, { commands }), err }
    }
    const out = action === 'print' ? fromLines(found) : action === 'print0' ? found.map((path) => `${path}\0`).join('') : ''
    return { out, err, code: err === '' ? 0 : 1 }
  },
}

function findNext(_context: ToolContext, memory: { readonly commands: readonly (readonly string[])[] }): { code: number } | { wait: { t: 'run'; argv: readonly string[] }; memory: { commands: readonly (readonly string[])[] } } {
  const [argv, ...rest] = memory.commands
  return argv === undefined ? { code: 0 } : { wait: { t: 'run', argv }, memory: { commands: rest } }
}

function walk(context: ToolContext, path: string, depth: number, depthMin: number, depthMax: number, tests: readonly ((path: string, name: string) => boolean)[], found: string[]): void {
  const name = path.replace(/\/+$/, '').replace(/^.*\//, '') || path
  if (depth >= depthMin && tests.every((test) => test(path, name))) found.push(path)
  if (depth >= depthMax || !context.files.isDirectory(path)) return
  for (const child of context.files.list(path) ?? []) walk(context, join(path, child), depth + 1, depthMin, depthMax, tests, found)
}

const du: Tool = {
  run(context) {
    const { operands } = parseOptions(context, 'shakcd:')
    const sizeOf = (path: string, depth: number): number => (context.files.isDirectory(path) && depth < walkDepthMax ? 4 + (context.files.list(path) ?? []).reduce((sum, name) => sum + sizeOf(join(path, name), depth + 1), 0) : Math.ceil((context.files.read(path) ?? '').length / 4096) * 4)
    return { out: fromLines((operands.length === 0 ? ['.'] : operands).map((path) => `${sizeOf(path, 0)}\t${path}`)), code: 0 }
  },
}

const stat: Tool = {
  run(context) {
    const options = parseOptions(context, 'c:f:L', { format: 'c' })
    let err = ''
    const out = options.operands.map((path) => {
      if (!context.files.exists(path)) {
        err += context.dialect === 'ash' ? `stat: can't stat '${path}': No such file or directory\n` : `stat: cannot statx '${path}': No such file or directory\n`
        return ''
      }
      const isFolder = context.files.isDirectory(path)
      const size = isFolder ? 4096 : (context.files.read(path) ?? '').length
      const format = lastValue(options, 'c') ?? '  File: %n\n  Size: %s\tBlocks: 8\tIO Block: 4096\t%F'
      return `${format.replaceAll('%n', path).replaceAll('%s', String(size)).replaceAll('%F', isFolder ? 'directory' : 'regular file').replaceAll('%a', isFolder ? '755' : '644').replaceAll('%U', context.userName)}\n`
    })
    return { out: out.join(''), err, code: err === '' ? 0 : 1 }
  },
}

/** Bytes of `5`, `4k`, `1M`. */
function bytesOf(text: string): number {
  const match = /^(\d+)([cwbkKMG]?)(?:i?B)?$/.exec(text)
  const units: { readonly [unit: string]: number } = { '': 1, c: 1, w: 2, b: 512, k: 1024, K: 1024, M: 1_048_576, G: 1_073_741_824 }
  return match === null ? 0 : Number(match[1]) * units[match[2]]
}

/** Longest text that dd writes; what is longer fails as on a full disk. */
const ddBytesMax = 256 * 1024 * 1024

const dd: Tool = {
  run(context) {
    const values = new Map(context.argv.slice(1).map((arg) => [arg.split('=')[0], arg.slice(arg.indexOf('=') + 1)] as const))
    const blockBytes = bytesOf(values.get('bs') ?? '512')
    const count = values.get('count') === undefined ? undefined : Number(values.get('count'))
    const from = values.get('if')
    const isEndless = from === '/dev/zero' || from === '/dev/urandom' || from === '/dev/random'
    if (from !== undefined && !isEndless && context.files.read(from) === undefined) return { err: `dd: can't open '${from}': No such file or directory\n`, code: 1 }
    const wanted = count === undefined ? Infinity : blockBytes * count
    if (isEndless && wanted > ddBytesMax) return { err: `dd: error writing '${values.get('of') ?? 'stdout'}': No space left on device\n`, code: 1 }
    const text = isEndless ? ' '.repeat(wanted) : (from === undefined ? context.stdin() : (context.files.read(from) ?? '')).slice(0, wanted)
    const to = values.get('of')
    const error = to === undefined || to === '/dev/null' ? undefined : context.files.write(to, text)
    if (error !== undefined) return { err: `dd: can't open '${to}': ${error}\n`, code: 1 }
    const whole = Math.floor(text.length / Math.max(blockBytes, 1))
    const part = text.length % Math.max(blockBytes, 1) > 0 ? 1 : 0
    const size = text.length >= 1_048_576 ? `${(text.length / 1_048_576).toFixed(1)}MB` : text.length >= 1024 ? `${(text.length / 1024).toFixed(1)}KB` : `${text.length}B`
    const report = `${whole}+${part} records in\n${whole}+${part} records out\n${text.length} bytes (${size}) copied, 0.001000 seconds, ${size}/s\n`
    return { out: to === undefined ? text : '', err: values.get('status') === 'none' ? '' : report, code: 0 }
  },
}

const mktemp: Tool = {
  run(context) {
    const isFolder = context.argv.includes('-d')
    let n = 1
    while (context.files.exists(`/tmp/tmp.${String(n).padStart(6, '0')}`)) n++
    const path = `/tmp/tmp.${String(n).padStart(6, '0')}`
    const error = isFolder ? context.files.makeDirectory(path) : context.files.write(path, '')
    return error === undefined ? { out: `${path}\n`, code: 0 } : { err: `mktemp: (null): ${error}\n`, code: 1 }
  },
}

/** Accepts its arguments and changes nothing: there are no modes, owners or links in the simulated file system. */
const accepts: Tool = {
  run(context) {
    const missing = context.argv.slice(2).filter((arg) => !arg.startsWith('-') && !context.files.exists(arg))
    const err = missing.map((path) => (context.dialect === 'ash' ? `${context.argv[0]}: ${path}: No such file or directory\n` : `${context.argv[0]}: cannot access ${quoteName(context, path)}: No such file or directory\n`)).join('')
    return { err, code: err === '' ? 0 : 1 }
  },
}

/** Tools over files, by name. */
export const fileTools: { readonly [name: string]: Tool } = {
  ls, mkdir, rm, rmdir, touch, find, du, stat, dd, mktemp, cp: copyOrMove(false), mv: copyOrMove(true), diff: diffTool, chmod: accepts, chown: accepts,
}
