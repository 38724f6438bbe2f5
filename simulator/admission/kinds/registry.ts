/** The rules of all kinds. */

import type { KindRules } from '../kind-rules.ts'
import { certificatesigningrequests } from './certificatesigningrequests.ts'
import { configmaps } from './configmaps.ts'
import { controllerrevisions } from './controllerrevisions.ts'
import { cronjobs } from './cronjobs.ts'
import { csidrivers, csinodes, csistoragecapacities, volumeattachments, volumeattributesclasses } from './csi.ts'
import { customresourcedefinitions } from './customresourcedefinitions.ts'
import { daemonsets } from './daemonsets.ts'
import { deployments } from './deployments.ts'
import { endpoints } from './endpoints.ts'
import { endpointslices } from './endpointslices.ts'
import { events } from './events.ts'
import { flowschemas, prioritylevelconfigurations } from './flow-control.ts'
import { horizontalpodautoscalers, horizontalpodautoscalersV1 } from './horizontalpodautoscalers.ts'
import { ingressclasses, ingresses } from './ingresses.ts'
import { jobs } from './jobs.ts'
import { leases } from './leases.ts'
import { limitranges } from './limitranges.ts'
import { mutatingadmissionpolicies, mutatingadmissionpoliciesV1alpha1, mutatingadmissionpolicybindings, mutatingadmissionpolicybindingsV1alpha1 } from './mutatingadmissionpolicies.ts'
import { namespaces } from './namespaces.ts'
import { networkpolicies } from './networkpolicies.ts'
import { nodes } from './nodes.ts'
import { persistentvolumeclaims } from './persistentvolumeclaims.ts'
import { persistentvolumes } from './persistentvolumes.ts'
import { poddisruptionbudgets } from './poddisruptionbudgets.ts'
import { pods } from './pods.ts'
import { priorityclasses } from './priorityclasses.ts'
import { clusterrolebindings, clusterroles, rolebindings, roles } from './rbac.ts'
import { replicasets } from './replicasets.ts'
import { podtemplates, replicationcontrollers } from './replicationcontrollers.ts'
import { deviceclasses, resourceclaims, resourceclaimtemplates } from './resourceclaims.ts'
import { resourcequotas } from './resourcequotas.ts'
import { runtimeclasses } from './runtimeclasses.ts'
import { secrets } from './secrets.ts'
import { apiservices, ipaddresses, servicecidrs } from './service-ranges.ts'
import { serviceaccounts } from './serviceaccounts.ts'
import { services } from './services.ts'
import { statefulsets } from './statefulsets.ts'
import { storageclasses } from './storageclasses.ts'
import { mutatingwebhookconfigurations, validatingwebhookconfigurations } from './webhookconfigurations.ts'
import { validatingadmissionpolicies, validatingadmissionpolicybindings } from './validatingadmissionpolicies.ts'

export const kindRules: readonly KindRules[] = [
  apiservices, certificatesigningrequests, csidrivers, csinodes, csistoragecapacities, flowschemas, ipaddresses, mutatingwebhookconfigurations, podtemplates, prioritylevelconfigurations, replicationcontrollers, runtimeclasses, servicecidrs, validatingwebhookconfigurations, volumeattachments, volumeattributesclasses,
  clusterrolebindings, clusterroles, configmaps, controllerrevisions, cronjobs, customresourcedefinitions, daemonsets, deployments, deviceclasses, endpoints, endpointslices, events, horizontalpodautoscalers, horizontalpodautoscalersV1, ingressclasses, ingresses, jobs, leases, limitranges, mutatingadmissionpolicies, mutatingadmissionpoliciesV1alpha1, mutatingadmissionpolicybindings, mutatingadmissionpolicybindingsV1alpha1, namespaces, networkpolicies, nodes, persistentvolumeclaims, persistentvolumes, poddisruptionbudgets, pods, priorityclasses, replicasets, resourceclaims, resourceclaimtemplates, resourcequotas, rolebindings, roles, secrets, serviceaccounts, services, statefulsets, storageclasses, validatingadmissionpolicies, validatingadmissionpolicybindings,
]

const byKind: ReadonlyMap<string, KindRules> = new Map(kindRules.map((rules) => [`${rules.apiVersion} ${rules.kind}`, rules]))

/** The rules of a kind, or undefined for one that admission does not know. */
export function findKindRules(apiVersion: string, kind: string): KindRules | undefined {
  return byKind.get(`${apiVersion} ${kind}`)
}
