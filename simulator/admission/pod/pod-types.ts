/** Pod types with every field that validation reads; api/types.ts declares only what the simulator runs on. */

import type {
  Affinity, Container, HttpGetAction, IntOrString, KeySelector, KeyToPath, LabelSelector, ObjectMeta, PodSpec, ResourceList, ResourceRequirements, StringMap,
  TopologySpreadConstraint, VolumeMount,
} from '../../api/types.ts'

export interface SeccompProfile { type?: string; localhostProfile?: string }
export interface SecurityContext {
  privileged?: boolean
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  procMount?: string
  readOnlyRootFilesystem?: boolean
  allowPrivilegeEscalation?: boolean
  capabilities?: { add?: string[]; drop?: string[] }
  seccompProfile?: SeccompProfile
  appArmorProfile?: SeccompProfile
  seLinuxOptions?: StringMap
  windowsOptions?: { [key: string]: unknown }
}
export interface PodSecurityContext {
  fsGroup?: number
  fsGroupChangePolicy?: string
  runAsUser?: number
  runAsGroup?: number
  runAsNonRoot?: boolean
  supplementalGroups?: number[]
  supplementalGroupsPolicy?: string
  sysctls?: { name?: string; value?: string }[]
  seccompProfile?: SeccompProfile
  appArmorProfile?: SeccompProfile
  seLinuxChangePolicy?: string
  seLinuxOptions?: StringMap
  windowsOptions?: { [key: string]: unknown }
}
export interface FieldRef { apiVersion?: string; fieldPath?: string }
export interface ResourceFieldRef { containerName?: string; resource?: string; divisor?: string }
export interface FullEnvVar {
  name?: string
  value?: string
  valueFrom?: {
    fieldRef?: FieldRef
    resourceFieldRef?: ResourceFieldRef
    configMapKeyRef?: KeySelector
    secretKeyRef?: KeySelector
    fileKeyRef?: { volumeName?: string; path?: string; key?: string; optional?: boolean }
  }
}
export interface FullHandler {
  exec?: { command?: string[] }
  httpGet?: HttpGetAction
  tcpSocket?: { port?: IntOrString; host?: string }
  grpc?: { port?: number; service?: string }
  sleep?: { seconds?: number }
}
export interface FullProbe extends FullHandler {
  initialDelaySeconds?: number
  timeoutSeconds?: number
  periodSeconds?: number
  successThreshold?: number
  failureThreshold?: number
  terminationGracePeriodSeconds?: number
}
export interface FullVolumeMount extends VolumeMount { mountPropagation?: string; recursiveReadOnly?: string }
export interface RestartRule { action?: string; exitCodes?: { operator?: string; values?: number[] } }
export interface FullContainer extends Omit<Container, 'env' | 'livenessProbe' | 'readinessProbe' | 'startupProbe' | 'lifecycle' | 'securityContext' | 'volumeMounts' | 'restartPolicyRules'> {
  env?: FullEnvVar[]
  livenessProbe?: FullProbe
  readinessProbe?: FullProbe
  startupProbe?: FullProbe
  lifecycle?: { postStart?: FullHandler; preStop?: FullHandler; stopSignal?: string }
  securityContext?: SecurityContext
  volumeMounts?: FullVolumeMount[]
  volumeDevices?: { name?: string; devicePath?: string }[]
  resizePolicy?: { resourceName?: string; restartPolicy?: string }[]
  restartPolicyRules?: RestartRule[]
  targetContainerName?: string
}
export interface DownwardFile { path?: string; fieldRef?: FieldRef; resourceFieldRef?: ResourceFieldRef; mode?: number }
export interface ProjectionSource {
  secret?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  configMap?: { name?: string; items?: KeyToPath[]; optional?: boolean }
  downwardAPI?: { items?: DownwardFile[] }
  serviceAccountToken?: { audience?: string; expirationSeconds?: number; path?: string }
  clusterTrustBundle?: { [key: string]: unknown }
  podCertificate?: { [key: string]: unknown }
}
export interface ClaimSpec {
  accessModes?: string[]
  selector?: LabelSelector
  resources?: ResourceRequirements
  volumeName?: string
  storageClassName?: string
  volumeMode?: string
  dataSource?: { apiGroup?: string; kind?: string; name?: string }
  dataSourceRef?: { apiGroup?: string; kind?: string; name?: string; namespace?: string }
  volumeAttributesClassName?: string
}
export interface FullVolume {
  name?: string
  emptyDir?: { medium?: string; sizeLimit?: string }
  hostPath?: { path?: string; type?: string }
  gitRepo?: { repository?: string; revision?: string; directory?: string }
  secret?: { secretName?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  configMap?: { name?: string; items?: KeyToPath[]; defaultMode?: number; optional?: boolean }
  nfs?: { server?: string; path?: string; readOnly?: boolean }
  persistentVolumeClaim?: { claimName?: string; readOnly?: boolean }
  downwardAPI?: { items?: DownwardFile[]; defaultMode?: number }
  projected?: { sources?: ProjectionSource[]; defaultMode?: number }
  csi?: { driver?: string; nodePublishSecretRef?: { name?: string } }
  ephemeral?: { volumeClaimTemplate?: { metadata?: ObjectMeta; spec?: ClaimSpec } }
  image?: { reference?: string; pullPolicy?: string }
  [source: string]: unknown
}
export interface PodResourceClaim { name?: string; resourceClaimName?: string; resourceClaimTemplateName?: string }
export interface FullPodSpec extends Omit<PodSpec, 'containers' | 'initContainers' | 'ephemeralContainers' | 'volumes' | 'securityContext' | 'topologySpreadConstraints' | 'affinity' | 'resourceClaims'> {
  containers?: FullContainer[]
  initContainers?: FullContainer[]
  ephemeralContainers?: FullContainer[]
  volumes?: FullVolume[]
  securityContext?: PodSecurityContext
  topologySpreadConstraints?: TopologySpreadConstraint[]
  affinity?: Affinity
  resourceClaims?: PodResourceClaim[]
  hostPID?: boolean
  hostIPC?: boolean
  hostUsers?: boolean
  hostAliases?: { ip?: string; hostnames?: string[] }[]
  hostnameOverride?: string
  setHostnameAsFQDN?: boolean
  dnsConfig?: { nameservers?: string[]; searches?: string[]; options?: { name?: string; value?: string }[] }
  os?: { name?: string }
  workloadRef?: { name?: string; podGroup?: string; podGroupReplicaKey?: string }
  overhead?: ResourceList
}
export interface FullPod { apiVersion: string; kind: string; metadata: ObjectMeta; spec: FullPodSpec; status?: { [key: string]: unknown } }
export interface FullPodTemplate { metadata?: ObjectMeta; spec?: FullPodSpec }

/** All containers of a spec with their paths, in the order in which Kubernetes visits them. */
export function visitContainers(spec: FullPodSpec, path: string, visit: (container: FullContainer, path: string) => void): void {
  spec.initContainers?.forEach((container, index) => visit(container, `${path}.initContainers[${index}]`))
  spec.containers?.forEach((container, index) => visit(container, `${path}.containers[${index}]`))
  spec.ephemeralContainers?.forEach((container, index) => visit(container, `${path}.ephemeralContainers[${index}]`))
}
