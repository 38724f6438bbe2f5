/**
 * The API server: authorization, then the verb. Everything that reads or changes the cluster comes through here.
 * Models kubernetes/staging/src/k8s.io/apiserver/pkg/endpoints/handlers (v1.35).
 */

import { discoveryOf, isDiscovery } from '../api/discovery.ts'
import { apiErrors, successStatus } from '../api/errors.ts'
import { goQuote } from '../api/go-text.ts'
import { apiVersionOf, findSubresource, splitApiVersion } from '../api/kinds.ts'
import type { KindInfo } from '../api/kinds.ts'
import { isStream } from '../api/request.ts'
import type { ApiRequest, ApiResponse, KubeList } from '../api/request.ts'
import type { KubeObject, Status } from '../api/types.ts'
import { objectKey, resourceId } from '../store/resource-id.ts'
import { bodyOf, deleteOptionsOf, failed, ok, writeOptions } from './answers.ts'
import { isAudited } from './audit-log.ts'
import { ObjectReader } from './objects.ts'
import { checkContentType, checkOptions } from './options.ts'
import { recorded, shown } from './field-manager/recording.ts'
import { patchObject } from './patch.ts'
import { checkVersion, expiredView, pageOf, viewOf } from './pages.ts'
import type { ListView } from './pages.ts'
import { resourceName } from './registry.ts'
import { answerReview, isReview } from './reviews.ts'
import { filterOf, isFilter, onlyName } from './select.ts'
import type { ServerParts } from './server-parts.ts'
import { handleSubresource } from './subresources.ts'
import { toTable } from './tables.ts'

/** Kinds whose deletion answers with the object, and not with a Status. Models ReturnDeletedObject of each registry (v1.35). */
const returnedKinds: readonly string[] = [
  'Pod', 'Service', 'ServiceAccount', 'PodTemplate', 'ResourceQuota', 'PersistentVolume', 'PersistentVolumeClaim', 'StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'VolumeAttributesClass',
  'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice', 'DeviceClass',
]

/** Groups with kinds that are served in several versions. */
const groupsOfVersions: ReadonlySet<string> = new Set(['autoscaling', 'admissionregistration.k8s.io'])

/** What the server says of kinds that go out of use. */
const deprecations: { readonly [resource: string]: string } = {
  endpoints: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  componentstatuses: 'v1 ComponentStatus is deprecated in v1.19+',
}

function createdName({ body }: ApiRequest): string {
  return (body as unknown as KubeObject | undefined)?.metadata?.name ?? ''
}

function withDeprecation(request: ApiRequest, response: ApiResponse, kind: KindInfo | undefined): ApiResponse {
  const warning = kind?.deprecation !== undefined ? kind.deprecation : kind?.custom !== undefined ? kind.custom.warning : request.group === '' && Object.hasOwn(deprecations, request.resource) ? deprecations[request.resource] : undefined
  return warning === undefined || response.code === 403 ? response : { ...response, warnings: [warning, ...response.warnings] }
}

/**
 * The handlers of one cluster behind `handle`: authorization, admission, storage, streams and audit. It takes trusted,
 * decoded requests; paths and bytes of HTTP are the business of its callers.
 */
export class ApiServer {
  readonly parts: ServerParts
  readonly reader: ObjectReader

  constructor(parts: ServerParts) {
    this.parts = parts
    this.reader = new ObjectReader(parts.store, parts.events, parts.clock, parts.metrics)
    parts.store.listen(({ resource, key, after }) => {
      if (after === undefined) parts.managers.forget(resource, key)
    })
  }

  /** Answers one request. Never throws for bad input: an expected failure is a Status with its code. */
  handle(request: ApiRequest): ApiResponse {
    const kind = this.parts.kinds.current.byResource(request.group, request.resource, request.version)
    // Components write without a request of their own: what was noted about that is nobody's.
    this.parts.takeAnnotations()
    const response = withDeprecation(request, this.inServedVersion(kind, request, this.route(kind, request)), kind)
    const auditAnnotations = this.parts.takeAnnotations()
    if (isAudited(request, response.code)) {
      const { user, verb, resource, subresource } = request
      const key = objectKey(request.namespace, request.name ?? '')
      this.parts.audit.record({ atMs: this.parts.clock.nowMs, user: user.name, verb, resource: resourceId(request.group, resource), key, subresource, code: response.code })
    }
    return auditAnnotations === undefined || isStream(response) ? response : { ...response, auditAnnotations }
  }

  /** The answer with its objects in the version that was asked for. */
  private inServedVersion(kind: KindInfo | undefined, request: ApiRequest, response: ApiResponse): ApiResponse {
    if (kind === undefined || isStream(response) || (!groupsOfVersions.has(kind.group) && kind.custom?.mayDiffer !== true) || request.query?.table === true) return response
    const body = response.body as KubeObject & Partial<KubeList>
    if (body.kind === kind.kind) return { ...response, body: this.parts.admission.toServed(kind, body) }
    if (body.items === undefined) return response
    return { ...response, body: { ...body, items: body.items.map((item) => this.parts.admission.toServed(kind, item)) } }
  }

  private route(kind: KindInfo | undefined, request: ApiRequest): ApiResponse {
    if (kind === undefined) return isDiscovery(request) ? ok(200, discoveryOf(this.parts.kinds.current)) : failed(apiErrors.noSuchPath())
    if (request.subresource !== undefined && findSubresource(kind, request.subresource) === undefined) return failed(kind.custom === undefined ? apiErrors.noSuchPath() : apiErrors.notFound(resourceName(kind), request.name ?? ''))
    const refusal = this.parts.authorizer.check(request) ?? checkOptions(request)
    if (refusal !== undefined) return failed(refusal)
    if (isReview(kind)) return answerReview(this, kind, request)
    if (request.subresource !== undefined) return this.inRequestedForm(kind, request, handleSubresource(this, kind, request))
    if (kind.custom?.isTerminating === true && request.verb === 'create') return failed(apiErrors.forbidden(resourceName(kind), createdName(request), 'create not allowed while custom resource definition is terminating'))
    if (!kind.verbs.includes(request.verb) && kind.custom?.isTerminating !== true) return failed(apiErrors.methodNotAllowed())
    switch (request.verb) {
      case 'get':
        return this.get(kind, request)
      case 'list':
        return this.list(kind, request)
      case 'watch':
        return this.watch(kind, request)
      case 'create':
        return this.create(kind, request)
      case 'update':
        return this.update(kind, request)
      case 'patch':
        return this.patch(kind, request)
      case 'delete':
        return this.delete(kind, request)
      case 'deletecollection':
        return this.deleteCollection(kind, request)
    }
  }

  /** A subresource that is read as a Table becomes one. */
  private inRequestedForm(kind: KindInfo, request: ApiRequest, response: ApiResponse): ApiResponse {
    if (request.verb !== 'get' || request.query?.table !== true || isStream(response) || response.code !== 200 || typeof response.body === 'string') return response
    const object = response.body as KubeObject
    const { group } = splitApiVersion(object.apiVersion)
    return ok(200, toTable({ ...kind, group, kind: object.kind }, [object], this.parts.clock, this.parts.store.resourceVersion, request.query))
  }

  private get(kind: KindInfo, request: ApiRequest): ApiResponse {
    const refusal = checkVersion(request.query?.resourceVersion ?? '', this.parts.store.resourceVersion)
    if (refusal !== undefined) return failed(refusal)
    const found = this.reader.find(kind, request.namespace, request.name ?? '')
    if (found.kind === 'Status') return failed(found as Status)
    const object = found as KubeObject
    return ok(200, request.query?.table === true ? toTable(kind, [object], this.parts.clock, this.parts.store.resourceVersion, request.query) : shown(this.parts, kind, request, object))
  }

  private list(kind: KindInfo, request: ApiRequest): ApiResponse {
    const { query = {} } = request
    const view = viewOf(query, this.parts.store.resourceVersion)
    if ('kind' in view) return failed(view)
    const selected = this.select(kind, request, view)
    if ('kind' in selected) return failed(selected)
    const { atVersion = this.parts.store.resourceVersion } = view
    const page = pageOf(selected, query, view, atVersion)
    const metadata = { resourceVersion: String(atVersion), ...page.more }
    if (query.table === true) {
      const table = toTable(kind, page.items, this.parts.clock, this.parts.store.resourceVersion, query)
      return ok(200, { ...table, metadata })
    }
    const body: KubeList = { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: page.items.map((item) => shown(this.parts, kind, request, item)) }
    return ok(200, body)
  }

  private watch(kind: KindInfo, request: ApiRequest): ApiResponse {
    const { query = {} } = request
    const filter = filterOf(kind, query, request.name)
    if (!isFilter(filter)) return failed(filter)
    const { resourceVersion: asked = '' } = query
    if (asked !== '' && !/^\d+$/.test(asked)) return failed(apiErrors.badRequest(`resourceVersion: Invalid value: ${goQuote(asked)}: strconv.ParseUint: parsing ${goQuote(asked)}: invalid syntax`))
    const { resourceVersion: latest } = this.parts.store
    const isNew = query.sendInitialEvents === true || ((asked === '' || asked === '0') && query.sendInitialEvents !== false)
    if (Number(asked) > latest) return failed(apiErrors.tooLargeVersion(asked, latest))
    const from = isNew || asked === '' || asked === '0' ? latest : Number(asked)
    return { code: 200, streamId: this.parts.streams.openWatch(request, from, isNew), warnings: [] }
  }

  private create(kind: KindInfo, request: ApiRequest): ApiResponse {
    if (request.name !== undefined) return failed(apiErrors.methodNotAllowed())
    const unknownType = checkContentType(request)
    if (unknownType !== undefined) return failed(unknownType)
    const body = bodyOf(request, this.parts.kinds.current)
    if (typeof body === 'object' && 'refusal' in body) return failed(body.refusal)
    const outcome = recorded(this.parts, kind, request, undefined, this.parts.registry.create(kind, request.namespace, body, writeOptions(request)))
    return outcome.ok ? ok(201, outcome.object, outcome.warnings) : failed(outcome.status, outcome.warnings)
  }

  private update(kind: KindInfo, request: ApiRequest): ApiResponse {
    const body = bodyOf(request, this.parts.kinds.current)
    if (typeof body === 'object' && 'refusal' in body) return failed(body.refusal)
    const key = objectKey(kind.namespaced ? request.namespace : undefined, request.name ?? '')
    const before = this.parts.store.find<KubeObject>(resourceId(kind.group, kind.resource), key)
    if (before === undefined && this.parts.admission.createsOnUpdate(kind)) return this.create(kind, { ...request, name: undefined })
    const outcome = recorded(this.parts, kind, request, before, this.parts.registry.update(kind, key, body, writeOptions(request)))
    return outcome.ok ? ok(200, outcome.object, outcome.warnings) : failed(outcome.status, outcome.warnings)
  }

  private patch(kind: KindInfo, request: ApiRequest): ApiResponse {
    const outcome = patchObject(this, kind, request)
    return outcome.ok ? ok(outcome.isNew === true ? 201 : 200, outcome.object, outcome.warnings) : failed(outcome.status, outcome.warnings)
  }

  private delete(kind: KindInfo, request: ApiRequest): ApiResponse {
    if (kind.resource === 'events') return this.deleteEvent(kind, request)
    const key = objectKey(kind.namespaced ? request.namespace : undefined, request.name ?? '')
    const outcome = this.parts.registry.delete(kind, key, deleteOptionsOf(request), writeOptions(request))
    if (!outcome.ok) return failed(outcome.status, outcome.warnings)
    const { object, isGone } = outcome.object
    if (!isGone || returnedKinds.includes(kind.kind)) return ok(200, object, outcome.warnings)
    const details = { name: object.metadata.name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.resource, uid: object.metadata.uid }
    return ok(200, successStatus(details), outcome.warnings)
  }

  private deleteEvent(kind: KindInfo, request: ApiRequest): ApiResponse {
    const found = this.reader.find(kind, request.namespace, request.name ?? '')
    if (found.kind === 'Status') return failed(found as Status)
    const row = this.parts.events.list().find((candidate) => (found as KubeObject).metadata.resourceVersion === String(candidate.resourceVersion))
    if (row !== undefined) this.parts.events.remove(row.id)
    return ok(200, successStatus({ name: request.name, kind: kind.resource }))
  }

  private deleteCollection(kind: KindInfo, request: ApiRequest): ApiResponse {
    const { query = {} } = request
    const view = viewOf(query, this.parts.store.resourceVersion)
    if ('kind' in view) return failed(view)
    const matching = this.select(kind, request, view)
    if ('kind' in matching) return failed(matching)
    const selected = pageOf(matching, query, view, this.parts.store.resourceVersion).items
    for (const object of selected) {
      const outcome = this.delete(kind, { ...request, name: object.metadata.name, namespace: object.metadata.namespace })
      if (outcome.code >= 300 && outcome.code !== 404) return outcome
    }
    const body: KubeList = { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata: { resourceVersion: String(this.parts.store.resourceVersion) }, items: [...selected] }
    return ok(200, body)
  }

  private select(kind: KindInfo, request: ApiRequest, view: ListView): readonly KubeObject[] | Status {
    const filter = filterOf(kind, request.query ?? {}, request.name)
    if (!isFilter(filter)) return filter
    const all = view.atVersion === undefined ? this.reader.list(kind, request.namespace, onlyName(request.query ?? {}, request.name)) : this.reader.listAt(kind, request.namespace, view.atVersion)
    if (all === undefined) return expiredView(view)
    return 'kind' in all ? all : all.filter(filter)
  }
}
