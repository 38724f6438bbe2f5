/** What a user of the kubeconfig shows to the server. Models client-go/tools/clientcmd and transport (v1.35). */

import { decodeBase64 } from '../api/base64.ts'
import type { Credentials } from '../api/credentials.ts'
import { decodePem } from '../api/x509/pem.ts'
import { publicKeyOf, readCertificate } from '../api/x509/certificates.ts'
import type { JsonObject } from '../kernel/json.ts'
import type { ProcessContext } from '../shell/process.ts'
import { fail } from './failures.ts'
import type { Flags } from './flags.ts'
import { configPath, findEntry, resolvePath } from './kubeconfig.ts'
import type { ActiveContext, KubeConfig } from './kubeconfig.ts'

/** Members that say who a user is. */
const members = ['token', 'tokenFile', 'client-certificate', 'client-certificate-data', 'client-key', 'client-key-data', 'username', 'password']

function textOf(value: JsonObject, member: string): string {
  return String(value[member] ?? '')
}

/** The user's entry with what flags put in its place. */
function authInfo(process: ProcessContext, flags: Flags, entry: JsonObject): JsonObject {
  const given: { [member: string]: string } = {}
  for (const member of ['token', 'client-certificate', 'client-key', 'username', 'password']) {
    const spec = flags.specs.find(({ name }) => name === member)
    if (spec?.type !== 's' || flags.text(member) === '') continue
    given[member] = member.startsWith('client-') ? resolvePath(process, flags.text(member)) : flags.text(member)
    if (member.startsWith('client-')) given[`${member}-data`] = ''
  }
  return { ...entry, ...given }
}

/** One half of a client's certificate: its data, or the file that the entry names. */
function readPart(process: ProcessContext, directory: string, value: JsonObject, member: string, name: string, errors: string[]): string {
  const data = textOf(value, `${member}-data`)
  if (data !== '') {
    const text = decodeBase64(data)
    if (text === undefined) throw fail('illegal base64 data at input byte 0')
    return text
  }
  const path = textOf(value, member)
  if (path === '') return ''
  const full = path.startsWith('/') ? path : resolvePath(process, `${directory}/${path}`)
  const text = process.files.read(full)
  if (text === undefined) errors.push(`unable to read ${member === 'client-key' ? member : 'client-cert'} ${full} for ${name} due to open ${full}: no such file or directory`)
  return text ?? ''
}

function certificateOf(process: ProcessContext, directory: string, value: JsonObject, name: string): string {
  const errors: string[] = []
  const certificate = readPart(process, directory, value, 'client-certificate', name, errors)
  const key = readPart(process, directory, value, 'client-key', name, errors)
  if (key === '' && errors.length === 0) errors.push(`client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`)
  if (errors.length > 0) throw fail(`invalid configuration: ${errors.length === 1 ? errors[0] : `[${errors.join(', ')}]`}`)
  for (const [text, what] of [[certificate, 'certificate'], [key, 'key']] as const) if (decodePem(text) === undefined) throw fail(`tls: failed to find any PEM data in ${what} input`)
  const read = readCertificate(certificate)
  const publicKey = publicKeyOf(key)
  if (read === undefined) throw fail('x509: malformed certificate')
  if (publicKey?.join() !== read.publicKey.join()) throw fail('tls: private key does not match public key')
  return certificate
}

/**
 * The credentials of the active user; undefined for a user of whom the kubeconfig says nothing, for whom the terminal
 * speaks. A context that names a user whom the kubeconfig lacks shows nothing.
 */
export function credentialsOf(process: ProcessContext, flags: Flags, config: KubeConfig, { user, name }: ActiveContext): Credentials | undefined {
  const entry = findEntry(config.users, user)
  const value = authInfo(process, flags, entry?.value ?? {})
  if (!members.some((member) => textOf(value, member) !== '')) return entry !== undefined || name === '' ? undefined : {}
  const path = configPath(process, flags.text('kubeconfig'))
  const directory = path.slice(0, path.lastIndexOf('/'))
  const token = textOf(value, 'token') || tokenFrom(process, directory, textOf(value, 'tokenFile'))
  if (token !== '') return { token }
  if (textOf(value, 'client-certificate') !== '' || textOf(value, 'client-certificate-data') !== '') return { certificate: certificateOf(process, directory, value, user) }
  // A password, or a key alone, says nothing that a server of today reads.
  return textOf(value, 'username') === '' ? {} : { token: '' }
}

function tokenFrom(process: ProcessContext, directory: string, path: string): string {
  if (path === '') return ''
  const full = path.startsWith('/') ? path : resolvePath(process, `${directory}/${path}`)
  const text = process.files.read(full)
  if (text === undefined) throw fail(`open ${full}: no such file or directory`)
  return text.trim()
}
