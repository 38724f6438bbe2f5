/**
 * Every guard of the kind bridge. `npm run guards` takes each out of a copy of its file and shows that its attack test
 * fails then; a test shows that no guard is missing here.
 */

/** One guard. Its tests are those of `test` whose names begin with its own. */
export interface GuardRow {
  /** The function's name. */
  readonly name: string
  /** Its file, below src/server (or simulator for what the manifests' reader does). */
  readonly file: string
  readonly test: string
  readonly keepsOut: string
  /** What the function does when it is taken out; default: `return undefined`, which refuses nothing. */
  readonly without?: string
}

const kubeconfig = { file: 'src/server/kind/guard/kubeconfig.ts', test: 'src/server/kind/guard/kubeconfig.test.ts' }
const nodes = { file: 'src/server/kind/guard/nodes.ts', test: 'src/server/kind/guard/nodes.test.ts' }
const requests = { file: 'src/server/kind/guard/allow-list.ts', test: 'src/server/kind/guard/allow-list.test.ts' }
const bodies = { file: 'src/server/kind/guard/allow-bodies.ts', test: 'src/server/kind/guard/allow-list.test.ts' }
const policies = { file: 'src/server/kind/guard/policy-scope.ts', test: requests.test }
const manifests = { file: 'src/server/kind/guard/manifests.ts', test: 'src/server/kind/guard/manifests.test.ts' }
const sandbox = { file: 'src/server/kind/sandbox.ts', test: 'src/server/kind/sandbox.test.ts' }
const sandboxObjects = { file: 'src/server/kind/sandbox-objects.ts', test: 'src/server/kind/sandbox.test.ts' }
const connection = { file: 'src/server/kind/connection.ts', test: 'src/server/kind/connection.test.ts' }
const transport = { file: 'src/server/kind/transport.ts', test: 'src/server/kind/connection.test.ts' }
const page = { file: 'src/server/bridge/http-guards.ts', test: 'src/server/bridge/bridge-app.test.ts' }

/** In the order in which an attacker meets them: page, kubeconfig, connection, sandbox, requests, bodies. */
export const guards: readonly GuardRow[] = [
  { name: 'refuseRemotePeer', ...page, keepsOut: 'other machines' },
  { name: 'refuseForeignHost', ...page, keepsOut: 'names that another site points to this machine' },
  { name: 'refuseOtherMethod', ...page, keepsOut: 'methods beyond GET and POST; answers to CORS preflights' },
  { name: 'refuseForeignOrigin', ...page, keepsOut: 'pages of other origins and ports' },
  { name: 'refuseForeignFetch', ...page, keepsOut: 'images, frames, links and scripts of other pages' },
  { name: 'refuseWrongKey', ...page, keepsOut: 'who does not hold the 256-bit key of this start' },
  { name: 'refuseFormPost', ...page, keepsOut: 'form posts' },
  { name: 'refuseLongBody', ...page, keepsOut: 'bodies that say they are too long' },
  { name: 'listenAddress', ...page, keepsOut: 'connections that come from elsewhere', without: 'return "0.0.0.0"' },
  { name: 'readBody', ...page, keepsOut: 'bodies that are longer than they say', without: 'return body === null ? "" : new Response(body).text()' },
  { name: 'readOrder', file: 'src/server/bridge/orders.ts', test: page.test, keepsOut: 'orders with anything but a task, a context and an attempt', without: 'return { value: JSON.parse(body) }' },
  { name: 'refuseSecondWork', file: 'src/server/bridge/bridge-app.ts', test: page.test, keepsOut: 'a second grading at the same time' },
  { name: 'refuseUnseenPlan', file: 'src/server/bridge/bridge-app.ts', test: page.test, keepsOut: 'a yes to what was never shown' },
  { name: 'hardenData', file: 'src/server/bridge/bridge-app.ts', test: page.test, keepsOut: 'frames, code and kept copies of answers', without: 'return' },
  { name: 'hardenPage', file: 'src/server/static-app.ts', test: page.test, keepsOut: 'code from elsewhere in the page, and frames around it', without: 'return' },
  { name: 'withoutCredentials', file: 'src/server/bridge/without-credentials.ts', test: page.test, keepsOut: 'tokens and keys in the terminal and in the page', without: 'return text' },

  { name: 'refuseOddFile', file: 'src/server/kind/guard/kubeconfig-files.ts', test: kubeconfig.test, keepsOut: 'devices, folders and files too large for a kubeconfig' },
  { name: 'refuseContextName', ...kubeconfig, keepsOut: 'contexts that kind did not name' },
  { name: 'refuseServerScheme', ...kubeconfig, keepsOut: 'plain HTTP, and addresses with a user or a path' },
  { name: 'refuseServerHost', ...kubeconfig, keepsOut: 'servers on other machines, also behind names and odd digits' },
  { name: 'refuseUncheckedTls', ...kubeconfig, keepsOut: 'servers that no authority vouches for' },
  { name: 'refuseTlsServerName', ...kubeconfig, keepsOut: 'certificates for another name' },
  { name: 'refuseProxy', ...kubeconfig, keepsOut: 'proxies' },
  { name: 'refuseCredentialProgram', ...kubeconfig, keepsOut: 'exec and auth-provider plugins' },
  { name: 'refuseFileReference', ...kubeconfig, keepsOut: 'paths to files of this machine' },
  { name: 'refuseActingAs', ...kubeconfig, keepsOut: 'a user who acts as another one' },
  { name: 'refuseUnknownField', ...kubeconfig, keepsOut: 'whatever else a kubeconfig may say' },
  { name: 'refuseExpiredCertificate', ...kubeconfig, keepsOut: 'certificates whose time is over' },
  { name: 'hideSecret', file: 'src/server/kind/guard/secret.ts', test: kubeconfig.test, keepsOut: 'tokens and keys in what is printed', without: 'return _text' },

  { name: 'refuseNoNodes', ...nodes, keepsOut: 'clusters of which nothing is known' },
  { name: 'refuseProviderId', ...nodes, keepsOut: 'nodes that kind did not start, and those of another kind cluster' },
  { name: 'refuseNodeLabel', ...nodes, keepsOut: 'nodes that are not named and labelled as kind does' },
  { name: 'refuseForeignControlPlane', ...nodes, keepsOut: 'clusters whose control plane is elsewhere' },

  { name: 'rejectUnchecked', ...transport, keepsOut: 'servers that the kubeconfig\'s authority did not sign', without: 'return false' },
  { name: 'loopbackAddress', ...transport, keepsOut: 'a hosts file that leads localhost elsewhere', without: 'return host' },
  { name: 'learnerCredential', ...transport, keepsOut: 'the learner with the owner\'s certificate', without: 'return { ..._target, token }' },
  { name: 'refuseLargeAnswer', ...transport, keepsOut: 'answers without end' },
  { name: 'refuseLargeRequest', ...connection, keepsOut: 'bodies beyond three MiB' },
  { name: 'refuseNameless', file: 'src/server/kind/wire.ts', test: connection.test, keepsOut: 'the deletion of all objects where one was meant' },
  { name: 'refuseOddPath', file: 'src/server/kind/wire.ts', test: connection.test, keepsOut: 'names that change the path of a request' },
  { name: 'withoutSecrets', file: 'src/server/kind/guard/secret.ts', test: connection.test, keepsOut: 'tokens in messages that come back', without: 'return text' },
  { name: 'learnerRequest', file: 'src/server/kind/guard/allow-list.ts', test: connection.test, keepsOut: 'the learner around the allow-list', without: 'return { request }' },

  { name: 'refuseSessionName', ...sandbox, keepsOut: 'session names that select every object' },
  { name: 'refuseSystemNamespace', ...sandbox, keepsOut: 'namespaces of the system' },
  { name: 'refuseDeclaredAccess', ...sandbox, keepsOut: 'tasks that declare what no task may change' },
  { name: 'refuseTakenNamespace', ...sandbox, keepsOut: 'namespaces of somebody' },
  { name: 'refuseLoan', file: 'src/server/kind/node-loans.ts', test: sandbox.test, keepsOut: 'loans that change what a node is' },
  { name: 'podSecurityLabels', ...sandboxObjects, keepsOut: 'privileged pods, whoever makes them', without: 'return {}' },
  { name: 'roleOf', ...sandboxObjects, keepsOut: 'the learner\'s token from other namespaces', without: 'return [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]' },
  { name: 'quotaOf', ...sandboxObjects, keepsOut: 'floods of objects', without: 'return {}' },
  { name: 'networkObject', ...sandboxObjects, keepsOut: 'traffic from and to others' },
  { name: 'refuseForeignRemoval', file: 'src/server/kind/clean-up.ts', test: sandbox.test, keepsOut: 'the removal of what is not the session\'s' },

  { name: 'refuseUnknownPart', ...requests, keepsOut: 'impersonation, other servers, other credentials' },
  { name: 'refuseUnknownKind', ...requests, keepsOut: 'webhooks, definitions, API services, certificates' },
  { name: 'refuseVerb', ...requests, keepsOut: 'verbs that no course needs' },
  { name: 'refuseSubresource', ...requests, keepsOut: 'proxies, bindings, made-up statuses' },
  { name: 'refuseOtherNamespace', ...requests, keepsOut: 'namespaces, pods and secrets of others' },
  { name: 'refuseUndeclared', ...requests, keepsOut: 'changes outside namespaces that the task does not declare' },
  { name: 'refuseOtherNamespaceObject', ...requests, keepsOut: 'changes of other namespaces' },
  { name: 'refuseSandboxObject', ...requests, keepsOut: 'the end of the sandbox\'s quota, policy and rights' },
  { name: 'refuseTokenRequest', ...requests, keepsOut: 'tokens for others and for long' },
  { name: 'refuseForeignObject', ...requests, keepsOut: 'objects outside namespaces without the session\'s label' },
  { name: 'withSessionLabel', ...requests, keepsOut: 'objects that clean-up would not find', without: 'return body' },

  { name: 'refuseUnseenReach', ...policies, keepsOut: 'changes of a policy whose reach cannot be seen' },
  { name: 'withTaskScope', ...policies, keepsOut: 'policies that act outside the task\'s namespaces', without: 'return body' },

  { name: 'refuseLargeBody', ...bodies, keepsOut: 'bodies beyond 256 KB' },
  { name: 'refuseDeepBody', ...bodies, keepsOut: 'bodies deeper than 64 levels' },
  { name: 'refusePrototypeKey', ...bodies, keepsOut: 'keys of JavaScript in a request' },
  { name: 'refuseFinalizer', ...bodies, keepsOut: 'finalizers' },
  { name: 'refuseForeignOwner', ...bodies, keepsOut: 'owners outside the namespace' },
  { name: 'refuseHostAccess', ...bodies, keepsOut: 'network, processes, ports and privileges of a node' },
  { name: 'refuseHostVolume', ...bodies, keepsOut: 'files of a node or another machine' },
  { name: 'refuseExternalAddress', ...bodies, keepsOut: 'addresses that take traffic of others' },
  { name: 'refuseBridgeLabel', ...bodies, keepsOut: 'forged labels and loans' },
  { name: 'refuseBodyNamespace', ...bodies, keepsOut: 'a body for another namespace than the request' },
  { name: 'refuseSandboxIdentity', ...bodies, keepsOut: 'pods with the learner\'s own token' },
  { name: 'refuseNodeChange', ...bodies, keepsOut: 'changes of what a node is' },
  { name: 'refuseWeakerNamespace', ...bodies, keepsOut: 'a weaker Pod Security' },
  { name: 'refuseLabelLoss', ...bodies, keepsOut: 'labels that are replaced as a whole' },
  { name: 'refuseClusterDefault', ...bodies, keepsOut: 'defaults and rights of the whole cluster' },
  { name: 'refuseForeignSubject', ...bodies, keepsOut: 'rights over the cluster for others' },

  { name: 'refuseLargeManifest', ...manifests, keepsOut: 'manifests beyond 256 KB' },
  { name: 'refuseManyDocuments', ...manifests, keepsOut: 'manifests with more than 50 documents' },
  { name: 'refusePrototypeKeys', ...manifests, keepsOut: 'keys of JavaScript in a manifest' },
  { name: 'refuseShapelessDocument', ...manifests, keepsOut: 'documents that are no objects' },
  { name: 'aliasRatioMax', file: 'simulator/api/yaml/resolve.ts', test: manifests.test, keepsOut: 'aliases that blow up', without: 'return 1' },
  { name: 'runLimited', file: 'src/server/kind/guard/budgets.ts', test: manifests.test, keepsOut: 'regular expressions and CEL without end', without: 'return work()' },
]
