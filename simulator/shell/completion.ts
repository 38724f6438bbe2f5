/** Tab completion: commands, files, variables, and what kubectl offers by its own `__complete`. */

import { compareText } from '../kernel/text.ts'
import { resolvePath } from '../workloads/sh/host.ts'
import type { Executable, FileSystem, ProcessAnswer, ProcessNeed } from './process.ts'
import type { ContextParts } from './running-commands.ts'

export interface Completion {
  /** Range of the line that a candidate replaces. */
  readonly from: number
  readonly to: number
  /** Whole replacement texts in order. */
  readonly candidates: readonly string[]
}

/** What completion looks at in a terminal. */
export interface CompletionSource {
  readonly cwd: string
  readonly env: { readonly [name: string]: string }
  readonly aliases: { readonly [name: string]: string }
  readonly variableNames: readonly string[]
  readonly functionNames: readonly string[]
  readonly files: FileSystem & { readonly home: string }
  toolNames(): readonly string[]
}

interface Place {
  /** Words of the command before the one at the cursor. */
  readonly words: readonly string[]
  readonly word: string
  readonly from: number
  readonly isRedirect: boolean
}

const candidatesMax = 500
/** Bits of cobra's shell directive. */
const directive = { error: 1, noSpace: 2, noFiles: 4 } as const

/** Finds the command and word at the end of a text. */
export function placeOf(text: string): Place {
  let words: string[] = []
  let word = ''
  let from = 0
  let hasWord = false
  let isRedirect = false
  let quote = ''
  const endWord = (): void => {
    if (hasWord && !isRedirect) words.push(word)
    if (hasWord) isRedirect = false
    word = ''
    hasWord = false
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (quote !== '') {
      if (c === quote) quote = ''
      else word += c
      continue
    }
    if (c === ' ' || c === '\t') endWord()
    else if (';|&\n('.includes(c)) {
      endWord()
      words = []
    } else if (c === '<' || c === '>') {
      endWord()
      isRedirect = true
    } else {
      if (!hasWord) from = i
      hasWord = true
      if (c === "'" || c === '"') quote = c
      else if (c === '\\' && i + 1 < text.length) word += text[++i]
      else word += c
    }
  }
  // Assignments before a command are not the command.
  while (words.length > 0 && /^[A-Za-z_]\w*=/.test(words[0])) words.shift()
  return { words, word, from: hasWord ? from : text.length, isRedirect }
}

function matching(names: readonly string[], start: string): string[] {
  return [...new Set(names)].filter((name) => name.startsWith(start)).sort(compareText).slice(0, candidatesMax)
}

function fileNames(source: CompletionSource, word: string, foldersOnly: boolean): string[] {
  const slash = word.lastIndexOf('/')
  const folder = slash < 0 ? '' : word.slice(0, slash + 1)
  const start = word.slice(slash + 1)
  const base = folder.startsWith('~/') ? source.files.home + folder.slice(1) : folder
  const path = resolvePath(source.cwd, base === '' ? '.' : base)
  const names = (source.files.list(path) ?? []).filter((name) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
  const all = names.map((name) => ({ name, isFolder: source.files.isDirectory(resolvePath(path, name)) })).filter(({ isFolder }) => isFolder || !foldersOnly)
  return all.map(({ name, isFolder }) => folder + name.replace(/[\s'"$&;|<>()\\]/g, '\\$&') + (isFolder ? '/' : '')).slice(0, candidatesMax)
}

/** The words of a command with its alias expanded. */
function withAlias(source: CompletionSource, words: readonly string[]): readonly string[] {
  const [first, ...rest] = words
  if (first === undefined || !Object.hasOwn(source.aliases, first)) return words
  return [...source.aliases[first].trim().split(/\s+/), ...rest]
}

/** Candidates at the cursor of a line. */
export function* completeLine(source: CompletionSource, programs: { readonly executables: { readonly [name: string]: Executable }; readonly context: ContextParts }, line: string, cursor: number): Generator<ProcessNeed, Completion, ProcessAnswer> {
  const { words, word, from, isRedirect } = placeOf(line.slice(0, cursor))
  const answer = (candidates: readonly string[]): Completion => ({ from, to: cursor, candidates })
  const variable = /\$(\w*)$/.exec(word)
  if (variable !== null) return { from: cursor - variable[0].length, to: cursor, candidates: matching(source.variableNames, variable[1]).map((name) => `$${name}`) }
  if (isRedirect) return answer(fileNames(source, word, false))
  if (words.length === 0) {
    if (word.includes('/')) return answer(fileNames(source, word, false))
    return answer(matching([...source.toolNames(), ...Object.keys(source.aliases), ...source.functionNames], word))
  }
  const expanded = withAlias(source, words)
  if (expanded[0] === 'kubectl' && programs.executables.kubectl !== undefined) {
    const offered = yield* askKubectl(source, programs.executables.kubectl, programs.context, [...expanded.slice(1), word])
    if (offered.candidates.length > 0 || offered.isFinal) return answer(offered.candidates)
  }
  return answer(fileNames(source, word, expanded[0] === 'cd' || expanded[0] === 'rmdir'))
}

/** Runs `kubectl __completeNoDesc WORDS...` and reads its answer: candidates, then `:DIRECTIVE`. */
function* askKubectl(source: CompletionSource, kubectl: Executable, context: ContextParts, words: readonly string[]): Generator<ProcessNeed, { candidates: string[]; isFinal: boolean }, ProcessAnswer> {
  let out = ''
  yield* kubectl({
    argv: ['kubectl', '__completeNoDesc', ...words],
    env: source.env,
    workingDirectory: source.cwd,
    files: context.files,
    clock: context.clock,
    out: (text) => {
      out += text
    },
    err: () => undefined,
    isTerminal: false,
    hasInput: false,
  })
  const lines = out.split('\n').filter((one) => one !== '')
  const mark = lines.findIndex((one) => /^:\d+$/.test(one))
  const bits = mark < 0 ? 0 : Number(lines[mark].slice(1))
  if (mark < 0 || (bits & directive.error) !== 0) return { candidates: [], isFinal: false }
  const last = words.at(-1) ?? ''
  // The value of --flag=value is offered without its flag.
  const flag = /^--[\w-]+=/.exec(last)?.[0] ?? ''
  const offered = lines.slice(0, mark).map((one) => flag + one.split('\t')[0])
  const candidates = offered.filter((one) => one.startsWith(last)).slice(0, candidatesMax)
  return { candidates, isFinal: (bits & directive.noFiles) !== 0 }
}
