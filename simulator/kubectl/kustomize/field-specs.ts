/** Where labels, images, counts and names stand in objects. Data of kustomize internal/konfig/builtinpluginconsts (0.20.1). */

import type { Gvk } from './ids.ts'

/** A place in the objects of a kind. Lists on the way are walked through; `create` makes what is missing. */
export interface FieldSpec extends Gvk { readonly path: string; readonly create: boolean }

/** A spec in short: `KIND[.GROUP] PATH`, with `+` in front to create what is missing. `*` is any kind. */
function spec(short: string): FieldSpec {
  const create = short.startsWith('+')
  const [target = '', path = ''] = short.slice(create ? 1 : 0).split(' ')
  const [kind = '', ...group] = target.split('.')
  const version = kind.endsWith('@v1') ? 'v1' : ''
  return { kind: kind === '*' ? '' : kind.replace('@v1', ''), group: group.join('.'), version, path, create }
}

const podAffinities = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
  `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
])

const metadataLabels = [
  '+* metadata/labels', '+ReplicationController@v1 spec/template/metadata/labels', '+Deployment spec/template/metadata/labels', '+ReplicaSet spec/template/metadata/labels',
  '+DaemonSet spec/template/metadata/labels', '+StatefulSet.apps spec/template/metadata/labels', '+StatefulSet.apps spec/volumeClaimTemplates[]/metadata/labels',
  '+Job.batch spec/template/metadata/labels', '+CronJob.batch spec/jobTemplate/metadata/labels', '+CronJob.batch spec/jobTemplate/spec/template/metadata/labels',
]

/** Labels of the object and of its templates. */
export const templateLabels: readonly FieldSpec[] = metadataLabels.map(spec)

/** Labels of objects, templates and selectors. */
export const commonLabels: readonly FieldSpec[] = [
  '+Service@v1 spec/selector', '+ReplicationController@v1 spec/selector', '+Deployment spec/selector/matchLabels',
  ...['Deployment.apps', 'StatefulSet.apps'].flatMap((kind) => [...podAffinities, 'topologySpreadConstraints/labelSelector/matchLabels'].map((path) => `${kind} spec/template/spec/${path}`)),
  '+ReplicaSet spec/selector/matchLabels', '+DaemonSet spec/selector/matchLabels', '+StatefulSet.apps spec/selector/matchLabels',
  'Job.batch spec/selector/matchLabels', 'CronJob.batch spec/jobTemplate/spec/selector/matchLabels', 'PodDisruptionBudget.policy spec/selector/matchLabels',
  ...['spec/podSelector', 'spec/ingress/from/podSelector', 'spec/egress/to/podSelector'].map((path) => `NetworkPolicy.networking.k8s.io ${path}/matchLabels`),
  ...metadataLabels,
].map(spec)

export const commonAnnotations: readonly FieldSpec[] = [
  '+* metadata/annotations', '+ReplicationController@v1 spec/template/metadata/annotations', '+Deployment spec/template/metadata/annotations', '+ReplicaSet spec/template/metadata/annotations',
  '+DaemonSet spec/template/metadata/annotations', '+StatefulSet spec/template/metadata/annotations', '+Job.batch spec/template/metadata/annotations',
  '+CronJob.batch spec/jobTemplate/metadata/annotations', '+CronJob.batch spec/jobTemplate/spec/template/metadata/annotations',
].map(spec)

export const replicaCounts: readonly FieldSpec[] = ['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'].map((kind) => spec(`+${kind} spec/replicas`))

export const imageNames: readonly FieldSpec[] = ['spec', 'spec/template/spec'].flatMap((pod) => ['containers[]/image', 'initContainers[]/image', 'volumes[]/image/reference'].map((path) => spec(`* ${pod}/${path}`)))

export const namespaces: readonly FieldSpec[] = ['+Namespace metadata/name', '+APIService.apiregistration.k8s.io spec/service/namespace', 'CustomResourceDefinition.apiextensions.k8s.io spec/conversion/webhook/clientConfig/service/namespace'].map(spec)

/** A kind of object and the places that hold names of such objects. */
export interface NameReference { readonly target: Gvk; readonly places: readonly FieldSpec[] }

const podPaths: { readonly [kind: string]: string } = {
  Pod: 'spec', PodTemplate: 'template/spec', Deployment: 'spec/template/spec', ReplicaSet: 'spec/template/spec', ReplicationController: 'spec/template/spec', DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec', Job: 'spec/template/spec', CronJob: 'spec/jobTemplate/spec/template/spec',
}
const withConfig = ['Pod', 'PodTemplate', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob']
const withClaims = ['Pod', 'StatefulSet', 'Deployment', 'ReplicationController', 'CronJob', 'Job', 'DaemonSet']
const inPods = (kinds: readonly string[], paths: readonly string[]): string[] => paths.flatMap((path) => kinds.map((kind) => `${kind} ${podPaths[kind]!}/${path}`))
const envPaths = (ref: string): string[] => [`containers/env/valueFrom/${ref}KeyRef/name`, `initContainers/env/valueFrom/${ref}KeyRef/name`, `containers/envFrom/${ref}Ref/name`, `initContainers/envFrom/${ref}Ref/name`]
const rbac = 'rbac.authorization.k8s.io'
const webhooks = 'admissionregistration.k8s.io'

function reference(target: string, places: readonly string[]): NameReference {
  const { kind, group, version } = spec(target)
  return { target: { kind, group, version }, places: places.map(spec) }
}

/** All places where names of other objects stand. */
export const nameReferences: readonly NameReference[] = [
  ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => reference(kind, ['HorizontalPodAutoscaler spec/scaleTargetRef/name'])),
  reference('ConfigMap@v1', [
    ...inPods(withConfig, ['volumes/configMap/name', ...envPaths('configMap'), 'volumes/projected/sources/configMap/name']),
    'Node spec/configSource/configMap', 'Role rules/resourceNames', 'ClusterRole rules/resourceNames', 'Ingress metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap',
  ]),
  reference('Secret@v1', [
    ...inPods(withConfig, ['volumes/secret/secretName', ...envPaths('secret'), 'imagePullSecrets/name', 'volumes/projected/sources/secret/name']),
    'Ingress spec/tls/secretName', ...['ingress.kubernetes.io\\/auth-secret', 'nginx.ingress.kubernetes.io\\/auth-secret', 'nginx.ingress.kubernetes.io\\/auth-tls-secret'].map((key) => `Ingress metadata/annotations/${key}`),
    'ServiceAccount imagePullSecrets/name', ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map((name) => `StorageClass parameters/${name}`),
    'Role rules/resourceNames', 'ClusterRole rules/resourceNames', 'Service@v1.serving.knative.dev spec/template/spec/containers/env/valueFrom/secretKeyRef/name', 'PersistentVolume spec/azureFile/secretName',
  ]),
  reference('Service@v1', [
    'StatefulSet.apps spec/serviceName', ...['spec/rules/http/paths/backend/serviceName', 'spec/backend/serviceName', 'spec/rules/http/paths/backend/service/name', 'spec/defaultBackend/service/name'].map((path) => `Ingress ${path}`),
    'APIService.apiregistration.k8s.io spec/service/name', `ValidatingWebhookConfiguration.${webhooks} webhooks/clientConfig/service`, `MutatingWebhookConfiguration.${webhooks} webhooks/clientConfig/service`,
  ]),
  reference(`Role.${rbac}`, [`RoleBinding.${rbac} roleRef/name`]),
  reference(`ClusterRole.${rbac}`, [`RoleBinding.${rbac} roleRef/name`, `ClusterRoleBinding.${rbac} roleRef/name`]),
  reference('ServiceAccount@v1', [`RoleBinding.${rbac} subjects`, `ClusterRoleBinding.${rbac} subjects`, ...inPods(withClaims, ['serviceAccountName'])]),
  reference('PersistentVolumeClaim@v1', inPods(withClaims, ['volumes/persistentVolumeClaim/claimName'])),
  reference('PersistentVolume@v1', ['PersistentVolumeClaim spec/volumeName', 'ClusterRole rules/resourceNames']),
  reference('StorageClass@v1.storage.k8s.io', ['PersistentVolume spec/storageClassName', 'PersistentVolumeClaim spec/storageClassName', 'StatefulSet spec/volumeClaimTemplates/spec/storageClassName']),
  reference('PriorityClass@v1.scheduling.k8s.io', inPods(withClaims, ['priorityClassName'])),
  reference(`ValidatingAdmissionPolicy.${webhooks}`, [`ValidatingAdmissionPolicyBinding.${webhooks} spec/policyName`]),
]
