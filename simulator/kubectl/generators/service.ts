/** create service clusterip, nodeport, loadbalancer, externalname. Models k8s.io/kubectl/pkg/cmd/create create_service (v1.35). */

import { checkDns1123Subdomain, checkPortName } from '../../api/names.ts'
import type { KubeObject, ServicePort } from '../../api/types.ts'
import { fail } from '../failures.ts'
import type { Run, Session } from '../session.ts'
import { createGenerated, metadataOf, nameArgument } from './common.ts'

function portNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw fail(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  const port = Number(text)
  if (port < 1 || port > 65535) throw fail(`must be between 1 and 65535, inclusive`)
  return port
}

function readPort(text: string, nodePort: number): ServicePort {
  const [portText = '', targetText] = text.split(':')
  const port = portNumber(portText)
  const target = targetText ?? portText
  if (!/^\d+$/.test(target)) {
    const problems = checkPortName(target)
    if (problems.length > 0) throw fail(problems.join(','))
  }
  return { name: text.replaceAll(':', '-'), protocol: 'TCP', port, targetPort: /^\d+$/.test(target) ? Number(target) : target, ...(nodePort === 0 ? {} : { nodePort }) }
}

function* createService(session: Session, type: string): Run<number> {
  const name = nameArgument(session)
  const ports = session.flags.list('tcp')
  const clusterIP = session.flags.has('clusterip') ? session.flags.text('clusterip') : ''
  const externalName = session.flags.has('external-name') ? session.flags.text('external-name') : ''
  if (clusterIP === 'None' && type !== 'ClusterIP') throw fail('ClusterIP=None can only be used with ClusterIP service type')
  if (clusterIP !== 'None' && ports.length === 0 && type !== 'ExternalName') throw fail('at least one tcp port specifier must be provided')
  if (type === 'ExternalName' && checkDns1123Subdomain(externalName).length > 0) throw fail(`invalid service external name ${externalName}`)
  const nodePort = session.flags.has('node-port') ? session.flags.int('node-port') : 0
  const labels = { app: name }
  const object = {
    kind: 'Service', apiVersion: 'v1', metadata: metadataOf(session, name, { labels }),
    spec: {
      ...(ports.length === 0 ? {} : { ports: ports.map((port) => readPort(port, nodePort)) }), selector: labels,
      ...(clusterIP === '' ? {} : { clusterIP }), type, ...(externalName === '' ? {} : { externalName }),
    },
    status: { loadBalancer: {} },
  }
  return yield* createGenerated(session, object as KubeObject, `failed to create ${type} service:`)
}

export const createClusterIp = (session: Session): Run<number> => createService(session, 'ClusterIP')
export const createNodePort = (session: Session): Run<number> => createService(session, 'NodePort')
export const createLoadBalancer = (session: Session): Run<number> => createService(session, 'LoadBalancer')
export const createExternalName = (session: Session): Run<number> => createService(session, 'ExternalName')
