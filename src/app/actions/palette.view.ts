import { clockText, compareText } from '../format.view.ts'

/** One line of the palette. */
export interface Command { readonly id: string; readonly group: string; readonly title: string; readonly note?: string; readonly key?: string; readonly run: () => void; /** Only shown when the query asks for objects (`@`) or has text. */ readonly isObject?: boolean; /** Offered when the query is a time. */ readonly runAt?: (ms: number) => void }

const resultsMax = 60

/** Commands that hold every word of the query, best first. `@text` searches objects alone. */
export function findCommands(commands: readonly Command[], query: string): readonly Command[] {
  const ms = parseTime(query)
  if (ms !== undefined) return commands.flatMap((command) => { const { runAt } = command; return runAt === undefined ? [] : [{ ...command, title: `${command.title} ${clockText(ms)}`, run: () => runAt(ms) }] })
  const objectsOnly = query.startsWith('@')
  const words = query.replace(/^[@>]/, '').toLowerCase().split(/\s+/).filter((word) => word !== '')
  const pool = commands.filter((command) => command.runAt === undefined && (objectsOnly ? command.isObject === true : command.isObject !== true || words.length > 0))
  if (words.length === 0) return inGroupOrder(pool.slice(0, resultsMax))
  const best = pool.map((command) => ({ command, score: scoreOf(command, words) })).filter((row) => row.score > 0)
    .sort((a, b) => b.score - a.score || compareText(a.command.title, b.command.title)).slice(0, resultsMax).map((row) => row.command)
  return inGroupOrder(best)
}

/** Groups stay together, so that the arrows move in the order that is seen. */
function inGroupOrder(commands: readonly Command[]): readonly Command[] {
  return groupCommands(commands).flatMap((group) => group.items.map((item) => item.command))
}

function scoreOf(command: Command, words: readonly string[]): number {
  const text = `${command.title} ${command.note ?? ''}`.toLowerCase()
  let score = 0
  for (const word of words) {
    const at = text.indexOf(word)
    if (at < 0) return 0
    score += at === 0 ? 4 : /[\s\-/]/.test(text[at - 1] ?? ' ') ? 3 : 1
  }
  return score
}

/** Results under their group heads, in the order of the first of each; `index` is the place in the whole list. */
export function groupCommands(found: readonly Command[]): readonly { readonly title: string; readonly items: readonly { readonly command: Command; readonly index: number }[] }[] {
  const groups = new Map<string, { command: Command; index: number }[]>()
  found.forEach((command, index) => {
    const list = groups.get(command.group)
    if (list === undefined) groups.set(command.group, [{ command, index }])
    else list.push({ command, index })
  })
  return [...groups].map(([title, items]) => ({ title, items }))
}

/** `:3:42`, `:T+01:02:03` or `:90` (seconds) as ms; undefined when it is no time. */
export function parseTime(query: string): number | undefined {
  const match = /^:(?:T\+)?(?:(\d+):)?(?:(\d+):)?(\d+)$/.exec(query.trim())
  if (match === null) return undefined
  const [, first, second, last] = match
  const hours = second === undefined ? 0 : Number(first)
  const minutes = second === undefined ? Number(first ?? 0) : Number(second)
  return ((hours * 60 + minutes) * 60 + Number(last)) * 1000
}
