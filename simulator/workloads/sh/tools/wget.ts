/** wget of busybox. */

import type { HttpRequest, HttpResponse, RequestFailure } from '../../program.ts'
import { sleepSeconds } from './durations.ts'
import type { Target } from './http.ts'
import { connectTimeoutMs, header, headerLines, isAddress, parseUrl, plain, reason } from './http.ts'
import type { Tool, ToolContext, ToolStep } from './tool.ts'
import { ToolFailure } from './tool.ts'

const redirectsMax = 10

// wget

interface WgetOptions {
  readonly url: string
  readonly output: string | undefined
  readonly isQuiet: boolean
  readonly showsHeaders: boolean
  readonly isSpider: boolean
  readonly timeoutMs: number | undefined
  readonly headers: { readonly [name: string]: string }
  readonly body: string | undefined
}

interface WgetMemory {
  readonly address: string
  readonly redirects: number
  readonly url: string
}

const wgetUsage = 'BusyBox v1.36.1 multi-call binary.\n\nUsage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n\t[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...\n'

function wgetOptions(context: ToolContext): WgetOptions {
  const headers: { [name: string]: string } = { 'User-Agent': 'Wget' }
  let [output, url, body]: (string | undefined)[] = []
  let [isQuiet, showsHeaders, isSpider] = [false, false, false]
  let timeoutMs: number | undefined
  const args = context.argv.slice(1)
  const addHeader = (text: string): void => {
    const at = text.indexOf(':')
    headers[text.slice(0, at)] = text.slice(at + 1).trim()
  }
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]
    const long = /^--([\w-]+)(?:=(.*))?$/s.exec(arg)
    const value = (): string => long?.[2] ?? args[++i] ?? ''
    if (long !== null) {
      if (long[1] === 'header') addHeader(value())
      else if (long[1] === 'post-data') body = value()
      else if (long[1] === 'post-file') body = context.files.read(value()) ?? ''
      else if (long[1] === 'timeout') timeoutMs = (sleepSeconds(value()) ?? 0) * 1000
      else if (long[1] === 'output-document') output = value()
      else if (long[1] === 'quiet') isQuiet = true
      else if (long[1] === 'server-response') showsHeaders = true
      else if (long[1] === 'spider') isSpider = true
      else if (long[1] === 'tries') value()
      else if (long[1] !== 'no-check-certificate') throw new ToolFailure(`wget: unrecognized option '${arg}'\n${wgetUsage}`)
    } else if (arg.startsWith('-') && arg !== '-') {
      for (let j = 1; j < arg.length; j++) {
        const letter = arg[j]
        if (letter === 'q') isQuiet = true
        else if (letter === 'S') showsHeaders = true
        else if (letter === 'c') continue
        else if ('OTPUtoY'.includes(letter)) {
          const rest = arg.slice(j + 1) || (args[++i] ?? '')
          if (letter === 'O') output = rest
          if (letter === 'T') timeoutMs = (sleepSeconds(rest) ?? 0) * 1000
          if (letter === 'U') headers['User-Agent'] = rest
          break
        } else throw new ToolFailure(`wget: unrecognized option: ${letter}\n${wgetUsage}`)
      }
    } else url = arg
  }
  if (url === undefined) throw new ToolFailure(wgetUsage)
  return { url, output, isQuiet, showsHeaders, isSpider, timeoutMs, headers, body }
}

export const wget: Tool = {
  run(context) {
    const options = wgetOptions(context)
    const memory = context.memory as unknown as WgetMemory | undefined
    const url = memory?.url ?? options.url
    const target = parseUrl(url)
    if (target === undefined || /^(?!https?:)[a-z]+:\/\//i.test(url)) return { err: `wget: not an http or ftp url: ${url}\n`, code: 1 }
    if (memory === undefined) return wgetStart(options, target, url, 0)
    const { answer } = context
    if (memory.address === '') {
      const addresses = answer?.kind === 'addresses' ? answer.addresses : []
      if (addresses.length === 0) return { err: `wget: bad address '${target.host}'\n`, code: 1 }
      return wgetSend(options, target, { address: addresses[0], redirects: memory.redirects, url })
    }
    if (answer?.kind === 'response') return wgetDone(context, options, target, memory, answer.response)
    if (answer?.kind === 'failure') return { err: wgetFailure(options, target, memory.address, answer.failure), code: 1 }
    return { code: 1 }
  },
}

function wgetStart(options: WgetOptions, target: Target, url: string, redirects: number): ToolStep {
  if (isAddress(target.host)) return wgetSend(options, target, { address: target.host, redirects, url })
  return { wait: { t: 'need', need: { kind: 'lookup', name: target.host } }, memory: plain({ address: '', redirects, url }) }
}

function wgetSend(options: WgetOptions, target: Target, memory: WgetMemory): ToolStep {
  const request: HttpRequest = {
    method: options.body === undefined ? (options.isSpider ? 'HEAD' : 'GET') : 'POST',
    url: `${target.scheme}://${target.host}:${target.port}${target.path}`,
    headers: { ...(options.body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }), ...options.headers },
    body: options.body ?? '',
  }
  const err = options.isQuiet ? '' : `Connecting to ${target.host} (${memory.address}:${target.port})\n`
  return { err, wait: { t: 'need', need: { kind: 'request', request, timeoutMs: options.timeoutMs ?? connectTimeoutMs } }, memory: plain({ ...memory }) }
}

function wgetFailure(options: WgetOptions, target: Target, address: string, failure: RequestFailure): string {
  switch (failure.failure) {
    case 'resolve': return `wget: bad address '${target.host}'\n`
    case 'refused': return `wget: can't connect to remote host (${address}): Connection refused\n`
    case 'timeout': return options.timeoutMs === undefined ? `wget: can't connect to remote host (${address}): Connection timed out\n` : 'wget: download timed out\n'
    case 'empty': return 'wget: error getting response\n'
    case 'reset': return 'wget: error getting response: Connection reset by peer\n'
  }
}

function wgetDone(context: ToolContext, options: WgetOptions, target: Target, memory: WgetMemory, response: HttpResponse): ToolStep {
  const shown = options.showsHeaders ? headerLines(response).map((line) => `  ${line}\n`).join('') : ''
  const location = header(response, 'location')
  if (response.status >= 300 && response.status < 400 && location !== undefined) {
    if (memory.redirects >= redirectsMax) return { err: `${shown}wget: too many redirections\n`, code: 1 }
    const url = location.startsWith('/') ? `${target.scheme}://${target.host}:${target.port}${location}` : location
    const next = parseUrl(url)
    if (next !== undefined) return wgetStart(options, next, url, memory.redirects + 1)
  }
  if (response.status < 200 || response.status > 299) return { err: `${shown}wget: server returned error: HTTP/1.1 ${response.status} ${reason(response.status)}\n`, code: 1 }
  if (options.isSpider) return { err: `${shown}${options.isQuiet ? '' : 'remote file exists\n'}`, code: 0 }
  const name = options.output ?? (target.path.replace(/[?#].*$/, '').replace(/^.*\//, '') || 'index.html')
  const isStdout = name === '-'
  const shownName = isStdout ? '-' : name
  const bar = `${shownName.slice(0, 20).padEnd(20)} 100% |********************************| ${String(response.body.length).padStart(5)}  0:00:00 ETA\n`
  const progress = options.isQuiet ? '' : isStdout ? `writing to stdout\n${bar}written to stdout\n` : `saving to '${name}'\n${bar}'${name}' saved\n`
  if (isStdout) return { out: response.body, err: shown + progress, code: 0 }
  if (options.output === undefined && context.files.exists(name)) return { err: `wget: can't open '${name}': File exists\n`, code: 1 }
  const error = name === '/dev/null' ? undefined : context.files.write(name, response.body)
  if (error !== undefined) return { err: `wget: can't open '${name}': ${error}\n`, code: 1 }
  return { err: shown + progress, code: 0 }
}
