/** Which describer belongs to which kind. */

import type { KindInfo } from '../../api/kinds.ts'
import type { KubeObject } from '../../api/types.ts'
import { describeAutoscaler } from './autoscaler.ts'
import { describeSigningRequest } from './certificates.ts'
import { describeConfigMap, describeDisruptionBudget, describeLimitRange, describeNamespace, describePriorityClass, describeQuota, describeSecret, describeServiceAccount } from './config.ts'
import type { Describer } from './describer.ts'
import { describeAnything } from './generic.ts'
import { describeEndpoints, describeEndpointSlice, describeIngress, describeIngressClass, describeNetworkPolicy, describeService } from './network.ts'
import { describeNode } from './node.ts'
import { describePod } from './pod.ts'
import { describeBinding, describeRole } from './rbac.ts'
import { describeClaim, describeStorageClass, describeVolume } from './storage.ts'
import { describeCronJob, describeDaemonSet, describeDeployment, describeJob, describeReplicaSet, describeStatefulSet } from './workloads.ts'

/** A describer of one kind, used where kinds are mixed: the row's kind says what object it gets. */
function of<T extends KubeObject>(describer: Describer<T>): Describer {
  return (object, context) => describer(object as T, context)
}

const describers: { readonly [kind: string]: Describer } = {
  Pod: of(describePod), Node: of(describeNode), Namespace: of(describeNamespace),
  Deployment: of(describeDeployment), ReplicaSet: of(describeReplicaSet), StatefulSet: of(describeStatefulSet), DaemonSet: of(describeDaemonSet), Job: of(describeJob), CronJob: of(describeCronJob),
  Service: of(describeService), Endpoints: of(describeEndpoints), EndpointSlice: of(describeEndpointSlice), Ingress: of(describeIngress), IngressClass: of(describeIngressClass), NetworkPolicy: of(describeNetworkPolicy),
  ConfigMap: of(describeConfigMap), Secret: of(describeSecret), ServiceAccount: of(describeServiceAccount), ResourceQuota: of(describeQuota), LimitRange: of(describeLimitRange),
  PriorityClass: of(describePriorityClass), PodDisruptionBudget: of(describeDisruptionBudget), HorizontalPodAutoscaler: of(describeAutoscaler),
  CertificateSigningRequest: of(describeSigningRequest),
  PersistentVolume: of(describeVolume), PersistentVolumeClaim: of(describeClaim), StorageClass: of(describeStorageClass),
  Role: of(describeRole), ClusterRole: of(describeRole), RoleBinding: of(describeBinding), ClusterRoleBinding: of(describeBinding),
}

/** The describer of a kind. */
export function describerOf(kind: KindInfo): Describer {
  return describers[kind.kind] ?? describeAnything
}

