/** Tables as the server prints them: columns and rows of every kind. Models kubernetes/pkg/printers/internalversion and apiserver's default table (v1.35). */

import { splitApiVersion } from '../kinds.ts'
import type { KindInfo } from '../kinds.ts'
import type { Table, TableColumn, TableRow } from '../request.ts'
import { defaultEpochMs } from '../time.ts'
import type { KubeObject, Pod } from '../types.ts'
import type { CustomKind } from '../structural-schema.ts'
import { nameOf } from './cells.ts'
import type { RowMaker, TableTime } from './cells.ts'
import { customCells, customColumns } from './custom.ts'
import { objectRows } from './objects.ts'
import { otherColumns, otherRows } from './others.ts'
import { podCells } from './pod.ts'
import { workloadRows } from './workloads.ts'

/** Columns by `group/Kind`, parted by `|`: name, behind `:` a type other than string or `name` for that format, `*` for those of -o wide. */
const columnSpecs: { readonly [kind: string]: string } = {
  '/ConfigMap': 'Name|Data|Age',
  '/Endpoints': 'Name|Endpoints|Age',
  '/Event': 'Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*',
  '/Namespace': 'Name|Status|Age',
  '/Node': 'Name|Status|Roles|Age|Version|Internal-IP*|External-IP*|OS-Image*|Kernel-Version*|Container-Runtime*',
  '/PersistentVolume': 'Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|VolumeMode*',
  '/PersistentVolumeClaim': 'Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|VolumeMode*',
  '/Pod': 'Name|Ready|Status|Restarts|Age|IP*|Node*|Nominated Node*|Readiness Gates*',
  '/PodTemplate': 'Name|Containers|Images|Pod Labels',
  '/ReplicationController': 'Name|Desired:integer|Current:integer|Ready:integer|Age|Containers*|Images*|Selector*',
  '/ResourceQuota': 'Name|Request|Limit|Age',
  '/Secret': 'Name|Type|Data|Age',
  '/Service': 'Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector*',
  '/ServiceAccount': 'Name|Age',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'Name|Mutations:integer|ParamKind|Age',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'Name|PolicyName|ParamRef|Age',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': 'Name|Validations:integer|ParamKind|Age',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'Name|PolicyName|ParamRef|Age',
  'apiregistration.k8s.io/APIService': 'Name|Service|Available|Age',
  'apps/ControllerRevision': 'Name|Controller|Revision|Age',
  'apps/DaemonSet': 'Name|Desired:integer|Current:integer|Ready:integer|Up-to-date:integer|Available:integer|Node Selector|Age|Containers*|Images*|Selector*',
  'apps/Deployment': 'Name|Ready|Up-to-date|Available|Age|Containers*|Images*|Selector*',
  'apps/ReplicaSet': 'Name|Desired:integer|Current:integer|Ready:integer|Age|Containers*|Images*|Selector*',
  'apps/StatefulSet': 'Name|Ready|Age|Containers*|Images*',
  'autoscaling/Scale': 'Name|Desired:integer|Available:integer|Age',
  'autoscaling/HorizontalPodAutoscaler': 'Name|Reference|Targets|MinPods|MaxPods|Replicas|Age',
  'batch/CronJob': 'Name|Schedule|Timezone|Suspend:boolean|Active:integer|Last Schedule|Age|Containers*|Images*|Selector*',
  'batch/Job': 'Name|Status|Completions|Duration|Age|Containers*|Images*|Selector*',
  'coordination.k8s.io/Lease': 'Name|Holder|Age',
  'discovery.k8s.io/EndpointSlice': 'Name|AddressType|Ports|Endpoints|Age',
  'events.k8s.io/Event': 'Last Seen|Type|Reason|Object|Subobject*|Source*|Message|First Seen*|Count*|Name*',
  'metrics.k8s.io/NodeMetrics': 'Name|cpu|memory|Window',
  'metrics.k8s.io/PodMetrics': 'Name|cpu|memory|Window',
  'networking.k8s.io/Ingress': 'Name|Class|Hosts|Address|Ports|Age',
  'networking.k8s.io/IngressClass': 'Name|Controller|Parameters|Age',
  'networking.k8s.io/NetworkPolicy': 'Name|Pod-Selector|Age',
  'node.k8s.io/RuntimeClass': 'Name|Handler|Age',
  'policy/PodDisruptionBudget': 'Name|Min Available|Max Unavailable|Allowed Disruptions:integer|Age',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'Name|Role|Age|Users*|Groups*|ServiceAccounts*',
  'rbac.authorization.k8s.io/RoleBinding': 'Name|Role|Age|Users*|Groups*|ServiceAccounts*',
  'resource.k8s.io/DeviceClass': 'Name|Age',
  'resource.k8s.io/ResourceClaim': 'Name|State|Age',
  'resource.k8s.io/ResourceClaimTemplate': 'Name|Age',
  'resource.k8s.io/ResourceSlice': 'Name|Node|Driver|Pool|Age',
  'scheduling.k8s.io/PriorityClass': 'Name|Value:integer|Global-Default:boolean|Age|PreemptionPolicy',
  'storage.k8s.io/StorageClass': 'Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age',
  ...otherColumns,
}
const defaultColumns = 'Name|Created At:date'

const rowMakers: { readonly [kind: string]: RowMaker } = { ...workloadRows, ...objectRows, ...otherRows, '/Pod': podCells }

const createdAt: RowMaker = (object) => [nameOf(object), object.metadata.creationTimestamp ?? null]

/** The columns of a kind, those of -o wide included (priority 1). Descriptions are left empty. */
export function tableColumns(kind: Pick<KindInfo, 'group' | 'kind' | 'custom'>): TableColumn[] {
  if (kind.custom !== undefined) return customColumns(kind.custom)
  const spec = columnSpecs[`${kind.group}/${kind.kind}`] ?? defaultColumns
  return spec.split('|').map((column) => {
    const priority = column.endsWith('*') ? 1 : 0
    const [name = '', type = 'string'] = column.replace(/\*$/, '').split(':')
    const isName = name === 'Name' || type === 'name'
    return { name, type: type === 'name' ? 'string' : type, format: isName ? 'name' : '', description: '', priority }
  })
}

/** Pods that have ended carry a condition, by which kubectl may leave them out. */
function rowConditions(object: KubeObject): TableRow['conditions'] {
  if (object.kind !== 'Pod') return undefined
  const { phase } = (object as Pod).status ?? {}
  if (phase === 'Succeeded') return [{ type: 'Completed', status: 'True', reason: phase, message: 'The pod has completed successfully.' }]
  return phase === 'Failed' ? [{ type: 'Completed', status: 'True', reason: phase, message: 'The pod failed.' }] : undefined
}

/** The row of one object. Only its metadata goes along, as servers do it unless asked for more. */
export function tableRow(object: KubeObject, at: TableTime, custom?: CustomKind): TableRow {
  const { group } = splitApiVersion(object.apiVersion)
  const makeCells = custom !== undefined ? customCells(custom) : (rowMakers[`${group}/${object.kind}`] ?? createdAt)
  const conditions = rowConditions(object)
  const partial: KubeObject = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata }
  return { cells: makeCells(object, at), ...(conditions === undefined ? {} : { conditions }), object: partial }
}

/**
 * The Table of some objects of one kind.
 * @param nowMs simulated time, for ages
 * @param epochMs T+00:00 in milliseconds since 1970
 */
export function tableFor(kind: Pick<KindInfo, 'group' | 'kind' | 'custom'>, objects: readonly KubeObject[], nowMs: number, metadata: Table['metadata'] = {}, epochMs: number = defaultEpochMs): Table {
  const at = { nowMs, epochMs }
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: tableColumns(kind), rows: objects.map((object) => tableRow(object, at, kind.custom)) }
}
