/** kubectl auth can-i and whoami. Models k8s.io/kubectl/pkg/cmd/auth (v1.35). */

import { kindByResource } from '../../api/kinds.ts'
import type { KindInfo } from '../../api/kinds.ts'
import type { KubeObject, PolicyRule } from '../../api/types.ts'
import { compareText } from '../../kernel/text.ts'
import { goList } from '../describe/lines.ts'
import { fail } from '../failures.ts'
import { operationPrinter } from '../printers/output.ts'
import { alignTabs, tableTabs } from '../printers/tab-writer.ts'
import { compactRules, ruleCells } from '../rule-list.ts'
import type { Run, Session } from '../session.ts'

const resourceVerbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'use', 'bind', 'impersonate', 'escalate', '*', 'approve', 'sign', 'attest']
const nonResourceVerbs = ['get', 'put', 'post', 'head', 'options', 'delete', 'patch', '*']

function reviewKind(resource: string): KindInfo {
  const kind = kindByResource(resource === 'selfsubjectreviews' ? 'authentication.k8s.io' : 'authorization.k8s.io', resource)
  if (kind === undefined) throw fail(`the server doesn't have a resource type "${resource}"`)
  return kind
}

interface Target { readonly group: string; readonly resource: string; readonly name: string; readonly kind: KindInfo | undefined }

/** The resource that an argument means; a word that is no resource is taken as it stands. */
function readTarget(session: Session, text: string): Target {
  const slash = text.indexOf('/')
  const token = slash < 0 ? text : text.slice(0, slash)
  const name = slash < 0 ? '' : text.slice(slash + 1)
  if (token === '*') return { group: '*', resource: '*', name, kind: undefined }
  const kind = session.kinds.byToken(token)
  if (kind !== undefined) return { group: kind.group, resource: kind.resource, name, kind }
  const [resource = '', ...group] = token.split('.')
  session.err(group.length === 0 ? `Warning: the server doesn't have a resource type '${resource}'\n\n` : `Warning: the server doesn't have a resource type '${resource}' in group '${group.join('.')}'\n\n`)
  return { group: group.join('.'), resource, name, kind: undefined }
}

interface Review extends KubeObject { readonly status?: { readonly allowed?: boolean; readonly reason?: string; readonly evaluationError?: string } }

function attributesOf(session: Session, verb: string, text: string): object {
  if (text.startsWith('/')) {
    if (!nonResourceVerbs.includes(verb)) session.err(`Warning: verb '${verb}' is not a known verb\n\n`)
    return { nonResourceAttributes: { verb, path: text } }
  }
  const { group, resource, name, kind } = readTarget(session, text)
  if (!resourceVerbs.includes(verb)) session.err(`Warning: verb '${verb}' is not a known verb\n\n`)
  const isAll = session.flags.bool('all-namespaces')
  if (kind !== undefined && !kind.namespaced && !isAll) session.err(kind.group === '' ? `Warning: resource '${kind.resource}' is not namespace scoped\n\n` : `Warning: resource '${kind.resource}' is not namespace scoped in group '${kind.group}'\n\n`)
  return { resourceAttributes: { namespace: isAll ? '' : session.namespace().name, verb, group, resource, subresource: session.flags.text('subresource'), name } }
}

/**
 * kubectl auth can-i VERB RESOURCE[/NAME], or a path: asks a SelfSubjectAccessReview and prints yes or no (--list: the
 * rules). Exit code 1 means no.
 */
export function* canI(session: Session): Run<number> {
  const { flags, args } = session
  if (flags.bool('list')) return yield* listRules(session)
  const [verb = '', text = ''] = args
  if (args.length !== 2) throw fail("you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.")
  if (text.startsWith('/') && flags.text('subresource') !== '') throw fail('--subresource can not be used with NonResourceURL')
  const body = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: attributesOf(session, verb, text) }
  const { status = {} } = yield* session.call<Review>({ verb: 'create', kind: reviewKind('selfsubjectaccessreviews'), body, contentType: 'application/json' })
  const why = [status.reason, status.evaluationError].filter((one) => one !== undefined && one !== '').map((one) => ` - ${one}`).join('')
  if (!flags.bool('quiet')) session.out(status.allowed === true ? 'yes\n' : `no${why}\n`)
  return status.allowed === true ? 0 : 1
}

interface RulesReview extends KubeObject { readonly status?: { readonly resourceRules?: readonly PolicyRule[]; readonly nonResourceRules?: readonly PolicyRule[]; readonly incomplete?: boolean; readonly evaluationError?: string } }

function* listRules(session: Session): Run<number> {
  if (session.args.length > 0) throw fail('list option must be specified with no arguments')
  const body = { kind: 'SelfSubjectRulesReview', apiVersion: 'authorization.k8s.io/v1', metadata: {}, spec: { namespace: session.namespace().name } }
  const { status = {} } = yield* session.call<RulesReview>({ verb: 'create', kind: reviewKind('selfsubjectrulesreviews'), body, contentType: 'application/json' })
  if (status.incomplete === true) session.err(`Warning: the list may be incomplete: ${status.evaluationError ?? ''}\n`)
  const rules = compactRules([...(status.resourceRules ?? []), ...(status.nonResourceRules ?? []).map((rule): PolicyRule => ({ verbs: rule.verbs, nonResourceURLs: rule.nonResourceURLs ?? [] }))])
  const headers = session.flags.bool('no-headers') ? [] : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs']]
  session.out(alignTabs([...headers, ...rules.map(ruleCells)].map((cells) => `${cells.join('\t')}\n`).join(''), tableTabs))
  return 0
}

interface SelfReview extends KubeObject { readonly status?: { readonly userInfo?: { readonly username?: string; readonly uid?: string; readonly groups?: readonly string[]; readonly extra?: { readonly [key: string]: readonly string[] } } } }

/** kubectl auth whoami: the user as the server sees it (SelfSubjectReview), impersonation included; -o prints the object. */
export function* whoAmI(session: Session): Run<number> {
  const body = { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: {} }
  const review = yield* session.call<SelfReview>({ verb: 'create', kind: reviewKind('selfsubjectreviews'), body, contentType: 'application/json' })
  if (session.flags.text('output') !== '') {
    session.out(operationPrinter(session, '')(review))
    return 0
  }
  const { username = '', uid = '', groups = [], extra = {} } = review.status?.userInfo ?? {}
  const rows = [
    ['ATTRIBUTE', 'VALUE'], ...(username === '' ? [] : [['Username', username]]), ...(uid === '' ? [] : [['UID', uid]]), ...(groups.length === 0 ? [] : [['Groups', goList(groups)]]),
    ...Object.keys(extra).sort(compareText).map((key) => [`Extra: ${key}`, goList(extra[key])]),
  ]
  session.out(alignTabs(rows.map((cells) => `${cells.join('\t')}\n`).join(''), tableTabs))
  return 0
}
