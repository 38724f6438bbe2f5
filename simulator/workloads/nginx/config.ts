/** Reads nginx configuration: tokens, directives, contexts, includes. Error texts are nginx 1.27's (src/core/ngx_conf_file.c). */

import { compareText } from '../../kernel/text.ts'
import type { FileView } from '../program.ts'

export interface Directive {
  readonly [key: string]: string | number | readonly string[] | readonly Directive[] | undefined
  readonly name: string
  readonly args: readonly string[]
  readonly file: string
  readonly line: number
  readonly block?: readonly Directive[]
}

/** A configuration, or what nginx says of it. */
export type ParsedConfig = { readonly directives: readonly Directive[] } | { readonly error: string }

type Context = 'main' | 'events' | 'http' | 'server' | 'location' | 'upstream' | 'types' | 'map' | 'if'

interface Rule {
  readonly in: readonly Context[]
  /** Least and greatest count of arguments. */
  readonly args: readonly [number, number]
  /** Context of the block, for directives that have one. */
  readonly block?: Context
}

const many = 100
const http: readonly Context[] = ['http', 'server', 'location']
const inside: readonly Context[] = ['http', 'server', 'location', 'if']

/** Directives that are known. Those without effect here are only checked. */
const rules: { readonly [name: string]: Rule } = {
  user: { in: ['main'], args: [1, 2] },
  worker_processes: { in: ['main'], args: [1, 1] },
  worker_rlimit_nofile: { in: ['main'], args: [1, 1] },
  error_log: { in: ['main', ...http], args: [1, many] },
  pid: { in: ['main'], args: [1, 1] },
  daemon: { in: ['main'], args: [1, 1] },
  load_module: { in: ['main'], args: [1, 1] },
  include: { in: ['main', 'events', 'http', 'server', 'location', 'upstream', 'types', 'if'], args: [1, 1] },
  events: { in: ['main'], args: [0, 0], block: 'events' },
  worker_connections: { in: ['events'], args: [1, 1] },
  multi_accept: { in: ['events'], args: [1, 1] },
  use: { in: ['events'], args: [1, 1] },
  http: { in: ['main'], args: [0, 0], block: 'http' },
  server: { in: ['http'], args: [0, 0], block: 'server' },
  upstream: { in: ['http'], args: [1, 1], block: 'upstream' },
  types: { in: http, args: [0, 0], block: 'types' },
  map: { in: ['http'], args: [2, 2], block: 'map' },
  location: { in: ['server', 'location'], args: [1, 2], block: 'location' },
  if: { in: ['server', 'location'], args: [1, many], block: 'if' },
  listen: { in: ['server'], args: [1, many] },
  server_name: { in: ['server'], args: [1, many] },
  return: { in: ['server', 'location', 'if'], args: [1, 2] },
  rewrite: { in: ['server', 'location', 'if'], args: [2, 3] },
  root: { in: inside, args: [1, 1] },
  alias: { in: ['location'], args: [1, 1] },
  index: { in: http, args: [1, many] },
  try_files: { in: ['server', 'location'], args: [2, many] },
  default_type: { in: http, args: [1, 1] },
  charset: { in: inside, args: [1, 1] },
  error_page: { in: inside, args: [2, many] },
  access_log: { in: inside, args: [1, many] },
  log_format: { in: ['http'], args: [2, many] },
  log_not_found: { in: http, args: [1, 1] },
  add_header: { in: inside, args: [2, 3] },
  expires: { in: inside, args: [1, 2] },
  set: { in: ['server', 'location', 'if'], args: [2, 2] },
  sendfile: { in: inside, args: [1, 1] },
  tcp_nopush: { in: http, args: [1, 1] },
  tcp_nodelay: { in: http, args: [1, 1] },
  keepalive_timeout: { in: http, args: [1, 2] },
  keepalive_requests: { in: http, args: [1, 1] },
  client_max_body_size: { in: http, args: [1, 1] },
  client_body_timeout: { in: http, args: [1, 1] },
  server_tokens: { in: http, args: [1, 1] },
  gzip: { in: inside, args: [1, 1] },
  gzip_types: { in: http, args: [1, many] },
  autoindex: { in: http, args: [1, 1] },
  internal: { in: ['location'], args: [0, 0] },
  deny: { in: inside, args: [1, 1] },
  allow: { in: inside, args: [1, 1] },
  stub_status: { in: ['server', 'location'], args: [0, 1] },
  resolver: { in: http, args: [1, many] },
  proxy_pass: { in: ['location', 'if'], args: [1, 1] },
  proxy_set_header: { in: http, args: [2, 2] },
  proxy_http_version: { in: http, args: [1, 1] },
  proxy_read_timeout: { in: http, args: [1, 1] },
  proxy_send_timeout: { in: http, args: [1, 1] },
  proxy_connect_timeout: { in: http, args: [1, 1] },
  proxy_buffering: { in: http, args: [1, 1] },
  limit_req: { in: http, args: [1, many] },
  limit_req_zone: { in: ['http'], args: [2, many] },
  ssl_certificate: { in: ['http', 'server'], args: [1, 1] },
  ssl_certificate_key: { in: ['http', 'server'], args: [1, 1] },
  ssl_protocols: { in: ['http', 'server'], args: [1, many] },
}

class ConfigError extends Error {}

type Token = { readonly kind: 'word'; readonly text: string; readonly line: number } | { readonly kind: ';' | '{' | '}' | 'end'; readonly line: number }

const escapes: { readonly [char: string]: string } = { t: '\t', r: '\r', n: '\n' }

class Scanner {
  line = 1
  readonly file: string
  private readonly text: string
  private at = 0

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
  }

  fail(message: string): never {
    throw new ConfigError(`${message} in ${this.file}:${this.line}`)
  }

  next(): Token {
    this.skip()
    const char = this.text[this.at]
    if (char === undefined) return { kind: 'end', line: this.line }
    if (char === ';' || char === '{' || char === '}') {
      this.at++
      return { kind: char, line: this.line }
    }
    const { line } = this
    return { kind: 'word', text: char === '"' || char === "'" ? this.quoted(char) : this.plain(), line }
  }

  private skip(): void {
    for (;;) {
      const char = this.text[this.at]
      if (char === '#') while (this.at < this.text.length && this.text[this.at] !== '\n') this.at++
      else if (char === '\n') {
        this.line++
        this.at++
      } else if (char === ' ' || char === '\t' || char === '\r') this.at++
      else return
    }
  }

  private quoted(quote: string): string {
    let word = ''
    this.at++
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined) this.fail(`unexpected end of file, expecting ";" or "}"`)
      this.at++
      if (char === quote) break
      if (char === '\n') this.line++
      word += char === '\\' ? this.escaped() : char
    }
    const after = this.text[this.at]
    if (after !== undefined && !/[\s;{)]/.test(after)) this.fail(`unexpected "${after}"`)
    return word
  }

  private escaped(): string {
    const char = this.text[this.at++] ?? ''
    if (char === '"' || char === "'" || char === '\\') return char
    return Object.hasOwn(escapes, char) ? escapes[char] : `\\${char}`
  }

  private plain(): string {
    let word = ''
    for (;;) {
      const char = this.text[this.at]
      if (char === undefined || /\s/.test(char) || char === ';') return word
      if (char === '{' && !word.endsWith('$')) return word
      this.at++
      if (char === '\\') word += this.escaped()
      else if (char === '{') {
        const end = this.text.indexOf('}', this.at)
        word += `{${this.text.slice(this.at, end + 1)}`
        this.at = end + 1
      } else word += char
    }
  }
}

function check(scanner: Scanner, name: string, args: readonly string[], context: Context, opensBlock: boolean): Rule {
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined
  const isUpstreamServer = context === 'upstream' && (name === 'server' || name === 'least_conn' || name === 'keepalive' || name === 'ip_hash')
  if (isUpstreamServer) return { in: ['upstream'], args: [0, many] }
  if (rule === undefined) scanner.fail(`unknown directive "${name}"`)
  if (!rule.in.includes(context)) scanner.fail(`"${name}" directive is not allowed here`)
  if (rule.block === undefined && opensBlock) scanner.fail(`directive "${name}" is not terminated by ";"`)
  if (rule.block !== undefined && !opensBlock) scanner.fail(`directive "${name}" has no opening "{"`)
  if (args.length < rule.args[0] || args.length > rule.args[1]) scanner.fail(`invalid number of arguments in "${name}" directive`)
  return rule
}

function checkValues(scanner: Scanner, name: string, args: readonly string[]): void {
  if (name === 'return' && !/^\d{1,3}$/.test(args[0]) && (args.length > 1 || !/^(https?:\/\/|\$)/.test(args[0]))) scanner.fail(`invalid return code "${args[0]}"`)
  if (name !== 'listen') return
  const port = /^(?:.*:)?(\d+)$/.exec(args[0])
  if (port !== null ? Number(port[1]) < 1 || Number(port[1]) > 65535 : args[0].includes(':') || /^\d/.test(args[0])) scanner.fail(`invalid port in "${args[0]}" of the "listen" directive`)
  if (port === null && !/^(\[|\*|unix|localhost)/.test(args[0]) && !/^\d/.test(args[0])) scanner.fail(`host not found in "${args[0]}" of the "listen" directive`)
  for (const option of args.slice(1)) if (!/^(default_server|default|ssl|http2|quic|reuseport|proxy_protocol|deferred|bind|ipv6only=\w+|backlog=\d+|so_keepalive=.+)$/.test(option)) scanner.fail(`invalid parameter "${option}"`)
}

class Parser {
  private readonly files: FileView

  constructor(files: FileView) {
    this.files = files
  }

  readFile(path: string, context: Context): Directive[] {
    const text = this.files.read(path)
    if (text === undefined) throw new ConfigError(`open() "${path}" failed (2: No such file or directory)`)
    return this.readBlock(new Scanner(path, text), context, false)
  }

  private readBlock(scanner: Scanner, context: Context, isBlock: boolean): Directive[] {
    const directives: Directive[] = []
    for (;;) {
      const words: string[] = []
      let line = 0
      let token = scanner.next()
      while (token.kind === 'word') {
        if (words.length === 0) line = token.line
        words.push(token.text)
        token = scanner.next()
      }
      if (token.kind === 'end') {
        if (words.length > 0) scanner.fail(`unexpected end of file, expecting ";" or "}"`)
        if (isBlock) scanner.fail('unexpected end of file, expecting "}"')
        return directives
      }
      if (token.kind === '}') {
        if (words.length > 0 || !isBlock) scanner.fail('unexpected "}"')
        return directives
      }
      if (words.length === 0) scanner.fail(`unexpected "${token.kind}"`)
      directives.push(...this.directive(scanner, context, words, line, token.kind === '{'))
    }
  }

  private directive(scanner: Scanner, context: Context, words: readonly string[], line: number, opensBlock: boolean): Directive[] {
    const [name, ...args] = words
    if (context === 'types' || context === 'map') return [{ name, args, file: scanner.file, line }]
    const rule = check(scanner, name, args, context, opensBlock)
    checkValues(scanner, name, args)
    if (name === 'include') return this.include(scanner, args[0], context)
    const made = { name, args, file: scanner.file, line }
    return [opensBlock ? { ...made, block: this.readBlock(scanner, rule.block!, true) } : made]
  }

  private include(scanner: Scanner, pattern: string, context: Context): Directive[] {
    const path = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`
    if (!path.includes('*')) {
      const text = this.files.read(path)
      if (text === undefined) scanner.fail(`open() "${path}" failed (2: No such file or directory)`)
      return this.readBlock(new Scanner(path, text), context, false)
    }
    const folder = path.slice(0, path.lastIndexOf('/'))
    const ending = path.slice(path.lastIndexOf('*') + 1)
    const names = (this.files.list(folder) ?? []).filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    return [...names].sort(compareText).flatMap((name) => this.readFile(`${folder}/${name}`, context))
  }
}

/** Reads the configuration of a container. */
export function parseConfig(files: FileView, path = '/etc/nginx/nginx.conf'): ParsedConfig {
  try {
    return { directives: new Parser(files).readFile(path, 'main') }
  } catch (error) {
    if (error instanceof ConfigError) return { error: error.message }
    throw error
  }
}
