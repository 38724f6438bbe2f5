/** The learner's kubeconfig: one cluster, user and context per cluster of the session. */

import type { UserInfo } from '../../simulator/index.ts'

/** A cluster that the kubeconfig names. */
export interface NamedCluster {
  /** Context, cluster and user name. */
  readonly name: string
  readonly namespace: string
}

/** The user whom every context of the learner stands for. */
export const learnerUser: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/** Where kubectl looks for it. */
export const kubeconfigPath = '/home/learner/.kube/config'

/** Where kubectl reaches a cluster of the session. */
export function serverAddress(name: string): string {
  return `https://${name}.podflight.local:6443`
}

/** The text of a kubeconfig for some clusters; the first is current. */
export function kubeconfigText(clusters: readonly NamedCluster[]): string {
  const lines = ['apiVersion: v1', 'clusters:']
  for (const { name } of clusters) lines.push('- cluster:', `    server: ${serverAddress(name)}`, `  name: ${name}`)
  lines.push('contexts:')
  for (const { name, namespace } of clusters) {
    lines.push('- context:', `    cluster: ${name}`)
    if (namespace !== 'default') lines.push(`    namespace: ${namespace}`)
    lines.push(`    user: ${name}-admin`, `  name: ${name}`)
  }
  lines.push(`current-context: ${clusters[0]?.name ?? ''}`, 'kind: Config', 'users:')
  for (const { name } of clusters) lines.push(`- name: ${name}-admin`, '  user: {}')
  return `${lines.join('\n')}\n`
}
