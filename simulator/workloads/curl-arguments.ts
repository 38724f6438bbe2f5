/** Command-line arguments of curl. Models curl 8.10. */

/** What a command line asks for. */
export interface CurlArguments {
  readonly [key: string]: string | number | boolean | readonly string[] | undefined
  readonly urls: readonly string[]
  readonly method?: string
  readonly headers: readonly string[]
  readonly data?: string
  readonly output?: string
  readonly writeOut?: string
  readonly userAgent?: string
  readonly maxTimeMs?: number
  readonly connectTimeoutMs?: number
  readonly isSilent: boolean
  readonly showsError: boolean
  readonly isFailing: boolean
  readonly failsWithBody: boolean
  readonly isHead: boolean
  readonly includesHeaders: boolean
  readonly isVerbose: boolean
  readonly follows: boolean
  readonly retries: number
}

/** Why curl stops before it does anything. */
export interface CurlUsageError {
  readonly exitCode: number
  readonly message: string
}

type Draft = { -readonly [key in keyof CurlArguments]: CurlArguments[key] } & { urls: string[]; headers: string[]; dataParts: string[] }

/** Flags by their long name; `takes`: the next word is the value. */
interface Flag {
  readonly long: string
  readonly short?: string
  readonly takes?: boolean
  set(draft: Draft, value: string): void
}

const seconds = (value: string): number => Math.max(0, Number.parseFloat(value) || 0) * 1000

const flags: readonly Flag[] = [
  { long: 'silent', short: 's', set: (draft) => (draft.isSilent = true) },
  { long: 'show-error', short: 'S', set: (draft) => (draft.showsError = true) },
  { long: 'fail', short: 'f', set: (draft) => (draft.isFailing = true) },
  { long: 'fail-with-body', set: (draft) => (draft.failsWithBody = true) },
  { long: 'include', short: 'i', set: (draft) => (draft.includesHeaders = true) },
  { long: 'show-headers', set: (draft) => (draft.includesHeaders = true) },
  { long: 'head', short: 'I', set: (draft) => (draft.isHead = true) },
  { long: 'verbose', short: 'v', set: (draft) => (draft.isVerbose = true) },
  { long: 'location', short: 'L', set: (draft) => (draft.follows = true) },
  { long: 'insecure', short: 'k', set: () => undefined },
  { long: 'compressed', set: () => undefined },
  { long: 'no-buffer', short: 'N', set: () => undefined },
  { long: 'no-progress-meter', set: () => undefined },
  { long: 'ipv4', short: '4', set: () => undefined },
  { long: 'globoff', short: 'g', set: () => undefined },
  { long: 'http1.1', set: () => undefined },
  { long: 'request', short: 'X', takes: true, set: (draft, value) => (draft.method = value) },
  { long: 'header', short: 'H', takes: true, set: (draft, value) => draft.headers.push(value) },
  { long: 'data', short: 'd', takes: true, set: (draft, value) => draft.dataParts.push(value) },
  { long: 'data-raw', takes: true, set: (draft, value) => draft.dataParts.push(value) },
  { long: 'data-binary', takes: true, set: (draft, value) => draft.dataParts.push(value) },
  { long: 'data-urlencode', takes: true, set: (draft, value) => draft.dataParts.push(encodeURIComponent(value).replace(/%3D/, '=')) },
  { long: 'json', takes: true, set: (draft, value) => { draft.dataParts.push(value); draft.headers.push('Content-Type: application/json', 'Accept: application/json') } },
  { long: 'output', short: 'o', takes: true, set: (draft, value) => (draft.output = value) },
  { long: 'write-out', short: 'w', takes: true, set: (draft, value) => (draft.writeOut = value) },
  { long: 'user-agent', short: 'A', takes: true, set: (draft, value) => (draft.userAgent = value) },
  { long: 'max-time', short: 'm', takes: true, set: (draft, value) => (draft.maxTimeMs = seconds(value)) },
  { long: 'connect-timeout', takes: true, set: (draft, value) => (draft.connectTimeoutMs = seconds(value)) },
  { long: 'retry', takes: true, set: (draft, value) => (draft.retries = Number(value) || 0) },
  { long: 'retry-delay', takes: true, set: () => undefined },
  { long: 'retry-connrefused', set: () => undefined },
  { long: 'resolve', takes: true, set: () => undefined },
  { long: 'cacert', takes: true, set: () => undefined },
  { long: 'user', short: 'u', takes: true, set: () => undefined },
  { long: 'url', takes: true, set: (draft, value) => draft.urls.push(value) },
]

function unknown(word: string): CurlUsageError {
  return { exitCode: 2, message: `curl: option ${word}: is unknown\ncurl: try 'curl --help' for more information\n` }
}

function missing(word: string): CurlUsageError {
  return { exitCode: 2, message: `curl: option ${word}: requires parameter\ncurl: try 'curl --help' for more information\n` }
}

function readShort(draft: Draft, word: string, rest: string[]): CurlUsageError | undefined {
  for (let i = 1; i < word.length; i++) {
    const flag = flags.find(({ short }) => short === word[i])
    if (flag === undefined) return unknown(`-${word[i]}`)
    if (flag.takes !== true) {
      flag.set(draft, '')
      continue
    }
    const value = i + 1 < word.length ? word.slice(i + 1) : rest.shift()
    if (value === undefined) return missing(`-${word[i]}`)
    flag.set(draft, value)
    return undefined
  }
  return undefined
}

function readLong(draft: Draft, word: string, rest: string[]): CurlUsageError | undefined {
  const flag = flags.find(({ long }) => `--${long}` === word)
  if (flag === undefined) return unknown(word)
  const value = flag.takes === true ? rest.shift() : ''
  if (value === undefined) return missing(word)
  flag.set(draft, value)
  return undefined
}

/** Reads the words behind `curl`. */
export function parseCurlArguments(words: readonly string[]): CurlArguments | CurlUsageError {
  const draft: Draft = {
    urls: [], headers: [], dataParts: [], isSilent: false, showsError: false, isFailing: false, failsWithBody: false, isHead: false, includesHeaders: false, isVerbose: false, follows: false, retries: 0,
  }
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const error = word.startsWith('--') && word.length > 2 ? readLong(draft, word, rest) : word.startsWith('-') && word.length > 1 ? readShort(draft, word, rest) : undefined
    if (error !== undefined) return error
    if (!word.startsWith('-')) draft.urls.push(word)
  }
  const { dataParts, ...read } = draft
  if (dataParts.length > 0) read.data = dataParts.join('&')
  if (read.urls.length === 0) return { exitCode: 2, message: 'curl: (2) no URL specified\n' }
  return read
}
