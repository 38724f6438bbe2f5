/** The kubeconfig of a served cluster: one context for each user, the first of them current. */

import type { Account } from './accounts.ts'

/** The name of the cluster and of its first context, where none is given. */
export const defaultClusterName = 'podflight'

/** Clusters, users or contexts of a kubeconfig, by their names. */
type Named = readonly { readonly name: string; readonly [member: string]: unknown }[]
/** A kubeconfig as kubectl reads it. */
export interface Kubeconfig { readonly [member: string]: unknown; readonly clusters?: Named | null; readonly users?: Named | null; readonly contexts?: Named | null }

export interface KubeconfigFacts {
  readonly port: number
  /** The certificate authority in PEM. */
  readonly authority: string
  readonly accounts: readonly Account[]
  /** The name of the cluster; several clusters of one file have several. */
  readonly name?: string
}

/** The kubeconfig of one served cluster. */
function kubeconfigOf({ port, authority, accounts, name: cluster = defaultClusterName }: KubeconfigFacts): Kubeconfig {
  const contextName = (account: Account, index: number): string => (index === 0 ? cluster : `${account.name}@${cluster}`)
  // Users of clusters with a name of their own are told apart: the same person has another token there.
  const userName = ({ name }: Account): string => (cluster === defaultClusterName ? name : `${name}@${cluster}`)
  return {
    apiVersion: 'v1', kind: 'Config', 'current-context': cluster,
    clusters: [{ name: cluster, cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': Buffer.from(authority).toString('base64') } }],
    users: accounts.map((account) => ({ name: userName(account), user: { token: account.token } })),
    contexts: accounts.map((account, index) => ({ name: contextName(account, index), context: { cluster, user: userName(account) } })),
  }
}

function merged(before: Named | null | undefined, made: Named | null | undefined): Named {
  const added = made ?? []
  return [...(before ?? []).filter(({ name }) => !added.some((each) => each.name === name)), ...added]
}

/** The text of a kubeconfig, in JSON, which is YAML too. What another one has under other names is kept. */
export function kubeconfigFor(facts: KubeconfigFacts, before: Kubeconfig = {}): string {
  const made = kubeconfigOf(facts)
  const lists = { clusters: merged(before.clusters, made.clusters), users: merged(before.users, made.users), contexts: merged(before.contexts, made.contexts) }
  return `${JSON.stringify({ ...before, ...made, ...lists }, null, 2)}\n`
}
