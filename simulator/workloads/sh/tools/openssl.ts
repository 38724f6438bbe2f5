/**
 * openssl, as far as certificates of users go: genrsa, genpkey, req, x509, rand, version. Keys belong to the moment and the
 * file that they are made for, so that a replay makes the same ones. Models the texts of OpenSSL 3.0.
 */

import { toCalendar } from '../../../api/time.ts'
import { isNamePart, keyedHash, makePrivateKey, makeRequest, publicKeyOf, readCertificate, readRequest } from '../../../api/x509/certificates.ts'
import type { Certificate, NamePart, Subject } from '../../../api/x509/certificates.ts'
import { encodeBytes } from '../../../api/base64.ts'
import { ToolFailure } from './tool.ts'
import type { Tool, ToolContext, ToolStep } from './tool.ts'

interface Options { readonly values: ReadonlyMap<string, string>; readonly flags: ReadonlySet<string>; readonly operands: readonly string[] }

const versionText = 'OpenSSL 3.0.19 27 Jan 2026 (Library: OpenSSL 3.0.19 27 Jan 2026)\n'
const defaultBits = 2048
const bitsMin = 512
const bitsMax = 16384
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Options with one dash: those of `valued` take a value. */
function readOptions(context: ToolContext, valued: readonly string[], flags: readonly string[]): Options {
  const [, command, ...args] = context.argv
  const values = new Map<string, string>()
  const given = new Set<string>()
  const operands: string[] = []
  for (let i = 0; i < args.length; i++) {
    const name = args[i].replace(/^--?/, '')
    if (!args[i].startsWith('-')) operands.push(args[i])
    else if (valued.includes(name)) {
      if (i + 1 >= args.length) throw new ToolFailure(`${command}: Option ${args[i]} needs a value\n${command}: Use -help for summary.\n`)
      values.set(name, args[++i])
    } else if (flags.includes(name)) given.add(name)
    else throw new ToolFailure(`${command}: Unknown option: ${args[i]}\n${command}: Use -help for summary.\n`)
  }
  return { values, flags: given, operands }
}

function finish(context: ToolContext, options: Options, text: string): ToolStep {
  const path = options.values.get('out')
  if (path === undefined) return { out: text, code: 0 }
  const error = context.files.write(path, text)
  if (error !== undefined) throw new ToolFailure(`Can't open "${path}" for writing, ${error}\n`)
  return { code: 0 }
}

function bitsOf(text: string | undefined): number {
  const bits = Number(text ?? defaultBits)
  if (!Number.isInteger(bits) || bits < bitsMin || bits > bitsMax || bits % 16 !== 0) throw new ToolFailure(`genrsa: Can't parse "${text}" as a number of bits between ${bitsMin} and ${bitsMax}\n`)
  return bits
}

function makeKey(context: ToolContext, path: string, bits: number): string {
  return makePrivateKey(`${context.nowMs}|${context.hostName}|${context.files.resolve(path)}`, bits)
}

function genrsa(context: ToolContext): ToolStep {
  const options = readOptions(context, ['out', 'passout'], ['traditional', 'aes256', 'aes128', 'des3', '3', 'F4', 'f4', 'verbose', 'quiet'])
  return finish(context, options, makeKey(context, options.values.get('out') ?? '-', bitsOf(options.operands[0])))
}

function genpkey(context: ToolContext): ToolStep {
  const options = readOptions(context, ['algorithm', 'pkeyopt', 'out', 'pass'], ['quiet', 'verbose'])
  const algorithm = options.values.get('algorithm') ?? ''
  if (algorithm.toUpperCase() !== 'RSA') throw new ToolFailure(`genpkey: Error generating ${algorithm === '' ? 'key: -algorithm is missing' : `${algorithm} key`}; this terminal makes RSA keys\n`)
  const bits = /^rsa_keygen_bits:(\d+)$/.exec(options.values.get('pkeyopt') ?? '')?.[1]
  return finish(context, options, makeKey(context, options.values.get('out') ?? '-', bitsOf(bits)))
}

function readFile(context: ToolContext, path: string | undefined, what: string): string {
  if (path === undefined || path === '-') return context.stdin()
  const text = context.files.read(path)
  if (text === undefined) throw new ToolFailure(`Can't open "${path}" for reading, No such file or directory\nUnable to load ${what}\n`)
  return text
}

/** /TYPE=VALUE/TYPE=VALUE, where a backslash takes the next character as it is. */
function readSubject(text: string): NamePart[] {
  if (!text.startsWith('/')) {
    throw new ToolFailure(`req: subject name is expected to be in the format /type0=value0/type1=value1/type2=... where characters may be escaped by \\. This name is not in that format: '${text}'\nproblems making Certificate Request\n`)
  }
  const parts = text.slice(1).match(/(?:\\.|[^/\\])+/g) ?? []
  return parts.flatMap((part): NamePart[] => {
    const at = part.indexOf('=')
    const type = part.slice(0, Math.max(at, 0)).trim()
    if (at < 0) throw new ToolFailure(`req: Missing '=' after RDN type string '${part}' in subject name string\nproblems making Certificate Request\n`)
    return isNamePart(type) ? [{ type, value: part.slice(at + 1).replace(/\\(.)/g, '$1') }] : []
  })
}

function nameText(parts: readonly NamePart[]): string {
  return parts.map(({ type, value }) => `${type} = ${value}`).join(', ')
}

/** Bytes as hexadecimal lines of 15, as -text prints a modulus. */
function keyText({ publicKey }: Subject, indent: string): string {
  // Behind the number's tag and length; an RSA key of b bits has b / 8 bytes and a zero.
  const start = publicKey.findIndex((byte, i) => byte === 2 && publicKey[i + 1] >= 0x80 && i > 20)
  const lengthBytes = publicKey[start + 1] & 0x7f
  const length = publicKey.slice(start + 2, start + 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0)
  const digits = publicKey.slice(start + 2 + lengthBytes, start + 2 + lengthBytes + length).map((byte) => byte.toString(16).padStart(2, '0'))
  const lines = (digits.join(':').match(/.{1,45}/g) ?? []).map((line) => `${indent}        ${line}\n`).join('')
  return `${indent}Subject Public Key Info:\n${indent}    Public Key Algorithm: rsaEncryption\n${indent}        Public-Key: (${(length - 1) * 8} bit)\n${indent}        Modulus:\n${lines.replaceAll(/^/gm, '    ').replace(/ +$/, '')}${indent}        Exponent: 65537 (0x10001)\n`
}

function req(context: ToolContext): ToolStep {
  const options = readOptions(context, ['key', 'out', 'subj', 'in', 'newkey', 'keyout', 'config', 'addext', 'days', 'passin', 'passout'], ['new', 'nodes', 'noenc', 'noout', 'text', 'subject', 'verify', 'batch', 'sha256', 'sha512', 'x509', 'utf8'])
  const { values, flags } = options
  if (flags.has('x509')) throw new ToolFailure('req: -x509: this terminal makes requests; the cluster issues the certificates\n')
  const isNew = flags.has('new') || values.has('newkey')
  if (isNew) return newRequest(context, options)
  const pem = readFile(context, values.get('in'), 'X509 request')
  const read = readRequest(pem)
  if ('error' in read) throw new ToolFailure('Unable to load X509 request\n')
  const shown = flags.has('text') ? `Certificate Request:\n    Data:\n        Version: 1 (0x0)\n        Subject: ${nameText(read.subject)}\n${keyText(read, '        ')}        Attributes:\n            (none)\n            Requested Extensions:\n` : ''
  return finish(context, options, `${shown}${flags.has('subject') ? `subject=${nameText(read.subject)}\n` : ''}${flags.has('noout') ? '' : pem}`)
}

function newRequest(context: ToolContext, options: Options): ToolStep {
  const { values } = options
  const size = /^rsa:(\d+)$/.exec(values.get('newkey') ?? '')?.[1]
  const keyPath = values.get('keyout') ?? 'privkey.pem'
  const key = values.has('newkey') ? makeKey(context, keyPath, bitsOf(size)) : readFile(context, values.get('key'), 'private key')
  const publicKey = publicKeyOf(key)
  if (publicKey === undefined) throw new ToolFailure(`Could not read private key from ${values.get('key') ?? 'standard input'}\n`)
  const subject = values.get('subj')
  if (subject === undefined) throw new ToolFailure('req: this terminal asks no questions: give the subject with -subj "/CN=USER/O=GROUP"\n')
  const parts = readSubject(subject)
  if (values.has('newkey')) {
    const error = context.files.write(keyPath, key)
    if (error !== undefined) throw new ToolFailure(`Can't open "${keyPath}" for writing, ${error}\n`)
  }
  return finish(context, options, makeRequest(parts, publicKey))
}

function dateText(unixMs: number): string {
  const { year, month, day, hour, minute, second } = toCalendar(unixMs)
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${months[month - 1]} ${String(day).padStart(2)} ${two(hour)}:${two(minute)}:${two(second)} ${year} GMT`
}

function certificateText(certificate: Certificate): string {
  const { serial, issuer, subject, notBeforeMs, notAfterMs } = certificate
  return `Certificate:
    Data:
        Version: 3 (0x2)
        Serial Number:
            ${serial.match(/../g)?.join(':') ?? ''}
        Signature Algorithm: sha256WithRSAEncryption
        Issuer: ${nameText(issuer)}
        Validity
            Not Before: ${dateText(notBeforeMs)}
            Not After : ${dateText(notAfterMs)}
        Subject: ${nameText(subject)}
${keyText(certificate, '        ')}        X509v3 extensions:
            X509v3 Extended Key Usage: 
                TLS Web Client Authentication
            X509v3 Basic Constraints: critical
                CA:FALSE
    Signature Algorithm: sha256WithRSAEncryption
`
}

function x509(context: ToolContext): ToolStep {
  const options = readOptions(context, ['in', 'out', 'checkend', 'nameopt', 'inform', 'outform'], ['noout', 'text', 'subject', 'issuer', 'dates', 'startdate', 'enddate', 'serial'])
  const { values, flags } = options
  const pem = readFile(context, values.get('in'), 'certificate')
  const certificate = readCertificate(pem)
  if (certificate === undefined) throw new ToolFailure(`Could not read certificate from ${values.get('in') ?? '<stdin>'}\nUnable to load certificate\n`)
  const lines: [name: string, text: string][] = [
    ['text', certificateText(certificate)], ['subject', `subject=${nameText(certificate.subject)}\n`], ['issuer', `issuer=${nameText(certificate.issuer)}\n`], ['serial', `serial=${certificate.serial.toUpperCase()}\n`],
    ['startdate', `notBefore=${dateText(certificate.notBeforeMs)}\n`], ['enddate', `notAfter=${dateText(certificate.notAfterMs)}\n`],
  ]
  const shown = lines.filter(([name]) => flags.has(name) || (flags.has('dates') && name.endsWith('date'))).map(([, text]) => text).join('')
  return finish(context, options, `${shown}${flags.has('noout') ? '' : pem}`)
}

function rand(context: ToolContext): ToolStep {
  const options = readOptions(context, ['out'], ['hex', 'base64'])
  const count = Number(options.operands[0])
  if (!Number.isInteger(count) || count <= 0) throw new ToolFailure('rand: Use -help for summary.\n')
  let hex = ''
  for (let i = 0; hex.length < count * 2; i++) hex += keyedHash(`rand|${context.nowMs}|${context.hostName}|${i}`, context.cwd)
  const bytes = (hex.slice(0, count * 2).match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
  return finish(context, options, options.flags.has('base64') ? `${(encodeBytes(bytes).match(/.{1,64}/g) ?? []).join('\n')}\n` : `${hex.slice(0, count * 2)}\n`)
}

const commands: { readonly [name: string]: (context: ToolContext) => ToolStep } = { genrsa, genpkey, req, x509, rand, version: () => ({ out: versionText, code: 0 }) }

export const openssl: Tool = {
  run(context) {
    const [, name = ''] = context.argv
    if (Object.hasOwn(commands, name)) return commands[name](context)
    throw new ToolFailure(`Invalid command '${name}'; this terminal has ${Object.keys(commands).join(', ')}.\n`)
  },
}
