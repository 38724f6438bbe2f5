/** What must not stand in the code, with what to use instead. `planted` is a line that the net's own test must catch. */

export interface Ban {
  readonly pattern: RegExp
  readonly use: string
  /** Rooms (or their beginnings) where the ban holds. */
  readonly rooms: readonly string[]
  readonly planted: string
}

const bare = ['simulator/', 'src/grading', 'src/content']
const everywhere = ['simulator/', 'src/', 'test']

export const bans: readonly Ban[] = [
  { pattern: /\bDate\s*[.(]|\bnew Date\b/, use: 'clock.nowMs', rooms: bare, planted: 'const startMs = Date.now()' },
  { pattern: /\bMath\.random\b|=\s*Math\s*[;,\n]/, use: 'a stream of kernel/random.ts', rooms: bare, planted: 'const m = Math; const x = Math.random()' },
  { pattern: /\bMath\.(exp|pow|log|log2|log10|sin|cos|tan)\(/, use: 'kernel/math.ts', rooms: ['simulator/'], planted: 'const x = Math.exp(2)' },
  { pattern: /\b(async\s+(function|\()|await\s|Promise\b)/, use: 'a generator or a kernel event', rooms: bare, planted: 'async function wait() { await x }' },
  { pattern: /\b(WeakRef|FinalizationRegistry)\b/, use: 'a table of cluster state', rooms: bare, planted: 'new WeakRef(x)' },
  { pattern: /\b(localeCompare|toLocale\w+|Intl)\b/, use: 'compareText', rooms: bare, planted: 'a.localeCompare(b)' },
  { pattern: /\.sort\(\)/, use: 'a total comparator such as compareText', rooms: bare, planted: 'names.sort()' },
  { pattern: /^\s*let\s/, use: 'ClusterState', rooms: bare, planted: 'let counter = 0' },
  { pattern: /\b(TODO|FIXME|XXX|HACK)\b/, use: 'an issue', rooms: everywhere, planted: '// TODO later' },
  { pattern: /\b(it|test|describe)\.(only|skip|todo|fails)\b/, use: 'a running test', rooms: everywhere, planted: 'it.only("x", () => {})' },
  { pattern: /(eslint|oxlint)-disable|@ts-(ignore|nocheck)|biome-ignore/, use: 'code that passes the check', rooms: everywhere, planted: '// eslint-disable-next-line' },
  { pattern: /\bas any\b|:\s*any\b/, use: 'unknown or a precise type', rooms: everywhere, planted: 'const x = y as any' },
]

/** Lines that a ban looks at: module level only for `let`, code without comments and texts for the rest. */
export function violations(ban: Ban, lines: readonly string[]): number[] {
  const found: number[] = []
  let inComment = false
  for (const [index, line] of lines.entries()) {
    const isComment = ban.use === 'an issue' || ban.pattern.source.includes('disable') ? false : inComment || /^\s*(\/\/|\*|\/\*)/.test(line)
    if (line.includes('/*')) inComment = !line.includes('*/')
    else if (line.includes('*/')) inComment = false
    if (isComment) continue
    const code = ban.use === 'an issue' ? line : line.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|\/(?:[^/\\\n]|\\.)+\/[gimsuy]*/g, "''").replace(/\/\/ .*$/, ban.pattern.source.includes('disable') ? '$&' : '')
    if (ban.use === 'ClusterState' ? /^let\s/.test(code) : ban.pattern.test(code)) found.push(index + 1)
  }
  return found
}
