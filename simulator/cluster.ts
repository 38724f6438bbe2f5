/**
 * A simulated cluster: wires the rooms and is the only file that knows them all.
 * A cluster is a function of (configuration, seed, requests with their times).
 */

import { addedKinds } from './api/api-server-options.ts'
import type { ApiClient } from './api/client.ts'
import type { Credentials } from './api/credentials.ts'
import type { ApiAnswer, ApiRequest, ApiResponse, StreamFrame, UserInfo } from './api/request.ts'
import { definitionsResource } from './api/custom-kinds.ts'
import type { KindTable } from './api/kinds.ts'
import { defaultClusterRoleBindings, defaultClusterRoles, defaultRoleBindings, defaultRoles } from './api/default-roles.ts'
import { defaultEpochMs } from './api/time.ts'
import type { KubeObject, Pod } from './api/types.ts'
import { LocalClient } from './apiserver/client.ts'
import { answerPath } from './apiserver/paths.ts'
import type { PathRequest } from './apiserver/paths.ts'
import { AuditLog } from './apiserver/audit-log.ts'
import type { AuditLine } from './apiserver/audit-log.ts'
import { Authenticator } from './apiserver/authenticator.ts'
import { Authorizer } from './apiserver/authorizer.ts'
import { ServedKinds } from './apiserver/custom-kinds.ts'
import { Binder } from './apiserver/binding.ts'
import { EventLog } from './apiserver/event-log.ts'
import type { EventRow } from './apiserver/event-log.ts'
import { FieldManagers } from './apiserver/field-manager/field-managers.ts'
import { Identity } from './apiserver/identity.ts'
import { Registry } from './apiserver/registry.ts'
import { ApiServer } from './apiserver/server.ts'
import { Streams } from './apiserver/streams.ts'
import { bindAdmission } from './bind-admission.ts'
import { bindComponents } from './bind-components.ts'
import type { Components } from './bind-components.ts'
import { addOns } from './bootstrap/add-ons.ts'
import { nodeObject, systemObjects } from './bootstrap/objects.ts'
import { serverObjects } from './bootstrap/server-objects.ts'
import type { StoredObject } from './bootstrap/server-objects.ts'
import type { ClusterConfig } from './cluster-config.ts'
import { ControllerRunner } from './controllers/runner.ts'
import { assert } from './kernel/assert.ts'
import type { SimTimeMs } from './kernel/event-queue.ts'
import { hashText } from './kernel/hash.ts'
import { Kernel } from './kernel/kernel.ts'
import { openStream } from './kernel/random.ts'
import { ClusterState } from './kernel/state.ts'
import type { SavedState } from './kernel/state.ts'
import { defaultTimings } from './kernel/timings.ts'
import type { Timings } from './kernel/timings.ts'
import type { Clock, ComponentContext, Controller, StoreChange } from './store/component.ts'
import { clockOf } from './store/clock.ts'
import { keyOf } from './store/resource-id.ts'
import { Store } from './store/store.ts'

/** The API server to itself. */
const serverUser: UserInfo = { name: 'system:apiserver', groups: ['system:authenticated', 'system:masters'] }

/** The user that plays a cluster's bootstrap, with every right. */
export const adminUser: UserInfo = { name: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }
/** The user that plays a scenario's start. */
export const authorUser: UserInfo = { name: 'podflight:author', groups: ['system:masters', 'system:authenticated'] }

const eventExpiryPeriodMs = 600_000

/** A saved cluster: configuration and state, as JSON. */
export interface ClusterSnapshot {
  readonly config: ClusterConfig
  readonly state: SavedState
}

export type { PathRequest } from './apiserver/paths.ts'

/** Told of each committed change, after the components. */
export type ChangeListener = (change: StoreChange) => void

/**
 * One simulated cluster. Its time stands still but for `advanceTo` and `stepEvent`; those throw AssertionError when the
 * engine is at fault (a livelock, a broken invariant), never for what a client asked.
 */
export class Cluster {
  readonly config: ClusterConfig
  readonly clock: Clock
  readonly components: Components
  readonly events: EventLog
  private readonly state: ClusterState
  private readonly kernel: Kernel
  private readonly store: Store
  private readonly server: ApiServer
  private readonly audit: AuditLog
  private readonly identity: Identity
  private readonly timings: Timings
  private readonly runner: ControllerRunner
  private readonly clients = new Map<string, LocalClient>()
  private readonly listeners: ChangeListener[] = []

  /** Use `createCluster`, `fork` or `restoreCluster`. */
  constructor(config: ClusterConfig, state: ClusterState) {
    this.config = config
    this.state = state
    this.kernel = new Kernel(state)
    this.store = new Store(state)
    this.clock = clockOf(state, epochMsOf(config))
    this.timings = { ...defaultTimings, ...config.timings }
    this.events = new EventLog(state, () => this.store.takeResourceVersion())
    this.audit = new AuditLog(state.log('audit/lines'), state.table('audit/counters'))
    this.identity = new Identity(config.seed, state.table('identity/ordinals'), state.table('identity/deletions'))
    const admission = bindAdmission(config, this.store, this.identity, this.clock)
    const registry = new Registry({ store: this.store, identity: this.identity, clock: this.clock, admission: admission.door })
    const kinds = new ServedKinds(this.store, addedKinds(config.apiServer ?? {}))
    const authenticator = new Authenticator(this.store, this.clock)
    const authorizer = new Authorizer(admission.decide, kinds)
    const kubelet = { current: () => this.components }
    const doors = doorsOf(kubelet)
    const streams = new Streams(state.table('streams/open'), this.store, this.events, doors.kubelet, this.clock, kinds)
    const managers = new FieldManagers(state.table('managed-fields'), this.clock)
    this.server = new ApiServer({
      store: this.store, registry, binder: new Binder(this.store, this.clock), admission: admission.door, authenticator, authorizer, events: this.events, audit: this.audit, clock: this.clock,
      kubelet: doors.kubelet, metrics: doors.metrics, streams, kinds, managers, rulesOf: admission.rulesOf, takeAnnotations: admission.takeAnnotations,
    })
    this.components = bindComponents({ config, kernel: this.kernel, clientFor: (user) => this.clientFor(user), contextFor: (name, user, component) => this.contextFor(name, user, component) })
    this.runner = new ControllerRunner(this.kernel, state, this.components.controllers, (controller) =>
      this.contextFor(`controllers/${controller.name}`, userOfController(controller), controller.component ?? controller.name))
    this.kernel.register('cluster/expire-events', () => this.expireEvents())
    this.store.listen((change) => this.onChange(change, authorizer, kinds))
  }

  /** Simulated ms since the bootstrap. */
  get nowMs(): SimTimeMs {
    return this.state.nowMs
  }

  /** Hash over every commit so far: equal for equal histories. */
  get traceHash(): string {
    return hashText(this.state.trace)
  }

  /** The kinds that the API serves now. */
  get kinds(): KindTable {
    return this.server.parts.kinds.current
  }

  /** The one door. */
  request(request: ApiRequest): ApiResponse {
    return this.server.handle(request)
  }

  /** The door for paths that are no resources: health, version, discovery, OpenAPI. */
  requestPath(request: PathRequest): ApiAnswer {
    return answerPath(this.kinds, this.server.parts.authorizer, request)
  }

  /** The user of what a client shows; undefined when it is no good (401). */
  authenticate(credentials: Credentials): UserInfo | undefined {
    return this.server.parts.authenticator.userOf(credentials)
  }

  /** Whether a user may act as another one: the check of the Impersonate headers. Resource is users, groups, serviceaccounts or userextras/KEY. */
  mayImpersonate(user: UserInfo, resource: string, name: string, namespace?: string): boolean {
    const group = resource.startsWith('userextras') ? 'authentication.k8s.io' : ''
    return this.server.parts.authorizer.access({ user, verb: 'impersonate', group, resource, name, namespace }).isAllowed
  }

  /** What a stream has since the last read; an `end` frame closes it. */
  readStream(streamId: string): readonly StreamFrame[] {
    return this.server.parts.streams.read(streamId)
  }

  /** Standard input for exec and attach; undefined ends it. */
  writeStream(streamId: string, text: string | undefined): void {
    this.server.parts.streams.write(streamId, text)
  }

  closeStream(streamId: string): void {
    this.server.parts.streams.close(streamId)
  }

  /** The typed API as a user, for components and for tools that speak no kubectl. */
  clientFor(user: UserInfo): LocalClient {
    let client = this.clients.get(user.name)
    if (client === undefined) {
      client = new LocalClient(this.server.parts, user)
      this.clients.set(user.name, client)
    }
    return client
  }

  /** Runs everything that is due until a time, which then is now. */
  advanceTo(toMs: SimTimeMs): void {
    this.kernel.advanceTo(toMs)
  }

  /** Time of the next event of the kernel, if anything is pending. */
  nextEventMs(): SimTimeMs | undefined {
    return this.kernel.nextMs()
  }

  /** Runs exactly one event. @returns false when nothing is pending */
  stepEvent(): boolean {
    return this.kernel.step()
  }

  /** What is pending, soonest first, in the kernel's words. Costs a sort of the queue. */
  pendingEvents(limit: number): { readonly atMs: SimTimeMs; readonly type: string; readonly key: string }[] {
    return this.state.queue.list().slice(0, limit).map(({ atMs, typeId, key }) => ({ atMs, type: this.kernel.typeNameOf(typeId), key }))
  }

  /** Adds a listener to committed changes. @returns how to remove it */
  onCommit(listener: ChangeListener): () => void {
    this.listeners.push(listener)
    return () => {
      const index = this.listeners.indexOf(listener)
      if (index >= 0) this.listeners.splice(index, 1)
    }
  }

  /** All stored objects of a resource in order of creation; reading costs no request. For views of the cluster itself. */
  peek<T extends KubeObject>(resource: string): readonly T[] {
    return this.store.list<T>(resource)
  }

  /** One stored object, as `peek`. */
  peekOne<T extends KubeObject>(resource: string, key: string): T | undefined {
    return this.store.find<T>(resource, key)
  }

  /** Rows of all Events, oldest first. */
  eventRows(): readonly EventRow[] {
    return this.events.list()
  }

  /** The audit log, oldest first. */
  auditLines(): readonly AuditLine[] {
    return this.audit.list()
  }

  /** The last resourceVersion given out. */
  get resourceVersion(): number {
    return this.store.resourceVersion
  }

  /** An independent cluster at the same moment, sharing what does not change. It may know other images. */
  fork(changes: Pick<ClusterConfig, 'images'> = {}): Cluster {
    const copy = new Cluster({ ...this.config, ...changes }, this.state.fork())
    copy.store.adoptHistory(this.store)
    return copy
  }

  /** The whole cluster as JSON. */
  snapshot(): ClusterSnapshot {
    return { config: this.config, state: this.state.save() }
  }

  /** Plays the bootstrap: system objects, nodes, add-ons, first events of the components. */
  boot(): void {
    const client = this.clientFor(adminUser)
    for (const object of defaultRbac()) this.store.put(rbacResource(object), keyOf(object), (resourceVersion) => this.asSystemObject(rbacResource(object), object, resourceVersion))
    for (const { resource, object } of systemObjects) must(client, resource, object)
    for (const { resource, object } of this.serverObjects()) this.store.put(resource, keyOf(object), (resourceVersion) => this.asSystemObject(resource, object, resourceVersion))
    for (const { resource, object } of this.components.bootstrapObjects) must(client, resource, object)
    for (const node of this.config.nodes ?? []) must(client, 'nodes', nodeObject(node))
    this.components.start()
    this.runner.start()
    for (const name of this.config.addOns ?? []) {
      assert(addOns[name] !== undefined, `there is no add-on ${name}`)
      for (const { resource, object } of addOns[name]) {
        // Definitions are established from the start, since objects of their kinds come next; they are known to be valid.
        if (resource === definitionsResource) this.store.put(resource, keyOf(object), (resourceVersion) => this.asSystemObject(resource, object, resourceVersion))
        else must(client, resource, object)
      }
    }
    this.kernel.schedule(this.nowMs + eventExpiryPeriodMs, 'cluster/expire-events', '')
  }

  private serverObjects(): readonly StoredObject[] {
    const { nodes = [], addOns: names = [] } = this.config
    return serverObjects({ kinds: this.kinds.all, nodes, addOns: names, timestamp: this.clock.timestamp(this.nowMs) })
  }

  private asSystemObject(resource: string, object: KubeObject, resourceVersion: string): KubeObject {
    const uid = this.identity.uid(resource, keyOf(object))
    return { ...object, metadata: { ...object.metadata, uid, resourceVersion, creationTimestamp: this.clock.timestamp(this.nowMs) } }
  }

  private onChange(change: StoreChange, authorizer: Authorizer, kinds: ServedKinds): void {
    if (change.resource === definitionsResource) kinds.forget()
    if (change.resource.endsWith('rbac.authorization.k8s.io')) authorizer.forget()
    this.components.onChange(change)
    this.runner.onChange(change)
    for (const listener of this.listeners) listener(change)
  }

  private expireEvents(): void {
    this.events.expire(this.nowMs)
    this.kernel.schedule(this.nowMs + eventExpiryPeriodMs, 'cluster/expire-events', '')
  }

  private contextFor(name: string, user: UserInfo, component: string): ComponentContext {
    const { state, kernel, events, clock } = this
    const typeIds = new Map<string, number>()
    const typeIdOf = (type: string): number => {
      const typeId = kernel.typeIdOf(`${name}/${type}`)
      typeIds.set(type, typeId)
      return typeId
    }
    return {
      clock,
      api: this.clientFor(user) satisfies ApiClient,
      recorder: {
        record: (regarding, type, reason, message, options) => events.record(regarding, type, reason, message, component, state.nowMs, options),
      },
      timings: this.timings,
      random: openStream(state.table('random/positions'), this.config.seed, name),
      table: (table) => state.table(`${name}/${table}`),
      log: (log) => state.log(`${name}/${log}`),
      schedule: (atMs, type, key) => kernel.scheduleId(atMs, typeIds.get(type) ?? typeIdOf(type), key),
    }
  }
}

/** Makes a cluster and plays its bootstrap. @throws AssertionError when a node or add-on is refused */
export function createCluster(config: ClusterConfig): Cluster {
  const state = new ClusterState()
  const cluster = new Cluster(config, state)
  cluster.boot()
  return cluster
}

/** A cluster from what `snapshot` gave. */
export function restoreCluster(snapshot: ClusterSnapshot): Cluster {
  return new Cluster(snapshot.config, ClusterState.restore(snapshot.state))
}

/** Whom a controller acts as. */
function userOfController({ isOfServer, user, serviceAccount, name, namespace }: Controller): UserInfo {
  if (isOfServer === true) return serverUser
  return user === undefined ? serviceAccountUser(serviceAccount ?? name, namespace) : { name: user, groups: ['system:authenticated'] }
}

/** The user of a service account, which a controller is by default. */
export function serviceAccountUser(name: string, namespace = 'kube-system'): UserInfo {
  return { name: `system:serviceaccount:${namespace}:${name}`, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'] }
}

/** Unix ms of the bootstrap: T+00:00 less the history before it. */
export function epochMsOf(config: ClusterConfig): number {
  return (config.epochMs ?? defaultEpochMs) - (config.historyMs ?? 0)
}

function defaultRbac(): KubeObject[] {
  return [...defaultClusterRoles(), ...defaultClusterRoleBindings(), ...defaultRoles(), ...defaultRoleBindings()]
}

function rbacResource(object: KubeObject): string {
  return `${object.kind.toLowerCase()}s.rbac.authorization.k8s.io`
}

function must(client: LocalClient, resource: string, object: KubeObject): void {
  const result = client.create(resource, object)
  if (result.ok || result.status.reason === 'AlreadyExists') return
  assert(false, result.status.message ?? `${resource} was refused`)
}

/** Doors that open late: the components behind them are made after the server. */
function doorsOf(rooms: { current(): Components }): Pick<Components['doors'], 'kubelet' | 'metrics'> {
  const kubelet = (): Components['doors']['kubelet'] => rooms.current().doors.kubelet
  return {
    kubelet: {
      readLogs: (pod: Pod, container, query) => kubelet().readLogs(pod, container, query),
      followLogs: (pod, container, cursor) => kubelet().followLogs(pod, container, cursor),
      logCursor: (pod, container) => kubelet().logCursor(pod, container),
      startExec: (pod, container, command, options) => kubelet().startExec(pod, container, command, options),
      startAttach: (pod, container, options) => kubelet().startAttach(pod, container, options),
      readSession: (sessionId) => kubelet().readSession(sessionId),
      writeSession: (sessionId, text) => kubelet().writeSession(sessionId, text),
      closeSession: (sessionId) => kubelet().closeSession(sessionId),
    },
    metrics: { list: (resource, namespace) => rooms.current().doors.metrics.list(resource, namespace) },
  }
}
