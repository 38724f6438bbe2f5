/** The audit log as a file of JSON lines. Models apiserver/pkg/audit at level Metadata, stage ResponseComplete (v1.35). */

import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { WriteStream } from 'node:fs'
import type { UserInfo } from '../../../simulator/index.ts'
import type { Address } from './address.ts'

export interface AuditedRequest {
  readonly user: UserInfo
  readonly address: Address
  readonly requestUri: string
  readonly userAgent: string | undefined
  readonly receivedAt: Date
  readonly code: number
  /** What admission noted. */
  readonly annotations?: { readonly [key: string]: string }
}

/** Appends one line per answered request to a file that only its owner can read (mode 0600). Times are wall-clock; bodies are not kept. */
export class AuditFile {
  private readonly stream: WriteStream

  constructor(path: string) {
    this.stream = createWriteStream(path, { flags: 'a', mode: 0o600 })
  }

  record({ user, address, requestUri, userAgent, receivedAt, code, annotations }: AuditedRequest): void {
    const isResource = address.kind === 'resource'
    const objectRef = isResource
      ? { objectRef: { resource: address.resource, namespace: address.namespace, name: address.name, apiGroup: address.group === '' ? undefined : address.group, apiVersion: address.version, subresource: address.subresource } }
      : {}
    const line = {
      kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', auditID: randomUUID(), stage: 'ResponseComplete', requestURI: requestUri, verb: isResource ? address.verb : 'get',
      user: { username: user.name, groups: user.groups }, sourceIPs: ['127.0.0.1'], userAgent, ...objectRef, responseStatus: { metadata: {}, code },
      ...(annotations === undefined ? {} : { annotations }), requestReceivedTimestamp: receivedAt.toISOString(), stageTimestamp: new Date().toISOString(),
    }
    this.stream.write(`${JSON.stringify(line)}\n`)
  }

  close(): void {
    this.stream.end()
  }
}
