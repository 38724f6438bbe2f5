/**
 * Fields of KubeSchedulerConfiguration and of the plugins' arguments, in the compact form of the API's own schema.
 * Models kube-scheduler/config/v1 and component-base/config/v1alpha1 (v1.35).
 */

import { parseSchema, typeByKey } from '../../admission/schema/schema.ts'
import type { TypeSchema } from '../../admission/schema/schema.ts'

export const configurationVersion = 'kubescheduler.config.k8s.io/v1'
export const configurationKind = 'KubeSchedulerConfiguration'

const pluginSets = ['preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'reserve', 'permit', 'preBind', 'bind', 'postBind', 'multiPoint']
const typeMeta = 'TypeMeta~:config/v1.TypeMeta'

const fields: { readonly [key: string]: string } = {
  'config/v1.TypeMeta': 'kind?:string;apiVersion?:string',
  'config/v1.KubeSchedulerConfiguration': `${typeMeta};parallelism?:*int32;leaderElection:config/v1alpha1.LeaderElectionConfiguration;clientConnection:config/v1alpha1.ClientConnectionConfiguration;DebuggingConfiguration~:config/v1alpha1.DebuggingConfiguration;percentageOfNodesToScore?:*int32;podInitialBackoffSeconds?:*int64;podMaxBackoffSeconds?:*int64;profiles?:[]config/v1.KubeSchedulerProfile;extenders?:[]config/v1.Extender;delayCacheUntilActive?:bool`,
  'config/v1alpha1.LeaderElectionConfiguration': 'leaderElect:*bool;leaseDuration:Duration;renewDeadline:Duration;retryPeriod:Duration;resourceLock:string;resourceName:string;resourceNamespace:string',
  'config/v1alpha1.ClientConnectionConfiguration': 'kubeconfig:string;acceptContentTypes:string;contentType:string;qps:float64;burst:int32',
  'config/v1alpha1.DebuggingConfiguration': 'enableProfiling?:*bool;enableContentionProfiling?:*bool',
  'config/v1.KubeSchedulerProfile': 'schedulerName?:*string;percentageOfNodesToScore?:*int32;plugins?:*config/v1.Plugins;pluginConfig?:[]config/v1.PluginConfig',
  'config/v1.Plugins': pluginSets.map((name) => `${name}?:config/v1.PluginSet`).join(';'),
  'config/v1.PluginSet': 'enabled?:[]config/v1.Plugin;disabled?:[]config/v1.Plugin',
  'config/v1.Plugin': 'name:string;weight?:*int32',
  'config/v1.PluginConfig': 'name:string;args?:Raw',
  'config/v1.Extender': 'urlPrefix:string;filterVerb?:string;preemptVerb?:string;prioritizeVerb?:string;weight?:int64;bindVerb?:string;enableHTTPS?:bool;tlsConfig?:*config/v1.ExtenderTLSConfig;httpTimeout?:Duration;nodeCacheCapable?:bool;managedResources?:[]config/v1.ExtenderManagedResource;ignorable?:bool',
  'config/v1.ExtenderManagedResource': 'name:string;ignoredByScheduler?:bool',
  'config/v1.ExtenderTLSConfig': 'insecure?:bool;serverName?:string;certFile?:string;keyFile?:string;caFile?:string;certData?:bytes;keyData?:bytes;caData?:bytes',
  'config/v1.DefaultPreemptionArgs': `${typeMeta};minCandidateNodesPercentage?:*int32;minCandidateNodesAbsolute?:*int32`,
  'config/v1.InterPodAffinityArgs': `${typeMeta};hardPodAffinityWeight?:*int32;ignorePreferredTermsOfExistingPods:bool`,
  'config/v1.NodeResourcesFitArgs': `${typeMeta};ignoredResources?:[]string;ignoredResourceGroups?:[]string;scoringStrategy?:*config/v1.ScoringStrategy`,
  'config/v1.ScoringStrategy': 'type?:config/v1.ScoringStrategyType=string;resources?:[]config/v1.ResourceSpec;requestedToCapacityRatio?:*config/v1.RequestedToCapacityRatioParam',
  'config/v1.RequestedToCapacityRatioParam': 'shape?:[]config/v1.UtilizationShapePoint',
  'config/v1.UtilizationShapePoint': 'utilization:int32;score:int32',
  'config/v1.ResourceSpec': 'name:string;weight?:int64',
  'config/v1.NodeResourcesBalancedAllocationArgs': `${typeMeta};resources?:[]config/v1.ResourceSpec`,
  'config/v1.PodTopologySpreadArgs': `${typeMeta};defaultConstraints?:[]core/v1.TopologySpreadConstraint;defaultingType?:config/v1.PodTopologySpreadConstraintsDefaulting=string`,
  'config/v1.NodeAffinityArgs': `${typeMeta};addedAffinity?:*core/v1.NodeAffinity`,
  'config/v1.VolumeBindingArgs': `${typeMeta};bindTimeoutSeconds?:*int64;shape?:[]config/v1.UtilizationShapePoint`,
  'config/v1.DynamicResourcesArgs': `${typeMeta};filterTimeout:*Duration;bindingTimeout?:*Duration`,
  // Of the coscheduling add-on.
  'config/v1.CoschedulingArgs': `${typeMeta};permitWaitingTimeSeconds?:*int64;podGroupBackoffSeconds?:*int64`,
}

const types: ReadonlyMap<string, TypeSchema> = parseSchema(fields)

/** A type of the configuration, or of the API, by its key. */
export function configurationType(key: string): TypeSchema | undefined {
  return types.get(key) ?? typeByKey(key)
}

/** The type of a kind of the configuration's version; undefined when there is no such kind. */
export function typeOfConfigurationKind(kind: string): TypeSchema | undefined {
  return kind === configurationKind || kind.endsWith('Args') ? types.get(`config/v1.${kind}`) : undefined
}
