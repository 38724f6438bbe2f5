/** CertificateApproval, CertificateSigning and CertificateSubjectRestriction. Models plugin/pkg/admission/certificates (v1.35). */

import { decodeBase64 } from '../../api/base64.ts'
import { goQuote } from '../../api/go-text.ts'
import { authorize } from '../../api/rbac.ts'
import { namesOf, readRequest } from '../../api/x509/certificates.ts'
import { rbacSourceOf } from '../escalation.ts'
import type { AdmittedObject } from '../kind-rules.ts'
import { equalSemantic } from '../validation/equal.ts'
import { forbid } from './helpers.ts'
import type { AdmissionPlugin, PluginRequest } from './plugin.ts'

const clientSigner = 'kubernetes.io/kube-apiserver-client'

function isRequest({ kind }: PluginRequest): boolean {
  return kind.group === 'certificates.k8s.io' && kind.resource === 'certificatesigningrequests'
}

function signerOf(object: AdmittedObject): string {
  return (object['spec'] as { signerName?: string } | undefined)?.signerName ?? ''
}

/** Models pkg/certificates/authorization IsAuthorizedForSignerName: the signer itself, or all of its domain. */
function mayFor({ user, reader }: PluginRequest, verb: string, signer: string): boolean {
  if (user.groups.includes('system:masters')) return true
  const source = rbacSourceOf(reader)
  return [signer, `${signer.split('/')[0]}/*`].some((name) => authorize(source, { user, verb, group: 'certificates.k8s.io', resource: 'signers', name }).isAllowed)
}

export const certificateApproval: AdmissionPlugin = {
  name: 'CertificateApproval',
  needsAuthorization: true,
  validate(request) {
    if (!isRequest(request) || request.subresource !== 'approval' || request.old === undefined) return undefined
    const signer = signerOf(request.old)
    return mayFor(request, 'approve', signer) ? undefined : forbid(request, `user not permitted to approve requests with signerName ${goQuote(signer)}`)
  },
}

export const certificateSigning: AdmissionPlugin = {
  name: 'CertificateSigning',
  needsAuthorization: true,
  validate(request) {
    if (!isRequest(request) || request.subresource !== 'status' || request.old === undefined || equalSemantic(request.object['status'], request.old['status'])) return undefined
    const signer = signerOf(request.old)
    return mayFor(request, 'sign', signer) ? undefined : forbid(request, `user not permitted to sign requests with signerName ${goQuote(signer)}`)
  },
}

export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  validate(request) {
    if (!isRequest(request) || request.subresource !== '' || request.operation !== 'CREATE' || signerOf(request.object) !== clientSigner) return undefined
    const read = readRequest(decodeBase64((request.object['spec'] as { request?: string }).request ?? '') ?? '')
    if ('error' in read) return forbid(request, `failed to parse CSR: ${read.error}`)
    return namesOf(read.subject, 'O').includes('system:masters') ? forbid(request, `use of ${clientSigner} signer with system:masters group is not allowed`) : undefined
  },
}
