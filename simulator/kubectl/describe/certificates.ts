/** kubectl describe of certificate signing requests. Models k8s.io/kubectl/pkg/describe (v1.35). */

import { decodeBase64 } from '../../api/base64.ts'
import { formatLabels } from '../../api/tables/cells.ts'
import { humanDuration } from '../../api/time.ts'
import type { KubeObject } from '../../api/types.ts'
import { namesOf, readRequest } from '../../api/x509/certificates.ts'
import { fail } from '../failures.ts'
import type { Describer } from './describer.ts'
import { describeEvents } from './events.ts'
import { longTime } from './lines.ts'

interface SigningRequest extends KubeObject {
  readonly spec: { readonly request: string; readonly signerName?: string; readonly expirationSeconds?: number; readonly username?: string }
  readonly status?: { readonly conditions?: readonly { readonly type: string }[]; readonly certificate?: string }
}

const parts: readonly (readonly [title: string, type: string])[] = [
  ['Organization', 'O'], ['Organizational Unit', 'OU'], ['Country', 'C'], ['Locality', 'L'], ['Province', 'ST'], ['StreetAddress', 'street'], ['PostalCode', 'postalCode'],
]

function statusText({ status }: SigningRequest): string {
  const has = (type: string): boolean => status?.conditions?.some((condition) => condition.type === type) === true
  return `${has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'}${has('Failed') ? ',Failed' : ''}${(status?.certificate ?? '') === '' ? '' : ',Issued'}`
}

export const describeSigningRequest: Describer<SigningRequest> = function* (request, { lines, session }) {
  const { signerName = '', expirationSeconds, username = '' } = request.spec
  const read = readRequest(decodeBase64(request.spec.request) ?? '')
  if ('error' in read) throw fail(`Error parsing CSR: ${read.error}`)
  lines.field('Name', request.metadata.name ?? '')
  lines.field('Labels', formatLabels(request.metadata.labels))
  lines.field('Annotations', formatLabels(request.metadata.annotations))
  lines.field('CreationTimestamp', longTime(request.metadata.creationTimestamp))
  lines.field('Requesting User', username)
  if (signerName !== '') lines.field('Signer', signerName)
  if (expirationSeconds !== undefined) lines.field('Requested Duration', humanDuration(expirationSeconds * 1000))
  lines.field('Status', statusText(request))
  lines.write(0, 'Subject:\n')
  lines.write(0, `\tCommon Name:\t${namesOf(read.subject, 'CN')[0] ?? ''}\n`)
  lines.write(0, `\tSerial Number:\t${namesOf(read.subject, 'serialNumber')[0] ?? ''}\n`)
  for (const [title, type] of parts) {
    const values = namesOf(read.subject, type)
    if (values.length > 0) lines.write(0, `\t${title}:\t${values.join('\n\t\t')}\n`)
  }
  yield* describeEvents(session, lines, request)
}
