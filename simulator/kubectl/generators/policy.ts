/** create namespace, serviceaccount, token, quota, poddisruptionbudget, priorityclass. Models k8s.io/kubectl/pkg/cmd/create (v1.35). */

import { canonicalQuantity } from '../../api/quantity.ts'
import { kindByResource } from '../../api/kinds.ts'
import { isSelectorError, parseToLabelSelector } from '../../api/selector.ts'
import type { IntOrString, KubeObject } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { asFailure, fail, failureText } from '../failures.ts'
import type { Run, Session } from '../session.ts'
import { createGenerated, metadataOf, nameArgument } from './common.ts'

/** kubectl create namespace NAME. */
export function* createNamespace(session: Session): Run<number> {
  const name = nameArgument(session)
  return yield* createGenerated(session, { kind: 'Namespace', apiVersion: 'v1', metadata: { name }, spec: {}, status: {} })
}

/** kubectl create serviceaccount NAME, in the namespace of the context or -n. */
export function* createServiceAccount(session: Session): Run<number> {
  const name = nameArgument(session)
  return yield* createGenerated(session, { kind: 'ServiceAccount', apiVersion: 'v1', metadata: metadataOf(session, name) }, 'failed to create serviceaccount:')
}

interface TokenRequest extends KubeObject { readonly status?: { readonly token?: string } }

/**
 * kubectl create token SERVICEACCOUNT: prints the token of a TokenRequest. --duration is in whole seconds, 0 leaves it
 * to the server; a refusal reads "failed to create token: ...".
 */
export function* createToken(session: Session): Run<number> {
  const name = nameArgument(session)
  const durationMs = session.flags.duration('duration')
  if (durationMs < 0) throw fail('--duration must be greater than or equal to 0')
  if (durationMs % 1000 !== 0) throw fail('--duration cannot be expressed in units less than seconds')
  if (session.flags.list('audience').includes('')) throw fail('--audience must not be an empty string')
  const kind = kindByResource('', 'serviceaccounts')
  if (kind === undefined) throw fail("the server doesn't have a resource type \"serviceaccounts\"")
  const audiences = session.flags.list('audience')
  const spec = { audiences: audiences.length === 0 ? null : [...audiences], ...(durationMs > 0 ? { expirationSeconds: durationMs / 1000 } : {}) }
  try {
    const body = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: {}, spec }
    const answer = yield* session.call<TokenRequest>({ verb: 'create', kind, namespace: session.namespace().name, name, subresource: 'token', body, contentType: 'application/json' })
    session.out(`${answer.status?.token ?? ''}\n`)
    return 0
  } catch (error) {
    throw fail(`failed to create token: ${failureText(asFailure(error))}`)
  }
}

function hardOf(text: string): { readonly [resource: string]: string } | undefined {
  if (text === '') return undefined
  const entries = text.split(',').map((statement) => {
    const parts = statement.split('=')
    if (parts.length !== 2) throw fail(`Invalid argument syntax ${statement}, expected <resource>=<value>`)
    const quantity = canonicalQuantity(parts[1] ?? '')
    if (typeof quantity !== 'string') throw fail(quantity.error)
    return [parts[0] ?? '', quantity] as const
  })
  return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)))
}

/** kubectl create quota NAME from --hard=resource=quantity,... and --scopes. Fails for a quantity that does not parse and for an empty scope. */
export function* createQuota(session: Session): Run<number> {
  const name = nameArgument(session)
  const hard = hardOf(session.flags.text('hard'))
  const scopesText = session.flags.text('scopes')
  const scopes = scopesText === '' ? [] : scopesText.split(',')
  if (scopes.includes('')) throw fail('invalid resource quota scope ""')
  const spec = { ...(hard === undefined ? {} : { hard }), ...(scopes.length === 0 ? {} : { scopes }) }
  return yield* createGenerated(session, { kind: 'ResourceQuota', apiVersion: 'v1', metadata: metadataOf(session, name), spec, status: {} }, 'failed to create quota:')
}

function intOrPercent(text: string): IntOrString {
  return /^\d+$/.test(text) ? Number(text) : text
}

/** kubectl create poddisruptionbudget NAME. Needs --selector and one of --min-available and --max-unavailable, each a number or a percentage. */
export function* createDisruptionBudget(session: Session): Run<number> {
  const name = nameArgument(session)
  const selectorText = session.flags.text('selector')
  const minimum = session.flags.text('min-available')
  const maximum = session.flags.text('max-unavailable')
  if (selectorText === '') throw fail('a selector must be specified')
  if (minimum === '' && maximum === '') throw fail('one of min-available or max-unavailable must be specified')
  if (minimum !== '' && maximum !== '') throw fail('min-available and max-unavailable cannot be both specified')
  if (minimum !== '' && !/^\d+%?$/.test(minimum)) throw fail('invalid format specified for min-available')
  if (maximum !== '' && !/^\d+%?$/.test(maximum)) throw fail('invalid format specified for max-unavailable')
  const selector = parseToLabelSelector(selectorText)
  if (isSelectorError(selector)) throw fail(selector.error)
  const spec = { ...(minimum === '' ? {} : { minAvailable: intOrPercent(minimum) }), selector, ...(maximum === '' ? {} : { maxUnavailable: intOrPercent(maximum) }) }
  const status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }
  return yield* createGenerated(session, { kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', metadata: metadataOf(session, name), spec, status }, 'failed to create poddisruptionbudgets:')
}

/** kubectl create priorityclass NAME from --value, --global-default, --description and --preemption-policy. The server judges the value. */
export function* createPriorityClass(session: Session): Run<number> {
  const name = nameArgument(session)
  const description = session.flags.text('description')
  const object = {
    kind: 'PriorityClass', apiVersion: 'scheduling.k8s.io/v1', metadata: { name }, value: session.flags.int('value'),
    ...(session.flags.bool('global-default') ? { globalDefault: true } : {}), ...(description === '' ? {} : { description }),
    preemptionPolicy: session.flags.text('preemption-policy'),
  }
  return yield* createGenerated(session, object, 'failed to create priorityclass:')
}
