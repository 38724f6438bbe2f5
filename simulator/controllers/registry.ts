/** The controllers of kube-controller-manager, in their running order. */

import type { Controller } from '../store/component.ts'
import { certificateCleaner, certificateSigner } from './certificates/signer.ts'
import { cronJobController } from './cron-job/controller.ts'
import { customResourceDefinitionController } from './custom-resource-definition/controller.ts'
import { daemonSetController } from './daemonset/controller.ts'
import { deploymentController } from './deployment/controller.ts'
import { disruptionController } from './disruption/controller.ts'
import { endpointsController } from './endpoints/controller.ts'
import { endpointSliceController } from './endpointslice/controller.ts'
import { endpointSliceMirroringController } from './endpointslice-mirroring/controller.ts'
import { defaultFlags } from './flags.ts'
import type { ControllerFlags } from './flags.ts'
import { garbageCollector } from './garbage-collector/controller.ts'
import { makeHpaController } from './hpa/controller.ts'
import type { MetricsClient } from './hpa/ports.ts'
import { jobController } from './job/controller.ts'
import { kueueJobController } from './kueue/job-reconciler.ts'
import { kueueQueueController } from './kueue/queue-status.ts'
import { kueueScheduler } from './kueue/scheduler.ts'
import { kueueWorkloadController } from './kueue/workload-reconciler.ts'
import { namespaceController } from './namespace/controller.ts'
import { makeNodeLifecycleController } from './node-lifecycle/controller.ts'
import { makePersistentVolumeController } from './persistent-volume/controller.ts'
import { podGroupController } from './pod-group/controller.ts'
import { makePodGcController } from './pod-gc/controller.ts'
import { replicaSetController } from './replicaset/controller.ts'
import { resourceQuotaController } from './resource-quota/controller.ts'
import { roleAggregationController } from './role-aggregation/controller.ts'
import { makeRootCaController } from './root-ca/controller.ts'
import { serviceAccountController } from './service-account/controller.ts'
import { makeTokenController } from './service-account/tokens.ts'
import { claimProtection, classProtection, volumeProtection } from './storage-protection/controllers.ts'
import { statefulSetController } from './statefulset/controller.ts'
import { taintEvictionController } from './taint-eviction/controller.ts'
import { ttlAfterFinishedController } from './ttl-after-finished/controller.ts'

/** What the controllers need from outside of their room. */
export interface ControllerParts {
  /** Flags that differ from the defaults of kube-controller-manager. */
  readonly flags?: Partial<ControllerFlags>
  /** For the horizontal pod autoscaler; `resourceMetricsClient` makes one of a resource metrics reader. */
  readonly metrics: MetricsClient
}

/** Controllers that an add-on brings, by its name in bootstrap/add-ons.ts. */
export const addOnControllers: { readonly [addOn: string]: readonly Controller[] } = {
  coscheduling: [podGroupController],
  kueue: [kueueWorkloadController, kueueJobController, kueueScheduler, kueueQueueController],
}

/** All controllers. A cluster may run some of them, by name. */
export function makeControllers(parts: ControllerParts): readonly Controller[] {
  const flags: ControllerFlags = { ...defaultFlags, ...parts.flags }
  return [
    customResourceDefinitionController,
    namespaceController,
    serviceAccountController,
    makeRootCaController(flags.rootCertificate),
    // Sets act on their size before their Deployment looks at it again.
    replicaSetController,
    deploymentController,
    // A CronJob sees its Job before the Job's status changes.
    cronJobController,
    jobController,
    statefulSetController,
    daemonSetController,
    makePersistentVolumeController(flags),
    ttlAfterFinishedController,
    endpointsController,
    endpointSliceController,
    endpointSliceMirroringController,
    garbageCollector,
    resourceQuotaController,
    disruptionController,
    makeHpaController({ flags, metrics: parts.metrics }),
    makeNodeLifecycleController(flags),
    taintEvictionController,
    roleAggregationController,
    certificateSigner,
    certificateCleaner,
    claimProtection,
    volumeProtection,
    classProtection,
    makePodGcController(flags),
    makeTokenController(flags.rootCertificate),
  ]
}
