/**
 * Which cluster the bridge may reach: only one that kind wrote into a kubeconfig. What kind writes is little: a server on
 * loopback, the authority and a client certificate as data. Everything else that a kubeconfig can say is refused: it would
 * run programs, read files, go through proxies, or reach another cluster. Files are refused wherever they lie, because kind
 * never refers to any.
 */

import { X509Certificate } from 'node:crypto'
import { isJsonObject } from '../../../../simulator/kernel/json.ts'
import type { Json, JsonObject } from '../../../../simulator/kernel/json.ts'
import { isYamlError, parseYaml } from '../../../../simulator/api/yaml/documents.ts'
import { BridgeError } from '../contract.ts'
import { firstRefusal } from './guard.ts'
import type { Guard } from './guard.ts'
import { Secret } from './secret.ts'

/** A context of a kubeconfig with what it refers to. */
export interface ChosenContext {
  readonly name: string
  readonly cluster: JsonObject
  readonly user: JsonObject
}

/** A cluster that passed, and what is needed to talk to it. */
export interface KindTarget {
  readonly context: string
  /** Name of the kind cluster. */
  readonly cluster: string
  readonly host: string
  readonly port: number
  /** PEM. */
  readonly authority: string
  /** PEM; absent when the user has a token. */
  readonly certificate?: string
  readonly key?: Secret
  readonly token?: Secret
}

const contextPrefix = 'kind-'
const loopbackHosts: readonly string[] = ['127.0.0.1', '[::1]', 'localhost']
const contextPattern = /^kind-[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/
const clusterFields: readonly string[] = ['server', 'certificate-authority-data', 'disable-compression', 'extensions']
const userFields: readonly string[] = ['client-certificate-data', 'client-key-data', 'token', 'extensions']

function serverOf({ cluster }: ChosenContext): URL | undefined {
  return typeof cluster['server'] === 'string' ? (URL.parse(cluster['server']) ?? undefined) : undefined
}

function has(object: JsonObject, ...fields: readonly string[]): string | undefined {
  return fields.find((field) => object[field] !== undefined && object[field] !== null && object[field] !== '' && object[field] !== false)
}

/** Keeps out every context but those that kind names. */
export function refuseContextName({ name }: ChosenContext): string | undefined {
  return contextPattern.test(name) ? undefined : `context ${JSON.stringify(name)} is not one of kind: its name must begin with ${contextPrefix}`
}

/** Keeps out plain HTTP and addresses with more than host and port. */
export function refuseServerScheme(chosen: ChosenContext): string | undefined {
  const server = serverOf(chosen)
  const isPlain = server?.protocol === 'https:' && server.username === '' && server.password === '' && server.pathname === '/' && server.search === '' && server.hash === ''
  return isPlain ? undefined : `the server of context ${chosen.name} must be https://ADDRESS:PORT and nothing more`
}

/** Keeps out servers on other machines. */
export function refuseServerHost(chosen: ChosenContext): string | undefined {
  const host = serverOf(chosen)?.hostname ?? ''
  // The text is looked at too: the URL parser turns 2130706433 and 0x7f.1 into 127.0.0.1.
  const isLiteral = loopbackHosts.some((each) => String(chosen.cluster['server']).toLowerCase().startsWith(`https://${each}:`))
  return loopbackHosts.includes(host) && isLiteral ? undefined : `the server of context ${chosen.name} is not on this machine: only 127.0.0.1, [::1] and localhost with a port are used`
}

/** Keeps out servers that are not checked against a certificate authority. */
export function refuseUncheckedTls({ name, cluster }: ChosenContext): string | undefined {
  if (has(cluster, 'insecure-skip-tls-verify') !== undefined) return `context ${name} does not check who its server is (insecure-skip-tls-verify)`
  return typeof cluster['certificate-authority-data'] === 'string' && cluster['certificate-authority-data'] !== '' ? undefined : `context ${name} has no certificate-authority-data to check its server with`
}

/** Keeps out certificates for another name than that of the server. */
export function refuseTlsServerName({ name, cluster }: ChosenContext): string | undefined {
  return has(cluster, 'tls-server-name') === undefined ? undefined : `context ${name} checks its server under another name (tls-server-name)`
}

/** Keeps out proxies, which would see and could change what is sent. */
export function refuseProxy({ name, cluster }: ChosenContext): string | undefined {
  return has(cluster, 'proxy-url') === undefined ? undefined : `context ${name} goes through a proxy (proxy-url)`
}

/** Keeps out credentials that come from running a program. */
export function refuseCredentialProgram({ name, user }: ChosenContext): string | undefined {
  const field = has(user, 'exec', 'auth-provider')
  return field === undefined ? undefined : `the user of context ${name} runs a program for its credentials (${field}); kind never does`
}

/** Keeps out paths to files of this machine. */
export function refuseFileReference({ name, cluster, user }: ChosenContext): string | undefined {
  const field = has(cluster, 'certificate-authority') ?? has(user, 'client-certificate', 'client-key', 'tokenFile')
  return field === undefined ? undefined : `context ${name} refers to a file (${field}); kind writes certificates and keys as data, and no other file is read`
}

/** Keeps out a user who acts as another one. */
export function refuseActingAs({ name, user }: ChosenContext): string | undefined {
  const field = has(user, 'as', 'as-uid', 'as-groups', 'as-user-extra')
  return field === undefined ? undefined : `the user of context ${name} acts as another one (${field})`
}

/** Keeps out whatever else a kubeconfig may say now or in future versions. */
export function refuseUnknownField({ name, cluster, user }: ChosenContext): string | undefined {
  const field = [...Object.keys(cluster).filter((each) => !clusterFields.includes(each)), ...Object.keys(user).filter((each) => !userFields.includes(each))][0]
  return field === undefined ? undefined : `context ${name} has ${JSON.stringify(field)}, which kind does not write`
}

const contextGuards: readonly Guard<[ChosenContext]>[] = [
  refuseContextName, refuseServerScheme, refuseServerHost, refuseUncheckedTls, refuseTlsServerName, refuseProxy, refuseCredentialProgram, refuseFileReference, refuseActingAs, refuseUnknownField,
]

/** Keeps out certificates that are no longer or not yet good, with their dates, before anything is sent. */
export function refuseExpiredCertificate(what: string, pem: string, now: Date): string | undefined {
  const { validFrom, validTo } = new X509Certificate(pem)
  if (now > new Date(validTo)) return `${what} expired on ${validTo}. Create the cluster anew, or renew its certificates`
  return now < new Date(validFrom) ? `${what} is not valid before ${validFrom}. Is the clock of this machine right?` : undefined
}

function decoded(value: Json | undefined, what: string): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const text = Buffer.from(value, 'base64').toString()
  if (!text.includes('-----BEGIN ')) throw new BridgeError(`${what} of the kubeconfig is no PEM`)
  return text
}

function checkedCertificate(what: string, pem: string, now: Date): void {
  let refusal: string | undefined
  try {
    refusal = refuseExpiredCertificate(what, pem, now)
  } catch {
    throw new BridgeError(`${what} of the kubeconfig cannot be read`)
  }
  if (refusal !== undefined) throw new BridgeError(refusal)
}

/** The credentials and address of a context. @throws BridgeError in words when it is not provably a local kind cluster's */
export function targetOf(chosen: ChosenContext, now: Date): KindTarget {
  const refusal = firstRefusal(contextGuards, chosen)
  if (refusal !== undefined) throw new BridgeError(refusal)
  const { cluster, user, name } = chosen
  const server = new URL(String(cluster['server']))
  const authority = decoded(cluster['certificate-authority-data'], 'the certificate authority')!
  const certificate = decoded(user['client-certificate-data'], 'the client certificate')
  const key = decoded(user['client-key-data'], 'the client key')
  checkedCertificate('the certificate authority', authority, now)
  if (certificate !== undefined) checkedCertificate('the client certificate', certificate, now)
  const token = typeof user['token'] === 'string' && user['token'] !== '' ? user['token'] : undefined
  if (token === undefined && (certificate === undefined || key === undefined)) throw new BridgeError(`the user of context ${name} has neither a client certificate with its key nor a token`)
  return {
    context: name, cluster: name.slice(contextPrefix.length), host: server.hostname.replace(/^\[|\]$/g, ''), port: Number(server.port === '' ? 443 : server.port), authority,
    ...(certificate === undefined ? {} : { certificate }), ...(key === undefined ? {} : { key: new Secret(key) }), ...(token === undefined ? {} : { token: new Secret(token) }),
  }
}

function entries(config: JsonObject, list: string, inner: string): { readonly name: string; readonly value: JsonObject }[] {
  const found = Array.isArray(config[list]) ? config[list] as readonly Json[] : []
  return found.flatMap((each) => {
    const value = isJsonObject(each) ? each[inner] : undefined
    return isJsonObject(each) && typeof each['name'] === 'string' && isJsonObject(value) ? [{ name: each['name'], value }] : []
  })
}

function readConfig(text: string): JsonObject {
  const parsed = parseYaml(text)
  if (isYamlError(parsed)) throw new BridgeError('the kubeconfig is no YAML that can be read')
  if (!isJsonObject(parsed.value)) throw new BridgeError('the kubeconfig is empty')
  return parsed.value
}

/** Names of the contexts in kubeconfigs that may be kind's, in order. Nothing is connected. */
export function kindContextsOf(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => entries(readConfig(text), 'contexts', 'context').map(({ name }) => name)))].filter((name) => contextPattern.test(name))
}

/**
 * Finds a context in the texts of kubeconfigs, the first that has an entry wins, and checks it.
 * @throws BridgeError in words; no text of the kubeconfig but names is repeated
 */
export function readTarget(texts: readonly string[], context: string, now: Date): KindTarget {
  const configs = texts.map(readConfig)
  const find = (list: string, inner: string, name: unknown): JsonObject | undefined => configs.flatMap((config) => entries(config, list, inner)).find((entry) => entry.name === name)?.value
  const found = find('contexts', 'context', context)
  const refusal = refuseContextName({ name: context, cluster: {}, user: {} })
  if (refusal !== undefined) throw new BridgeError(refusal)
  if (found === undefined) throw new BridgeError(`the kubeconfig has no context ${JSON.stringify(context)}`)
  const cluster = find('clusters', 'cluster', found['cluster'])
  const user = find('users', 'user', found['user'])
  if (cluster === undefined || user === undefined) throw new BridgeError(`context ${context} refers to a ${cluster === undefined ? 'cluster' : 'user'} that the kubeconfig does not have`)
  return targetOf({ name: context, cluster, user }, now)
}
