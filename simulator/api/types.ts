/**
 * Kubernetes objects in their external versions, as plain JSON. Field names and shapes follow
 * kubernetes/api (v1.35); only fields that the simulator reads are declared, the rest travels untouched.
 * Objects that come from the store are immutable.
 */

import type { Json } from '../kernel/json.ts'

/** RFC 3339 text in UTC, whole seconds. */
export type Timestamp = string
/** A quantity as the API shows it, such as "500m" or "1Gi". */
export type Quantity = string
export type IntOrString = number | string
export type StringMap = { [key: string]: string }
export type ResourceList = { [resource: string]: Quantity }

export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
  blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  name?: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: Timestamp
  deletionTimestamp?: Timestamp
  deletionGracePeriodSeconds?: number
  labels?: StringMap
  annotations?: StringMap
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: Json[]
}

/** Any object of the API. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
  spec?: unknown
  status?: unknown
}

export interface LabelSelectorRequirement { key: string; operator: string; values?: string[] }
export interface LabelSelector { matchLabels?: StringMap; matchExpressions?: LabelSelectorRequirement[] }

/** The common shape of status conditions. */
export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: Timestamp
  lastUpdateTime?: Timestamp
  lastProbeTime?: Timestamp | null
  lastHeartbeatTime?: Timestamp
  observedGeneration?: number
}

// ---- Pod -----------------------------------------------------------------------------------------------------------

export interface ResourceRequirements { limits?: ResourceList; requests?: ResourceList; claims?: { name: string; request?: string }[] }
export interface ContainerPort { containerPort: number; name?: string; protocol?: string; hostPort?: number; hostIP?: string }
export interface KeySelector { name?: string; key: string; optional?: boolean }
export interface EnvVar {
  name: string
  value?: string
  valueFrom?: {
    configMapKeyRef?: KeySelector
    secretKeyRef?: KeySelector
    fieldRef?: { apiVersion?: string; fieldPath: string }
    resourceFieldRef?: { containerName?: string; resource: string; divisor?: Quantity }
  }
}
export interface EnvFromSource { prefix?: string; configMapRef?: { name?: string; optional?: boolean }; secretRef?: { name?: string; optional?: boolean } }
export interface HttpGetAction { path?: string; port: IntOrString; host?: string; scheme?: string; httpHeaders?: { name: string; value: string }[] }
export interface Handler {
  httpGet?: HttpGetAction
  tcpSocket?: { port: IntOrString; host?: string }
  exec?: { command?: string[] }
  grpc?: { port: number; service?: string }
  sleep?: { seconds: number }
}
export interface Probe extends Handler {
  initialDelaySeconds?: number
  periodSeconds?: number
  timeoutSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}
export interface VolumeMount { name: string; mountPath: string; subPath?: string; subPathExpr?: string; readOnly?: boolean }
export interface Container {
  name: string
  image?: string
  command?: string[]
  args?: string[]
  workingDir?: string
  env?: EnvVar[]
  envFrom?: EnvFromSource[]
  ports?: ContainerPort[]
  resources?: ResourceRequirements
  volumeMounts?: VolumeMount[]
  livenessProbe?: Probe
  readinessProbe?: Probe
  startupProbe?: Probe
  lifecycle?: { postStart?: Handler; preStop?: Handler; stopSignal?: string }
  imagePullPolicy?: string
  terminationMessagePath?: string
  terminationMessagePolicy?: string
  securityContext?: Json
  restartPolicy?: string
  restartPolicyRules?: Json[]
  stdin?: boolean
  stdinOnce?: boolean
  tty?: boolean
}
export interface KeyToPath { key: string; path: string; mode?: number }
export interface Volume {
  name: string
  configMap?: { name?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  secret?: { secretName?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  emptyDir?: { medium?: string; sizeLimit?: Quantity }
  persistentVolumeClaim?: { claimName: string; readOnly?: boolean }
  projected?: { sources?: Json[]; defaultMode?: number }
  hostPath?: { path: string; type?: string }
  downwardAPI?: Json
  ephemeral?: Json
}
export interface Toleration { key?: string; operator?: string; value?: string; effect?: string; tolerationSeconds?: number }
export interface NodeSelectorRequirement { key: string; operator: string; values?: string[] }
export interface NodeSelectorTerm { matchExpressions?: NodeSelectorRequirement[]; matchFields?: NodeSelectorRequirement[] }
export interface NodeSelector { nodeSelectorTerms: NodeSelectorTerm[] }
export interface PodAffinityTerm {
  labelSelector?: LabelSelector
  namespaces?: string[]
  namespaceSelector?: LabelSelector
  topologyKey: string
  matchLabelKeys?: string[]
  mismatchLabelKeys?: string[]
}
export interface PodAffinity {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[]
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; podAffinityTerm: PodAffinityTerm }[]
}
export interface Affinity {
  nodeAffinity?: {
    requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector
    preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: NodeSelectorTerm }[]
  }
  podAffinity?: PodAffinity
  podAntiAffinity?: PodAffinity
}
export interface TopologySpreadConstraint {
  maxSkew: number
  topologyKey: string
  whenUnsatisfiable: string
  labelSelector?: LabelSelector
  minDomains?: number
  nodeAffinityPolicy?: string
  nodeTaintsPolicy?: string
  matchLabelKeys?: string[]
}
export interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
  ephemeralContainers?: Container[]
  volumes?: Volume[]
  restartPolicy?: string
  terminationGracePeriodSeconds?: number
  activeDeadlineSeconds?: number
  dnsPolicy?: string
  nodeSelector?: StringMap
  serviceAccountName?: string
  serviceAccount?: string
  automountServiceAccountToken?: boolean
  nodeName?: string
  hostNetwork?: boolean
  shareProcessNamespace?: boolean
  securityContext?: Json
  imagePullSecrets?: { name?: string }[]
  hostname?: string
  subdomain?: string
  affinity?: Affinity
  schedulerName?: string
  tolerations?: Toleration[]
  priorityClassName?: string
  priority?: number
  preemptionPolicy?: string
  readinessGates?: { conditionType: string }[]
  runtimeClassName?: string
  overhead?: ResourceList
  enableServiceLinks?: boolean
  topologySpreadConstraints?: TopologySpreadConstraint[]
  schedulingGates?: { name: string }[]
  resourceClaims?: { name: string; resourceClaimName?: string; resourceClaimTemplateName?: string }[]
  resources?: ResourceRequirements
}
export interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt?: Timestamp }
  terminated?: {
    exitCode: number
    signal?: number
    reason?: string
    message?: string
    startedAt?: Timestamp
    finishedAt?: Timestamp
    containerID?: string
  }
}
export interface ContainerStatus {
  name: string
  state?: ContainerState
  lastState?: ContainerState
  ready: boolean
  restartCount: number
  image: string
  imageID: string
  containerID?: string
  started?: boolean
  allocatedResources?: ResourceList
  resources?: ResourceRequirements
  volumeMounts?: Json[]
  user?: Json
}
export interface PodStatus {
  phase?: string
  conditions?: Condition[]
  message?: string
  reason?: string
  nominatedNodeName?: string
  hostIP?: string
  hostIPs?: { ip: string }[]
  podIP?: string
  podIPs?: { ip: string }[]
  startTime?: Timestamp
  initContainerStatuses?: ContainerStatus[]
  containerStatuses?: ContainerStatus[]
  ephemeralContainerStatuses?: ContainerStatus[]
  qosClass?: string
  observedGeneration?: number
  resize?: string
}
export interface Pod extends KubeObject { spec: PodSpec; status?: PodStatus }
export interface PodTemplateSpec { metadata?: ObjectMeta; spec: PodSpec }

// ---- workloads -----------------------------------------------------------------------------------------------------

export interface DeploymentSpec {
  replicas?: number
  selector: LabelSelector
  template: PodTemplateSpec
  strategy?: { type?: string; rollingUpdate?: { maxUnavailable?: IntOrString; maxSurge?: IntOrString } }
  minReadySeconds?: number
  revisionHistoryLimit?: number
  paused?: boolean
  progressDeadlineSeconds?: number
}
export interface DeploymentStatus {
  observedGeneration?: number
  replicas?: number
  updatedReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  unavailableReplicas?: number
  terminatingReplicas?: number
  conditions?: Condition[]
  collisionCount?: number
}
export interface Deployment extends KubeObject { spec: DeploymentSpec; status?: DeploymentStatus }
export interface ReplicaSetSpec { replicas?: number; minReadySeconds?: number; selector: LabelSelector; template: PodTemplateSpec }
export interface ReplicaSetStatus {
  replicas: number
  fullyLabeledReplicas?: number
  readyReplicas?: number
  availableReplicas?: number
  terminatingReplicas?: number
  observedGeneration?: number
  conditions?: Condition[]
}
export interface ReplicaSet extends KubeObject { spec: ReplicaSetSpec; status?: ReplicaSetStatus }
export interface JobSpec {
  parallelism?: number
  completions?: number
  activeDeadlineSeconds?: number
  podFailurePolicy?: Json
  successPolicy?: Json
  backoffLimit?: number
  backoffLimitPerIndex?: number
  maxFailedIndexes?: number
  selector?: LabelSelector
  manualSelector?: boolean
  template: PodTemplateSpec
  ttlSecondsAfterFinished?: number
  completionMode?: string
  suspend?: boolean
  podReplacementPolicy?: string
  managedBy?: string
}
export interface JobStatus {
  conditions?: Condition[]
  startTime?: Timestamp
  completionTime?: Timestamp
  active?: number
  ready?: number
  terminating?: number
  succeeded?: number
  failed?: number
  completedIndexes?: string
  failedIndexes?: string
  uncountedTerminatedPods?: { succeeded?: string[]; failed?: string[] }
}
export interface Job extends KubeObject { spec: JobSpec; status?: JobStatus }
export interface HpaMetricTarget { type: string; value?: Quantity; averageValue?: Quantity; averageUtilization?: number }
export interface HpaMetricSpec {
  type: string
  resource?: { name: string; target: HpaMetricTarget }
  containerResource?: { name: string; container: string; target: HpaMetricTarget }
  pods?: Json
  object?: Json
  external?: Json
}
export interface HpaScalingRules {
  stabilizationWindowSeconds?: number
  selectPolicy?: string
  tolerance?: Quantity
  policies?: { type: string; value: number; periodSeconds: number }[]
}
export interface HorizontalPodAutoscalerSpec {
  scaleTargetRef: { apiVersion?: string; kind: string; name: string }
  minReplicas?: number
  maxReplicas: number
  metrics?: HpaMetricSpec[]
  behavior?: { scaleUp?: HpaScalingRules; scaleDown?: HpaScalingRules }
}
export interface HorizontalPodAutoscalerStatus {
  observedGeneration?: number
  lastScaleTime?: Timestamp
  currentReplicas?: number
  desiredReplicas: number
  currentMetrics?: Json[]
  conditions?: Condition[]
}
export interface HorizontalPodAutoscaler extends KubeObject { spec: HorizontalPodAutoscalerSpec; status?: HorizontalPodAutoscalerStatus }

// ---- network -------------------------------------------------------------------------------------------------------

export interface ServicePort { name?: string; protocol?: string; port: number; targetPort?: IntOrString; nodePort?: number; appProtocol?: string }
export interface ServiceSpec {
  selector?: StringMap
  ports?: ServicePort[]
  type?: string
  clusterIP?: string
  clusterIPs?: string[]
  externalName?: string
  sessionAffinity?: string
  publishNotReadyAddresses?: boolean
  ipFamilies?: string[]
  ipFamilyPolicy?: string
  internalTrafficPolicy?: string
  externalTrafficPolicy?: string
  allocateLoadBalancerNodePorts?: boolean
}
export interface Service extends KubeObject { spec: ServiceSpec; status?: { loadBalancer?: Json; conditions?: Condition[] } }
export interface ObjectReference { apiVersion?: string; kind?: string; namespace?: string; name?: string; uid?: string; resourceVersion?: string; fieldPath?: string }
export interface EndpointSlice extends KubeObject {
  addressType: string
  endpoints: {
    addresses: string[]
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean }
    hostname?: string
    nodeName?: string
    zone?: string
    targetRef?: ObjectReference
  }[]
  ports?: { name?: string; port?: number; protocol?: string; appProtocol?: string }[]
}
export interface EndpointAddress { ip: string; hostname?: string; nodeName?: string; targetRef?: ObjectReference }
export interface Endpoints extends KubeObject {
  subsets?: { addresses?: EndpointAddress[]; notReadyAddresses?: EndpointAddress[]; ports?: { name?: string; port: number; protocol?: string; appProtocol?: string }[] }[]
}

// ---- nodes, configuration, policy ----------------------------------------------------------------------------------

export interface Taint { key: string; value?: string; effect: string; timeAdded?: Timestamp }
export interface Node extends KubeObject {
  spec?: { podCIDR?: string; podCIDRs?: string[]; providerID?: string; unschedulable?: boolean; taints?: Taint[] }
  status?: {
    capacity?: ResourceList
    allocatable?: ResourceList
    conditions?: Condition[]
    addresses?: { type: string; address: string }[]
    nodeInfo?: { [key: string]: string }
    images?: { names?: string[]; sizeBytes?: number }[]
    phase?: string
    features?: Json
    runtimeHandlers?: Json
    config?: Json
    volumesAttached?: Json
    volumesInUse?: string[]
    daemonEndpoints?: Json
    declaredFeatures?: string[]
  }
}
export interface Namespace extends KubeObject { spec?: { finalizers?: string[] }; status?: { phase?: string; conditions?: Condition[] } }
export interface ConfigMap extends KubeObject { data?: StringMap; binaryData?: StringMap; immutable?: boolean }
export interface Secret extends KubeObject { data?: StringMap; stringData?: StringMap; type?: string; immutable?: boolean }
export interface ServiceAccount extends KubeObject { secrets?: ObjectReference[]; imagePullSecrets?: { name?: string }[]; automountServiceAccountToken?: boolean }
export interface ResourceQuota extends KubeObject {
  spec?: { hard?: ResourceList; scopes?: string[]; scopeSelector?: { matchExpressions?: { scopeName: string; operator: string; values?: string[] }[] } }
  status?: { hard?: ResourceList; used?: ResourceList }
}
export interface LimitRange extends KubeObject {
  spec: { limits: { type: string; max?: ResourceList; min?: ResourceList; default?: ResourceList; defaultRequest?: ResourceList; maxLimitRequestRatio?: ResourceList }[] }
}
export interface PersistentVolumeClaim extends KubeObject {
  spec: { accessModes?: string[]; selector?: LabelSelector; resources?: ResourceRequirements; volumeName?: string; storageClassName?: string; volumeMode?: string }
  status?: { phase?: string; accessModes?: string[]; capacity?: ResourceList; conditions?: Condition[] }
}
export interface PriorityClass extends KubeObject { value: number; globalDefault?: boolean; description?: string; preemptionPolicy?: string }
export interface PodDisruptionBudget extends KubeObject {
  spec?: { minAvailable?: IntOrString; maxUnavailable?: IntOrString; selector?: LabelSelector; unhealthyPodEvictionPolicy?: string }
  status?: {
    observedGeneration?: number
    disruptedPods?: { [pod: string]: Timestamp }
    disruptionsAllowed: number
    currentHealthy: number
    desiredHealthy: number
    expectedPods: number
    conditions?: Condition[]
  }
}
export interface PolicyRule { verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[]; nonResourceURLs?: string[] }
export interface Role extends KubeObject { rules?: PolicyRule[] }
export interface ClusterRole extends KubeObject { rules?: PolicyRule[]; aggregationRule?: { clusterRoleSelectors?: LabelSelector[] } }
export interface Subject { kind: string; apiGroup?: string; name: string; namespace?: string }
export interface RoleRef { apiGroup: string; kind: string; name: string }
export interface RoleBinding extends KubeObject { subjects?: Subject[]; roleRef: RoleRef }
export type ClusterRoleBinding = RoleBinding

/** core/v1 Event, as the recorder of client-go writes it. */
export interface Event extends KubeObject {
  involvedObject: ObjectReference
  reason?: string
  message?: string
  source?: { component?: string; host?: string }
  firstTimestamp?: Timestamp | null
  lastTimestamp?: Timestamp | null
  count?: number
  type?: string
  eventTime?: string | null
  reportingComponent?: string
  reportingInstance?: string
  action?: string
  related?: ObjectReference
  series?: { count: number; lastObservedTime: string }
}

/** The API's answer to an expected failure (and to some successes). */
export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: { /** With an expired continue token: how to go on nevertheless. */ continue?: string }
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: { name?: string; group?: string; kind?: string; uid?: string; causes?: StatusCause[]; retryAfterSeconds?: number }
  code?: number
}
export interface StatusCause { reason?: string; message?: string; field?: string }
