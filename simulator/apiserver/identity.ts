/**
 * Names, uids and addresses that the API server gives out. Each is a hash of what it belongs to, so that one more pod
 * renames nothing else. Modelling assumption: the real server draws them at random.
 */

import { nodePortRange } from '../admission/kinds/service-addresses.ts'
import { fnv32a, mix32, putHex, textOfCodes } from '../kernel/hash.ts'
import type { Table } from '../kernel/table.ts'

/** Letters of generated names, as apimachinery's rand.String uses them. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const suffixLength = 5
/** Generated names are at most 63 characters: the prefix is cut to 58. Models apiserver/pkg/storage/names (v1.35). */
const prefixLengthMax = 58
const retriesMax = 8
/** Deleted names that are remembered: pods come and go for ever under new ones. */
const deletionsMax = 65_536
const nodePortCount = nodePortRange.last - nodePortRange.first + 1
/** Service addresses: 10.96.0.0/16 without its first and last address. */
const serviceAddressCount = 65534

/**
 * Draws names, uids and addresses from the seed and the object's key. Same seed and same history give the same ones; an
 * object that was deleted and made again gets another uid.
 */
export class Identity {
  private readonly seed: number
  private readonly ordinals: Table<number>
  private readonly deletions: Table<number>

  /** @param ordinals and deletions are tables of cluster state */
  constructor(seed: number, ordinals: Table<number>, deletions: Table<number>) {
    this.seed = mix32(seed)
    this.ordinals = ordinals
    this.deletions = deletions
  }

  /**
   * A name for `generateName`.
   * @param isTaken whether an object of that name exists
   * @returns the name, or undefined when every try was taken
   */
  generateName(resource: string, namespace: string, prefix: string, isTaken: (name: string) => boolean): string | undefined {
    const base = prefix.length > prefixLengthMax ? prefix.slice(0, prefixLengthMax) : prefix
    const counter = `${resource}/${namespace}/${base}`
    const hash = fnv32a(counter, this.seed)
    for (let retry = 0; retry < retriesMax; retry++) {
      const ordinal = this.ordinals.get(counter) ?? 0
      this.ordinals.set(counter, ordinal + 1)
      const name = base + suffixOf(mix32(hash + Math.imul(ordinal + 1, 0x9e3779b9)))
      if (!isTaken(name)) return name
    }
    return undefined
  }

  /** The uid of an object of this name in its present incarnation. */
  uid(resource: string, key: string): string {
    const a = fnv32a(key, this.seed ^ this.incarnation(resource, key))
    const b = fnv32a(resource, a)
    return uuid(mix32(a), mix32(b), mix32(a ^ 0x5bd1e995), mix32(b ^ 0x1b873593))
  }

  private incarnation(resource: string, key: string): number {
    return this.deletions.size === 0 ? 0 : (this.deletions.get(`${resource}/${key}`) ?? 0)
  }

  /** Notes that an object went away, so that a later one of its name has another uid. Names that went away very long ago are forgotten. */
  noteDeletion(resource: string, key: string): void {
    if (this.deletions.size >= deletionsMax) for (const old of this.deletions.keys().slice(0, deletionsMax / 2)) this.deletions.delete(old)
    const name = `${resource}/${key}`
    this.deletions.set(name, (this.deletions.get(name) ?? 0) + 1)
  }

  /** A free cluster IP for a Service in its present incarnation, or undefined when all are taken. */
  clusterIP(key: string, isTaken: (address: string) => boolean): string | undefined {
    const start = fnv32a(key, this.seed ^ this.incarnation('services', key))
    for (let probe = 0; probe < serviceAddressCount; probe++) {
      const offset = ((start + probe) % serviceAddressCount) + 1
      const address = `10.96.${offset >> 8}.${offset & 255}`
      if (!isTaken(address)) return address
    }
    return undefined
  }

  /** A free node port, or undefined when all are taken. */
  nodePort(key: string, isTaken: (port: number) => boolean): number | undefined {
    const start = fnv32a(key, this.seed ^ 0x6a09e667)
    for (let probe = 0; probe < nodePortCount; probe++) {
      const port = nodePortRange.first + ((start + probe) % nodePortCount)
      if (!isTaken(port)) return port
    }
    return undefined
  }

  /** The suffix of a pod's token volume, `kube-api-access-` and this. */
  tokenVolumeSuffix(key: string): string {
    return suffixOf(mix32(fnv32a(key, this.seed ^ 0x3c6ef372)))
  }
}

function suffixOf(hash: number): string {
  let text = ''
  let rest = hash
  for (let i = 0; i < suffixLength; i++) {
    text += alphabet[rest % alphabet.length]
    rest = Math.floor(rest / alphabet.length)
  }
  return text
}

const uuidLength = 36
const dash = 45
const versionDigit = 52
const variantDigit = 97

/** As one flat text: uids are keys of many lookups. */
function uuid(a: number, b: number, c: number, d: number): string {
  const codes = new Uint8Array(uuidLength).fill(dash)
  putHex(codes, 0, a, 28)
  putHex(codes, 9, b, 28, 16)
  codes[14] = versionDigit
  putHex(codes, 15, b, 8)
  codes[19] = variantDigit
  putHex(codes, 20, c, 24, 16)
  putHex(codes, 28, d, 28, 0)
  putHex(codes, 24, c, 12)
  return textOfCodes(codes)
}
