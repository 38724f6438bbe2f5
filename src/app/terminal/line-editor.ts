/**
 * The editing of one input line as pure functions: keys in, state and effects out. The terminal widget owns this; the
 * host only ever sees whole lines.
 */

export type LineKey =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'key'; readonly name: KeyName }
  | { readonly type: 'paste'; readonly text: string }

export type KeyName =
  | 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'word-left' | 'word-right' | 'backspace' | 'delete' | 'delete-word' | 'delete-word-right' | 'kill-to-end' | 'kill-to-start' | 'yank'
  | 'enter' | 'tab' | 'interrupt' | 'end-of-input' | 'clear' | 'search' | 'escape'

export interface LineState {
  readonly text: string
  readonly cursor: number
  /** Index into the history while walking it. */
  readonly historyAt: number | undefined
  /** What was typed before the walk began. */
  readonly draft: string
  readonly search: { readonly query: string; readonly at: number } | undefined
  readonly killed: string
}

export type LineEffect =
  | { readonly type: 'run'; readonly text: string }
  | { readonly type: 'complete' }
  | { readonly type: 'interrupt' }
  | { readonly type: 'end-of-input' }
  | { readonly type: 'clear' }
  | { readonly type: 'bell' }

export const emptyLine: LineState = { text: '', cursor: 0, historyAt: undefined, draft: '', search: undefined, killed: '' }

const sequences: readonly (readonly [string, KeyName])[] = [
  ['\u001b[A', 'up'], ['\u001b[B', 'down'], ['\u001b[C', 'right'], ['\u001b[D', 'left'], ['\u001bOA', 'up'], ['\u001bOB', 'down'], ['\u001bOC', 'right'], ['\u001bOD', 'left'],
  ['\u001b[H', 'home'], ['\u001b[F', 'end'], ['\u001bOH', 'home'], ['\u001bOF', 'end'], ['\u001b[1~', 'home'], ['\u001b[4~', 'end'], ['\u001b[3~', 'delete'],
  ['\u001b[1;5C', 'word-right'], ['\u001b[1;5D', 'word-left'], ['\u001b[1;3C', 'word-right'], ['\u001b[1;3D', 'word-left'], ['\u001bf', 'word-right'], ['\u001bb', 'word-left'], ['\u001bd', 'delete-word-right'],
  ['\u001b\u007f', 'delete-word'], ['\u001b\u0017', 'delete-word'],
]
const controls: Readonly<Record<string, KeyName>> = {
  '\r': 'enter', '\n': 'enter', '\t': 'tab', '\u007f': 'backspace', '\b': 'backspace', '\u0001': 'home', '\u0005': 'end', '\u0002': 'left', '\u0006': 'right', '\u0010': 'up', '\u000e': 'down',
  '\u000b': 'kill-to-end', '\u0015': 'kill-to-start', '\u0017': 'delete-word', '\u0019': 'yank', '\u0003': 'interrupt', '\u0004': 'end-of-input', '\u000c': 'clear', '\u0012': 'search', '\u0007': 'escape',
}
const pasteStart = '\u001b[200~'
const pasteEnd = '\u001b[201~'

/** What a terminal sent, as keys. Unknown escape sequences are dropped. */
export function parseKeys(data: string): readonly LineKey[] {
  const keys: LineKey[] = []
  let at = 0
  while (at < data.length) {
    const rest = data.slice(at)
    if (rest.startsWith(pasteStart)) {
      const end = rest.indexOf(pasteEnd)
      const text = rest.slice(pasteStart.length, end < 0 ? undefined : end)
      keys.push({ type: 'paste', text: text.replace(/\r\n?/g, '\n') })
      at += end < 0 ? rest.length : end + pasteEnd.length
      continue
    }
    const known = sequences.find(([sequence]) => rest.startsWith(sequence))
    const control = controls[rest[0] ?? '']
    if (known !== undefined) { keys.push({ type: 'key', name: known[1] }); at += known[0].length }
    else if (control !== undefined) { keys.push({ type: 'key', name: control }); at += 1 }
    else if (rest[0] === '\u001b') { const match = /^(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/.exec(rest.slice(1)); if (rest.length === 1) keys.push({ type: 'key', name: 'escape' }); at += 1 + (match?.[0].length ?? 0) }
    else { const text = printable(rest); if (text !== '') keys.push({ type: 'text', text }); at += Math.max(1, text.length) }
  }
  return keys
}

/** The beginning of a text up to its first control character. */
function printable(text: string): string {
  let end = 0
  while (end < text.length && text.charCodeAt(end) >= 32 && text.charCodeAt(end) !== 127) end += 1
  return text.slice(0, end)
}

interface Step { readonly state: LineState; readonly effect?: LineEffect }

/** One key on the line. `history` is oldest first. */
export function pressKey(state: LineState, key: LineKey, history: readonly string[]): Step {
  if (state.search !== undefined) return searchKey(state, state.search, key, history)
  if (key.type !== 'key') return { state: insert(state, key.text) }
  return editKey(state, key.name) ?? walkKey(state, key.name, history)
}

function insert(state: LineState, text: string): LineState {
  return { ...state, text: state.text.slice(0, state.cursor) + text + state.text.slice(state.cursor), cursor: state.cursor + text.length }
}

const at = (state: LineState, cursor: number): Step => ({ state: { ...state, cursor: Math.max(0, Math.min(state.text.length, cursor)) } })

function cut(state: LineState, from: number, to: number, isKill: boolean): Step {
  if (from === to) return { state, effect: { type: 'bell' } }
  return { state: { ...state, text: state.text.slice(0, from) + state.text.slice(to), cursor: from, killed: isKill ? state.text.slice(from, to) : state.killed } }
}

function editKey(state: LineState, name: KeyName): Step | undefined {
  const { text, cursor } = state
  switch (name) {
    case 'left': return at(state, cursor - 1)
    case 'right': return at(state, cursor + 1)
    case 'home': return at(state, 0)
    case 'end': return at(state, text.length)
    case 'word-left': return at(state, wordStart(text, cursor))
    case 'word-right': return at(state, wordEnd(text, cursor))
    case 'backspace': return cut(state, Math.max(0, cursor - 1), cursor, false)
    case 'delete': return cut(state, cursor, Math.min(text.length, cursor + 1), false)
    case 'delete-word': return cut(state, blankStart(text, cursor), cursor, true)
    case 'delete-word-right': return cut(state, cursor, wordEnd(text, cursor), true)
    case 'kill-to-end': return cut(state, cursor, text.length, true)
    case 'kill-to-start': return cut(state, 0, cursor, true)
    case 'yank': return { state: insert(state, state.killed) }
    case 'escape': return { state }
    default: return undefined
  }
}

function walkKey(state: LineState, name: KeyName, history: readonly string[]): Step {
  switch (name) {
    case 'up': return walk(state, history, (state.historyAt ?? history.length) - 1)
    case 'down': return state.historyAt === undefined ? { state, effect: { type: 'bell' } } : walk(state, history, state.historyAt + 1)
    case 'enter': return { state: { ...emptyLine, killed: state.killed }, effect: { type: 'run', text: state.text } }
    case 'interrupt': return { state: { ...emptyLine, killed: state.killed }, effect: { type: 'interrupt' } }
    case 'end-of-input': return state.text === '' ? { state, effect: { type: 'end-of-input' } } : cut(state, state.cursor, Math.min(state.text.length, state.cursor + 1), false)
    case 'tab': return { state, effect: { type: 'complete' } }
    case 'clear': return { state, effect: { type: 'clear' } }
    case 'search': return { state: { ...state, search: { query: '', at: history.length }, draft: state.text } }
    default: return { state }
  }
}

function walk(state: LineState, history: readonly string[], to: number): Step {
  if (to < 0) return { state, effect: { type: 'bell' } }
  const draft = state.historyAt === undefined ? state.text : state.draft
  if (to >= history.length) return { state: { ...state, text: draft, cursor: draft.length, historyAt: undefined, draft } }
  const text = history[to] ?? ''
  return { state: { ...state, text, cursor: text.length, historyAt: to, draft } }
}

/** Ctrl+R: typing narrows, Ctrl+R again goes further back, Enter runs, Esc or Ctrl+G keeps or drops. */
function searchKey(state: LineState, search: { query: string; at: number }, key: LineKey, history: readonly string[]): Step {
  if (key.type === 'text') return find(state, search.query + key.text, search.at + 1, history)
  if (key.type === 'paste') return { state: insert({ ...state, search: undefined }, key.text) }
  switch (key.name) {
    case 'search': return find(state, search.query, search.at, history)
    case 'backspace': return find(state, search.query.slice(0, -1), history.length, history)
    case 'interrupt': return { state: { ...emptyLine, killed: state.killed }, effect: { type: 'interrupt' } }
    case 'escape': return { state: { ...state, text: state.draft, cursor: state.draft.length, search: undefined } }
    default: return pressKey({ ...state, search: undefined }, key, history)
  }
}

function find(state: LineState, query: string, before: number, history: readonly string[]): Step {
  for (let index = Math.min(before, history.length) - 1; index >= 0; index--) {
    const text = history[index] ?? ''
    if (query !== '' && text.includes(query)) return { state: { ...state, text, cursor: text.indexOf(query), search: { query, at: index } } }
  }
  return { state: { ...state, search: { query, at: state.search?.at ?? history.length } }, effect: { type: 'bell' } }
}

function wordStart(text: string, cursor: number): number {
  let index = cursor
  while (index > 0 && !/\w/.test(text[index - 1] ?? '')) index -= 1
  while (index > 0 && /\w/.test(text[index - 1] ?? '')) index -= 1
  return index
}

function wordEnd(text: string, cursor: number): number {
  let index = cursor
  while (index < text.length && !/\w/.test(text[index] ?? '')) index += 1
  while (index < text.length && /\w/.test(text[index] ?? '')) index += 1
  return index
}

/** Ctrl+W goes back to a blank, as the shell's does. */
function blankStart(text: string, cursor: number): number {
  let index = cursor
  while (index > 0 && /\s/.test(text[index - 1] ?? '')) index -= 1
  while (index > 0 && !/\s/.test(text[index - 1] ?? '')) index -= 1
  return index
}

export interface Completion { readonly from: number; readonly to: number; readonly candidates: readonly string[] }

/** The line after Tab, and the candidates to list when nothing could be added. */
export function complete(state: LineState, { from, to, candidates }: Completion): { readonly state: LineState; readonly list: readonly string[] } {
  const only = candidates[0]
  if (only === undefined) return { state, list: [] }
  const prefix = candidates.length === 1 ? only + (/[/=:]$/.test(only) ? '' : ' ') : commonPrefix(candidates)
  if (prefix.length <= to - from && candidates.length > 1) return { state, list: candidates }
  return { state: { ...state, text: state.text.slice(0, from) + prefix + state.text.slice(to), cursor: from + prefix.length }, list: [] }
}

function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? ''
  for (const text of texts) while (!text.startsWith(prefix)) prefix = prefix.slice(0, -1)
  return prefix
}

/** Candidates in columns, as the shell lists them. */
export function columnsText(candidates: readonly string[], columns: number): string {
  const width = Math.max(...candidates.map((text) => text.length)) + 2
  const perRow = Math.max(1, Math.floor(columns / width))
  const rowCount = Math.ceil(candidates.length / perRow)
  return Array.from({ length: rowCount }, (_, row) => Array.from({ length: perRow }, (_, column) => candidates[column * rowCount + row] ?? '').map((text) => text.padEnd(width)).join('').trimEnd()).join('\n')
}
