/** APIServices of the groups and versions that definitions serve. Models pkg/controlplane/controller/crdregistration (v1.35). */

import { apiServices, automanagedLabel, localApiService } from '../../api/api-services.ts'
import type { ApiClient } from '../../api/client.ts'
import type { CustomResourceDefinition } from '../../api/custom-kinds.ts'
import { definitionsResource, isEstablished } from '../../api/custom-kinds.ts'
import type { KubeObject } from '../../api/types.ts'
import { keyOf } from '../../store/resource-id.ts'

/** Priorities of every group of definitions, and of its versions. */
const priorities = [1000, 100] as const

/** Makes what is missing of a group and deletes what nobody serves any more. */
export function keepApiServices(group: string, api: ApiClient, timestamp: string): void {
  const served = new Set(api.list<CustomResourceDefinition>(definitionsResource).filter((definition) => definition.spec.group === group && isEstablished(definition))
    .flatMap(({ spec }) => spec.versions.filter((version) => version.served).map(({ name }) => `${name}.${group}`)))
  for (const service of api.list<KubeObject>(apiServices)) {
    const { name = '', labels } = service.metadata
    if (labels?.[automanagedLabel] === 'true' && name.endsWith(`.${group}`) && !served.has(name)) api.delete(apiServices, keyOf(service))
  }
  for (const name of served) {
    if (api.find(apiServices, name) !== undefined) continue
    const service = localApiService(group, name.slice(0, name.indexOf('.')), priorities, 'true', timestamp)
    const made = api.create(apiServices, service)
    if (made.ok) api.updateStatus(apiServices, { ...made.object, status: service.status } as KubeObject)
  }
}
