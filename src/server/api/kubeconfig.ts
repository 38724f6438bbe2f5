/** The kubeconfig of a served cluster: one context for each user, the first of them current. */

import type { Account } from './accounts.ts'

/** The name of the cluster and of the first context. */
const clusterName = 'podflight'

/** The text of a kubeconfig, in JSON, which is YAML too. */
export function kubeconfigFor(port: number, authority: string, accounts: readonly Account[]): string {
  const contextName = (account: Account, index: number): string => (index === 0 ? clusterName : `${account.name}@${clusterName}`)
  const config = {
    apiVersion: 'v1', kind: 'Config', 'current-context': clusterName,
    clusters: [{ name: clusterName, cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': Buffer.from(authority).toString('base64') } }],
    users: accounts.map(({ name, token }) => ({ name, user: { token } })),
    contexts: accounts.map((account, index) => ({ name: contextName(account, index), context: { cluster: clusterName, user: account.name } })),
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
