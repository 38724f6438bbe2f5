/** create ingress. Models k8s.io/kubectl/pkg/cmd/create create_ingress (v1.35). */

import type { KubeObject } from '../../api/types.ts'
import { fail } from '../failures.ts'
import type { Run, Session } from '../session.ts'
import { createGenerated, metadataOf, nameArgument } from './common.ts'

const ruleForm = /^([\w*\-.]*)(\/[^=]*)=([\w-]+):(\w+)(?:,(tls)(?:=([\w\-.]+))?)?$/
const backendForm = /^([^:\s]+):([^:\s]+)$/

interface Rule { readonly host: string; readonly path: string; readonly service: string; readonly port: string; readonly secret: string | undefined }

function backendOf(service: string, port: string): object {
  return { service: { name: service, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } } }
}

function readRule(text: string): Rule {
  const match = ruleForm.exec(text)
  if (match === null) throw fail(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`)
  const [, host = '', path = '', service = '', port = '', tls, secret] = match
  return { host, path, service, port, secret: tls === undefined ? undefined : secret ?? '' }
}

function pathOf(rule: Rule): object {
  const isPrefix = rule.path.endsWith('*')
  return { path: isPrefix ? rule.path.slice(0, -1) : rule.path, pathType: isPrefix ? 'Prefix' : 'Exact', backend: backendOf(rule.service, rule.port) }
}

function rulesOf(rules: readonly Rule[]): object[] {
  const hosts = [...new Set(rules.map(({ host }) => host))]
  return hosts.map((host) => ({ ...(host === '' ? {} : { host }), http: { paths: rules.filter((rule) => rule.host === host).map(pathOf) } }))
}

function tlsOf(rules: readonly Rule[]): object[] {
  const secrets = [...new Set(rules.flatMap(({ secret }) => (secret === undefined ? [] : [secret])))]
  return secrets.map((secret) => {
    const hosts = [...new Set(rules.filter((rule) => rule.secret === secret && rule.host !== '').map(({ host }) => host))]
    return { ...(hosts.length === 0 ? {} : { hosts }), ...(secret === '' ? {} : { secretName: secret }) }
  })
}

function annotationsOf(session: Session): { [key: string]: string } {
  return Object.fromEntries(session.flags.list('annotation').map((text) => {
    const equals = text.indexOf('=')
    if (equals <= 0) throw fail(`annotation ${text} is invalid and should be in format key=[value]`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  }))
}

/**
 * kubectl create ingress NAME from --rule=host/path=service:port[,tls[=secret]] and --default-backend. A rule of
 * another form fails; a path that ends in * is of type Prefix, else Exact.
 */
export function* createIngress(session: Session): Run<number> {
  const name = nameArgument(session)
  const given = session.flags.list('rule')
  const byDefault = session.flags.text('default-backend')
  if (given.length === 0 && byDefault === '') throw fail('not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)')
  const rules = given.map(readRule)
  const annotations = annotationsOf(session)
  const backend = backendForm.exec(byDefault)
  if (byDefault !== '' && backend === null) throw fail('default-backend should be in format servicename:serviceport')
  const className = session.flags.text('class')
  const tls = tlsOf(rules)
  const object = {
    kind: 'Ingress', apiVersion: 'networking.k8s.io/v1',
    metadata: metadataOf(session, name, Object.keys(annotations).length === 0 ? {} : { annotations }),
    spec: {
      ...(className === '' ? {} : { ingressClassName: className }),
      ...(backend === null ? {} : { defaultBackend: backendOf(backend[1] ?? '', backend[2] ?? '') }),
      ...(tls.length === 0 ? {} : { tls }), ...(rules.length === 0 ? {} : { rules: rulesOf(rules) }),
    },
    status: { loadBalancer: {} },
  }
  return yield* createGenerated(session, object as KubeObject, 'failed to create ingress:')
}
