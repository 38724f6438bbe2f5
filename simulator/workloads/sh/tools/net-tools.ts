/** The tools of the network: single requests and lookups by the network of the container. */

import type { HttpRequest } from '../../program.ts'
import { curl } from './curl.ts'
import { connectTimeoutMs, isAddress } from './http.ts'
import type { Tool, ToolContext } from './tool.ts'
import { ToolFailure } from './tool.ts'
import { wget } from './wget.ts'

// nslookup and nc

/** The name that the resolver's search list makes of a short name; the network answers addresses only. */
function fullName(context: ToolContext, name: string): string {
  if (name.endsWith('.')) return name.slice(0, -1)
  const search = /^search\s+(.*)$/m.exec(context.files.read('/etc/resolv.conf') ?? '')?.[1].trim().split(/\s+/) ?? []
  const dots = name.split('.').length - 1
  if (name.endsWith('.svc')) return search[2] === undefined ? name : `${name}.${search[2]}`
  if (dots <= 1 && search[dots] !== undefined && !/\.(com|org|net|io|local)$/.test(name)) return `${name}.${search[dots]}`
  return name
}

const nslookup: Tool = {
  run(context) {
    const names = context.argv.slice(1).filter((arg) => !arg.startsWith('-'))
    const name = names[0]
    if (name === undefined) throw new ToolFailure('BusyBox v1.36.1 multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]\n')
    if (context.memory === undefined) return { wait: { t: 'need', need: { kind: 'lookup', name } }, memory: true }
    const server = names[1] ?? /^nameserver\s+(\S+)/m.exec(context.files.read('/etc/resolv.conf') ?? '')?.[1] ?? '127.0.0.1'
    const { answer } = context
    if (answer?.kind === 'failure' && (answer.failure.failure === 'timeout' || /timed out/.test(answer.failure.message))) return { out: ';; connection timed out; no servers could be reached\n\n', code: 1 }
    const head = `Server:\t\t${server}\nAddress:\t${server}:53\n\n`
    const addresses = answer?.kind === 'addresses' ? answer.addresses : []
    const full = fullName(context, name)
    if (addresses.length === 0) return { out: `${head}** server can't find ${full}: NXDOMAIN\n\n`, code: 1 }
    return { out: `${head}${addresses.map((address) => `Name:\t${full}\nAddress: ${address}\n`).join('')}\n`, code: 0 }
  },
}

const nc: Tool = {
  run(context) {
    const operands: string[] = []
    const flags = new Set<string>()
    let seconds: number | undefined
    for (let i = 1; i < context.argv.length; i++) {
      const arg = context.argv[i]
      if (!arg.startsWith('-')) operands.push(arg)
      else {
        const letters = arg.slice(1)
        for (let at = 0; at < letters.length; at++) {
          const letter = letters[at]
          if (letter === 'w') {
            seconds = Number(arg.slice(at + 2) || context.argv[++i])
            break
          }
          flags.add(letter)
        }
      }
    }
    const [host, port] = operands
    if (flags.has('l')) return { err: 'nc: listening is not simulated; run a server image instead\n', code: 1 }
    if (host === undefined || !/^\d+$/.test(port ?? '')) throw new ToolFailure('BusyBox v1.36.1 multi-call binary.\n\nUsage: nc [IPADDR PORT]\n')
    const memory = context.memory as { readonly address: string } | undefined
    if (memory === undefined && !isAddress(host)) return { wait: { t: 'need', need: { kind: 'lookup', name: host } }, memory: { address: '' } }
    const { answer } = context
    if (memory === undefined || memory.address === '') {
      const address = memory === undefined ? host : answer?.kind === 'addresses' ? answer.addresses[0] : undefined
      if (address === undefined) return { err: `nc: bad address '${host}'\n`, code: 1 }
      const request: HttpRequest = { method: 'CONNECT', url: `http://${host}:${port}/`, headers: {}, body: '' }
      return { wait: { t: 'need', need: { kind: 'request', request, timeoutMs: (seconds ?? connectTimeoutMs / 1000) * 1000 } }, memory: { address } }
    }
    const place = `${host} (${memory.address}:${port})`
    if (answer?.kind === 'failure' && (answer.failure.failure === 'refused' || answer.failure.failure === 'timeout' || answer.failure.failure === 'resolve')) {
      const text = answer.failure.failure === 'refused' ? `nc: ${place}: Connection refused\n` : seconds === undefined ? `nc: ${place}: Operation timed out\n` : 'nc: timed out\n'
      return { err: flags.has('z') && !flags.has('v') ? '' : text, code: 1 }
    }
    return { err: flags.has('v') ? `${place} open\n` : '', code: 0 }
  },
}

/** Tools of the network, by name. */
export const netTools: { readonly [name: string]: Tool } = {
  wget, curl, nslookup, nc,
  ping: { run: () => ({ err: 'ping: ICMP is not simulated; test a port with nc -zv HOST PORT or wget -qO- http://HOST:PORT\n', code: 1 }) },
}
