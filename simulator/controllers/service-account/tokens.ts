/**
 * Fills Secrets of type kubernetes.io/service-account-token, and deletes them with their ServiceAccount.
 * Models kubernetes/pkg/controller/serviceaccount/tokens_controller.go (v1.35).
 */

import type { ApiClient } from '../../api/client.ts'
import { decodeBase64, encodeBase64 } from '../../api/base64.ts'
import { accountNameAnnotation, accountUidAnnotation, legacyClaims, signClaims, tokenSecretType } from '../../api/service-account-token.ts'
import type { KubeObject, Secret, ServiceAccount } from '../../api/types.ts'
import { done } from '../../store/component.ts'
import type { Controller, ReconcileResult } from '../../store/component.ts'

/** Failures that a later change settles. */
const settled = ['NotFound', 'Conflict']

function annotationsOf({ metadata }: KubeObject): { readonly [key: string]: string | undefined } {
  return metadata.annotations ?? {}
}

function isTokenSecret(object: KubeObject | undefined): object is Secret {
  return object !== undefined && (object as Secret).type === tokenSecretType
}

/** The account that a Secret names, if it is still the one that it was made for. */
function accountOf(api: ApiClient, secret: Secret): ServiceAccount | undefined {
  const { [accountNameAnnotation]: name = '', [accountUidAnnotation]: uid = '' } = annotationsOf(secret)
  const account = api.find<ServiceAccount>('serviceaccounts', `${secret.metadata.namespace}/${name}`)
  return account !== undefined && (uid === '' || uid === account.metadata.uid) ? account : undefined
}

function remove(api: ApiClient, secret: Secret): ReconcileResult {
  const result = api.delete('secrets', `${secret.metadata.namespace}/${secret.metadata.name}`, { uid: secret.metadata.uid })
  return { failed: !result.ok && !settled.includes(result.status.reason ?? '') }
}

function fill(api: ApiClient, secret: Secret, account: ServiceAccount, rootCertificate: string): ReconcileResult {
  const { data = {} } = secret
  const certificate = encodeBase64(rootCertificate)
  const hasToken = (decodeBase64(data['token'] ?? '') ?? '') !== ''
  if (data['ca.crt'] === certificate && (data['namespace'] ?? '') !== '' && hasToken) return done
  const key = api.find('namespaces', 'kube-system')?.metadata.uid ?? ''
  const token = hasToken ? data['token'] : encodeBase64(signClaims(legacyClaims(account, secret), key))
  const annotations = { ...secret.metadata.annotations, [accountNameAnnotation]: account.metadata.name ?? '', [accountUidAnnotation]: account.metadata.uid ?? '' }
  const namespace = data['namespace'] ?? encodeBase64(secret.metadata.namespace ?? '')
  const result = api.update('secrets', { ...secret, metadata: { ...secret.metadata, annotations }, data: { ...data, 'ca.crt': certificate, namespace, token } } as Secret)
  return { failed: !result.ok && !settled.includes(result.status.reason ?? '') }
}

function forgetReference(api: ApiClient, accountKey: string, secretName: string): ReconcileResult {
  const account = api.find<ServiceAccount>('serviceaccounts', accountKey)
  if (account?.secrets?.some(({ name }) => name === secretName) !== true) return done
  const result = api.update('serviceaccounts', { ...account, secrets: account.secrets.filter(({ name }) => name !== secretName) })
  return { failed: !result.ok && result.status.reason !== 'NotFound' }
}

/** Keys: `secret NAMESPACE/NAME`, `reference NAMESPACE/ACCOUNT SECRET` and `account NAMESPACE/ACCOUNT UID`. */
function keysOfSecret({ before, after, key }: { readonly before?: KubeObject; readonly after?: KubeObject; readonly key: string }): string[] {
  if (isTokenSecret(after)) return [`secret ${key}`]
  if (after !== undefined || !isTokenSecret(before)) return []
  return [`reference ${before.metadata.namespace}/${annotationsOf(before)[accountNameAnnotation] ?? ''} ${before.metadata.name}`]
}

/** The controller; `rootCertificate` is what Secrets hold as ca.crt. */
export function makeTokenController(rootCertificate: string): Controller {
  return {
    name: 'serviceaccount-token-controller',
    user: 'system:kube-controller-manager',
    watches: [
      { resource: 'secrets', keysOf: keysOfSecret },
      { resource: 'serviceaccounts', keysOf: ({ before, after, key }) => (after === undefined && before !== undefined ? [`account ${key} ${before.metadata.uid}`] : []) },
    ],
    reconcile(text, { api }) {
      const [what, key = '', detail = ''] = text.split(' ')
      if (what === 'reference') return forgetReference(api, key, detail)
      if (what === 'account') {
        const [namespace = '', name] = key.split('/')
        const tokens = api.list<Secret>('secrets', { namespace }).filter((secret) => isTokenSecret(secret) && annotationsOf(secret)[accountNameAnnotation] === name && annotationsOf(secret)[accountUidAnnotation] === detail)
        return { failed: tokens.map((secret) => remove(api, secret)).some(({ failed }) => failed === true) }
      }
      const secret = api.find<Secret>('secrets', key)
      if (!isTokenSecret(secret)) return done
      const account = accountOf(api, secret)
      return account === undefined ? remove(api, secret) : fill(api, secret, account, rootCertificate)
    },
  }
}
